// Columns of MySQL tables in the model's terms.
#pragma once

#include <string>

#include "model/table_schema.h"
#include "source/mysql/mysql_invalid_dates.h"
#include "source/mysql/mysql_table.h"

namespace tidewire::source {

// The column as events and sinks see it. `dates` counts for DATE, DATETIME and TIMESTAMP only.
model::Column MakeMysqlColumn(const MysqlColumn& column, InvalidDates dates);

// The type as SHOW COLUMNS prints it: "int(10) unsigned", "enum('a','b')".
std::string MysqlNativeType(const MysqlColumn& column);

// Whether values are text in a character set.
bool IsMysqlText(MysqlBase base);

}  // namespace tidewire::source
