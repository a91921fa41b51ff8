#include "source/postgres/value_decoder.h"

#include <gmock/gmock.h>

#include <cmath>

#include "base/error.h"

namespace tidewire::source {
namespace {

using model::ColumnType;
using model::Datum;
using model::Kind;

ColumnType TypeOf(Kind kind) {
  ColumnType type;
  type.kind = kind;
  return type;
}

class ValueDecoder : public testing::Test {
 protected:
  Datum Decode(Kind kind, std::string_view text) { return DecodeText(TypeOf(kind), text, arena_); }
  int64_t Integer(Kind kind, std::string_view text) { return Decode(kind, text).integer; }
  std::string View(Kind kind, std::string_view text) {
    return std::string(Decode(kind, text).view());
  }

  Arena arena_;
};

// Expected numbers are the server's own: timestamp_send and date_send of the same text.
TEST_F(ValueDecoder, CountsTimestampsExactlyFromEndToEnd) {
  EXPECT_EQ(Integer(Kind::kTimestamp, "294276-12-31 23:59:59.999999"), 9223371331199999999);
  EXPECT_EQ(Integer(Kind::kTimestamp, "4714-11-24 00:00:00 BC"), -211813488000000000);
  EXPECT_EQ(Integer(Kind::kTimestamp, "0001-01-01 00:00:00"), -63082281600000000);
  EXPECT_EQ(Integer(Kind::kTimestamp, "0001-12-31 00:00:00 BC"), -63082368000000000);
  EXPECT_EQ(Integer(Kind::kTimestamp, "0044-03-15 01:02:03 BC"), -64464505077000000);
  EXPECT_EQ(Integer(Kind::kTimestamp, "2024-02-29 12:34:56.789012"), 762525296789012);
  EXPECT_EQ(Integer(Kind::kTimestamp, "2024-02-29 12:34:56.7"), 762525296700000);
  EXPECT_EQ(Integer(Kind::kTimestamp, "1999-12-31 23:59:59.999999"), -1);
  EXPECT_EQ(Integer(Kind::kTimestamp, "1582-10-04 00:00:00"), -13166928000000000);
  EXPECT_EQ(Integer(Kind::kTimestamp, "infinity"), model::kPositiveInfinity);
  EXPECT_EQ(Integer(Kind::kTimestamp, "-infinity"), model::kNegativeInfinity);
}

TEST_F(ValueDecoder, TakesTheZoneOffZonedTimestamps) {
  EXPECT_EQ(Integer(Kind::kTimestampTz, "2000-01-01 00:00:00+00"), 0);
  EXPECT_EQ(Integer(Kind::kTimestampTz, "0044-03-15 01:02:03+00 BC"), -64464505077000000);
  EXPECT_EQ(Integer(Kind::kTimestampTz, "294276-12-31 23:59:59.999999+00"), 9223371331199999999);
  EXPECT_EQ(Integer(Kind::kTimestampTz, "2000-01-01 02:00:00.5+02"), 500'000);
  EXPECT_EQ(Integer(Kind::kTimestampTz, "1999-12-31 18:30:00-05:30"), 0);
  EXPECT_EQ(Integer(Kind::kTimestampTz, "2000-01-01 00:19:32+00:19:32"), 0);
  EXPECT_EQ(Integer(Kind::kTimestampTz, "-infinity"), model::kNegativeInfinity);
}

TEST_F(ValueDecoder, CountsDaysExactlyFromEndToEnd) {
  EXPECT_EQ(Integer(Kind::kDate, "1970-01-01"), 0);
  EXPECT_EQ(Integer(Kind::kDate, "5874897-12-31"), 2145042905);
  EXPECT_EQ(Integer(Kind::kDate, "4714-11-24 BC"), -2440588);
  EXPECT_EQ(Integer(Kind::kDate, "0001-01-01"), -719162);
  EXPECT_EQ(Integer(Kind::kDate, "0001-01-01 BC"), -719528);
  EXPECT_EQ(Integer(Kind::kDate, "0044-03-15 BC"), -735160);
  EXPECT_EQ(Integer(Kind::kDate, "2000-02-29"), 11016);
  EXPECT_EQ(Integer(Kind::kDate, "1900-03-01"), -25508);
  EXPECT_EQ(Integer(Kind::kDate, "infinity"), model::kPositiveInfinity);
  EXPECT_EQ(Integer(Kind::kDate, "-infinity"), model::kNegativeInfinity);
}

TEST_F(ValueDecoder, KeepsTheEndOfTheDayApartFromItsBeginning) {
  EXPECT_EQ(Integer(Kind::kTime, "24:00:00"), 86'400'000'000);
  EXPECT_EQ(Integer(Kind::kTime, "00:00:00"), 0);
  EXPECT_EQ(Integer(Kind::kTime, "23:59:59.999999"), 86'399'999'999);
  EXPECT_EQ(Integer(Kind::kTime, "00:00:00.000001"), 1);
  EXPECT_EQ(Integer(Kind::kTime, "01:02:03.1"), 3'723'100'000);
}

TEST_F(ValueDecoder, ReadsIntegersUpToTheirLimits) {
  EXPECT_EQ(Integer(Kind::kInt64, "9223372036854775807"), INT64_MAX);
  EXPECT_EQ(Integer(Kind::kInt64, "-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(Integer(Kind::kInt64, "999999999999999999"), 999999999999999999);
  EXPECT_EQ(Integer(Kind::kInt64, "4294967295"), 4294967295);
  EXPECT_EQ(Integer(Kind::kInt16, "-32768"), -32768);
  EXPECT_EQ(Integer(Kind::kInt32, "0"), 0);
  EXPECT_EQ(Integer(Kind::kBool, "t"), 1);
  EXPECT_EQ(Integer(Kind::kBool, "f"), 0);
  EXPECT_EQ(Integer(Kind::kBool, "1"), 1);
}

TEST_F(ValueDecoder, ReadsRealsAsTheirShortestTextsStandFor) {
  EXPECT_EQ(Decode(Kind::kFloat32, "0.1").real, static_cast<double>(0.1f));
  EXPECT_EQ(Decode(Kind::kFloat64, "0.1").real, 0.1);
  EXPECT_EQ(Decode(Kind::kFloat32, "1e-45").real,
            static_cast<double>(std::numeric_limits<float>::denorm_min()));
  EXPECT_EQ(Decode(Kind::kFloat64, "5e-324").real, std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(Decode(Kind::kFloat64, "1.7976931348623157e+308").real,
            std::numeric_limits<double>::max());
  EXPECT_EQ(Decode(Kind::kFloat32, "3.4028235e+38").real,
            static_cast<double>(std::numeric_limits<float>::max()));
  EXPECT_TRUE(std::isnan(Decode(Kind::kFloat64, "NaN").real));
  EXPECT_EQ(Decode(Kind::kFloat32, "-Infinity").real, -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::signbit(Decode(Kind::kFloat64, "-0").real));
}

TEST_F(ValueDecoder, LeavesTextsWhereTheyStand) {
  const std::string text = "-12.50";
  for (const Kind kind : {Kind::kDecimal, Kind::kString, Kind::kInterval, Kind::kUuid, Kind::kJson,
                          Kind::kArray, Kind::kTimeTz, Kind::kOther}) {
    EXPECT_EQ(Decode(kind, text).data, text.data()) << model::KindName(kind);
    EXPECT_FALSE(CopiesText(TypeOf(kind))) << model::KindName(kind);
  }
  EXPECT_TRUE(CopiesText(TypeOf(Kind::kBytes)));
  EXPECT_TRUE(CopiesText(TypeOf(Kind::kInt32)));
}

TEST_F(ValueDecoder, TakesCurrencyAndThousandsOffMoney) {
  EXPECT_EQ(View(Kind::kMoney, "-$92,233,720,368,547,758.08"), "-92233720368547758.08");
  EXPECT_EQ(View(Kind::kMoney, "$12.50"), "12.50");
  EXPECT_EQ(View(Kind::kMoney, "-$0.50"), "-0.50");
}

TEST_F(ValueDecoder, UnpacksHexBytes) {
  EXPECT_EQ(View(Kind::kBytes, "\\x00ff10aB"), std::string("\x00\xff\x10\xab", 4));
  EXPECT_EQ(View(Kind::kBytes, "\\x"), "");
}

TEST_F(ValueDecoder, RefusesWhatIsNotOfTheType) {
  for (const auto& [kind, text] :
       std::vector<std::pair<Kind, const char*>>{{Kind::kInt32, ""},
                                                 {Kind::kInt32, "-"},
                                                 {Kind::kInt32, "12a"},
                                                 {Kind::kInt64, "9223372036854775808"},
                                                 {Kind::kFloat64, "1.5x"},
                                                 {Kind::kBool, "true"},
                                                 {Kind::kDate, "2024-1-01"},
                                                 {Kind::kDate, "01/02/2024"},
                                                 {Kind::kDate, "2024-01-01 AD"},
                                                 {Kind::kDate, "2024-13-01"},
                                                 {Kind::kDate, "2024-00-01"},
                                                 {Kind::kDate, "2024-01-32"},
                                                 {Kind::kDate, "5874898-01-01"},
                                                 {Kind::kDate, "4715-01-01 BC"},
                                                 {Kind::kTimestamp, "294277-01-01 00:00:00"},
                                                 {Kind::kTimestamp, "470013-01-01 00:00:00 BC"},
                                                 {Kind::kTimestamp, "2024-01-99 00:00:00"},
                                                 {Kind::kTime, "12:00"},
                                                 {Kind::kTime, "12:00:00.1234567"},
                                                 {Kind::kTimestamp, "2024-01-01T00:00:00"},
                                                 {Kind::kTimestamp, "2024-01-01"},
                                                 {Kind::kTimestampTz, "2024-01-01 00:00:00"},
                                                 {Kind::kTimestampTz, "2024-01-01 00:00:00 CET"},
                                                 {Kind::kBytes, "\\x0"},
                                                 {Kind::kBytes, "\\x0g"},
                                                 {Kind::kBytes, "abc"},
                                                 {Kind::kMoney, "$"}}) {
    EXPECT_THROW(Decode(kind, text), DataError) << model::KindName(kind) << ' ' << text;
  }
}

}  // namespace
}  // namespace tidewire::source
