// What a CREATE TABLE or ALTER TABLE asks for, as parsed: names are the statement's, nothing is
// looked up yet.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "source/mysql/ddl_types.h"
#include "source/mysql/mysql_table.h"

namespace tidewire::source {

// ADD, MODIFY or CHANGE COLUMN, and each column of a CREATE TABLE.
struct DdlColumnSpec {
  MysqlColumn column;
  DdlTypeMarks marks;
  std::string former;     // MODIFY, CHANGE: the column's name so far. Empty: a new column.
  bool tolerant = false;  // IF EXISTS, IF NOT EXISTS.
  enum class Place : uint8_t { kDefault, kFirst, kAfter };
  Place place = Place::kDefault;
  std::string after;

  // Clauses that were there.
  bool nullability_given = false;
  bool default_given = false;
  bool on_update = false;
  bool primary = false;
  bool row_period = false;  // GENERATED ALWAYS AS ROW START or END.
};

struct DdlKeySpec {
  enum class Kind : uint8_t { kPrimary, kUnique, kPlain, kForeign };
  Kind kind = Kind::kPlain;
  MysqlIndex index;
  bool tolerant = false;
  bool expression_first = false;  // Its first part is no column: MySQL names it functional_index.
};

// ALTER COLUMN …, RENAME COLUMN.
struct DdlColumnChange {
  enum class Kind : uint8_t { kSetDefault, kDropDefault, kRename, kVisible, kInvisible };
  Kind kind = Kind::kSetDefault;
  std::string name;
  std::string new_name;  // kRename.
  std::string value;     // kSetDefault: the operand as written.
  bool tolerant = false;
};

struct DdlDrop {
  std::string name;
  bool tolerant = false;
};

struct DdlTableSpec {
  std::vector<DdlColumnSpec> columns;
  std::vector<DdlKeySpec> keys;  // In the statement's order, those of column clauses among them.
  std::vector<DdlColumnChange> changes;
  std::vector<DdlDrop> dropped_columns;
  std::vector<DdlDrop> dropped_keys;
  std::vector<DdlDrop> dropped_constraints;  // Of any kind.
  bool drop_primary = false;
  std::vector<std::pair<std::string, std::string>> renamed_keys;
  std::string charset;  // As written; "DEFAULT" may be among them. Empty: no clause.
  std::string collation;
  bool convert = false;  // CONVERT TO CHARACTER SET.
  std::optional<std::string> comment;
  std::optional<bool> system_versioned;
  std::vector<std::string> period_columns;  // PERIOD FOR name (from, to): they are NOT NULL.
  // MariaDB: CONVERT PARTITION p TO TABLE x makes one, CONVERT TABLE x TO PARTITION takes it away.
  std::optional<MysqlTableId> made_of_partition;
  std::optional<MysqlTableId> made_partition;
  std::optional<MysqlTableId> rename_to;  // ALTER TABLE … RENAME TO.
  // Not understood: what, for a warning. The table has to be read again.
  std::string unknown;
};

}  // namespace tidewire::source
