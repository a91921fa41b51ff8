#include "source/mysql/binlog_values.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include "model/calendar.h"

namespace tidewire::source {
namespace {

using model::kMicrosPerSecond;

constexpr int kFractionMax = 6;

int64_t PowerOfTen(int exponent) {
  constexpr int64_t kPowers[] = {1,       10,        100,        1'000,       10'000,
                                 100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};
  return kPowers[exponent];
}

size_t FractionBytes(int fraction) {
  if (fraction < 0 || fraction > kFractionMax) {
    throw DataError("a time with more than six fractional digits");
  }
  return static_cast<size_t>((fraction + 1) / 2);
}

// Big-endian hundredths, ten-thousandths or millionths.
int64_t FractionMicros(uint64_t value, size_t bytes) {
  return static_cast<int64_t>(value) * PowerOfTen(kFractionMax - static_cast<int>(bytes) * 2);
}

int64_t ReadFraction(BinlogReader& in, int fraction) {
  const size_t bytes = FractionBytes(fraction);
  return bytes == 0 ? 0 : FractionMicros(in.Big(bytes), bytes);
}

// Digits of a decimal are kept nine to four bytes; what is left over takes fewer.
constexpr int kDigitsPerWord = 9;
constexpr size_t kLeftoverBytes[kDigitsPerWord] = {0, 1, 1, 2, 2, 3, 3, 4, 4};

char* PutDigits(char* out, uint64_t value, int digits) {
  for (int i = digits; i-- > 0; value /= 10) out[i] = static_cast<char>('0' + value % 10);
  return out + digits;
}

}  // namespace

bool IsRealDay(const CivilTime& time) {
  if (time.month < 1 || time.month > 12 || time.day < 1 || time.hour > 23 || time.minute > 59 ||
      time.second > 59) {
    return false;
  }
  const model::Civil day{time.year, time.month, time.day};
  const model::Civil same = model::CivilFromDays(model::DaysFromCivil(day));
  return same.month == time.month && same.day == time.day;
}

int64_t DaysOf(const CivilTime& time) {
  return model::DaysFromCivil({time.year, time.month, time.day});
}

int64_t MicrosOf(const CivilTime& time) {
  const int64_t seconds = (time.hour * 60 + time.minute) * 60 + time.second;
  return (DaysOf(time) - model::kEpoch2000Days) * model::kMicrosPerDay +
         seconds * kMicrosPerSecond + time.micros;
}

std::string CivilText(const CivilTime& time, bool with_time, int fraction) {
  std::string out = fmt::format("{:04}-{:02}-{:02}", time.year, time.month, time.day);
  if (!with_time) return out;
  fmt::format_to(std::back_inserter(out), " {:02}:{:02}:{:02}", time.hour, time.minute,
                 time.second);
  if (fraction > 0) {
    fmt::format_to(std::back_inserter(out), ".{:0{}}",
                   time.micros / PowerOfTen(kFractionMax - fraction), fraction);
  }
  return out;
}

CivilTime ReadDate(BinlogReader& in) {
  const uint64_t packed = in.Little(3);
  CivilTime out;
  out.day = static_cast<int64_t>(packed & 0x1F);
  out.month = static_cast<int64_t>(packed >> 5 & 0x0F);
  out.year = static_cast<int64_t>(packed >> 9);
  return out;
}

CivilTime ReadDateTime(BinlogReader& in, int fraction) {
  // Sign, 17 bits of year * 13 + month, 5 of day, 5 of hour, 6 of minute, 6 of second.
  constexpr uint64_t kSign = uint64_t{1} << 39;
  const uint64_t packed = in.Big(5) & ~kSign;
  CivilTime out;
  out.micros = ReadFraction(in, fraction);
  const auto months = static_cast<int64_t>(packed >> 22);
  out.year = months / 13;
  out.month = months % 13;
  out.day = static_cast<int64_t>(packed >> 17 & 0x1F);
  out.hour = static_cast<int64_t>(packed >> 12 & 0x1F);
  out.minute = static_cast<int64_t>(packed >> 6 & 0x3F);
  out.second = static_cast<int64_t>(packed & 0x3F);
  return out;
}

CivilTime ReadOldDateTime(BinlogReader& in) {
  const auto number = static_cast<int64_t>(in.Little<uint64_t>() & INT64_MAX);
  const int64_t date = number / 1'000'000;
  const int64_t time = number % 1'000'000;
  CivilTime out;
  out.year = date / 10'000;
  out.month = date / 100 % 100;
  out.day = date % 100;
  out.hour = time / 10'000;
  out.minute = time / 100 % 100;
  out.second = time % 100;
  return out;
}

int64_t ReadTime(BinlogReader& in, int fraction) {
  // Sign, a spare bit, 10 bits of hour, 6 of minute, 6 of second, then the fraction, all as one
  // number with an offset of half its range.
  const size_t fraction_bytes = FractionBytes(fraction);
  const uint64_t stored = in.Big(3 + fraction_bytes);
  const auto half = int64_t{1} << (23 + 8 * fraction_bytes);
  int64_t packed = static_cast<int64_t>(stored) - half;
  const bool negative = packed < 0;
  if (negative) packed = -packed;
  const int64_t part = packed & ((int64_t{1} << 8 * fraction_bytes) - 1);
  const int64_t whole = packed >> 8 * fraction_bytes;
  const int64_t seconds = ((whole >> 12 & 0x3FF) * 60 + (whole >> 6 & 0x3F)) * 60 + (whole & 0x3F);
  const int64_t micros =
      seconds * kMicrosPerSecond + FractionMicros(static_cast<uint64_t>(part), fraction_bytes);
  return negative ? -micros : micros;
}

int64_t ReadOldTime(BinlogReader& in) {
  auto number = static_cast<int64_t>(in.Little(3));
  constexpr int64_t kSign = 0x800000;
  if ((number & kSign) != 0) number -= 2 * kSign;
  const bool negative = number < 0;
  if (negative) number = -number;
  const int64_t seconds = (number / 10'000 * 60 + number / 100 % 100) * 60 + number % 100;
  return (negative ? -seconds : seconds) * kMicrosPerSecond;
}

std::optional<int64_t> ReadTimestamp(BinlogReader& in, int fraction) {
  const auto seconds = static_cast<int64_t>(in.Big(4));
  const int64_t micros = ReadFraction(in, fraction);
  if (seconds == 0 && micros == 0) return std::nullopt;
  return seconds * kMicrosPerSecond + micros - model::kEpoch2000Micros;
}

std::optional<int64_t> ReadOldTimestamp(BinlogReader& in) {
  const auto seconds = static_cast<int64_t>(in.Little<uint32_t>());
  if (seconds == 0) return std::nullopt;
  return seconds * kMicrosPerSecond - model::kEpoch2000Micros;
}

double RoundedFloat(float value, int scale) {
  constexpr int kScaleMax = 30;
  const std::string text = fmt::format("{:.{}f}", value, std::min(scale, kScaleMax));
  return std::strtod(text.c_str(), nullptr);
}

model::Datum InvalidDate(InvalidDates policy, model::Kind kind, bool nullable,
                         const std::string& text) {
  const model::Datum epoch =
      model::Datum::Integer(kind == model::Kind::kDate ? 0 : -model::kEpoch2000Micros);
  switch (policy) {
    case InvalidDates::kNull:
      return model::Datum::Null();
    case InvalidDates::kEpoch:
      return epoch;
    case InvalidDates::kFail:
      throw DataError(fmt::format(
          "'{}' is no date; set tidewire.invalid.dates to null, epoch or text, or correct the row",
          text));
    default:
      return nullable ? model::Datum::Null() : epoch;
  }
}

std::string_view ReadDecimal(BinlogReader& in, int precision, int scale, Arena& arena) {
  constexpr int kPrecisionMax = 81;  // Nine words, more than any server writes.
  if (precision < 1 || precision > kPrecisionMax || scale < 0 || scale > precision) {
    throw DataError("a decimal of impossible precision");
  }
  const int whole = precision - scale;
  const auto words = [](int digits) { return static_cast<size_t>(digits / kDigitsPerWord); };
  const size_t whole_rest = kLeftoverBytes[whole % kDigitsPerWord];
  const size_t part_rest = kLeftoverBytes[scale % kDigitsPerWord];
  const size_t size = whole_rest + words(whole) * 4 + words(scale) * 4 + part_rest;
  const std::string_view stored = in.Bytes(size);
  // The first bit is set for what is not negative; negative ones have all bits turned.
  const bool negative = (static_cast<uint8_t>(stored[0]) & 0x80) == 0;
  const uint8_t mask = negative ? 0xFF : 0x00;
  char bytes[64];
  for (size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<char>(static_cast<uint8_t>(stored[i]) ^ mask);
  }
  bytes[0] = static_cast<char>(static_cast<uint8_t>(bytes[0]) ^ 0x80);

  char* const text = arena.Allocate(static_cast<size_t>(precision) + 4);
  char* out = text;
  const char* at = bytes;
  *out++ = '-';
  char* const digits = out;
  out = PutDigits(out, LoadBigEndian(at, whole_rest), whole % kDigitsPerWord);
  at += whole_rest;
  for (size_t i = 0; i < words(whole); ++i, at += 4) {
    out = PutDigits(out, LoadBigEndian(at, 4), kDigitsPerWord);
  }
  char* first = digits;
  while (first < out && *first == '0') ++first;
  if (first == out) {
    // No digit in front of the point but zeros: one of them stays.
    if (whole == 0) *out++ = '0';
    first = out - 1;
  }
  if (scale > 0) {
    *out++ = '.';
    for (size_t i = 0; i < words(scale); ++i, at += 4) {
      out = PutDigits(out, LoadBigEndian(at, 4), kDigitsPerWord);
    }
    out = PutDigits(out, LoadBigEndian(at, part_rest), scale % kDigitsPerWord);
  }
  if (negative) *--first = '-';
  return {first, static_cast<size_t>(out - first)};
}

std::string_view ReadBits(BinlogReader& in, size_t bits, Arena& arena) {
  const size_t bytes = (bits + 7) / 8;
  const std::string_view stored = in.Bytes(bytes);
  char* const out = arena.Allocate(bits);
  for (size_t i = 0; i < bits; ++i) {
    const size_t place = bits - 1 - i;  // Of the bit, from the lowest.
    const auto byte = static_cast<uint8_t>(stored[bytes - 1 - place / 8]);
    out[i] = (byte >> (place % 8) & 1) != 0 ? '1' : '0';
  }
  return {out, bits};
}

std::string_view UuidText(std::string_view bytes, Arena& arena) {
  constexpr size_t kTextBytes = 36;
  constexpr char kHex[] = "0123456789abcdef";
  char* const text = arena.Allocate(kTextBytes);
  char* out = text;
  for (size_t i = 0; i < bytes.size() && i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *out++ = '-';
    *out++ = kHex[static_cast<uint8_t>(bytes[i]) >> 4];
    *out++ = kHex[static_cast<uint8_t>(bytes[i]) & 15];
  }
  return {text, static_cast<size_t>(out - text)};
}

std::string_view Inet4Text(std::string_view bytes, Arena& arena) {
  char text[INET_ADDRSTRLEN];
  if (bytes.size() != 4 || inet_ntop(AF_INET, bytes.data(), text, sizeof text) == nullptr) {
    throw DataError("an INET4 value that is no address");
  }
  return arena.Copy(text);
}

std::string_view Inet6Text(std::string_view bytes, Arena& arena) {
  char text[INET6_ADDRSTRLEN];
  if (bytes.size() != 16 || inet_ntop(AF_INET6, bytes.data(), text, sizeof text) == nullptr) {
    throw DataError("an INET6 value that is no address");
  }
  return arena.Copy(text);
}

}  // namespace tidewire::source
