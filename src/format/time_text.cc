#include "format/time_text.h"

#include <charconv>

#include "format/json_text.h"
#include "model/calendar.h"
#include "model/datum.h"

namespace tidewire::format {
namespace {

using model::Civil;
using model::FloorDiv;
using model::kMicrosPerDay;
using model::kMicrosPerSecond;

// More hours than PostgreSQL's microseconds hold, and few enough for sums of them.
constexpr int64_t kMaxIntervalField = 1'000'000'000'000;

constexpr int64_t kLastMysqlHour = 838;

void AppendTwo(std::string& out, int64_t v) {
  out += static_cast<char>('0' + v / 10);
  out += static_cast<char>('0' + v % 10);
}

void AppendYear(std::string& out, int64_t year) {
  if (year < 0) out += '-';
  if (year > 9999) out += '+';
  const int64_t magnitude = year < 0 ? -year : year;
  if (magnitude < 1000) out += magnitude < 10 ? "000" : magnitude < 100 ? "00" : "0";
  AppendInteger(out, magnitude);
}

// Reads from the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool Number(int64_t& value) {
    if (rest_.empty() || rest_[0] < '0' || rest_[0] > '9') return false;
    const auto r = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    rest_.remove_prefix(static_cast<size_t>(r.ptr - rest_.data()));
    return r.ec == std::errc();
  }
  bool Take(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool TakeText(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  // A fraction's digits behind the point, as microseconds.
  int64_t Fraction() {
    int64_t micros = 0;
    int digits = 0;
    while (!rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9') {
      if (digits < 6) micros = micros * 10 + (rest_[0] - '0');
      ++digits;
      rest_.remove_prefix(1);
    }
    for (; digits < 6; ++digits) micros *= 10;
    return micros;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

bool ScanDate(Scanner& in, Civil& date) {
  return in.Number(date.year) && in.Take('-') && in.Number(date.month) && in.Take('-') &&
         in.Number(date.day);
}

// With a leap second.
bool ScanTime(Scanner& in, int64_t& micros, int64_t last_hour = 24) {
  int64_t hours = 0;
  int64_t minutes = 0;
  int64_t seconds = 0;
  if (!in.Number(hours) || !in.Take(':') || !in.Number(minutes)) return false;
  if (in.Take(':') && !in.Number(seconds)) return false;
  if (hours > last_hour || minutes > 59 || seconds > 60) return false;
  micros = ((hours * 60 + minutes) * 60 + seconds) * kMicrosPerSecond;
  if (in.Take('.')) micros += in.Fraction();
  return true;
}

// "+02", "-05:30", "+01:02:03", "Z" or nothing, in microseconds east of UTC.
bool ScanZone(Scanner& in, int64_t& offset) {
  offset = 0;
  if (in.Take('Z')) return true;
  const bool west = in.Take('-');
  if (!west && !in.Take('+')) return true;
  int64_t hours = 0;
  int64_t minutes = 0;
  int64_t seconds = 0;
  if (!in.Number(hours)) return false;
  if (in.Take(':') && !in.Number(minutes)) return false;
  if (in.Take(':') && !in.Number(seconds)) return false;
  if (hours > 24 || minutes > 59 || seconds > 59) return false;
  offset = ((hours * 60 + minutes) * 60 + seconds) * kMicrosPerSecond;
  if (west) offset = -offset;
  return true;
}

std::optional<int64_t> ParseInfinity(std::string_view text) {
  if (text == "infinity") return model::kPositiveInfinity;
  if (text == "-infinity") return model::kNegativeInfinity;
  return std::nullopt;
}

// The digits of a number field without needless zeros behind the point.
std::string_view TrimSeconds(std::string_view seconds) {
  if (seconds.find('.') == std::string_view::npos) return seconds;
  const size_t last = seconds.find_last_not_of('0');
  return seconds.substr(0, seconds[last] == '.' ? last : last + 1);
}

}  // namespace

void AppendIsoDate(std::string& out, int64_t days) {
  const Civil date = model::CivilFromDays(days);
  AppendYear(out, date.year);
  out += '-';
  AppendTwo(out, date.month);
  out += '-';
  AppendTwo(out, date.day);
}

void AppendIsoTime(std::string& out, int64_t micros, int fraction_digits) {
  const int64_t seconds = micros / kMicrosPerSecond;
  AppendTwo(out, seconds / 3600);
  out += ':';
  AppendTwo(out, seconds / 60 % 60);
  out += ':';
  AppendTwo(out, seconds % 60);
  int64_t fraction = micros % kMicrosPerSecond;
  int digits = fraction_digits;
  if (digits == kTrimmedFraction) {
    digits = fraction == 0 ? 0 : 6;
    for (int64_t f = fraction; digits > 0 && f % 10 == 0; f /= 10) --digits;
  }
  if (digits == 0) return;
  char text[7] = {'.', '0', '0', '0', '0', '0', '0'};
  for (size_t i = 6; i > 0; --i) {
    text[i] = static_cast<char>('0' + fraction % 10);
    fraction /= 10;
  }
  out.append(text, static_cast<size_t>(digits) + 1);
}

void AppendIsoTimestamp(std::string& out, int64_t micros, int64_t epoch_days, int fraction_digits) {
  // Not `micros - day * kMicrosPerDay`: the product leaves 64 bits for the earliest times.
  int64_t time = micros % kMicrosPerDay;
  if (time < 0) time += kMicrosPerDay;
  AppendIsoDate(out, FloorDiv(micros, kMicrosPerDay) + epoch_days);
  out += 'T';
  AppendIsoTime(out, time, fraction_digits);
  out += 'Z';
}

bool AppendUtcTime(std::string& out, std::string_view timetz) {
  Scanner in(timetz);
  int64_t micros = 0;
  int64_t offset = 0;
  if (!ScanTime(in, micros) || !ScanZone(in, offset) || !in.at_end()) return false;
  if (offset != 0) {
    micros = (micros - offset) % kMicrosPerDay;
    if (micros < 0) micros += kMicrosPerDay;
  }
  AppendIsoTime(out, micros, kTrimmedFraction);
  out += 'Z';
  return true;
}

std::optional<int64_t> ParseDate(std::string_view text) {
  if (const auto infinity = ParseInfinity(text)) return infinity;
  Scanner in(text);
  Civil date{};
  if (!ScanDate(in, date)) return std::nullopt;
  if (in.TakeText(" BC")) date.year = 1 - date.year;
  if (!in.at_end() || !InRange(date, model::kMaxDateYear)) return std::nullopt;
  return model::DaysFromCivil(date);
}

std::optional<int64_t> ParseTime(std::string_view text) {
  Scanner in(text);
  int64_t micros = 0;
  if (!ScanTime(in, micros) || !in.at_end() || micros > kMicrosPerDay) return std::nullopt;
  return micros;
}

std::optional<int64_t> ParseLongTime(std::string_view text) {
  Scanner in(text);
  const bool negative = in.Take('-');
  int64_t micros = 0;
  if (!ScanTime(in, micros, kLastMysqlHour) || !in.at_end()) return std::nullopt;
  return negative ? -micros : micros;
}

std::optional<int64_t> ParseTimestamp(std::string_view text) {
  if (const auto infinity = ParseInfinity(text)) return infinity;
  Scanner in(text);
  Civil date{};
  int64_t micros = 0;
  int64_t offset = 0;
  if (!ScanDate(in, date)) return std::nullopt;
  if ((in.Take(' ') || in.Take('T')) && (!ScanTime(in, micros) || !ScanZone(in, offset))) {
    return std::nullopt;
  }
  if (in.TakeText(" BC")) date.year = 1 - date.year;
  if (!in.at_end() || !InRange(date, model::kMaxTimestampYear)) return std::nullopt;
  return (model::DaysFromCivil(date) - model::kEpoch2000Days) * kMicrosPerDay + micros - offset;
}

std::optional<IntervalFields> ParseInterval(std::string_view text) {
  if (text.empty() || text[0] != 'P') return std::nullopt;
  IntervalFields fields;
  bool time = false;
  for (size_t at = 1; at < text.size();) {
    if (text[at] == 'T') {
      time = true;
      ++at;
      continue;
    }
    const size_t unit = text.find_first_not_of("+-.0123456789", at);
    if (unit == std::string_view::npos || unit == at) return std::nullopt;
    const std::string_view number = text.substr(at, unit - at);
    at = unit + 1;
    if (text[unit] == 'S') {
      fields.seconds = number;
      continue;
    }
    int64_t value = 0;
    const auto r = std::from_chars(number.data(), number.data() + number.size(), value);
    if (r.ec != std::errc() || r.ptr != number.data() + number.size() ||
        value > kMaxIntervalField || value < -kMaxIntervalField) {
      return std::nullopt;
    }
    switch (text[unit]) {
      case 'Y':
        fields.years = value;
        break;
      case 'M':
        (time ? fields.minutes : fields.months) = value;
        break;
      case 'W':
        fields.days += 7 * value;
        break;
      case 'D':
        fields.days += value;
        break;
      case 'H':
        fields.hours = value;
        break;
      default:
        return std::nullopt;
    }
  }
  return fields;
}

int64_t IntervalMicros(const IntervalFields& fields) {
  constexpr __int128 kMicrosPerMonth = kMicrosPerDay * 487 / 16;  // 30.4375 days.
  std::string_view seconds = fields.seconds;
  const bool negative = seconds.starts_with('-');
  if (negative || seconds.starts_with('+')) seconds.remove_prefix(1);
  Scanner in(seconds);
  int64_t whole = 0;
  in.Number(whole);
  __int128 part = __int128{whole} * kMicrosPerSecond;
  if (in.Take('.')) part += in.Fraction();
  const __int128 total = (__int128{fields.years} * 12 + fields.months) * kMicrosPerMonth +
                         __int128{fields.days} * kMicrosPerDay +
                         (__int128{fields.hours} * 60 + fields.minutes) * 60 * kMicrosPerSecond +
                         (negative ? -part : part);
  if (total > std::numeric_limits<int64_t>::max()) return std::numeric_limits<int64_t>::max();
  if (total < std::numeric_limits<int64_t>::min()) return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(total);
}

void AppendIsoInterval(std::string& out, const IntervalFields& fields) {
  out += 'P';
  AppendInteger(out, fields.years);
  out += 'Y';
  AppendInteger(out, fields.months);
  out += 'M';
  AppendInteger(out, fields.days);
  out += "DT";
  AppendInteger(out, fields.hours);
  out += 'H';
  AppendInteger(out, fields.minutes);
  out += 'M';
  out += TrimSeconds(fields.seconds);
  out += 'S';
}

}  // namespace tidewire::format
