// Defaults of MySQL's and MariaDB's columns.
#pragma once

#include <optional>
#include <string>

#include "model/datum.h"
#include "model/table_schema.h"

namespace tidewire::format {

// The value of the column's default as a Datum of its kind; its view points into `column` or
// `scratch`. Nothing: the schema shows none. Column::default_text is the constant as the statement
// or the server writes it, without quotes ("1.5" for DECIMAL(10,2), "0000-00-00", "101" for
// b'101').
std::optional<model::Datum> MysqlDefault(const model::Column& column, std::string& scratch);

}  // namespace tidewire::format
