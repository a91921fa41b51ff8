#include "format/value_writers.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/byte_text.h"
#include "base/error.h"
#include "format/decimal_text.h"
#include "format/json_text.h"
#include "format/pg_text.h"
#include "format/time_text.h"

namespace tidewire::format {
namespace {

using model::BinaryMode;
using model::Datum;

[[noreturn]] void Fail(const ColumnPlan& plan, std::string_view value) {
  throw DataError(fmt::format("{}: '{}' is no {} value", plan.where, value.substr(0, 100),
                              model::KindName(plan.kind)));
}

void WriteBool(const ColumnPlan&, const Datum& d, std::string& out) {
  out += d.integer != 0 ? "true" : "false";
}
void WriteInteger(const ColumnPlan&, const Datum& d, std::string& out) {
  AppendInteger(out, d.integer);
}
void WriteFloat32(const ColumnPlan&, const Datum& d, std::string& out) {
  AppendJavaFloat(out, static_cast<float>(d.real));
}
void WriteFloat64(const ColumnPlan&, const Datum& d, std::string& out) {
  AppendJavaDouble(out, d.real);
}
void WriteText(const ColumnPlan&, const Datum& d, std::string& out) {
  AppendJsonString(out, d.view());
}
void WriteHeaderText(const ColumnPlan&, const Datum& d, std::string& out) {
  AppendHeaderString(out, d.view());
}

// AppendUnscaled knows nothing of columns; the error has to name one.
void AppendUnscaledOf(const ColumnPlan& plan, std::string_view text, int32_t scale,
                      std::string& bytes) {
  try {
    AppendUnscaled(bytes, text, scale);
  } catch (const DataError& error) {
    throw DataError(fmt::format("{}: {}", plan.where, error.what()));
  }
}

void WriteDecimalBytes(const ColumnPlan& plan, const Datum& d, std::string& out) {
  if (!IsFiniteDecimal(d.view())) {
    out += "null";  // BigDecimal has neither NaN nor infinity.
    return;
  }
  std::string bytes;
  AppendUnscaledOf(plan, d.view(), plan.scale, bytes);
  out += '"';
  AppendBase64(out, bytes);
  out += '"';
}

void WriteDecimalNumber(const ColumnPlan&, const Datum& d, std::string& out) {
  if (IsFiniteDecimal(d.view())) {
    AppendBigDecimal(out, d.view());
  } else {
    out += "null";
  }
}

void WriteUnsignedDecimal(const ColumnPlan&, const Datum& d, std::string& out) {
  std::string bytes;
  AppendUnscaledUnsigned(bytes, static_cast<uint64_t>(d.integer));
  out += '"';
  AppendBase64(out, bytes);
  out += '"';
}
void WriteUnsignedNumber(const ColumnPlan&, const Datum& d, std::string& out) {
  char digits[24];
  const auto value = static_cast<uint64_t>(d.integer);
  const auto r = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, static_cast<size_t>(r.ptr - digits));
}

void WriteVariableDecimal(const ColumnPlan& plan, const Datum& d, std::string& out) {
  if (!IsFiniteDecimal(d.view())) {
    out += "null";
    return;
  }
  const int32_t scale = SignificantScale(d.view());
  std::string bytes;
  AppendUnscaledOf(plan, d.view(), scale, bytes);
  out += "{\"scale\":";
  AppendInteger(out, scale);
  out += ",\"value\":\"";
  AppendBase64(out, bytes);
  out += "\"}";
}

// Debezium writes the names of its constants for the special values.
void WriteDecimalText(const ColumnPlan&, const Datum& d, std::string& out) {
  const std::string_view text = d.view();
  out += '"';
  if (IsFiniteDecimal(text)) {
    out += text;
  } else if (text == "NaN") {
    out += "NAN";
  } else {
    out += text[0] == '-' ? "NEGATIVE_INFINITY" : "POSITIVE_INFINITY";
  }
  out += '"';
}

void WriteDecimalDouble(const ColumnPlan& plan, const Datum& d, std::string& out) {
  const std::string_view text = d.view();
  double value = 0;
  const auto r = std::from_chars(text.data(), text.data() + text.size(), value);
  if (r.ec == std::errc::result_out_of_range) {
    value = std::strtod(std::string(text).c_str(), nullptr);  // 0 or infinity, as doubleValue().
  } else if (r.ec != std::errc()) {
    Fail(plan, text);
  }
  AppendJavaDouble(out, value);
}

void WriteBinary(const ColumnPlan& plan, const Datum& d, std::string& out) {
  AppendBinary(plan.binary, d.view(), out);
}

// The driver reads geometric types into objects whose texts have Java's numbers.
void WriteUnknown(const ColumnPlan& plan, const Datum& d, std::string& out) {
  if (!plan.geometric) {
    AppendBinary(plan.binary, d.view(), out);
    return;
  }
  std::string text;
  AppendWithJavaNumbers(text, d.view());
  AppendBinary(plan.binary, text, out);
}

void WriteDate(const ColumnPlan&, const Datum& d, std::string& out) {
  AppendInteger(out, DateDays(d.integer));
}
// MySQL's TIME may be negative or longer than a day, which these two forms cannot tell: NULL, as
// Debezium has it.
void WriteTimeMillis(const ColumnPlan& plan, const Datum& d, std::string& out) {
  if (IsTimeOfDay(d.integer)) {
    AppendInteger(out, d.integer / 1000);
  } else {
    out += plan.null_text;
  }
}
void WriteTimeNanos(const ColumnPlan&, const Datum& d, std::string& out) {
  AppendInteger(out, d.integer * 1000);
}
void WriteTimestampMillis(const ColumnPlan&, const Datum& d, std::string& out) {
  AppendInteger(out, TimestampMillis(d.integer));
}
void WriteTimestampMicros(const ColumnPlan&, const Datum& d, std::string& out) {
  AppendInteger(out, TimestampMicros(d.integer));
}
void WriteTimestampNanos(const ColumnPlan&, const Datum& d, std::string& out) {
  AppendInteger(out, TimestampNanos(d.integer));
}
void WriteTemporalText(const ColumnPlan& plan, const Datum& d, std::string& out) {
  out += '"';
  AppendTemporalText(out, plan.form, plan.precision, d.integer);
  out += '"';
}

void WriteIsoTime(const ColumnPlan& plan, const Datum& d, std::string& out) {
  if (IsTimeOfDay(d.integer)) {
    WriteTemporalText(plan, d, out);
  } else {
    out += plan.null_text;
  }
}

void WriteZonedTime(const ColumnPlan& plan, const Datum& d, std::string& out) {
  out += '"';
  if (!AppendUtcTime(out, d.view())) Fail(plan, d.view());
  out += '"';
}

IntervalFields FieldsOf(const ColumnPlan& plan, const Datum& d) {
  const auto fields = ParseInterval(d.view());
  if (!fields) Fail(plan, d.view());
  return *fields;
}
void WriteDurationMicros(const ColumnPlan& plan, const Datum& d, std::string& out) {
  AppendInteger(out, IntervalMicros(FieldsOf(plan, d)));
}
void WriteDurationText(const ColumnPlan& plan, const Datum& d, std::string& out) {
  out += '"';
  AppendIsoInterval(out, FieldsOf(plan, d));
  out += '"';
}

void WriteBitsBool(const ColumnPlan&, const Datum& d, std::string& out) {
  out += d.view() == "1" ? "true" : "false";
}
void WriteBits(const ColumnPlan&, const Datum& d, std::string& out) {
  std::string bytes;
  AppendBits(bytes, d.view());
  out += '"';
  AppendBase64(out, bytes);
  out += '"';
}

void WriteFixedBits(const ColumnPlan&, const Datum& d, std::string& out) {
  std::string bytes;
  AppendFixedBits(bytes, d.view());
  out += '"';
  AppendBase64(out, bytes);
  out += '"';
}

void AppendLittleEndian(std::string& out, double value) {
  auto bits = std::bit_cast<uint64_t>(value);
  for (int i = 0; i < 8; ++i, bits >>= 8) out += static_cast<char>(bits & 0xFF);
}

void WritePoint(const ColumnPlan& plan, const Datum& d, std::string& out) {
  double x = 0;
  double y = 0;
  if (!ParsePoint(d.view(), x, y)) Fail(plan, d.view());
  std::string wkb("\x01\x01\x00\x00\x00", 5);  // Little-endian, a point.
  AppendLittleEndian(wkb, x);
  AppendLittleEndian(wkb, y);
  out += "{\"x\":";
  AppendJavaDouble(out, x);
  out += ",\"y\":";
  AppendJavaDouble(out, y);
  out += ",\"wkb\":\"";
  AppendBase64(out, wkb);
  out += "\",\"srid\":null}";
}

// Reads unsigned numbers from the front of bytes in either order; the caller knows that they are
// there.
template <class Unsigned>
Unsigned TakeNumber(std::string_view& bytes, bool little_endian) {
  Unsigned value = 0;
  for (size_t i = 0; i < sizeof(Unsigned); ++i) {
    const size_t at = little_endian ? sizeof(Unsigned) - 1 - i : i;
    value = static_cast<Unsigned>(value << 8) | static_cast<unsigned char>(bytes[at]);
  }
  bytes.remove_prefix(sizeof(Unsigned));
  return value;
}

void AppendWkbAndSrid(std::string_view geometry, std::string& out) {
  const auto srid = static_cast<int32_t>(TakeNumber<uint32_t>(geometry, true));
  out += "\"wkb\":\"";
  AppendBase64(out, geometry);
  out += "\",\"srid\":";
  if (srid == 0) {
    out += "null}";
    return;
  }
  AppendInteger(out, srid);
  out += '}';
}

void WriteGeometry(const ColumnPlan& plan, const Datum& d, std::string& out) {
  if (d.size < sizeof(uint32_t)) Fail(plan, "");
  out += '{';
  AppendWkbAndSrid(d.view(), out);
}

void WriteGeometryPoint(const ColumnPlan& plan, const Datum& d, std::string& out) {
  constexpr size_t kSize = 4 + 1 + 4 + 8 + 8;  // SRID, byte order, type, x, y.
  constexpr uint32_t kWkbPoint = 1;
  if (d.size != kSize) Fail(plan, "");
  std::string_view wkb = d.view().substr(4);
  const bool little_endian = wkb[0] != 0;
  wkb.remove_prefix(1);
  if (TakeNumber<uint32_t>(wkb, little_endian) != kWkbPoint) Fail(plan, "");
  out += "{\"x\":";
  AppendJavaDouble(out, std::bit_cast<double>(TakeNumber<uint64_t>(wkb, little_endian)));
  out += ",\"y\":";
  AppendJavaDouble(out, std::bit_cast<double>(TakeNumber<uint64_t>(wkb, little_endian)));
  out += ',';
  AppendWkbAndSrid(d.view(), out);
}

void WriteFloatVector(const ColumnPlan& plan, const Datum& d, std::string& out) {
  std::string_view bytes = d.view();
  if (bytes.size() % sizeof(float) != 0) Fail(plan, "");
  out += '[';
  while (!bytes.empty()) {
    if (bytes.size() < d.size) out += ',';
    AppendJavaFloat(out, std::bit_cast<float>(TakeNumber<uint32_t>(bytes, true)));
  }
  out += ']';
}

void WriteElement(const ColumnPlan& element, std::string_view text, std::string& scratch,
                  std::string& out) {
  const auto value = ParseDatum(element.kind, text, scratch);
  if (!value) Fail(element, text);
  element.write(element, *value, out);
}

// Arrays of more than one dimension become lists of lists; the schema, which knows one dimension
// only, stays.
void WriteArray(const ColumnPlan& plan, const Datum& d, std::string& out) {
  using Token = ArrayTokens::Token;
  ArrayTokens tokens(d.view(), plan.delimiter);
  std::string scratch;
  bool first = true;
  int depth = 0;
  for (Token token = tokens.Next(); token != Token::kEnd; token = tokens.Next()) {
    if (token == Token::kMalformed) Fail(plan, d.view());
    if (token == Token::kClose) {
      out += ']';
      first = false;
      if (--depth < 0) Fail(plan, d.view());
      continue;
    }
    if (!first) out += ',';
    first = token == Token::kOpen;
    if (token == Token::kOpen) {
      out += '[';
      ++depth;
    } else if (token == Token::kNull) {
      out += "null";
    } else {
      WriteElement(*plan.element, tokens.value(), scratch, out);
    }
  }
  if (depth != 0 || d.size == 0) Fail(plan, d.view());
}

void AppendHstore(const ColumnPlan& plan, std::string_view literal, BeyondBasicPlane beyond,
                  std::string& out) {
  HstorePairs pairs(literal);
  bool first = true;
  out += '{';
  while (pairs.Next()) {
    if (!first) out += ',';
    first = false;
    AppendJsonString(out, pairs.key(), beyond);
    out += ':';
    if (pairs.null_value()) {
      out += "null";
    } else {
      AppendJsonString(out, pairs.value(), beyond);
    }
  }
  if (pairs.malformed()) Fail(plan, literal);
  out += '}';
}
void WriteHstoreMap(const ColumnPlan& plan, const Datum& d, std::string& out) {
  AppendHstore(plan, d.view(), BeyondBasicPlane::kEscape, out);
}
void WriteHstoreJson(const ColumnPlan& plan, const Datum& d, std::string& out) {
  std::string json;
  AppendHstore(plan, d.view(), BeyondBasicPlane::kKeep, json);
  AppendJsonString(out, json);
}

WriteValue TemporalWriterOf(Form form) {
  switch (form) {
    case Form::kDateDays:
      return WriteDate;
    case Form::kTimeMillis:
      return WriteTimeMillis;
    case Form::kTimeMicros:
      return WriteInteger;
    case Form::kTimeNanos:
      return WriteTimeNanos;
    case Form::kTimestampMillis:
      return WriteTimestampMillis;
    case Form::kTimestampMicros:
      return WriteTimestampMicros;
    case Form::kTimestampNanos:
      return WriteTimestampNanos;
    case Form::kIsoTime:
      return WriteIsoTime;
    case Form::kZonedTime:
      return WriteZonedTime;
    case Form::kDurationMicros:
      return WriteDurationMicros;
    case Form::kDurationText:
      return WriteDurationText;
    default:
      return WriteTemporalText;
  }
}

}  // namespace

