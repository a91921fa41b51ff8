#include "sink/sql/target_table.h"

namespace tidewire::sink {

std::optional<uint32_t> TargetTable::Find(std::string_view column) const {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == column) return static_cast<uint32_t>(i);
  }
  return std::nullopt;
}

bool RowPlan::SameShape(const RowPlan& other) const {
  return table == other.table && source_columns == other.source_columns && fields == other.fields &&
         key == other.key && extras == other.extras;
}

}  // namespace tidewire::sink
