#include "sink/sql/target_table.h"

#include <algorithm>

namespace tidewire::sink {

namespace {

bool SameFolded(std::string_view a, std::string_view b) {
  const auto fold = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return fold(x) == fold(y); });
}

}  // namespace

std::optional<uint32_t> TargetTable::Find(std::string_view column) const {
  for (size_t i = 0; i < columns.size(); ++i) {
    const bool same =
        folds_columns ? SameFolded(columns[i].name, column) : columns[i].name == column;
    if (same) return static_cast<uint32_t>(i);
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
