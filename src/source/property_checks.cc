#include "source/property_checks.h"

#include <charconv>

#include "base/regex.h"
#include "source/pattern_list.h"

namespace tidewire::source {
namespace {

bool IsLegalInTopic(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

}  // namespace

std::string CheckRegexList(const std::string& value) {
  for (const std::string& pattern : SplitRegexList(value)) {
    const auto regex = Regex::Compile(pattern);
    if (!regex) {
      return fmt::format("A comma-separated list of valid regular expressions is expected, but {}",
                         regex.error());
    }
  }
  return "";
}

std::string CheckKeyColumns(const std::string& value) {
  const auto rules = ParseKeyColumns(value);
  return rules ? "" : rules.error();
}

std::string CheckSkippedOperations(const std::string& value) {
  const auto items = config::SplitList(value);
  for (const std::string& item : items) {
    if (item == "none" && items.size() > 1) {
      return "'none' cannot be specified with other skipped operation types";
    }
    if (item != "c" && item != "u" && item != "d" && item != "t" && item != "none") {
      return fmt::format("Value must be one of none, c, u, d, t, but '{}' is none of them", item);
    }
  }
  return "";
}

std::string CheckTopicPrefix(const std::string& value) {
  for (const char c : value) {
    if (!IsLegalInTopic(c)) {
      return fmt::format(
          "{} has invalid format (only the underscore, hyphen, dot and alphanumeric characters are "
          "allowed)",
          value);
    }
  }
  return "";
}

std::string CheckPositive(const std::string& value) {
  return NumberOr(value, 1) > 0 ? "" : "A positive, non-zero integer is expected";
}

std::string CheckNotNegative(const std::string& value) {
  return NumberOr(value, 0) >= 0 ? "" : "A non-negative integer is expected";
}

std::string CheckRetries(const std::string& value) {
  return NumberOr(value, 0) >= -1 ? "" : "Value must be at least -1";
}

int64_t NumberOr(const std::string& text, int64_t otherwise) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : otherwise;
}

bool IsSet(const config::Properties& given, const std::string& name) {
  const auto it = given.find(name);
  return it != given.end() && !config::Trimmed(it->second).empty();
}

PropertyComplaints CheckListPairs(const config::Properties& given,
                                  std::initializer_list<const char*> kinds) {
  PropertyComplaints out;
  for (const char* kind : kinds) {
    const std::string include = fmt::format("{}.include.list", kind);
    const std::string exclude = fmt::format("{}.exclude.list", kind);
    if (!IsSet(given, include) || !IsSet(given, exclude)) continue;
    out.emplace_back(exclude, fmt::format("The '{}' value is invalid: '{}' is already specified",
                                          exclude, include));
  }
  return out;
}

}  // namespace tidewire::source
