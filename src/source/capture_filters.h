// Which tables and columns a source captures.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "source/pattern_list.h"

namespace tidewire::source {

// Lists of anchored, case-insensitive regular expressions, as given. "Namespace" is what a table's
// name is unique in: a schema for PostgreSQL, a database for MySQL.
struct FilterSettings {
  std::string namespace_word = "schema";  // What properties call it: "schema.include.list".
  std::vector<std::string> namespace_include, namespace_exclude;
  std::vector<std::string> table_include, table_exclude;    // Match "namespace.table".
  std::vector<std::string> column_include, column_exclude;  // Match "namespace.table.column".
  std::vector<std::string> snapshot_include;                // Match "namespace.table".
  std::string message_key_columns;                          // "table-regex:col1,col2;…"

  // From the properties that <namespace_word>.include.list and its like are among.
  static FilterSettings FromConfig(const config::Config& config, std::string namespace_word);
};

// Immutable; thread-safe.
class CaptureFilters {
 public:
  // Whether a namespace holds the server's own tables, which are never captured.
  using SystemNamespace = bool (*)(std::string_view name_space);

  // `is_system` may be null: all namespaces are the user's. Throws ConfigError naming the property
  // whose expression cannot be read.
  CaptureFilters(const FilterSettings& settings, SystemNamespace is_system);

  // Tables of the namespace may be captured; the lists of tables are not asked.
  bool CapturesNamespace(std::string_view name_space) const;
  bool CapturesTable(std::string_view name_space, std::string_view table) const;
  // Asked only for columns outside the key: key columns are always captured.
  bool CapturesColumn(std::string_view name_space, std::string_view table,
                      std::string_view column) const;
  bool filters_columns() const { return !column_include_.empty() || !column_exclude_.empty(); }
  // snapshot.include.collection.list
  bool InSnapshot(std::string_view name_space, std::string_view table) const;
  // The columns that message.key.columns gives the table; null: none.
  const std::vector<std::string>* KeyColumns(std::string_view name_space,
                                             std::string_view table) const;

 private:
  struct KeyRule {
    Regex table;
    std::vector<std::string> columns;
  };
  const SystemNamespace is_system_;
  PatternList namespace_include_, namespace_exclude_;
  PatternList table_include_, table_exclude_;
  PatternList column_include_, column_exclude_;
  PatternList snapshot_include_;
  std::vector<KeyRule> keys_;
};

}  // namespace tidewire::source
