// The body of CREATE TABLE and the clauses of ALTER TABLE.
#pragma once

#include <string>

#include "source/mysql/ddl_cursor.h"
#include "source/mysql/ddl_spec.h"

namespace tidewire::source {

// What a CREATE TABLE goes on with behind its name.
enum class DdlCreateForm : uint8_t { kColumns, kLike, kSelect, kUnknown };
struct DdlCreate {
  DdlCreateForm form = DdlCreateForm::kUnknown;
  DdlTableSpec spec;   // kColumns.
  MysqlTableId model;  // kLike.
};

// From behind the table's name to the statement's end. `database` is where names without one
// belong.
DdlCreate ParseCreateBody(DdlCursor& cursor, const std::string& database, bool fold_names);

// "(a INT, KEY (a))": columns, keys and constraints; the parenthesis is next. False: what comes is
// no such list.
bool ParseTableElements(DdlCursor& cursor, DdlTableSpec& spec);

// From behind the table's name to the statement's end.
DdlTableSpec ParseAlterBody(DdlCursor& cursor, const std::string& database, bool fold_names);

}  // namespace tidewire::source
