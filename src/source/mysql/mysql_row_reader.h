// Rows of a SELECT in the binary protocol → Datums: exact numbers, and no text to parse for them.
//
// Source: MySQL client/server protocol, "Binary Protocol Resultset Row".
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "client/mysql_connection.h"
#include "model/datum.h"
#include "source/mysql/mysql_relation.h"
#include "source/mysql/mysql_table.h"

namespace tidewire::source {

// One SELECT on a session; nothing else may run on it until Next has returned null. One thread.
class MysqlRowReader {
 public:
  // `sql` selects the table's captured columns in the order of the definition. All references must
  // outlive this object. Throws as MysqlConnection::Execute.
  MysqlRowReader(client::MysqlConnection& connection, const std::string& sql,
                 const MysqlTable& table, const MysqlTableShape::Shape& shape,
                 const MysqlTableShape& shapes);
  ~MysqlRowReader();
  MysqlRowReader(const MysqlRowReader&) = delete;
  MysqlRowReader& operator=(const MysqlRowReader&) = delete;

  // Fetches the next row; false behind the last one. Throws RetriableError and as Execute.
  bool Fetch();
  // The row that was fetched, in `arena`. Throws DataError naming the column.
  const model::Datum* Read(Arena& arena);

 private:
  struct Column {
    const MysqlColumn* definition = nullptr;
    model::Kind kind = model::Kind::kString;
    bool nullable = true;
    InvalidDates dates = InvalidDates::kAsDebezium;
    int type = 0;  // enum_field_types of the result.
    bool is_unsigned = false;
  };
  struct Close {
    void operator()(void* statement) const;
  };

  model::Datum ReadValue(BinlogReader& in, const Column& column, Arena& arena);
  model::Datum ReadBytes(std::string_view bytes, const Column& column, Arena& arena);
  model::Datum ReadTemporal(BinlogReader& in, const Column& column, Arena& arena);

  client::MysqlConnection& connection_;
  const std::string what_;
  std::unique_ptr<void, Close> statement_;
  std::vector<Column> columns_;
  std::string_view packet_;
  bool done_ = false;
};

}  // namespace tidewire::source
