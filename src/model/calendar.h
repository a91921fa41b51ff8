// The proleptic Gregorian calendar that PostgreSQL, MySQL and java.time count in; year 0 is 1 BC.
// `std::chrono` ends at the year 32767, PostgreSQL's dates at 5874897. Source: H. Hinnant,
// "chrono-compatible low-level date algorithms": eras of 400 years, and years that begin in March,
// so that the leap day is their last.
#pragma once

#include <cstdint>

namespace tidewire::model {

inline constexpr int64_t kMicrosPerSecond = 1'000'000;
inline constexpr int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

// The last years of PostgreSQL's types; microseconds since 2000 leave 64 bits soon after.
inline constexpr int64_t kMaxDateYear = 5'874'897;
inline constexpr int64_t kMaxTimestampYear = 294'276;
// The first year of both, 4714 BC.
inline constexpr int64_t kMinYear = -4713;

struct Civil {
  int64_t year;
  int64_t month;  // 1 to 12.
  int64_t day;    // 1 to 31.
};

// Whether month and day can be, and the year is one of a type that ends with `last_year`. Days that
// a month does not have count on into the next one.
constexpr bool InRange(const Civil& date, int64_t last_year) {
  return date.year >= kMinYear && date.year <= last_year && date.month >= 1 && date.month <= 12 &&
         date.day >= 1 && date.day <= 31;
}

// Rounds down, also below zero; the divisor is positive.
constexpr int64_t FloorDiv(int64_t value, int64_t divisor) {
  const int64_t quotient = value / divisor;
  return value % divisor < 0 ? quotient - 1 : quotient;
}

// Days since 1970-01-01.
constexpr int64_t DaysFromCivil(const Civil& date) {
  const int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const int64_t era = FloorDiv(year, 400);
  const int64_t year_of_era = year - era * 400;
  const int64_t month_from_march = date.month > 2 ? date.month - 3 : date.month + 9;
  const int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

constexpr Civil CivilFromDays(int64_t days) {
  days += 719'468;
  const int64_t era = FloorDiv(days, 146'097);
  const int64_t day_of_era = days - era * 146'097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
          day_of_year - (153 * month_from_march + 2) / 5 + 1};
}

}  // namespace tidewire::model
