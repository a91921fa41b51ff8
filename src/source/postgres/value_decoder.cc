#include "source/postgres/value_decoder.h"

#include <charconv>

#include "base/error.h"
#include "model/calendar.h"

namespace tidewire::source {
namespace {

using model::Civil;
using model::ColumnType;
using model::Datum;
using model::Kind;
using model::kMicrosPerDay;
using model::kMicrosPerSecond;

[[noreturn]] void Fail(std::string_view text, std::string_view type) {
  throw DataError(fmt::format("\"{}\" is no {}", text.substr(0, 64), type));
}

// A cursor over text of digits and signs; every step checks the end.
class Scanner {
 public:
  Scanner(std::string_view text, std::string_view type)
      : text_(text), type_(type), next_(text.data()), end_(text.data() + text.size()) {}

  bool done() const { return next_ == end_; }
  bool At(char c) const { return next_ != end_ && *next_ == c; }
  bool Skip(char c) {
    if (!At(c)) return false;
    ++next_;
    return true;
  }
  void Expect(char c) {
    if (!Skip(c)) Fail(text_, type_);
  }
  // Exactly two digits.
  int32_t TwoDigits() {
    if (end_ - next_ < 2) Fail(text_, type_);
    const unsigned tens = static_cast<unsigned char>(next_[0]) - unsigned{'0'};
    const unsigned ones = static_cast<unsigned char>(next_[1]) - unsigned{'0'};
    if (tens > 9 || ones > 9) Fail(text_, type_);
    next_ += 2;
    return static_cast<int32_t>(tens * 10 + ones);
  }
  // One to nine digits.
  int32_t Digits() {
    const char* begin = next_;
    int32_t value = 0;
    while (next_ != end_ && static_cast<unsigned char>(*next_ - '0') <= 9 && next_ - begin < 9) {
      value = value * 10 + (*next_++ - '0');
    }
    if (next_ == begin) Fail(text_, type_);
    return value;
  }
  // ".5" → 500,000; nothing → 0. PostgreSQL prints up to six digits.
  int64_t FractionMicros() {
    if (!Skip('.')) return 0;
    int64_t value = 0;
    int64_t unit = kMicrosPerSecond;
    while (next_ != end_ && static_cast<unsigned char>(*next_ - '0') <= 9) {
      unit /= 10;
      if (unit == 0) Fail(text_, type_);
      value += (*next_++ - '0') * unit;
    }
    return value;
  }
  bool SkipEra() {
    if (end_ - next_ != 3 || std::string_view(next_, 3) != " BC") return false;
    next_ = end_;
    return true;
  }
  void ExpectEnd() const { Require(next_ == end_); }
  void Require(bool fits) const {
    if (!fits) Fail(text_, type_);
  }
  // "infinity" or "-infinity".
  static std::optional<int64_t> Infinity(std::string_view text) {
    if (text == "infinity") return model::kPositiveInfinity;
    if (text == "-infinity") return model::kNegativeInfinity;
    return std::nullopt;
  }

