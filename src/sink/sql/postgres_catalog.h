// Reads tables of the target out of PostgreSQL's catalog, and writes DDL for it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sink/sql/dialect.h"
#include "sink/sql/postgres_connection.h"

namespace tidewire::sink {

// Null: there is no such table.
TargetTablePtr DescribePostgresTable(PostgresConnection& connection, const TableName& name);

// Knows which types the target has beyond the built-in ones. Used by one thread; belongs to one
// connection.
class PostgresTypes {
 public:
  explicit PostgresTypes(PostgresConnection& connection) : connection_(connection) {}
  // The type for a column like this one: exact where the target can have it, else text.
  std::string TypeFor(const WantedColumn& column);

 private:
  bool Exists(const std::string& type);
  std::string Native(const model::ColumnType& type);
  PostgresConnection& connection_;
  std::map<std::string, bool> known_;
};

// The type by kind, length, precision and scale alone: for sources of other systems.
std::string PostgresTypeByKind(const model::ColumnType& type);

std::string CreateTableStatement(const TableName& name, const std::vector<WantedColumn>& columns,
                                 const std::vector<std::string>& types);
// `types` are those that the columns would be made with.
std::vector<std::string> EvolutionStatements(const TargetTable& table,
                                             const std::vector<WantedColumn>& columns,
                                             const std::vector<std::string>& types);
// True where every value of `from` is a value of `to` with the same text.
bool IsLosslessWidening(const std::string& from, const std::string& to);

}  // namespace tidewire::sink
