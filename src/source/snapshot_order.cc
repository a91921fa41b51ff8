#include "source/snapshot_order.h"

namespace tidewire::source {

std::vector<size_t> ReferredFirst(size_t tables, const std::vector<TableReference>& references) {
  std::vector<std::vector<size_t>> referred(tables);
  for (const auto& [from, to] : references) referred[from].push_back(to);
  std::vector<bool> placed(tables);
  std::vector<size_t> out;
  out.reserve(tables);
  // Marked before those it refers to: cycles end there.
  const std::function<void(size_t)> place = [&](size_t table) {
    if (placed[table]) return;
    placed[table] = true;
    for (const size_t other : referred[table]) place(other);
    out.push_back(table);
  };
  for (size_t table = 0; table < tables; ++table) place(table);
  return out;
}

}  // namespace tidewire::source
