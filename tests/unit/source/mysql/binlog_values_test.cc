#include "source/mysql/binlog_values.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tidewire::source {
namespace {

std::string Decimal(const std::string& bytes, int precision, int scale) {
  Arena arena;
  BinlogReader in(bytes);
  return std::string(ReadDecimal(in, precision, scale, arena));
}

// The worked example of mysql-server's decimal2bin: 1234567890.1234 as DECIMAL(14,4).
TEST(BinlogValues, ReadsDecimals) {
  EXPECT_EQ(Decimal(std::string("\x81\x0D\xFB\x38\xD2\x04\xD2", 7), 14, 4), "1234567890.1234");
  EXPECT_EQ(Decimal(std::string("\x7E\xF2\x04\xC7\x2D\xFB\x2D", 7), 14, 4), "-1234567890.1234");
  EXPECT_EQ(Decimal(std::string("\x80\x00\x00\x00\x00", 5), 10, 2), "0.00");
  EXPECT_EQ(Decimal(std::string("\x80\x00\x00\x00\x0A", 5), 10, 2), "0.10");
  EXPECT_EQ(Decimal("\x80", 1, 0), "0");
  EXPECT_EQ(Decimal("\x89", 1, 0), "9");
  EXPECT_EQ(Decimal("\xB2", 2, 2), "0.50");
}

TEST(BinlogValues, RefusesDecimalsThatCannotBe) {
  EXPECT_THROW(Decimal("\x80", 0, 0), DataError);
  EXPECT_THROW(Decimal("\x80", 10, 11), DataError);
  EXPECT_THROW(Decimal("\x80", 65, 30), DataError);
}

// '2012-06-10 12:45:13.5' from MySQL Internals, "Date and Time Data Type Representation".
TEST(BinlogValues, ReadsDateTimes) {
  const std::string bytes("\x99\x8C\x94\xCB\x4D\x32", 6);
  BinlogReader in(bytes);
  const CivilTime time = ReadDateTime(in, 1);
  EXPECT_EQ(CivilText(time, true, 1), "2012-06-10 12:45:13.5");
  EXPECT_TRUE(IsRealDay(time));
}

TEST(BinlogValues, KnowsDaysThatNoCalendarHas) {
  EXPECT_FALSE(IsRealDay({}));
  EXPECT_FALSE(IsRealDay({2024, 2, 31}));
  EXPECT_FALSE(IsRealDay({2023, 2, 29}));
  EXPECT_FALSE(IsRealDay({2024, 0, 10}));
  EXPECT_FALSE(IsRealDay({2024, 13, 1}));
  EXPECT_TRUE(IsRealDay({2024, 2, 29}));
  EXPECT_EQ(DaysOf({1970, 1, 2}), 1);
  EXPECT_EQ(MicrosOf({2000, 1, 1, 0, 0, 1, 5}), 1'000'005);
}

TEST(BinlogValues, ReadsTimesOnBothSidesOfZero) {
  const auto time = [](const std::string& bytes, int fraction) {
    BinlogReader in(bytes);
    return ReadTime(in, fraction);
  };
  EXPECT_EQ(time(std::string("\x80\x00\x00", 3), 0), 0);
  EXPECT_EQ(time(std::string("\x80\x10\x83", 3), 0), int64_t{3723} * 1'000'000);
  EXPECT_EQ(time(std::string("\x7F\xEF\x7D", 3), 0), -int64_t{3723} * 1'000'000);
  // -00:00:00.000001
  EXPECT_EQ(time(std::string("\x7F\xFF\xFF\xFF\xFF\xFF", 6), 6), -1);
}

TEST(BinlogValues, TellsTheZeroTimestampFromTheEpoch) {
  const auto timestamp = [](const std::string& bytes) {
    BinlogReader in(bytes);
    return ReadTimestamp(in, 0);
  };
  EXPECT_FALSE(timestamp(std::string(4, '\0')));
  EXPECT_EQ(timestamp(std::string("\x00\x00\x00\x01", 4)), 1'000'000 - model::kEpoch2000Micros);
}

TEST(BinlogValues, ReadsBitsHighestFirst) {
  Arena arena;
  const std::string bytes("\x01\x00\x01", 3);
  BinlogReader in(bytes);
  EXPECT_EQ(ReadBits(in, 17, arena), "10000000000000001");
}

TEST(BinlogValues, RoundsFloatsOfGivenDigits) {
  EXPECT_EQ(RoundedFloat(123.4567F, 4), 123.4567);
  EXPECT_EQ(RoundedFloat(-999.9999F, 4), -999.9999);
}

TEST(BinlogValues, AppliesTheColumnsPolicyToDatesThatAreNone) {
  using model::Kind;
  const auto of = [](InvalidDates policy, bool nullable) {
    return InvalidDate(policy, Kind::kDate, nullable, "0000-00-00");
  };
  EXPECT_FALSE(of(InvalidDates::kAsDebezium, true).has_value());
  EXPECT_EQ(of(InvalidDates::kAsDebezium, false).integer, 0);
  EXPECT_FALSE(of(InvalidDates::kNull, false).has_value());
  EXPECT_TRUE(of(InvalidDates::kEpoch, true).has_value());
  EXPECT_THROW(of(InvalidDates::kFail, true), DataError);
}

}  // namespace
}  // namespace tidewire::source
