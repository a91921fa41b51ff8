// Which schemas, tables and columns are captured.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/regex.h"
#include "base/result.h"
#include "source/postgres/postgres_settings.h"

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

// Immutable; thread-safe.
class PostgresFilters {
 public:
  // Throws ConfigError.
  explicit PostgresFilters(const FilterSettings& settings);

  // The server's own schemas are never captured.
  static bool IsSystemSchema(std::string_view schema);
  bool CapturesTable(std::string_view schema, std::string_view table) const;
  // Asked only for columns outside the key: key columns are always captured.
  bool CapturesColumn(std::string_view schema, std::string_view table,
                      std::string_view column) const;
  bool filters_columns() const { return !column_include_.empty() || !column_exclude_.empty(); }
  // snapshot.include.collection.list
  bool InSnapshot(std::string_view schema, std::string_view table) const;
  // The columns that message.key.columns gives the table; null: none.
  const std::vector<std::string>* KeyColumns(std::string_view schema, std::string_view table) const;

 private:
  struct KeyRule {
    Regex table;
    std::vector<std::string> columns;
  };
  PatternList schema_include_, schema_exclude_;
  PatternList table_include_, table_exclude_;
  PatternList column_include_, column_exclude_;
  PatternList snapshot_include_;
  std::vector<KeyRule> keys_;
};

}  // namespace tidewire::source
