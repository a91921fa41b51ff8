#include "sink/sql/postgres_encode.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "sink/sql/value_error.h"
#include "sink/sql/value_text.h"

namespace tidewire::sink {
namespace {

using model::Datum;
using model::Kind;

std::string Hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const char* digits = "0123456789abcdef";
    out += digits[static_cast<uint8_t>(c) >> 4];
    out += digits[static_cast<uint8_t>(c) & 15];
  }
  return out;
}
std::string Numeric(std::string_view text) {
  std::string out;
  AppendNumeric(text, out);
  return Hex(out);
}
std::string Text(Kind kind, Datum datum) {
  std::string out;
  AppendTextValue(kind, datum, out);
  return out;
}
std::string Copy(Kind kind, Datum datum) {
  std::string out;
  AppendCopyText(PostgresCodec::kText, kind, datum, out);
  return out;
}

// Digits, weight, sign, scale, then groups: as numeric_send of a PostgreSQL 15 server gave them.
TEST(Numeric, HasTheServersDigits) {
  EXPECT_EQ(Numeric("0"), "0000000000000000");
  EXPECT_EQ(Numeric("0.00"), "0000000000000002");
  EXPECT_EQ(Numeric("1"), "00010000000000000001");
  EXPECT_EQ(Numeric("-12.50"), "0002000040000002000c1388");
  EXPECT_EQ(Numeric("10000"), "00010001000000000001");
  EXPECT_EQ(Numeric("0.0001"), "0001ffff000000040001");
  EXPECT_EQ(Numeric("0.00001"), "0001fffe0000000503e8");
  EXPECT_EQ(Numeric("123456.789"),
            "00030001000000030"
            "00c0d801ed2");
}

TEST(Numeric, KnowsItsThreeWords) {
  EXPECT_EQ(Numeric("NaN"), "00000000c0000000");
  EXPECT_EQ(Numeric("Infinity"), "00000000d0000000");
  EXPECT_EQ(Numeric("-Infinity"), "00000000f0000000");
}

TEST(Numeric, RefusesOtherText) {
  for (const char* text : {"", "-", ".", "1e5", "12a", "1.2.3"})
    EXPECT_THROW(Numeric(text), DataError) << text;
}

