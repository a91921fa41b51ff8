#include "format/time_text.h"

#include <gtest/gtest.h>

#include <limits>

#include "model/calendar.h"
#include "model/datum.h"

namespace tidewire::format {
namespace {

std::string Date(int64_t days) {
  std::string out;
  AppendIsoDate(out, days);
  return out;
}
std::string Time(int64_t micros, int digits = kTrimmedFraction) {
  std::string out;
  AppendIsoTime(out, micros, digits);
  return out;
}
std::string Utc(std::string_view timetz) {
  std::string out;
  return AppendUtcTime(out, timetz) ? out : "not understood";
}
int64_t Micros(std::string_view interval) { return IntervalMicros(*ParseInterval(interval)); }
std::string Iso(std::string_view interval) {
  std::string out;
  AppendIsoInterval(out, *ParseInterval(interval));
  return out;
}

TEST(IsoDate, KnowsTheProlepticCalendar) {
  EXPECT_EQ(Date(0), "1970-01-01");
  EXPECT_EQ(Date(-1), "1969-12-31");
  EXPECT_EQ(Date(11016), "2000-02-29");
  EXPECT_EQ(Date(-719162), "0001-01-01");
  EXPECT_EQ(Date(-719163), "0000-12-31");
  EXPECT_EQ(Date(-735160), "-0043-03-15");
  EXPECT_EQ(Date(2932897), "+10000-01-01");
}

TEST(Date, ReadsWhatItWrites) {
  for (int64_t days = -800'000; days < 800'000; days += 373) {
    const std::string text = Date(days);
    if (text[0] == '-' || text[0] == '+') continue;  // PostgreSQL writes these years another way.
    EXPECT_EQ(ParseDate(text), days) << text;
  }
  EXPECT_EQ(ParseDate("0044-03-15 BC"), -735160);
  EXPECT_EQ(ParseDate("5874897-12-31"), 2145042905);
  EXPECT_EQ(ParseDate("infinity"), model::kPositiveInfinity);
  EXPECT_EQ(ParseDate("2024-13-01"), std::nullopt);
  EXPECT_EQ(ParseDate("2024-01-01x"), std::nullopt);
  EXPECT_EQ(ParseDate(""), std::nullopt);
}

TEST(IsoTime, WritesTheFractionAsAsked) {
  EXPECT_EQ(Time(45'296'789'012), "12:34:56.789012");
  EXPECT_EQ(Time(45'296'100'000), "12:34:56.1");
  EXPECT_EQ(Time(45'296'000'000), "12:34:56");
  EXPECT_EQ(Time(45'296'000'000, 3), "12:34:56.000");
  EXPECT_EQ(Time(45'296'789'012, 3), "12:34:56.789");
  EXPECT_EQ(Time(45'296'789'012, 0), "12:34:56");
  EXPECT_EQ(Time(model::kMicrosPerDay), "24:00:00");
}

TEST(Time, IsReadUpTo24Hours) {
  EXPECT_EQ(ParseTime("24:00:00"), model::kMicrosPerDay);
  EXPECT_EQ(ParseTime("12:34"), 45'240'000'000);
  EXPECT_EQ(ParseTime("00:00:00.000001"), 1);
  EXPECT_EQ(ParseTime("24:00:01"), std::nullopt);
  EXPECT_EQ(ParseTime("12"), std::nullopt);
}

TEST(LongTime, IsReadOverDaysAndBelowZero) {
  EXPECT_EQ(ParseLongTime("838:59:59.999999"), 3'020'399'999'999);
  EXPECT_EQ(ParseLongTime("-838:59:59.999999"), -3'020'399'999'999);
  EXPECT_EQ(ParseLongTime("-00:00:00.5"), -500'000);
  EXPECT_EQ(ParseLongTime("12:34"), int64_t{12 * 3600 + 34 * 60} * 1'000'000);
  for (const char* text : {"839:00:00", "10", "", "-", "1:60:00", "1:00:00x", "--1:00:00"}) {
    EXPECT_EQ(ParseLongTime(text), std::nullopt) << text;
  }
}

TEST(Timestamp, IsReadWithZoneAndEra) {
  EXPECT_EQ(ParseTimestamp("2000-01-01 00:00:00"), 0);
  EXPECT_EQ(ParseTimestamp("2000-01-01 02:00:00+02"), 0);
  EXPECT_EQ(ParseTimestamp("1999-12-31 18:30:00-05:30"), 0);
  EXPECT_EQ(ParseTimestamp("2000-01-01T00:00:00.5Z"), 500'000);
  EXPECT_EQ(ParseTimestamp("2000-01-02"), model::kMicrosPerDay);
  EXPECT_EQ(ParseTimestamp("4713-01-01 00:00:00 BC"),
            -210'863'520'000'000'000 - model::kEpoch2000Micros);
  EXPECT_EQ(ParseTimestamp("-infinity"), model::kNegativeInfinity);
  EXPECT_EQ(ParseTimestamp("now"), std::nullopt);
  EXPECT_EQ(ParseTimestamp("294276-12-31 23:59:59.999999"), 9'223'371'331'199'999'999);
  EXPECT_EQ(ParseTimestamp("294277-01-01 00:00:00"), std::nullopt);
  EXPECT_EQ(ParseTimestamp("470013-01-01 00:00:00+00 BC"), std::nullopt);
  EXPECT_EQ(ParseTimestamp("2000-01-01 9223372036854775807:00"), std::nullopt);
  EXPECT_EQ(ParseTimestamp("2000-01-01 00:00:00+9223372036854775807"), std::nullopt);
}

TEST(UtcTime, ShiftsToUtcAndKeeps24Hours) {
  EXPECT_EQ(Utc("12:34:56.789012+02"), "10:34:56.789012Z");
  EXPECT_EQ(Utc("23:59:59.999999-15:59"), "15:58:59.999999Z");
  EXPECT_EQ(Utc("00:30:00+01:00:00"), "23:30:00Z");
  EXPECT_EQ(Utc("24:00:00+00"), "24:00:00Z");
  EXPECT_EQ(Utc("24:00:00-05"), "05:00:00Z");
  EXPECT_EQ(Utc("noon"), "not understood");
}

TEST(Interval, IsMicrosecondsWithMeanMonths) {
  EXPECT_EQ(Micros("P1Y2M3DT4H5M6.789S"), 37'091'106'789'000);
  EXPECT_EQ(Micros("P-1Y-2M3DT-4H-5M-6.789S"), -36'572'706'789'000);
  EXPECT_EQ(Micros("PT0S"), 0);
  EXPECT_EQ(Micros("PT-0.5S"), -500'000);
  EXPECT_EQ(Micros("P2W"), 14 * model::kMicrosPerDay);
  EXPECT_EQ(Micros("P178000000Y"), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(Micros("P-178000000Y"), std::numeric_limits<int64_t>::min());
}

TEST(Interval, IsWrittenWithAllFields) {
  EXPECT_EQ(Iso("P1Y2M3DT4H5M6.789S"), "P1Y2M3DT4H5M6.789S");
  EXPECT_EQ(Iso("PT0S"), "P0Y0M0DT0H0M0S");
  EXPECT_EQ(Iso("P3M"), "P0Y3M0DT0H0M0S");
  EXPECT_EQ(Iso("PT3M"), "P0Y0M0DT0H3M0S");
  EXPECT_EQ(Iso("PT-0.500000S"), "P0Y0M0DT0H0M-0.5S");
}

TEST(Interval, RefusesOtherStyles) {
  EXPECT_FALSE(ParseInterval("1 day"));
  EXPECT_FALSE(ParseInterval("P1"));
  EXPECT_FALSE(ParseInterval("P1X"));
  EXPECT_FALSE(ParseInterval("P1.5Y"));
  EXPECT_FALSE(ParseInterval(""));
  EXPECT_FALSE(ParseInterval("P9223372036854775807W"));
}

}  // namespace
}  // namespace tidewire::format
