#include "source/mysql/mysql_table.h"

#include "source/mysql/mysql_names.h"

namespace tidewire::source {

std::optional<size_t> MysqlTable::Find(std::string_view column) const {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (SameName(columns[i].name, column)) return i;
  }
  return std::nullopt;
}

std::vector<std::string> MysqlTable::EventKey() const {
  if (!primary_key.empty()) return primary_key;
  for (const MysqlIndex& index : indexes) {
    const bool identifies =
        index.whole && !index.columns.empty() &&
        std::all_of(index.columns.begin(), index.columns.end(), [&](const std::string& column) {
          const auto at = Find(column);
          return at && !columns[*at].nullable;
        });
    if (identifies) return index.columns;
  }
  return {};
}

}  // namespace tidewire::source
