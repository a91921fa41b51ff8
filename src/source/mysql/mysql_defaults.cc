#include "source/mysql/mysql_defaults.h"

#include <charconv>

#include "source/mysql/binlog_values.h"

namespace tidewire::source {
namespace {

using model::Datum;
using model::Kind;

template <class Number>
std::optional<Number> Parse(std::string_view text) {
  Number out{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

// "2020-01-02 03:04:05.678": as far as it goes.
std::optional<CivilTime> ParseCivil(std::string_view text) {
  CivilTime out;
  int64_t* const parts[] = {&out.year, &out.month, &out.day, &out.hour, &out.minute, &out.second};
  size_t at = 0;
  for (int64_t* part : parts) {
    const size_t end = std::min(text.find_first_of("-: .", at), text.size());
    const auto number = Parse<int64_t>(text.substr(at, end - at));
    if (!number) return std::nullopt;
    *part = *number;
    if (end == text.size()) return IsRealDay(out) ? std::optional(out) : std::nullopt;
    at = end + 1;
  }
  std::string fraction(text.substr(at, 6));
  fraction.resize(6, '0');
  out.micros = Parse<int64_t>(fraction).value_or(0);
  return IsRealDay(out) ? std::optional(out) : std::nullopt;
}

Datum Temporal(std::string_view text, Kind kind) {
  const auto time = ParseCivil(text);
  if (!time) return Datum::Null();
  return Datum::Integer(kind == Kind::kDate ? DaysOf(*time) : MicrosOf(*time));
}

}  // namespace

Datum MysqlConstant(const MysqlColumn& column, Kind kind) {
  if (!column.default_text) return Datum::Null();
  const std::string_view text = *column.default_text;
  switch (kind) {
    case Kind::kInt16:
    case Kind::kInt32:
    case Kind::kInt64:
    case Kind::kYear: {
      const auto number = Parse<int64_t>(text);
      return number ? Datum::Integer(*number) : Datum::Null();
    }
    case Kind::kUInt64: {
      const auto number = Parse<uint64_t>(text);
      return number ? Datum::Integer(static_cast<int64_t>(*number)) : Datum::Null();
    }
    case Kind::kFloat32:
    case Kind::kFloat64: {
      const auto number = Parse<double>(text);
      return number ? Datum::Real(*number) : Datum::Null();
    }
    case Kind::kDate:
    case Kind::kTimestamp:
    case Kind::kTimestampTz:
      return Temporal(text, kind);
    case Kind::kTime: {
      const auto time = ParseCivil("2000-01-01 " + *column.default_text);
      return time ? Datum::Integer(MicrosOf(*time)) : Datum::Null();
    }
    default:
      return Datum::View(text);
  }
}

}  // namespace tidewire::source
