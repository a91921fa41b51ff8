#include "sink/sql/value_error.h"

#include <fmt/format.h>

namespace tidewire::sink {

std::string DescribeValueError(const ValueError& error, const RowPlan& plan, uint32_t field,
                               const RowEvent* event) {
  const TargetTable& table = *plan.table;
  const TargetColumn& column = table.columns[plan.fields[field].target];
  const std::string where =
      event == nullptr ? fmt::format("table \"{}\".\"{}\"", table.name.schema, table.name.name)
                       : DescribeEvent(*event);
  return fmt::format("{}: column \"{}\" ({}): {}", where, column.name, column.type, error.what());
}

}  // namespace tidewire::sink
