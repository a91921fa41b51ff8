// Columns of MySQL tables in the model's terms.
#pragma once

#include <cstdint>
#include <string>

#include "model/table_schema.h"
#include "source/mysql/mysql_table.h"

namespace tidewire::source {

// tidewire.invalid.dates: what becomes of dates that no calendar has (0000-00-00, 2024-00-10,
// 2024-02-31).
enum class InvalidDates : uint8_t {
  kDebezium,  // NULL where the column is nullable, else the epoch.
  kNull,
  kEpoch,
  kText,  // The column is text, with all its values as the server writes them.
  kFail,  // The event is an error.
};

// The column as events and sinks see it. `dates` counts for DATE, DATETIME and TIMESTAMP only.
model::Column MakeMysqlColumn(const MysqlColumn& column, InvalidDates dates);

// The type as SHOW COLUMNS prints it: "int(10) unsigned", "enum('a','b')".
std::string MysqlNativeType(const MysqlColumn& column);

// Whether values are text in a character set.
bool IsMysqlText(MysqlBase base);

}  // namespace tidewire::source
