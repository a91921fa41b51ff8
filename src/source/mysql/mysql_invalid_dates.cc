#include "source/mysql/mysql_invalid_dates.h"

#include "base/regex.h"
#include "config/config.h"

namespace tidewire::source {
namespace {

Result<InvalidDatesRule> ParseRule(const std::string& item) {
  const size_t colon = item.rfind(':');
  if (colon == std::string::npos) {
    return Failure(
        fmt::format("'{}' lacks what follows the column (expecting "
                    "'<database.table.column>:<policy>;…' with a policy of {})",
                    item, kInvalidDatesNames));
  }
  const std::string name = config::Trimmed(std::string_view(item).substr(colon + 1));
  const auto policy = ParseInvalidDates(name);
  if (name.empty() || !policy) {
    return Failure(fmt::format("'{}' in '{}' is none of {}", name, item, kInvalidDatesNames));
  }
  InvalidDatesRule rule{config::Trimmed(std::string_view(item).substr(0, colon)), *policy};
  if (rule.column_pattern.empty()) return Failure(fmt::format("'{}' names no column", item));
  if (const auto regex = Regex::Compile(rule.column_pattern); !regex) {
    return Failure(
        fmt::format("'{}' is not a regular expression: {}", rule.column_pattern, regex.error()));
  }
  return rule;
}

}  // namespace

std::optional<InvalidDates> ParseInvalidDates(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (lower.empty()) return InvalidDates::kAsDebezium;
  if (lower == "null") return InvalidDates::kNull;
  if (lower == "epoch") return InvalidDates::kEpoch;
  if (lower == "text") return InvalidDates::kText;
  if (lower == "fail") return InvalidDates::kFail;
  return std::nullopt;
}

Result<std::vector<InvalidDatesRule>> ParseInvalidDatesColumns(std::string_view text) {
  std::vector<InvalidDatesRule> out;
  while (!text.empty()) {
    const size_t semicolon = text.find(';');
    const std::string item = config::Trimmed(text.substr(0, semicolon));
    text.remove_prefix(semicolon == std::string_view::npos ? text.size() : semicolon + 1);
    if (item.empty()) continue;
    auto rule = ParseRule(item);
    if (!rule) return Failure(rule.error());
    out.push_back(std::move(*rule));
  }
  return out;
}

}  // namespace tidewire::source
