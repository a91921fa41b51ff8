// A value that a column cannot hold as it is.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "sink/sql/row_event.h"

namespace tidewire::sink {

// `what()` says what is wrong with the value and what to do; whoever knows column and row makes a
// StatementError of it.
class ValueError : public DataError {
 public:
  using DataError::DataError;
};

// "table …, key (…), …: column \"c\" (numeric(5,2)): …" of the event, or of the plan's table where
// the row was one of many.
std::string DescribeValueError(const ValueError& error, const RowPlan& plan, uint32_t field,
                               const RowEvent* event);

}  // namespace tidewire::sink
