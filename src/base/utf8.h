// UTF-8 in text that came from outside (RFC 3629).
#pragma once

#include <cstddef>
#include <string_view>

namespace tidewire {

// The length of the well-formed sequence at the beginning of `text` (1 to 4), or 0 when there is
// none. `text` is not empty.
size_t Utf8SequenceLength(std::string_view text);

}  // namespace tidewire