 private:
  std::string_view text_;
  std::string_view type_;
  const char* next_;
  const char* end_;
};

Civil ReadDate(Scanner& in) {
  Civil date{};
  date.year = in.Digits();
  in.Expect('-');
  date.month = in.TwoDigits();
  in.Expect('-');
  date.day = in.TwoDigits();
  return date;
}

int64_t ReadTimeOfDay(Scanner& in) {
  const int64_t hours = in.TwoDigits();
  in.Expect(':');
  const int64_t minutes = in.TwoDigits();
  in.Expect(':');
  const int64_t seconds = in.TwoDigits();
  return ((hours * 60 + minutes) * 60 + seconds) * kMicrosPerSecond + in.FractionMicros();
}

// "+02", "-05:30", "+00:19:32"; the session's zone is UTC, so it is nearly always "+00".
int64_t ReadZoneMicros(Scanner& in) {
  const bool west = in.Skip('-');
  if (!west) in.Expect('+');
  int64_t seconds = in.TwoDigits() * 3600;
  if (in.Skip(':')) seconds += in.TwoDigits() * 60;
  if (in.Skip(':')) seconds += in.TwoDigits();
  return (west ? -seconds : seconds) * kMicrosPerSecond;
}

Datum DecodeDate(std::string_view text) {
  if (const auto infinity = Scanner::Infinity(text)) return Datum::Integer(*infinity);
  Scanner in(text, "date");
  Civil date = ReadDate(in);
  if (in.SkipEra()) date.year = 1 - date.year;
  in.ExpectEnd();
  in.Require(InRange(date, model::kMaxDateYear));
  return Datum::Integer(DaysFromCivil(date));
}

Datum DecodeTime(std::string_view text) {
  Scanner in(text, "time");
  const int64_t micros = ReadTimeOfDay(in);
  in.ExpectEnd();
  return Datum::Integer(micros);
}

Datum DecodeTimestamp(std::string_view text, bool zoned) {
  if (const auto infinity = Scanner::Infinity(text)) return Datum::Integer(*infinity);
  Scanner in(text, "timestamp");
  Civil date = ReadDate(in);
  in.Expect(' ');
  int64_t micros = ReadTimeOfDay(in);
  if (zoned) micros -= ReadZoneMicros(in);
  if (in.SkipEra()) date.year = 1 - date.year;
  in.ExpectEnd();
  in.Require(InRange(date, model::kMaxTimestampYear));
  const int64_t days = DaysFromCivil(date) - model::kEpoch2000Days;
  return Datum::Integer(days * kMicrosPerDay + micros);
}

// Digits are read without overflow checks as long as they cannot overflow; longer text goes the
// slow way.
Datum DecodeInteger(std::string_view text) {
  const char* next = text.data();
  const char* const end = next + text.size();
  const bool negative = next != end && *next == '-';
  const char* const digits = next + (negative ? 1 : 0);
  if (end - digits > 18) {
    int64_t value = 0;
    const auto [stop, error] = std::from_chars(next, end, value);
    if (error != std::errc{} || stop != end) Fail(text, "integer");
    return Datum::Integer(value);
  }
  if (digits == end) Fail(text, "integer");
  int64_t value = 0;
  for (next = digits; next != end; ++next) {
    const unsigned digit = static_cast<unsigned char>(*next) - unsigned{'0'};
    if (digit > 9) Fail(text, "integer");
    value = value * 10 + digit;
  }
  return Datum::Integer(negative ? -value : value);
}

template <class T>
Datum DecodeReal(std::string_view text) {
  T value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end) Fail(text, "floating-point number");
  return Datum::Real(static_cast<double>(value));
}

// bit(1) is a boolean for Debezium, so '0' and '1' come here too.
Datum DecodeBool(std::string_view text) {
  if (text == "t" || text == "1") return Datum::Integer(1);
  if (text == "f" || text == "0") return Datum::Integer(0);
  Fail(text, "boolean");
}

constexpr std::array<int8_t, 256> kHexDigits = [] {
  std::array<int8_t, 256> table{};
  table.fill(-1);
  for (size_t i = 0; i < 10; ++i) table[size_t{'0'} + i] = static_cast<int8_t>(i);
  for (size_t i = 0; i < 6; ++i) {
    table[size_t{'a'} + i] = static_cast<int8_t>(10 + i);
    table[size_t{'A'} + i] = static_cast<int8_t>(10 + i);
  }
  return table;
}();

Datum DecodeBytes(std::string_view text, Arena& arena) {
  if (text.size() < 2 || text[0] != '\\' || text[1] != 'x' || text.size() % 2 != 0) {
    Fail(text, "bytea in hex form");
  }
  const size_t size = (text.size() - 2) / 2;
  char* const out = arena.Allocate(size);
  const auto* in = reinterpret_cast<const unsigned char*>(text.data() + 2);
  int bad = 0;
  for (size_t i = 0; i < size; ++i, in += 2) {
    const int high = kHexDigits[in[0]];
    const int low = kHexDigits[in[1]];
    bad |= high | low;
    out[i] = static_cast<char>((high << 4) | (low & 15));
  }
  if (bad < 0) Fail(text, "bytea in hex form");
  return Datum::View({out, size});
}

// "-$1,234.50" → "-1234.50". The session's lc_monetary is C: a point before the fraction, commas
// between thousands.
Datum DecodeMoney(std::string_view text, Arena& arena) {
  char* const out = arena.Allocate(text.size() + 1);
  size_t size = 0;
  bool any = false;
  if (text.find_first_of("-(") != std::string_view::npos) out[size++] = '-';
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    any |= digit;
    if (digit || c == '.') out[size++] = c;
  }
  if (!any) Fail(text, "money");
  return Datum::View({out, size});
}

}  // namespace

Datum DecodeText(const ColumnType& type, std::string_view text, Arena& arena) {
  switch (type.kind) {
    case Kind::kBool:
      return DecodeBool(text);
    case Kind::kInt16:
    case Kind::kInt32:
    case Kind::kInt64:
      return DecodeInteger(text);
    case Kind::kFloat32:
      return DecodeReal<float>(text);
    case Kind::kFloat64:
      return DecodeReal<double>(text);
    case Kind::kDate:
      return DecodeDate(text);
    case Kind::kTime:
      return DecodeTime(text);
    case Kind::kTimestamp:
      return DecodeTimestamp(text, false);
    case Kind::kTimestampTz:
      return DecodeTimestamp(text, true);
    case Kind::kBytes:
      return DecodeBytes(text, arena);
    case Kind::kMoney:
      return DecodeMoney(text, arena);
    default:
      return Datum::View(text);
  }
}

bool CopiesText(const ColumnType& type) {
  return !model::HoldsView(type.kind) || type.kind == Kind::kBytes || type.kind == Kind::kMoney;
}

}  // namespace tidewire::source