TEST(TextValue, PrintsDatesOfAllTimes) {
  EXPECT_EQ(Text(Kind::kDate, Datum::Integer(0)), "1970-01-01");
  EXPECT_EQ(Text(Kind::kDate, Datum::Integer(19'782)), "2024-02-29");
  EXPECT_EQ(Text(Kind::kDate, Datum::Integer(-719'163)), "0001-12-31 BC");
  EXPECT_EQ(Text(Kind::kDate, Datum::Integer(2'145'042'905)), "5874897-12-31");
  EXPECT_EQ(Text(Kind::kDate, Datum::Integer(model::kPositiveInfinity)), "infinity");
  EXPECT_EQ(Text(Kind::kDate, Datum::Integer(model::kNegativeInfinity)), "-infinity");
}

TEST(TextValue, PrintsTimesWithTheirFraction) {
  EXPECT_EQ(Text(Kind::kTime, Datum::Integer(86'400'000'000)), "24:00:00");
  EXPECT_EQ(Text(Kind::kTime, Datum::Integer(1)), "00:00:00.000001");
  EXPECT_EQ(Text(Kind::kTimestamp, Datum::Integer(-1)), "1999-12-31 23:59:59.999999");
  EXPECT_EQ(Text(Kind::kTimestampTz, Datum::Integer(0)), "2000-01-01 00:00:00+00");
  EXPECT_EQ(Text(Kind::kTimestampTz, Datum::Integer(-211'813'488'000'000'000)),
            "4714-11-24 00:00:00+00 BC");
}

TEST(TextValue, PrintsFloatsThatReadBackAsThemselves) {
  EXPECT_EQ(Text(Kind::kFloat32, Datum::Real(0.1f)), "0.1");
  EXPECT_EQ(Text(Kind::kFloat64, Datum::Real(0.1)), "0.1");
  EXPECT_EQ(std::strtod(Text(Kind::kFloat64, Datum::Real(4.9e-324)).c_str(), nullptr), 4.9e-324);
  EXPECT_EQ(Text(Kind::kFloat64, Datum::Real(NAN)), "NaN");
  EXPECT_EQ(Text(Kind::kFloat64, Datum::Real(-INFINITY)), "-Infinity");
  EXPECT_EQ(Text(Kind::kFloat64, Datum::Real(-0.0)), "-0");
}

TEST(CopyText, EscapesWhatCopyReads) {
  EXPECT_EQ(Copy(Kind::kString, Datum::View("a\tb\nc\\d\re")), "a\\tb\\nc\\\\d\\re");
  EXPECT_EQ(Copy(Kind::kString, Datum::View("")), "");
  EXPECT_EQ(Copy(Kind::kString, Datum::Null()), "\\N");
  EXPECT_EQ(Copy(Kind::kString, Datum::View("\\N")), "\\\\N");
  EXPECT_EQ(Copy(Kind::kBytes, Datum::View(std::string_view("\0\xff", 2))), "\\\\x00ff");
}

TEST(BinaryField, CarriesItsLength) {
  std::string out;
  AppendBinaryField(PostgresCodec::kInt4, Datum::Integer(-2), out);
  AppendBinaryField(PostgresCodec::kInt4, Datum::Null(), out);
  AppendBinaryField(PostgresCodec::kJsonb, Datum::View("{}"), out);
  AppendBinaryField(PostgresCodec::kDate, Datum::Integer(model::kNegativeInfinity), out);
  EXPECT_EQ(Hex(out),
            "00000004fffffffe"
            "ffffffff"
            "00000003017b7d"
            "0000000480000000");
}

TEST(Codec, IsBinaryOnlyWhereTheTypesAgree) {
  TargetColumn column;
  column.type_id = 20;  // bigint
  EXPECT_EQ(ChoosePostgresCodec(Kind::kInt16, column), PostgresCodec::kInt8);
  column.type_id = 23;  // integer: a bigint might not fit, so the server has to check its text.
  EXPECT_EQ(ChoosePostgresCodec(Kind::kInt64, column), PostgresCodec::kText);
  column.type_id = 701;  // double precision
  EXPECT_EQ(ChoosePostgresCodec(Kind::kFloat32, column), PostgresCodec::kText);
  column.type_id = 25;  // text
  EXPECT_EQ(ChoosePostgresCodec(Kind::kInterval, column), PostgresCodec::kRaw);
  EXPECT_EQ(ChoosePostgresCodec(Kind::kBytes, column), PostgresCodec::kText);
  column.type_id = 1186;  // interval
  EXPECT_EQ(ChoosePostgresCodec(Kind::kInterval, column), PostgresCodec::kText);
}

std::string Field(PostgresCodec codec, Kind kind, Datum datum) {
  std::string out;
  AppendTextField(codec, kind, datum, out);
  return out;
}

TEST(TextField, HasFormsForTheKindsOfMysql) {
  EXPECT_EQ(Field(PostgresCodec::kText, Kind::kUInt64, Datum::Integer(-1)), "18446744073709551615");
  EXPECT_EQ(Field(PostgresCodec::kText, Kind::kTime, Datum::Integer(-3'020'399'000'000)),
            "-838:59:59");
  const std::string_view floats("\0\0\x80\x3f\xcd\xcc\xcc\x3d", 8);
  EXPECT_EQ(Field(PostgresCodec::kArrayText, Kind::kVector, Datum::View(floats)), "{1,0.1}");
  EXPECT_EQ(Field(PostgresCodec::kVectorText, Kind::kVector, Datum::View(floats)), "[1,0.1]");
  EXPECT_THROW(Field(PostgresCodec::kArrayText, Kind::kVector, Datum::View("abc")), ValueError);
  const std::string_view point("\xe6\x10\0\0\1\1\0\0\0\0\0\0\0\0\0\xF0\x3F\0\0\0\0\0\0\0\x40", 25);
  // As ST_AsEWKB of PostGIS 3.3 gives for SRID=4326;POINT(1 2).
  EXPECT_EQ(Field(PostgresCodec::kGeometryText, Kind::kGeometry, Datum::View(point)),
            "0101000020e6100000000000000000f03f0000000000000040");
  EXPECT_THROW(Field(PostgresCodec::kGeometryText, Kind::kGeometry, Datum::View("abc")),
               ValueError);
}

TEST(Fields, RefuseWhatPostgresqlCannotHold) {
  const Datum nul = Datum::View(std::string_view("a\0b", 3));
  std::string out;
  EXPECT_THROW(AppendBinaryField(PostgresCodec::kRaw, nul, out), ValueError);
  EXPECT_THROW(AppendBinaryField(PostgresCodec::kJsonb, nul, out), ValueError);
  EXPECT_THROW(AppendTextField(PostgresCodec::kText, Kind::kString, nul, out), ValueError);
  EXPECT_THROW(AppendCopyText(PostgresCodec::kText, Kind::kString, nul, out), ValueError);
  EXPECT_NO_THROW(AppendBinaryField(PostgresCodec::kBytea, nul, out));
  EXPECT_THROW(AppendBinaryField(PostgresCodec::kTime, Datum::Integer(86'400'000'001), out),
               ValueError);
  EXPECT_THROW(AppendBinaryField(PostgresCodec::kTime, Datum::Integer(-1), out), ValueError);
}

}  // namespace
}  // namespace tidewire::sink
