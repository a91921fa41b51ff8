#include "sink/sql/target_table.h"

#include <algorithm>

namespace tidewire::sink {

std::optional<uint32_t> TargetTable::Find(std::string_view column) const {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == column) return static_cast<uint32_t>(i);
  }
  return std::nullopt;
}

bool RowPlan::SameShape(const RowPlan& other) const {
  const auto same = [](const model::AddedColumn& a, const model::AddedColumn& b) {
    return a.from == b.from && a.index == b.index && a.column == b.column;
  };
  return table == other.table && source_columns == other.source_columns && fields == other.fields &&
         key == other.key && kafka_columns == other.kafka_columns &&
         std::equal(added.begin(), added.end(), other.added.begin(), other.added.end(), same);
}

}  // namespace tidewire::sink
