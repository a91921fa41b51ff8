#include "base/byte_text.h"

#include <cstdint>

namespace tidewire {

void AppendBase64(std::string& out, std::string_view bytes, Base64Alphabet alphabet) {
  const char* const digits =
      alphabet == Base64Alphabet::kStandard
          ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
          : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const size_t start = out.size();
  out.resize(start + (bytes.size() + 2) / 3 * 4);
  char* to = out.data() + start;
  size_t i = 0;
  for (; i + 2 < bytes.size(); i += 3) {
    const uint32_t group = static_cast<uint32_t>(static_cast<unsigned char>(bytes[i])) << 16 |
                           static_cast<uint32_t>(static_cast<unsigned char>(bytes[i + 1])) << 8 |
                           static_cast<unsigned char>(bytes[i + 2]);
    *to++ = digits[group >> 18];
    *to++ = digits[(group >> 12) & 63];
    *to++ = digits[(group >> 6) & 63];
    *to++ = digits[group & 63];
  }
  const size_t left = bytes.size() - i;
  if (left == 0) return;
  uint32_t group = static_cast<uint32_t>(static_cast<unsigned char>(bytes[i])) << 16;
  if (left == 2) group |= static_cast<uint32_t>(static_cast<unsigned char>(bytes[i + 1])) << 8;
  *to++ = digits[group >> 18];
  *to++ = digits[(group >> 12) & 63];
  *to++ = left == 2 ? digits[(group >> 6) & 63] : '=';
  *to++ = '=';
}

void AppendHex(std::string& out, std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
}

}  // namespace tidewire
