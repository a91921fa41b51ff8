// Bytes as text.
#pragma once

#include <string>
#include <string_view>

namespace tidewire {

// RFC 4648 with padding; the second alphabet is the one for URLs.
enum class Base64Alphabet { kStandard, kUrl };
void AppendBase64(std::string& out, std::string_view bytes,
                  Base64Alphabet alphabet = Base64Alphabet::kStandard);
void AppendHex(std::string& out, std::string_view bytes);

}  // namespace tidewire
