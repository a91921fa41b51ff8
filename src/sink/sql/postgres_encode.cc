#include "sink/sql/postgres_encode.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstring>

#include "base/bytes.h"
#include "base/error.h"
#include "model/calendar.h"

namespace tidewire::sink {
namespace {

using model::Datum;
using model::Kind;
using model::kMicrosPerDay;
using model::kMicrosPerSecond;

// Numbers of the built-in types, fixed for ever (src/include/catalog/pg_type.dat).
namespace oid {
constexpr uint32_t kBool = 16, kBytea = 17, kName = 19, kInt8 = 20, kInt2 = 21, kInt4 = 23,
                   kText = 25, kOid = 26, kJson = 114, kFloat4 = 700, kFloat8 = 701, kBpchar = 1042,
                   kVarchar = 1043, kDate = 1082, kTime = 1083, kTimestamp = 1114,
                   kTimestampTz = 1184, kNumeric = 1700, kUuid = 2950, kJsonb = 3802;
}  // namespace oid

template <class T>
void AppendSized(std::string& out, T value) {
  char buffer[4 + sizeof(T)];
  const uint32_t size = __builtin_bswap32(static_cast<uint32_t>(sizeof(T)));
  std::memcpy(buffer, &size, 4);
  const T swapped =
      sizeof(T) == 1 ? value : LoadBigEndian<T>(reinterpret_cast<const char*>(&value));
  std::memcpy(buffer + 4, &swapped, sizeof(T));
  out.append(buffer, sizeof(buffer));
}

void AppendSizedBytes(std::string& out, std::string_view bytes) {
  AppendBigEndian(out, static_cast<int32_t>(bytes.size()));
  out.append(bytes);
}

int32_t PostgresDate(int64_t days) {
  if (days == model::kPositiveInfinity) return INT32_MAX;
  if (days == model::kNegativeInfinity) return INT32_MIN;
  return static_cast<int32_t>(days - model::kEpoch2000Days);
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void AppendUuid(std::string_view text, std::string& out) {
  char bytes[16] = {};
  size_t digits = 0;
  for (const char c : text) {
    if (c == '-') continue;
    const int digit = HexDigit(c);
    if (digit < 0 || digits == 32) throw DataError(fmt::format("'{}' is no UUID", text));
    bytes[digits / 2] = static_cast<char>(bytes[digits / 2] << 4 | digit);
    ++digits;
  }
  if (digits != 32) throw DataError(fmt::format("'{}' is no UUID", text));
  AppendSizedBytes(out, {bytes, 16});
}

void AppendTwo(int64_t value, std::string& out) {
  out += static_cast<char>('0' + value / 10);
  out += static_cast<char>('0' + value % 10);
}

template <class T>
void AppendNumber(T value, std::string& out) {
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  out.append(buffer, end);
}

template <class T>
void AppendReal(T value, std::string& out) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value > 0 ? "Infinity" : "-Infinity";
  } else {
    AppendNumber(value, out);
  }
}

void AppendDate(int64_t days, std::string& out, bool& before_christ) {
  const model::Civil date = model::CivilFromDays(days);
  int64_t year = date.year;
  before_christ = year <= 0;
  if (before_christ) year = 1 - year;
  if (year < 1000) out.append(year < 10 ? "000" : year < 100 ? "00" : "0");
  AppendNumber(year, out);
  out += '-';
  AppendTwo(date.month, out);
  out += '-';
  AppendTwo(date.day, out);
}

void AppendTime(int64_t micros, std::string& out) {
  const int64_t seconds = micros / kMicrosPerSecond;
  AppendTwo(seconds / 3600, out);
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
  int64_t days = micros / kMicrosPerDay;
  int64_t rest = micros % kMicrosPerDay;
  if (rest < 0) {
    rest += kMicrosPerDay;
    --days;
  }
  bool before_christ = false;
  AppendDate(days + model::kEpoch2000Days, out, before_christ);
  out += ' ';
  AppendTime(rest, out);
  out += zone;
  if (before_christ) out += " BC";
}

void AppendHex(std::string_view bytes, std::string_view prefix, std::string& out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out.append(prefix);
  const size_t at = out.size();
  out.resize(at + bytes.size() * 2);
  char* to = out.data() + at;
  for (const char c : bytes) {
    *to++ = kDigits[static_cast<uint8_t>(c) >> 4];
    *to++ = kDigits[static_cast<uint8_t>(c) & 15];
  }
}

PostgresCodec CodecForText(const TargetColumn& column) {
  switch (column.type_id) {
    case oid::kText:
    case oid::kVarchar:
    case oid::kBpchar:
    case oid::kName:
    case oid::kJson:
      return PostgresCodec::kRaw;
    case oid::kJsonb:
      return PostgresCodec::kJsonb;
    default:
      return column.is_enum || column.type_name == "citext" ? PostgresCodec::kRaw
                                                            : PostgresCodec::kText;
  }
}

}  // namespace

