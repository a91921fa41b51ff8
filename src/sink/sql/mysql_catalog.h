// Reads tables of the target out of MySQL's catalog, and writes DDL for it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sink/sql/dialect.h"
#include "sink/sql/mysql_pipeline.h"
#include "sink/sql/mysql_types.h"

namespace tidewire::sink {

// What one connection knows of its server's tables. Foreign keys are read once a database: the
// catalogs open every table of it to tell them. Used by one thread; the pipeline outlives it.
class MysqlCatalog {
 public:
  MysqlCatalog(MysqlPipeline& pipeline, const MysqlFacts& facts, std::string database)
      : pipeline_(pipeline), facts_(facts), database_(std::move(database)) {}

  // Null: there is no such table. A schema that is not given is the connection's database. Throws
  // DataError where the table's engine knows no transactions.
  TargetTablePtr Describe(const TableName& name);
  // One ALTER TABLE, as TargetSession::EvolutionOf tells, or nothing.
  std::vector<std::string> EvolutionOf(const TargetTable& table,
                                       const std::vector<WantedColumn>& columns);
  bool HasDatabase(const std::string& name);

 private:
  struct ForeignKeys {
    std::map<std::string, std::set<std::string>> parents;  // Table → "database\0table".
    std::set<std::string> referenced;                      // "database\0table".
    std::set<std::string> cascading;
  };
  const ForeignKeys& ForeignKeysOf(const std::string& database);
  void ReadColumns(TargetTable& table);
  void ReadIndexes(TargetTable& table);

  MysqlPipeline& pipeline_;
  const MysqlFacts facts_;
  const std::string database_;
  std::map<std::string, ForeignKeys> foreign_keys_;
};

std::string MysqlCreateTable(const TableName& name, const std::vector<WantedColumn>& columns,
                             const MysqlFacts& facts);

// The definition of a column behind its name, as SHOW CREATE TABLE prints it, with another type;
// `drop_not_null` lets go of NOT NULL. `type` empty: the type stays.
std::string ChangedDefinition(std::string_view definition, std::string_view old_type,
                              std::string_view type, bool drop_not_null);
// Column → definition, out of what SHOW CREATE TABLE prints.
std::map<std::string, std::string> ColumnDefinitions(std::string_view create_table);

}  // namespace tidewire::sink
