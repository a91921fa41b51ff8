// tidewire.invalid.dates: what dates become that MySQL keeps and no calendar has (0000-00-00,
// 2024-02-30).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tidewire::source {

// kAsDebezium: null where the column may be NULL, else the epoch.
enum class InvalidDates : uint8_t { kAsDebezium, kNull, kEpoch, kText, kFail };

// The names of all but kAsDebezium, as PropertyRow::allowed has them.
inline constexpr const char* kInvalidDatesNames = "null,epoch,text,fail";
// By name, without regard to case; kAsDebezium for an empty one, nothing for an unknown one.
std::optional<InvalidDates> ParseInvalidDates(std::string_view name);

struct InvalidDatesRule {
  std::string column_pattern;  // For the whole of "database.table.column".
  InvalidDates policy = InvalidDates::kAsDebezium;
};
// tidewire.invalid.dates.columns, "regex:policy;regex:policy"; or the reason why not, for a person.
Result<std::vector<InvalidDatesRule>> ParseInvalidDatesColumns(std::string_view text);

}  // namespace tidewire::source
