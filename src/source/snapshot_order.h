// The order in which a snapshot reads tables.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace tidewire::source {

// A foreign key, by indexes of tables: the first refers to the second.
using TableReference = std::pair<size_t, size_t>;

// The indexes 0 to `tables` - 1 with tables that others refer to before those that refer, else in
// their order; a cycle is cut somewhere. A target with the same foreign keys can take the rows as
// they come.
std::vector<size_t> ReferredFirst(size_t tables, const std::vector<TableReference>& references);

}  // namespace tidewire::source
