// The default that a column's schema shows, as Debezium reads it from the database.
#pragma once

#include <optional>

#include "format/column_form.h"
#include "model/connect.h"

namespace tidewire::format {

// Nothing where Debezium shows none: no default, identity columns, types whose defaults it does not
// read, and constants that are no value of the type. What stands for an expression, whose value
// only the server knows, differs by connector: see docs/formats/envelope.md.
std::optional<model::ConnectValue> ShownDefault(const model::Column& column, Form form,
                                                const model::RenderOptions& options);

}  // namespace tidewire::format
