// Which schemas, tables and columns are captured.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/regex.h"
#include "source/pattern_list.h"
#include "source/postgres/postgres_settings.h"

namespace tidewire::source {

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
