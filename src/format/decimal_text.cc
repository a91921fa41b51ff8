#include "format/decimal_text.h"

#include "base/error.h"
#include "format/json_text.h"

namespace tidewire::format {
namespace {

// The digits of a decimal text without sign and point.
struct Parts {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
};

bool AllDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Parts Split(std::string_view text) {
  Parts parts;
  std::string_view rest = text;
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) {
    parts.negative = rest[0] == '-';
    rest.remove_prefix(1);
  }
  const size_t point = rest.find('.');
  parts.whole = rest.substr(0, point);
  if (point != std::string_view::npos) parts.fraction = rest.substr(point + 1);
  if (parts.whole.size() + parts.fraction.size() == 0 || !AllDigits(parts.whole) ||
      !AllDigits(parts.fraction)) {
    throw DataError(fmt::format("'{}' is no decimal number", text));
  }
  while (parts.whole.size() > 1 && parts.whole[0] == '0') parts.whole.remove_prefix(1);
  return parts;
}

// Hands the digits of the unscaled value, first to last, to `take`.
template <class Take>
void ForEachDigit(const Parts& parts, int32_t scale, Take take) {
  const auto fraction = static_cast<int32_t>(parts.fraction.size());
  const int32_t total = static_cast<int32_t>(parts.whole.size()) + scale;
  for (int32_t i = 0; i < total; ++i) {
    const int32_t behind = i - static_cast<int32_t>(parts.whole.size());
    const char digit = behind < 0          ? parts.whole[static_cast<size_t>(i)]
                       : behind < fraction ? parts.fraction[static_cast<size_t>(behind)]
                                           : '0';
    take(static_cast<uint32_t>(digit - '0'));
  }
}

// Whether all digits that `scale` leaves out are zeros.
bool FitsScale(const Parts& parts, int32_t scale) {
  const auto nonzero = [](char c) { return c != '0'; };
  if (scale >= 0) {
    const auto kept = std::min<size_t>(static_cast<size_t>(scale), parts.fraction.size());
    return std::none_of(parts.fraction.begin() + static_cast<ptrdiff_t>(kept), parts.fraction.end(),
                        nonzero);
  }
  const size_t dropped = std::min(static_cast<size_t>(-scale), parts.whole.size());
  return std::none_of(parts.whole.end() - static_cast<ptrdiff_t>(dropped), parts.whole.end(),
                      nonzero) &&
         std::none_of(parts.fraction.begin(), parts.fraction.end(), nonzero);
}

// Appends `size` big-endian bytes without those that only repeat the sign.
void AppendMinimal(std::string& out, const char* bytes, size_t size) {
  while (size > 1) {
    const auto first = static_cast<unsigned char>(bytes[0]);
    const bool next_negative = (static_cast<unsigned char>(bytes[1]) & 0x80U) != 0;
    if (first != (next_negative ? 0xFFU : 0U)) break;
    ++bytes;
    --size;
  }
  out.append(bytes, size);
}

template <class Unsigned>
void AppendNative(std::string& out, const Parts& parts, int32_t scale) {
  Unsigned value = 0;
  ForEachDigit(parts, scale, [&](uint32_t digit) { value = value * 10 + digit; });
  if (parts.negative) value = ~value + 1;
  char bytes[sizeof(Unsigned)];
  for (size_t i = sizeof bytes; i-- > 0;) {
    bytes[i] = static_cast<char>(value & 0xFF);
    value >>= 8;
  }
  AppendMinimal(out, bytes, sizeof bytes);
}

void AppendLarge(std::string& out, const Parts& parts, int32_t scale) {
  std::vector<uint32_t> limbs;  // Little-endian.
  ForEachDigit(parts, scale, [&](uint32_t digit) {
    uint64_t carry = digit;
    for (uint32_t& limb : limbs) {
      carry += uint64_t{limb} * 10;
      limb = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) limbs.push_back(static_cast<uint32_t>(carry));
  });
  limbs.push_back(0);  // Room for the sign.
  if (parts.negative) {
    uint64_t carry = 1;
    for (uint32_t& limb : limbs) {
      carry += static_cast<uint32_t>(~limb);
      limb = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
  }
  std::string bytes;
  for (size_t i = limbs.size(); i-- > 0;) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(limbs[i] >> shift);
  }
  AppendMinimal(out, bytes.data(), bytes.size());
}

}  // namespace

