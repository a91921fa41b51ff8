#include "sink/sql/postgres_encode.h"

#include <fmt/format.h>

#include <cstring>

#include "base/bytes.h"
#include "model/calendar.h"
#include "sink/sql/value_error.h"
#include "sink/sql/value_text.h"

namespace tidewire::sink {
namespace {

using model::Datum;
using model::Kind;
using model::kMicrosPerDay;

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

void AppendUuid(std::string_view text, std::string& out) {
  char bytes[16] = {};
  size_t digits = 0;
  for (const char c : text) {
    if (c == '-') continue;
    const int digit = HexDigit(c);
    if (digit < 0 || digits == 32) throw ValueError(fmt::format("'{}' is no UUID", text));
    bytes[digits / 2] = static_cast<char>(bytes[digits / 2] << 4 | digit);
    ++digits;
  }
  if (digits != 32) throw ValueError(fmt::format("'{}' is no UUID", text));
  AppendSizedBytes(out, {bytes, 16});
}

// Views that are text for the server, too.
bool HoldsText(Kind kind) {
  return model::HoldsView(kind) && kind != Kind::kBytes && kind != Kind::kGeometry &&
         kind != Kind::kVector;
}

void CheckNoNul(std::string_view text) {
  if (std::memchr(text.data(), '\0', text.size()) == nullptr) return;
  throw ValueError(fmt::format(
      "the text holds the character U+0000 (at byte {}), which PostgreSQL cannot store; "
      "take it out at the source, make the column bytea, or leave the field out",
      text.find('\0')));
}

void CheckTimeOfDay(int64_t micros) {
  if (micros >= 0 && micros <= kMicrosPerDay) return;
  std::string text;
  AppendTime(micros, text);
  throw ValueError(
      fmt::format("{} is no time of a day; make the column interval (ALTER TABLE … ALTER COLUMN … "
                  "TYPE interval)",
                  text));
}

// 32-bit floats, little-endian, as text between two brackets.
void AppendFloats(std::string_view bytes, char open, char close, std::string& out) {
  if (bytes.size() % sizeof(float) != 0)
    throw ValueError(fmt::format("{} bytes are no vector of 32-bit floats", bytes.size()));
  out += open;
  for (size_t at = 0; at < bytes.size(); at += sizeof(float)) {
    if (at > 0) out += ',';
    float value = 0;
    std::memcpy(&value, bytes.data() + at, sizeof(value));
    AppendReal(Kind::kFloat32, value, out);
  }
  out += close;
}

// MySQL's form (SRID, then well-known binary) as PostGIS's: the SRID stands behind the type, whose
// bit 29 tells that it does. Source: PostGIS manual, ST_AsEWKB; liblwgeom's lwin_wkb.c.
void AppendEwkb(std::string_view geometry, std::string& out) {
  constexpr size_t kSrid = 4, kHead = 5;
  constexpr uint32_t kHasSrid = 0x2000'0000;
  if (geometry.size() < kSrid + kHead || geometry[kSrid] != 1)
    throw ValueError("the bytes are no geometry in little-endian well-known binary");
  uint32_t type = 0;
  std::memcpy(&type, geometry.data() + kSrid + 1, sizeof(type));
  const bool has_srid = geometry.substr(0, kSrid).find_first_not_of('\0') != std::string_view::npos;
  if (has_srid) type |= kHasSrid;
  out += geometry[kSrid];
  out.append(reinterpret_cast<const char*>(&type), sizeof(type));
  if (has_srid) out.append(geometry.substr(0, kSrid));
  out.append(geometry.substr(kSrid + kHead));
}

void AppendCopyEscaped(std::string_view rest, std::string& out) {
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
    case Kind::kYear:
      if (type == oid::kInt4) return PostgresCodec::kInt4;
      [[fallthrough]];
    case Kind::kInt64:
      if (type == oid::kOid && kind == Kind::kInt64) return PostgresCodec::kOid;
      return when(type == oid::kInt8, PostgresCodec::kInt8);
    case Kind::kFloat32:
      if (type == oid::kFloat4) return PostgresCodec::kFloat4;
      // Widened, 0.1 would become 0.10000000149: its text says what it is.
      return PostgresCodec::kText;
    case Kind::kUInt64:
      return PostgresCodec::kText;
    case Kind::kGeometry:
      return type == oid::kBytea ? PostgresCodec::kGeometryBytes : PostgresCodec::kGeometryText;
    case Kind::kVector:
      if (type == oid::kBytea) return PostgresCodec::kBytea;
      return column.type_name == "vector" ? PostgresCodec::kVectorText : PostgresCodec::kArrayText;
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
    case PostgresCodec::kTime:
      CheckTimeOfDay(datum.integer);
      [[fallthrough]];
    case PostgresCodec::kInt8:
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
      CheckNoNul(datum.view());
      [[fallthrough]];
    case PostgresCodec::kBytea:
      AppendSizedBytes(out, datum.view());
      break;
    case PostgresCodec::kGeometryBytes: {
      std::string ewkb;
      AppendEwkb(datum.view(), ewkb);
      AppendSizedBytes(out, ewkb);
      break;
    }
    case PostgresCodec::kUuid:
      AppendUuid(datum.view(), out);
      break;
    case PostgresCodec::kJsonb:
      CheckNoNul(datum.view());
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
    case PostgresCodec::kArrayText:
    case PostgresCodec::kVectorText:
    case PostgresCodec::kGeometryText:
      TW_CHECK(false, "a column without binary form was sent in binary");
  }
}

void AppendTextField(PostgresCodec codec, Kind kind, const Datum& datum, std::string& out) {
  switch (codec) {
    case PostgresCodec::kArrayText:
      AppendFloats(datum.view(), '{', '}', out);
      break;
    case PostgresCodec::kVectorText:
      AppendFloats(datum.view(), '[', ']', out);
      break;
    case PostgresCodec::kGeometryText: {
      std::string ewkb;
      AppendEwkb(datum.view(), ewkb);
      AppendHexDigits(ewkb, out);
      break;
    }
    default:
      if (HoldsText(kind)) CheckNoNul(datum.view());
      AppendTextValue(kind, datum, out);
  }
}

void AppendCopyText(PostgresCodec codec, Kind kind, const Datum& datum, std::string& out) {
  if (!datum.has_value()) {
    out += "\\N";
    return;
  }
  if (HoldsText(kind)) {
    CheckNoNul(datum.view());
    AppendCopyEscaped(datum.view(), out);
    return;
  }
  if (kind == Kind::kBytes) {
    out += "\\\\x";
    AppendHexDigits(datum.view(), out);
    return;
  }
  // Of all that is left only bytes, which have no codec of these, begin with a backslash.
  AppendTextField(codec, kind, datum, out);
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
    throw ValueError(fmt::format("'{}' is no decimal number", text));
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