WriteValue WriterOf(Form form, bool decimal_numeric, Target target) {
  switch (form) {
    case Form::kBool:
      return WriteBool;
    case Form::kInteger:
    case Form::kYear:
      return WriteInteger;
    case Form::kUnsignedDecimal:
      return decimal_numeric || target == Target::kHeader ? WriteUnsignedNumber
                                                          : WriteUnsignedDecimal;
    case Form::kFloat32:
      return WriteFloat32;
    case Form::kFloat64:
      return WriteFloat64;
    case Form::kText:
      return target == Target::kHeader ? WriteHeaderText : WriteText;
    case Form::kDecimalBytes:
      return decimal_numeric || target == Target::kHeader ? WriteDecimalNumber : WriteDecimalBytes;
    case Form::kVariableDecimal:
      return WriteVariableDecimal;
    case Form::kDecimalText:
      return WriteDecimalText;
    case Form::kDecimalDouble:
      return WriteDecimalDouble;
    case Form::kBinary:
      return WriteBinary;
    case Form::kUnknown:
      return WriteUnknown;
    case Form::kBitsBool:
      return WriteBitsBool;
    case Form::kBits:
      return WriteBits;
    case Form::kFixedBits:
      return WriteFixedBits;
    case Form::kPoint:
      return WritePoint;
    case Form::kGeometry:
      return WriteGeometry;
    case Form::kGeometryPoint:
      return WriteGeometryPoint;
    case Form::kFloatVector:
      return WriteFloatVector;
    case Form::kArray:
      return WriteArray;
    case Form::kHstoreJson:
      return WriteHstoreJson;
    case Form::kHstoreMap:
      return WriteHstoreMap;
    default:
      return TemporalWriterOf(form);
  }
}

void AppendBinary(BinaryMode mode, std::string_view bytes, std::string& out) {
  out += '"';
  switch (mode) {
    case BinaryMode::kBytes:
    case BinaryMode::kBase64:
      AppendBase64(out, bytes);
      break;
    case BinaryMode::kBase64UrlSafe:
      AppendBase64(out, bytes, Base64Alphabet::kUrl);
      break;
    case BinaryMode::kHex:
      AppendHex(out, bytes);
      break;
  }
  out += '"';
}

}  // namespace tidewire::format
