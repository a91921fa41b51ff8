#include "source/postgres/postgres_filters.h"

#include "base/error.h"

namespace tidewire::source {
namespace {

std::string TableId(std::string_view schema, std::string_view table) {
  std::string out;
  out.reserve(schema.size() + table.size() + 1);
  out.append(schema).append(1, '.').append(table);
  return out;
}

}  // namespace

PostgresFilters::PostgresFilters(const FilterSettings& settings)
    : schema_include_(settings.schema_include, "schema.include.list"),
      schema_exclude_(settings.schema_exclude, "schema.exclude.list"),
      table_include_(settings.table_include, "table.include.list"),
      table_exclude_(settings.table_exclude, "table.exclude.list"),
      column_include_(settings.column_include, "column.include.list"),
      column_exclude_(settings.column_exclude, "column.exclude.list"),
      snapshot_include_(settings.snapshot_include, "snapshot.include.collection.list") {
  const auto rules = ParseKeyColumns(settings.message_key_columns);
  if (!rules) {
    throw ConfigError(fmt::format("The 'message.key.columns' value is invalid: {}", rules.error()));
  }
  for (const KeyColumnsRule& rule : *rules) {
    keys_.push_back({CompileOrThrow(rule.table_pattern, "message.key.columns"), rule.columns});
  }
}

bool PostgresFilters::IsSystemSchema(std::string_view schema) {
  return schema.starts_with("pg_") || schema == "information_schema" || schema.empty();
}

bool PostgresFilters::CapturesTable(std::string_view schema, std::string_view table) const {
  if (IsSystemSchema(schema)) return false;
  if (!schema_include_.empty() && !schema_include_.Matches(schema)) return false;
  if (schema_exclude_.Matches(schema)) return false;
  if (table_include_.empty() && table_exclude_.empty()) return true;
  const std::string id = TableId(schema, table);
  if (!table_include_.empty() && !table_include_.Matches(id)) return false;
  return !table_exclude_.Matches(id);
}

bool PostgresFilters::CapturesColumn(std::string_view schema, std::string_view table,
                                     std::string_view column) const {
  if (!filters_columns()) return true;
  const std::string id = TableId(TableId(schema, table), column);
  if (!column_include_.empty()) return column_include_.Matches(id);
  return !column_exclude_.Matches(id);
}

bool PostgresFilters::InSnapshot(std::string_view schema, std::string_view table) const {
  return snapshot_include_.empty() || snapshot_include_.Matches(TableId(schema, table));
}

const std::vector<std::string>* PostgresFilters::KeyColumns(std::string_view schema,
                                                            std::string_view table) const {
  if (keys_.empty()) return nullptr;
  const std::string id = TableId(schema, table);
  for (const KeyRule& rule : keys_) {
    if (rule.table.FullMatch(id)) return &rule.columns;
  }
  return nullptr;
}

}  // namespace tidewire::source
