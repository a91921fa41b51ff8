#include "base/utf8.h"

namespace tidewire {

size_t Utf8SequenceLength(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto follows = [&](size_t i) { return i < text.size() && (byte(i) & 0xc0) == 0x80; };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first < 0xf0) {
    // Neither overlong forms nor surrogates.
    const bool sound = follows(1) && follows(2) && !(first == 0xe0 && byte(1) < 0xa0) &&
                       !(first == 0xed && byte(1) >= 0xa0);
    return sound ? 3 : 0;
  }
  if (first >= 0xf0 && first < 0xf5) {
    const bool sound = follows(1) && follows(2) && follows(3) &&
                       !(first == 0xf0 && byte(1) < 0x90) && !(first == 0xf4 && byte(1) >= 0x90);
    return sound ? 4 : 0;
  }
  return 0;
}

}  // namespace tidewire
