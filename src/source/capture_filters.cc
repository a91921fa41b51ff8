#include "source/capture_filters.h"

#include "base/error.h"

namespace tidewire::source {
namespace {

std::string TableId(std::string_view name_space, std::string_view table) {
  std::string out;
  out.reserve(name_space.size() + table.size() + 1);
  out.append(name_space).append(1, '.').append(table);
  return out;
}

}  // namespace

FilterSettings FilterSettings::FromConfig(const config::Config& config,
                                          std::string namespace_word) {
  FilterSettings out;
  const auto list = [&](std::string_view name) { return SplitRegexList(config.Get(name)); };
  out.namespace_include = list(namespace_word + ".include.list");
  out.namespace_exclude = list(namespace_word + ".exclude.list");
  out.table_include = list("table.include.list");
  out.table_exclude = list("table.exclude.list");
  out.column_include = list("column.include.list");
  out.column_exclude = list("column.exclude.list");
  out.snapshot_include = list("snapshot.include.collection.list");
  out.message_key_columns = config.Get("message.key.columns");
  out.namespace_word = std::move(namespace_word);
  return out;
}

CaptureFilters::CaptureFilters(const FilterSettings& settings, SystemNamespace is_system)
    : is_system_(is_system),
      namespace_include_(settings.namespace_include, settings.namespace_word + ".include.list"),
      namespace_exclude_(settings.namespace_exclude, settings.namespace_word + ".exclude.list"),
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
    keys_.push_back({CompilePattern(rule.table_pattern, "message.key.columns"), rule.columns});
  }
}

bool CaptureFilters::CapturesNamespace(std::string_view name_space) const {
  if (is_system_ != nullptr && is_system_(name_space)) return false;
  if (!namespace_include_.empty() && !namespace_include_.Matches(name_space)) return false;
  return !namespace_exclude_.Matches(name_space);
}

bool CaptureFilters::CapturesTable(std::string_view name_space, std::string_view table) const {
  if (!CapturesNamespace(name_space)) return false;
  if (table_include_.empty() && table_exclude_.empty()) return true;
  const std::string id = TableId(name_space, table);
  if (!table_include_.empty() && !table_include_.Matches(id)) return false;
  return !table_exclude_.Matches(id);
}

bool CaptureFilters::CapturesColumn(std::string_view name_space, std::string_view table,
                                    std::string_view column) const {
  if (!filters_columns()) return true;
  const std::string id = TableId(TableId(name_space, table), column);
  if (!column_include_.empty()) return column_include_.Matches(id);
  return !column_exclude_.Matches(id);
}

bool CaptureFilters::InSnapshot(std::string_view name_space, std::string_view table) const {
  return snapshot_include_.empty() || snapshot_include_.Matches(TableId(name_space, table));
}

const std::vector<std::string>* CaptureFilters::KeyColumns(std::string_view name_space,
                                                           std::string_view table) const {
  if (keys_.empty()) return nullptr;
  const std::string id = TableId(name_space, table);
  for (const KeyRule& rule : keys_) {
    if (rule.table.FullMatch(id)) return &rule.columns;
  }
  return nullptr;
}

}  // namespace tidewire::source
