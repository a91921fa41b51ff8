#include "source/mysql/mysql_names.h"

namespace tidewire::source {
namespace {

char LowerByte(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
char UpperByte(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c; }

// The lower-case letter of a code point between U+0080 and U+07FF.
unsigned LowerTwoByteLetter(unsigned code) {
  if (code >= 0xC0 && code <= 0xDE && code != 0xD7) return code + 32;     // Latin-1.
  if (code >= 0x391 && code <= 0x3A9 && code != 0x3A2) return code + 32;  // Greek.
  if (code >= 0x410 && code <= 0x42F) return code + 32;                   // Cyrillic.
  if (code >= 0x400 && code <= 0x40F) return code + 80;
  return code;
}

}  // namespace

std::string FoldName(std::string_view name) {
  std::string out(name);
  for (size_t i = 0; i < out.size(); ++i) {
    const auto lead = static_cast<unsigned char>(out[i]);
    if (lead < 0x80) {
      out[i] = LowerByte(out[i]);
    } else if ((lead & 0xE0) == 0xC0 && i + 1 < out.size()) {
      const auto trail = static_cast<unsigned char>(out[i + 1]);
      if ((trail & 0xC0) != 0x80) continue;
      const unsigned code = LowerTwoByteLetter((lead & 0x1Fu) << 6 | (trail & 0x3Fu));
      out[i] = static_cast<char>(0xC0 | code >> 6);
      out[++i] = static_cast<char>(0x80 | (code & 0x3F));
    }
  }
  return out;
}

bool SameName(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i]) continue;
    if (((a[i] | b[i]) & 0x80) != 0) return FoldName(a) == FoldName(b);
    if (LowerByte(a[i]) != LowerByte(b[i])) return false;
  }
  return true;
}

bool SameWord(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (LowerByte(a[i]) != LowerByte(b[i])) return false;
  }
  return true;
}

std::string UpperAscii(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = UpperByte(c);
  return out;
}

std::string LowerAscii(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = LowerByte(c);
  return out;
}

}  // namespace tidewire::source
