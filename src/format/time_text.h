// Dates, times and intervals: ISO-8601 texts as java.time writes them, and back from PostgreSQL's
// texts (ISO date style, iso_8601 interval style). The calendar is proleptic Gregorian; year 0 is 1
// BC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidewire::format {

// How many digits of a second's fraction are written.
inline constexpr int kTrimmedFraction = -1;  // As many as there are without trailing zeros.

// "2024-02-29", "-0043-03-15", "+10000-01-01"; `days` since 1970-01-01.
void AppendIsoDate(std::string& out, int64_t days);
// "12:34:56.789"; `micros` of the day, up to 24:00:00.
void AppendIsoTime(std::string& out, int64_t micros, int fraction_digits);
// "2024-02-29T12:34:56.789Z"; `micros` since the day `epoch_days` after 1970-01-01.
void AppendIsoTimestamp(std::string& out, int64_t micros, int64_t epoch_days, int fraction_digits);
// A timetz text ("12:34:56.5+02") shifted to UTC: "10:34:56.5Z". 24:00 stays where its zone is UTC,
// since the next day's 00:00 is another value. False: not understood.
[[nodiscard]] bool AppendUtcTime(std::string& out, std::string_view timetz);

// From PostgreSQL's texts; ±infinity as model::kPositiveInfinity and kNegativeInfinity. Nothing:
// not understood.
std::optional<int64_t> ParseDate(std::string_view text);  // Days since 1970-01-01.
std::optional<int64_t> ParseTime(std::string_view text);  // Microseconds of the day.
// MySQL's TIME, "-838:59:59.999999", in microseconds.
std::optional<int64_t> ParseLongTime(std::string_view text);
std::optional<int64_t> ParseTimestamp(
    std::string_view text);  // Microseconds since 2000-01-01, zone applied.

// The fields of an interval "P1Y-2M3DT4H5M-6.789S"; a field that is not there is zero.
struct IntervalFields {
  int64_t years = 0;
  int64_t months = 0;
  int64_t days = 0;
  int64_t hours = 0;
  int64_t minutes = 0;
  std::string_view seconds = "0";  // With its sign and fraction.
};
std::optional<IntervalFields> ParseInterval(std::string_view text);

// io.debezium.time.MicroDuration: a year has 365.25 days, a month a twelfth of that; ends at the
// limits of int64.
int64_t IntervalMicros(const IntervalFields& fields);
// io.debezium.time.Interval: "P1Y2M3DT4H5M6.789S" with all fields, zeros too.
void AppendIsoInterval(std::string& out, const IntervalFields& fields);

}  // namespace tidewire::format
