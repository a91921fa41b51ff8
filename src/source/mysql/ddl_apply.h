// Makes the next version of a table from what a statement asks for, by the servers' rules.
#pragma once

#include <string>

#include "base/result.h"
#include "source/mysql/ddl_spec.h"

namespace tidewire::source {

// `defaults`: of the database. Fails with what does not fit the table as it is known: a column that
// is to be dropped and is not there, for example.
Result<MysqlTable> ApplySpec(const MysqlTable& table, DdlTableSpec spec,
                             const MysqlCharset& defaults, const DdlMode& mode);

// A new table of this name.
Result<MysqlTable> MakeTable(const MysqlTableId& id, DdlTableSpec spec,
                             const MysqlCharset& defaults, const DdlMode& mode);

// Adds the key as the servers do, with a name if it has none. Columns are the table's.
void AddKeyTo(MysqlTable& table, DdlKeySpec key);

// Whether `columns` begin with `prefix`.
bool BeginsWith(const std::vector<std::string>& columns, const std::vector<std::string>& prefix);
// Whether a key or index of the table begins with these columns.
bool IsServed(const MysqlTable& table, const std::vector<std::string>& columns);

// Takes the index away, unique or not. False: there is none of this name.
bool DropKeyFrom(MysqlTable& table, std::string_view name);

}  // namespace tidewire::source
