#include "format/mysql_default.h"

#include <charconv>
#include <cmath>

#include "base/error.h"
#include "format/decimal_text.h"
#include "format/time_text.h"

namespace tidewire::format {
namespace {

using model::Column;
using model::ColumnType;
using model::Datum;
using model::Kind;

// 1970-01-01 00:00:00, which stands for zero dates and for CURRENT_TIMESTAMP.
constexpr int64_t kEpoch = -model::kEpoch2000Micros;

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool EqualsWord(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return (a | 0x20) == b; });
}

// TRUE and FALSE are names of numbers, and a number may have a plus.
std::string_view NumberText(std::string_view text) {
  if (EqualsWord(text, "true")) return "1";
  if (EqualsWord(text, "false")) return "0";
  if (text.starts_with('+')) text.remove_prefix(1);
  return text;
}

template <class Number>
std::optional<Number> Parse(std::string_view text) {
  Number value{};
  const auto r = std::from_chars(text.data(), text.data() + text.size(), value);
  if (r.ec != std::errc() || r.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

// A default with a fraction is rounded, as the server does.
std::optional<Datum> IntegerDefault(std::string_view text) {
  if (const auto value = Parse<int64_t>(text)) return Datum::Integer(*value);
  if (const auto value = Parse<uint64_t>(text)) return Datum::Integer(static_cast<int64_t>(*value));
  const auto real = Parse<double>(text);
  constexpr double kLimit = 9.2e18;
  if (!real || !(std::abs(*real) < kLimit)) return std::nullopt;
  return Datum::Integer(std::llround(*real));
}

std::optional<Datum> FloatDefault(Kind kind, std::string_view text) {
  if (kind == Kind::kFloat32) {
    const auto value = Parse<float>(text);
    if (!value || !std::isfinite(*value)) return std::nullopt;
    return Datum::Real(static_cast<double>(*value));
  }
  const auto value = Parse<double>(text);
  if (!value || !std::isfinite(*value)) return std::nullopt;
  return Datum::Real(*value);
}

std::optional<Datum> DecimalDefault(const ColumnType& type, std::string_view text,
                                    std::string& scratch) {
  try {
    scratch = RoundedDecimal(text, std::max(type.scale, 0));
  } catch (const DataError&) {
    return std::nullopt;  // Written with an exponent.
  }
  return Datum::View(scratch);
}

// "101" for a longer type is filled with zeros in front.
std::optional<Datum> BitsDefault(const ColumnType& type, std::string_view text,
                                 std::string& scratch) {
  if (text.find_first_not_of("01") != std::string_view::npos) return std::nullopt;
  const auto length = static_cast<size_t>(std::max(type.length, 1));
  if (text.size() > length) text.remove_prefix(text.size() - length);
  scratch.assign(length - text.size(), '0');
  scratch += text;
  return Datum::View(scratch);
}

std::optional<int64_t> YearDefault(std::string_view text) {
  const auto year = Parse<int64_t>(text);
  if (!year || text.size() > 2 || *year == 0) return year;
  return *year + (*year < 70 ? 2000 : 1900);  // Two digits.
}

// Nothing for what is no date of the calendar, zero dates among it.
std::optional<int64_t> DateDefault(std::string_view text) {
  return text.starts_with("0000") ? std::nullopt : ParseDate(text.substr(0, text.find(' ')));
}
std::optional<int64_t> TimestampDefault(std::string_view text) {
  return text.starts_with("0000") ? std::nullopt : ParseTimestamp(text);
}

// What Debezium shows for a date that is none: nothing, or 1970-01-01 where there has to be one.
std::optional<Datum> OrEpoch(const Column& column, std::optional<int64_t> value, int64_t epoch) {
  if (value) return Datum::Integer(*value);
  if (column.nullable) return std::nullopt;
  return Datum::Integer(epoch);
}

std::optional<Datum> BytesDefault(const ColumnType& type, std::string_view text,
                                  std::string& scratch) {
  scratch = text;
  const bool fixed = type.type_name == "BINARY" && type.length > 0;
  if (fixed) scratch.resize(std::max(scratch.size(), static_cast<size_t>(type.length)), '\0');
  return Datum::View(scratch);
}

std::optional<Datum> AsInteger(std::optional<int64_t> value) {
  return value ? std::optional(Datum::Integer(*value)) : std::nullopt;
}

std::optional<Datum> TemporalDefault(const Column& column, std::string_view text) {
  switch (column.type.kind) {
    case Kind::kDate:
      return OrEpoch(column, DateDefault(text), 0);
    case Kind::kTimestamp:
      return OrEpoch(column, TimestampDefault(text), kEpoch);
    case Kind::kTimestampTz: {
      // The epoch is no value of the type: in Debezium's hands it means CURRENT_TIMESTAMP.
      const auto value = TimestampDefault(text);
      return OrEpoch(column, value == kEpoch ? std::nullopt : value, kEpoch);
    }
    case Kind::kTime: {
      const size_t blank = text.find(' ');  // A date in front of it is left out.
      return AsInteger(
          ParseLongTime(blank == std::string_view::npos ? text : text.substr(blank + 1)));
    }
    default:
      return AsInteger(YearDefault(text));
  }
}

// Only the server knows its value. That of a date with a time is taken for CURRENT_TIMESTAMP.
std::optional<Datum> ExpressionDefault(const Column& column) {
  if (column.type.kind == Kind::kTimestamp) return Datum::Integer(kEpoch);
  if (column.type.kind == Kind::kTimestampTz) return OrEpoch(column, std::nullopt, kEpoch);
  return std::nullopt;
}

}  // namespace

std::optional<Datum> MysqlDefault(const Column& column, std::string& scratch) {
  if (!column.has_default || column.generated) return std::nullopt;
  if (!column.default_text) return ExpressionDefault(column);
  const ColumnType& type = column.type;
  const std::string_view text = Trimmed(*column.default_text);
  switch (type.kind) {
    case Kind::kBool:
    case Kind::kInt16:
    case Kind::kInt32:
    case Kind::kInt64:
    case Kind::kUInt64:
      return IntegerDefault(NumberText(text));
    case Kind::kFloat32:
    case Kind::kFloat64:
      return FloatDefault(type.kind, NumberText(text));
    case Kind::kDecimal:
      return DecimalDefault(type, NumberText(text), scratch);
    case Kind::kBits:
      return BitsDefault(type, NumberText(text), scratch);
    case Kind::kDate:
    case Kind::kTime:
    case Kind::kTimestamp:
    case Kind::kTimestampTz:
    case Kind::kYear:
      return TemporalDefault(column, text);
    case Kind::kBytes:
      return BytesDefault(type, *column.default_text, scratch);
    case Kind::kGeometry:
    case Kind::kVector:
      return std::nullopt;
    default:
      return Datum::View(*column.default_text);
  }
}

}  // namespace tidewire::format
