#include "model/table_schema.h"

namespace tidewire::model {

std::optional<uint32_t> TableSchema::Find(std::string_view column) const {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == column) return static_cast<uint32_t>(i);
  }
  return std::nullopt;
}

bool TableSchema::IsKey(uint32_t column) const {
  for (const uint32_t k : key) {
    if (k == column) return true;
  }
  return false;
}

}  // namespace tidewire::model
