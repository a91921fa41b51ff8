#include "sink/sql/value_text.h"

#include <cmath>

#include "model/calendar.h"

namespace tidewire::sink {
namespace {

using model::Datum;
using model::Kind;
using model::kMicrosPerDay;
using model::kMicrosPerSecond;

void AppendTwo(int64_t value, std::string& out) {
  out += static_cast<char>('0' + value / 10);
  out += static_cast<char>('0' + value % 10);
}

template <class T>
void AppendFloat(T value, std::string& out) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value > 0 ? "Infinity" : "-Infinity";
  } else {
    AppendNumber(value, out);
  }
}

bool AppendInfinity(int64_t value, std::string& out) {
  if (value == model::kPositiveInfinity) {
    out += "infinity";
  } else if (value == model::kNegativeInfinity) {
    out += "-infinity";
  } else {
    return false;
  }
  return true;
}

void AppendTimestamp(int64_t micros, std::string_view zone, std::string& out) {
  const int64_t days = model::FloorDiv(micros, kMicrosPerDay);
  const bool before_christ = AppendDate(days + model::kEpoch2000Days, out);
  out += ' ';
  AppendTime(micros - days * kMicrosPerDay, out);
  out += zone;
  if (before_christ) out += " BC";
}

}  // namespace

void AppendInteger(Kind kind, int64_t value, std::string& out) {
  if (kind == Kind::kUInt64) {
    AppendNumber(static_cast<uint64_t>(value), out);
  } else {
    AppendNumber(value, out);
  }
}

void AppendReal(Kind kind, double value, std::string& out) {
  if (kind == Kind::kFloat32) {
    AppendFloat(static_cast<float>(value), out);
  } else {
    AppendFloat(value, out);
  }
}

bool AppendDate(int64_t days_since_1970, std::string& out) {
  const model::Civil date = model::CivilFromDays(days_since_1970);
  int64_t year = date.year;
  const bool before_christ = year <= 0;
  if (before_christ) year = 1 - year;
  if (year < 1000) out.append(year < 10 ? "000" : year < 100 ? "00" : "0");
  AppendNumber(year, out);
  out += '-';
  AppendTwo(date.month, out);
  out += '-';
  AppendTwo(date.day, out);
  return before_christ;
}

void AppendTime(int64_t micros, std::string& out) {
  if (micros < 0) {
    out += '-';
    micros = -micros;
  }
  const int64_t seconds = micros / kMicrosPerSecond;
  const int64_t hours = seconds / 3600;
  if (hours < 100) {
    AppendTwo(hours, out);
  } else {
    AppendNumber(hours, out);
  }
  out += ':';
  AppendTwo(seconds / 60 % 60, out);
  out += ':';
  AppendTwo(seconds % 60, out);
  if (const int64_t fraction = micros % kMicrosPerSecond; fraction != 0) {
    out += '.';
    AppendTwo(fraction / 10'000, out);
    AppendTwo(fraction / 100 % 100, out);
    AppendTwo(fraction % 100, out);
  }
}

void AppendHexDigits(std::string_view bytes, std::string& out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  const size_t at = out.size();
  out.resize(at + bytes.size() * 2);
  char* to = out.data() + at;
  for (const char c : bytes) {
    *to++ = kDigits[static_cast<uint8_t>(c) >> 4];
    *to++ = kDigits[static_cast<uint8_t>(c) & 15];
  }
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void AppendTextValue(Kind kind, const Datum& datum, std::string& out) {
  switch (kind) {
    case Kind::kBool:
      out += datum.integer != 0 ? 't' : 'f';
      break;
    case Kind::kInt16:
    case Kind::kInt32:
    case Kind::kInt64:
    case Kind::kUInt64:
    case Kind::kYear:
      AppendInteger(kind, datum.integer, out);
      break;
    case Kind::kFloat32:
    case Kind::kFloat64:
      AppendReal(kind, datum.real, out);
      break;
    case Kind::kBytes:
    case Kind::kGeometry:
    case Kind::kVector:
      out += "\\x";
      AppendHexDigits(datum.view(), out);
      break;
    case Kind::kDate:
      if (AppendInfinity(datum.integer, out)) break;
      if (AppendDate(datum.integer, out)) out += " BC";
      break;
    case Kind::kTime:
      AppendTime(datum.integer, out);
      break;
    case Kind::kTimestamp:
      if (!AppendInfinity(datum.integer, out)) AppendTimestamp(datum.integer, "", out);
      break;
    case Kind::kTimestampTz:
      if (!AppendInfinity(datum.integer, out)) AppendTimestamp(datum.integer, "+00", out);
      break;
    default:
      out.append(datum.view());
      break;
  }
}

}  // namespace tidewire::sink
