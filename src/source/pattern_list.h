// Lists of regular expressions, as include and exclude lists hold them.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/regex.h"
#include "base/result.h"

namespace tidewire::source {

// A list property's regular expressions: split at commas, but not at those inside brackets, braces
// or parentheses, nor at "\,"; trimmed, empty items dropped.
std::vector<std::string> SplitRegexList(std::string_view text);

struct KeyColumnsRule {
  std::string table_pattern;
  std::vector<std::string> columns;
};
// "regex:col1,col2;regex:col3"; the reason why not, for a person.
Result<std::vector<KeyColumnsRule>> ParseKeyColumns(std::string_view text);

// Matches whole names against any of many patterns, without regard to case. Immutable; thread-safe.
class PatternList {
 public:
  // Throws ConfigError naming `property` for a pattern that cannot be read.
  PatternList(const std::vector<std::string>& patterns, std::string_view property);
  bool empty() const { return empty_; }
  bool Matches(std::string_view name) const;

 private:
  bool empty_ = true;
  // Lists often name thousands of tables outright: those are found at once, the rest by one
  // alternation.
  std::unordered_set<std::string> plain_;
  std::vector<Regex> patterns_;
};

// For matching names without regard to case. Throws ConfigError naming `property`.
Regex CompileOrThrow(const std::string& pattern, std::string_view property);

}  // namespace tidewire::source
