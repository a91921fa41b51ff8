// Values in the servers' storage forms → Datums.
//
// Sources: mysql-server, "strings/decimal.cc" (bin2decimal), "mysys/my_time.cc" (packed times);
// MySQL Internals, "Date and Time Data Type Representation".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "model/datum.h"
#include "model/type.h"
#include "source/mysql/binlog_reader.h"
#include "source/mysql/mysql_invalid_dates.h"

namespace tidewire::source {

// A date or time as stored, before anybody asked whether there is such a day.
struct CivilTime {
  int64_t year = 0;
  int64_t month = 0;
  int64_t day = 0;
  int64_t hour = 0;
  int64_t minute = 0;
  int64_t second = 0;
  int64_t micros = 0;
};

// Whether the calendar has that day: "0000-00-00", "2024-00-10" and 31 February are none.
bool IsRealDay(const CivilTime& time);
// Days since 1970-01-01; of a real day.
int64_t DaysOf(const CivilTime& time);
// Microseconds since 2000-01-01 00:00; of a real day.
int64_t MicrosOf(const CivilTime& time);
// "2024-02-31", "0000-00-00 00:00:00.000000": with `fraction` digits behind the second; no time
// when `with_time` is false.
std::string CivilText(const CivilTime& time, bool with_time, int fraction);

// DATE: three bytes.
CivilTime ReadDate(BinlogReader& in);
// DATETIME since 5.6, with `fraction` digits.
CivilTime ReadDateTime(BinlogReader& in, int fraction);
// DATETIME before 5.6 (eight bytes).
CivilTime ReadOldDateTime(BinlogReader& in);
// TIME since 5.6: microseconds, also below zero.
int64_t ReadTime(BinlogReader& in, int fraction);
// TIME before 5.6 (three bytes).
int64_t ReadOldTime(BinlogReader& in);
// TIMESTAMP since 5.6: microseconds since 2000-01-01 UTC; nothing: the zero timestamp.
std::optional<int64_t> ReadTimestamp(BinlogReader& in, int fraction);
std::optional<int64_t> ReadOldTimestamp(BinlogReader& in);

// FLOAT(m,scale): the decimal number that the server shows, as the nearest double.
double RoundedFloat(float value, int scale);

// What becomes of a date that no calendar has, by the column's policy; `text` is what the server
// shows. Throws DataError with kFail.
model::Datum InvalidDate(InvalidDates policy, model::Kind kind, bool nullable,
                         const std::string& text);

// DECIMAL(precision, scale) → "-12.50", with all digits of the scale. The view points into `arena`.
std::string_view ReadDecimal(BinlogReader& in, int precision, int scale, Arena& arena);

// BIT(n): text of '0' and '1', n of them.
std::string_view ReadBits(BinlogReader& in, size_t bits, Arena& arena);

// 16 bytes → "123e4567-e89b-12d3-a456-426614174000".
std::string_view UuidText(std::string_view bytes, Arena& arena);
// 4 bytes, 16 bytes: as INET_NTOA and INET6_NTOA write them.
std::string_view Inet4Text(std::string_view bytes, Arena& arena);
std::string_view Inet6Text(std::string_view bytes, Arena& arena);

}  // namespace tidewire::source