bool IsFiniteDecimal(std::string_view text) {
  if (!text.empty() && text[0] == '-') text.remove_prefix(1);
  return !text.empty() && (text[0] == '.' || (text[0] >= '0' && text[0] <= '9'));
}

int32_t SignificantScale(std::string_view text) {
  const size_t point = text.find('.');
  if (point == std::string_view::npos) return 0;
  const size_t last = text.find_last_not_of('0');
  return static_cast<int32_t>(last - point);
}

void AppendUnscaled(std::string& out, std::string_view text, int32_t scale) {
  const Parts parts = Split(text);
  if (!FitsScale(parts, scale)) {
    throw DataError(
        fmt::format("the decimal {} has digits beyond its column's scale {}", text, scale));
  }
  const int64_t digits = static_cast<int64_t>(parts.whole.size()) + scale;
  if (digits <= 18) {
    AppendNative<uint64_t>(out, parts, scale);
  } else if (digits <= 38) {
    AppendNative<unsigned __int128>(out, parts, scale);
  } else {
    AppendLarge(out, parts, scale);
  }
}

void AppendUnscaledUnsigned(std::string& out, uint64_t value) {
  char bytes[9] = {};  // The first is for the sign.
  for (size_t i = sizeof bytes; i-- > 1; value >>= 8) bytes[i] = static_cast<char>(value & 0xFF);
  AppendMinimal(out, bytes, sizeof bytes);
}

std::string RoundedDecimal(std::string_view text, int32_t scale) {
  const Parts parts = Split(text);
  std::string digits = "0";  // Room for a carry.
  ForEachDigit(parts, scale, [&](uint32_t digit) { digits += static_cast<char>('0' + digit); });
  const auto kept = static_cast<size_t>(scale);
  if (parts.fraction.size() > kept && parts.fraction[kept] >= '5') {
    size_t at = digits.size() - 1;
    for (; digits[at] == '9'; --at) digits[at] = '0';
    ++digits[at];
  }
  const bool zero = digits.find_first_not_of('0') == std::string::npos;
  const size_t first = std::min(digits.find_first_not_of('0'), digits.size() - kept - 1);
  if (kept > 0) digits.insert(digits.size() - kept, 1, '.');
  return (parts.negative && !zero ? "-" : "") + digits.substr(first);
}

std::string UnscaledToText(std::string_view bytes, int32_t scale) {
  const bool negative = !bytes.empty() && (static_cast<unsigned char>(bytes[0]) & 0x80U) != 0;
  std::vector<uint32_t> magnitude;  // Big-endian bytes of the absolute value, one in each element.
  for (const char c : bytes) magnitude.push_back(static_cast<unsigned char>(c));
  if (negative) {
    uint32_t carry = 1;
    for (size_t i = magnitude.size(); i-- > 0;) {
      carry += ~magnitude[i] & 0xFFU;
      magnitude[i] = carry & 0xFFU;
      carry >>= 8;
    }
  }
  std::string reversed;
  while (std::any_of(magnitude.begin(), magnitude.end(), [](uint32_t b) { return b != 0; })) {
    uint32_t remainder = 0;
    for (uint32_t& byte : magnitude) {
      const uint32_t value = remainder << 8 | byte;
      byte = value / 10;
      remainder = value % 10;
    }
    reversed += static_cast<char>('0' + remainder);
  }
  while (static_cast<int32_t>(reversed.size()) <= scale || reversed.empty()) reversed += '0';
  if (scale > 0) reversed.insert(static_cast<size_t>(scale), 1, '.');
  if (negative) reversed += '-';
  std::string text(reversed.rbegin(), reversed.rend());
  if (scale < 0) text.append(static_cast<size_t>(-scale), '0');
  return text;
}

void AppendBigDecimal(std::string& out, std::string_view text) {
  const Parts parts = Split(text);
  const auto scale = static_cast<int64_t>(parts.fraction.size());
  const std::string all = fmt::format("{}{}", parts.whole, parts.fraction);
  std::string_view digits = all;
  while (digits.size() > 1 && digits[0] == '0') digits.remove_prefix(1);
  const int64_t adjusted = -scale + static_cast<int64_t>(digits.size()) - 1;
  if (adjusted >= -6) {
    out += text;
    return;
  }
  if (parts.negative && digits != "0") out += '-';
  out += digits[0];
  if (digits.size() > 1) {
    out += '.';
    out += digits.substr(1);
  }
  out += 'E';
  AppendInteger(out, adjusted);
}

}  // namespace tidewire::format