PostgresCodec ChoosePostgresCodec(Kind kind, const TargetColumn& column) {
  const uint32_t type = column.type_id;
  const auto when = [](bool fits, PostgresCodec codec) {
    return fits ? codec : PostgresCodec::kText;
  };
  switch (kind) {
    case Kind::kBool:
      return when(type == oid::kBool, PostgresCodec::kBool);
    case Kind::kInt16:
      if (type == oid::kInt2) return PostgresCodec::kInt2;
      [[fallthrough]];
    case Kind::kInt32:
      if (type == oid::kInt4) return PostgresCodec::kInt4;
      [[fallthrough]];
    case Kind::kInt64:
      if (type == oid::kOid && kind == Kind::kInt64) return PostgresCodec::kOid;
      return when(type == oid::kInt8, PostgresCodec::kInt8);
    case Kind::kFloat32:
      if (type == oid::kFloat4) return PostgresCodec::kFloat4;
      // Widened, 0.1 would become 0.10000000149: its text says what it is.
      return PostgresCodec::kText;
    case Kind::kFloat64:
      return when(type == oid::kFloat8, PostgresCodec::kFloat8);
    case Kind::kDecimal:
      return type == oid::kNumeric ? PostgresCodec::kNumeric : CodecForText(column);
    case Kind::kBytes:
      return when(type == oid::kBytea, PostgresCodec::kBytea);
    case Kind::kDate:
      return when(type == oid::kDate, PostgresCodec::kDate);
    case Kind::kTime:
      return when(type == oid::kTime, PostgresCodec::kTime);
    case Kind::kTimestamp:
      return when(type == oid::kTimestamp, PostgresCodec::kTimestamp);
    case Kind::kTimestampTz:
      return when(type == oid::kTimestampTz, PostgresCodec::kTimestamp);
    case Kind::kUuid:
      return type == oid::kUuid ? PostgresCodec::kUuid : CodecForText(column);
    default:
      return CodecForText(column);
  }
}

void AppendBinaryField(PostgresCodec codec, const Datum& datum, std::string& out) {
  if (!datum.has_value()) {
    out.append("\xff\xff\xff\xff", 4);
    return;
  }
  switch (codec) {
    case PostgresCodec::kBool:
      AppendSized(out, static_cast<int8_t>(datum.integer));
      break;
    case PostgresCodec::kInt2:
      AppendSized(out, static_cast<int16_t>(datum.integer));
      break;
    case PostgresCodec::kInt4:
      AppendSized(out, static_cast<int32_t>(datum.integer));
      break;
    case PostgresCodec::kOid:
      AppendSized(out, static_cast<uint32_t>(datum.integer));
      break;
    case PostgresCodec::kInt8:
    case PostgresCodec::kTime:
    case PostgresCodec::kTimestamp:
      AppendSized(out, datum.integer);
      break;
    case PostgresCodec::kFloat4:
      AppendSized(out, std::bit_cast<uint32_t>(static_cast<float>(datum.real)));
      break;
    case PostgresCodec::kFloat8:
      AppendSized(out, std::bit_cast<uint64_t>(datum.real));
      break;
    case PostgresCodec::kDate:
      AppendSized(out, PostgresDate(datum.integer));
      break;
    case PostgresCodec::kRaw:
    case PostgresCodec::kBytea:
      AppendSizedBytes(out, datum.view());
      break;
    case PostgresCodec::kUuid:
      AppendUuid(datum.view(), out);
      break;
    case PostgresCodec::kJsonb:
      AppendBigEndian(out, static_cast<int32_t>(datum.size + 1));
      out += '\1';  // Version of the format.
      out.append(datum.view());
      break;
    case PostgresCodec::kNumeric: {
      const size_t at = out.size();
      out.append(4, '\0');
      AppendNumeric(datum.view(), out);
      const uint32_t size = __builtin_bswap32(static_cast<uint32_t>(out.size() - at - 4));
      std::memcpy(out.data() + at, &size, 4);
      break;
    }
    case PostgresCodec::kText:
      TW_CHECK(false, "a column without binary form was sent in binary");
  }
}

