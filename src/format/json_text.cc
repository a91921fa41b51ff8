#include "format/json_text.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>

#include "base/error.h"

namespace tidewire::format {
namespace {

// What a byte asks for in a JSON string: 0: nothing, 1: an escape, 2: begin of a four-byte
// character.
constexpr std::array<uint8_t, 256> MakeSpecials() {
  std::array<uint8_t, 256> specials{};
  for (size_t i = 0; i < 0x20; ++i) specials[i] = 1;
  specials['"'] = specials['\\'] = 1;
  for (size_t i = 0xF0; i < 0xF8; ++i) specials[i] = 2;
  return specials;
}
constexpr std::array<uint8_t, 256> kSpecials = MakeSpecials();

void AppendUnicodeEscape(std::string& out, uint32_t unit) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  const char text[6] = {'\\',
                        'u',
                        kDigits[(unit >> 12) & 15],
                        kDigits[(unit >> 8) & 15],
                        kDigits[(unit >> 4) & 15],
                        kDigits[unit & 15]};
  out.append(text, 6);
}

void AppendEscape(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      AppendUnicodeEscape(out, static_cast<unsigned char>(c));
  }
}

// The bytes at `p` as a surrogate pair; false when they are no four-byte character.
bool AppendSurrogates(std::string& out, const char* p, size_t left) {
  if (left < 4) return false;
  uint32_t code = static_cast<unsigned char>(p[0]) & 7U;
  for (size_t i = 1; i < 4; ++i) {
    const auto byte = static_cast<unsigned char>(p[i]);
    if ((byte & 0xC0U) != 0x80U) return false;
    code = (code << 6) | (byte & 0x3FU);
  }
  if (code < 0x10000 || code > 0x10FFFF) return false;
  code -= 0x10000;
  AppendUnicodeEscape(out, 0xD800 + (code >> 10));
  AppendUnicodeEscape(out, 0xDC00 + (code & 0x3FF));
  return true;
}

// Decimal digits and the power of ten of the first one: 1.25E3 is {"125", 3}.
struct Digits {
  char text[24];
  size_t count = 0;
  int exponent = 0;
};

Digits SplitScientific(const char* begin, const char* end) {
  Digits digits;
  const char* p = begin;
  for (; p != end && *p != 'e'; ++p) {
    if (*p != '.') digits.text[digits.count++] = *p;
  }
  ++p;
  if (*p == '+') ++p;
  std::from_chars(p, end, digits.exponent);
  while (digits.count > 1 && digits.text[digits.count - 1] == '0') --digits.count;
  return digits;
}

template <class Float>
Digits ShortestDigits(Float value) {
  char buffer[40];
  // Java takes two digits where one would do, if two come nearer. That can only be where the
  // spacing of the numbers is a tenth of their size: the smallest subnormals.
  constexpr Float kCoarse = std::numeric_limits<Float>::denorm_min() * 64;
  if (value < kCoarse) {
    const auto shortest =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
    Digits digits = SplitScientific(buffer, shortest.ptr);
    if (digits.count > 1) return digits;
    const int n = std::snprintf(buffer, sizeof buffer, "%.1e", static_cast<double>(value));
    return SplitScientific(buffer, buffer + n);
  }
  const auto r =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  return SplitScientific(buffer, r.ptr);
}

void AppendPlain(std::string& out, const Digits& d) {
  if (d.exponent < 0) {
    out += "0.";
    out.append(static_cast<size_t>(-d.exponent - 1), '0');
    out.append(d.text, d.count);
    return;
  }
  const auto whole = static_cast<size_t>(d.exponent) + 1;
  out.append(d.text, std::min(whole, d.count));
  if (whole >= d.count) {
    out.append(whole - d.count, '0');
    out += ".0";
  } else {
    out += '.';
    out.append(d.text + whole, d.count - whole);
  }
}

template <class Float>
void AppendJava(std::string& out, Float value) {
  if (std::isnan(value)) {
    out += "\"NaN\"";
    return;
  }
  if (std::isinf(value)) {
    out += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    return;
  }
  if (std::signbit(value)) out += '-';
  const Float magnitude = std::fabs(value);
  if (magnitude == 0) {
    out += "0.0";
    return;
  }
  const Digits d = ShortestDigits(magnitude);
  if (d.exponent >= -3 && d.exponent < 7) {
    AppendPlain(out, d);
    return;
  }
  out += d.text[0];
  out += '.';
  if (d.count == 1) {
    out += '0';
  } else {
    out.append(d.text + 1, d.count - 1);
  }
  out += 'E';
  AppendInteger(out, d.exponent);
}

}  // namespace

void AppendJsonString(std::string& out, std::string_view text, BeyondBasicPlane beyond) {
  out += '"';
  const char* run = text.data();
  const char* const end = text.data() + text.size();
  for (const char* p = run; p != end;) {
    const uint8_t special = kSpecials[static_cast<unsigned char>(*p)];
    if (special == 0) [[likely]] {
      ++p;
      continue;
    }
    if (special == 2) {
      const auto before = static_cast<size_t>(p - run);
      if (beyond == BeyondBasicPlane::kKeep) {
        ++p;
        continue;
      }
      const size_t size = out.size();
      out.append(run, before);
      if (AppendSurrogates(out, p, static_cast<size_t>(end - p))) {
        p += 4;
        run = p;
      } else {
        out.resize(size);
        ++p;
      }
      continue;
    }
    out.append(run, static_cast<size_t>(p - run));
    AppendEscape(out, *p++);
    run = p;
  }
  out.append(run, static_cast<size_t>(end - run));
  out += '"';
}

void AppendHeaderString(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

void AppendInteger(std::string& out, int64_t value) {
  char buffer[24];
  const auto r = std::to_chars(buffer, buffer + sizeof buffer, value);
  out.append(buffer, static_cast<size_t>(r.ptr - buffer));
}

void AppendJavaDouble(std::string& out, double value) { AppendJava(out, value); }
void AppendJavaFloat(std::string& out, float value) { AppendJava(out, value); }

}  // namespace tidewire::format