void AppendTextValue(Kind kind, const Datum& datum, std::string& out) {
  switch (kind) {
    case Kind::kBool:
      out += datum.integer != 0 ? 't' : 'f';
      break;
    case Kind::kInt16:
    case Kind::kInt32:
    case Kind::kInt64:
      AppendNumber(datum.integer, out);
      break;
    case Kind::kFloat32:
      AppendReal(static_cast<float>(datum.real), out);
      break;
    case Kind::kFloat64:
      AppendReal(datum.real, out);
      break;
    case Kind::kBytes:
      AppendHex(datum.view(), "\\x", out);
      break;
    case Kind::kDate: {
      if (AppendInfinity(datum.integer, out)) break;
      bool before_christ = false;
      AppendDate(datum.integer, out, before_christ);
      if (before_christ) out += " BC";
      break;
    }
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

void AppendCopyText(Kind kind, const Datum& datum, std::string& out) {
  if (!datum.has_value()) {
    out += "\\N";
    return;
  }
  if (kind == Kind::kBytes) {
    AppendHex(datum.view(), "\\\\x", out);
    return;
  }
  if (!model::HoldsView(kind)) {
    AppendTextValue(kind, datum, out);
    return;
  }
  std::string_view rest = datum.view();
  while (true) {
    const size_t special = rest.find_first_of("\\\n\r\t");
    out.append(rest.substr(0, special));
    if (special == std::string_view::npos) return;
    const char c = rest[special];
    out += '\\';
    out += c == '\n' ? 'n' : c == '\r' ? 'r' : c == '\t' ? 't' : '\\';
    rest.remove_prefix(special + 1);
  }
}

void AppendNumeric(std::string_view text, std::string& out) {
  constexpr uint16_t kPositive = 0, kNegative = 0x4000, kNan = 0xC000, kPlusInfinity = 0xD000,
                     kMinusInfinity = 0xF000;
  const auto header = [&out](size_t digits, int16_t weight, uint16_t sign, size_t scale) {
    AppendBigEndian(out, static_cast<int16_t>(digits));
    AppendBigEndian(out, weight);
    AppendBigEndian(out, sign);
    AppendBigEndian(out, static_cast<int16_t>(scale));
  };
  if (text == "NaN") return header(0, 0, kNan, 0);
  if (text == "Infinity") return header(0, 0, kPlusInfinity, 0);
  if (text == "-Infinity") return header(0, 0, kMinusInfinity, 0);
  std::string_view whole = text;
  const bool negative = whole.starts_with('-');
  if (negative || whole.starts_with('+')) whole.remove_prefix(1);
  const size_t point = whole.find('.');
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view{} : whole.substr(point + 1);
  whole = whole.substr(0, point);
  if ((whole.empty() && fraction.empty()) ||
      whole.find_first_not_of("0123456789") != std::string_view::npos ||
      fraction.find_first_not_of("0123456789") != std::string_view::npos) {
    throw DataError(fmt::format("'{}' is no decimal number", text));
  }
  whole.remove_prefix(std::min(whole.find_first_not_of('0'), whole.size()));

  const size_t begin = out.size();
  out.append(8, '\0');
  const size_t whole_groups = (whole.size() + 3) / 4;
  const size_t groups = whole_groups + (fraction.size() + 3) / 4;
  // The digit at a place counted from the first group's left end; the ends are padded with zeros.
  const size_t pad = whole_groups * 4 - whole.size();
  const auto digit = [&](size_t place) -> int {
    if (place < pad) return 0;
    if (place < whole_groups * 4) return whole[place - pad] - '0';
    const size_t at = place - whole_groups * 4;
    return at < fraction.size() ? fraction[at] - '0' : 0;
  };
  size_t leading = 0;
  size_t kept_end = out.size();
  bool started = false;
  for (size_t g = 0; g < groups; ++g) {
    const int value =
        ((digit(g * 4) * 10 + digit(g * 4 + 1)) * 10 + digit(g * 4 + 2)) * 10 + digit(g * 4 + 3);
    if (!started && value == 0) {
      ++leading;
      continue;
    }
    started = true;
    AppendBigEndian(out, static_cast<int16_t>(value));
    if (value != 0) kept_end = out.size();
  }
  out.resize(kept_end);
  const size_t digits = (kept_end - begin - 8) / 2;
  std::string head;
  std::swap(head, out);
  const auto weight = static_cast<int16_t>(
      digits == 0 ? 0 : static_cast<int>(whole_groups) - 1 - static_cast<int>(leading));
  header(digits, weight, negative && digits > 0 ? kNegative : kPositive, fraction.size());
  std::swap(head, out);
  std::memcpy(out.data() + begin, head.data(), 8);
}

}  // namespace tidewire::sink
