// Column definitions.
#pragma once

#include "source/mysql/ddl_cursor.h"
#include "source/mysql/ddl_spec.h"

namespace tidewire::source {

// From behind the column's name, up to the comma, parenthesis, FIRST, AFTER or end behind the
// definition. Clauses that are not known are passed over. Keys among its clauses are added to
// `keys`. False: there is no type.
bool ParseColumnDefinition(DdlCursor& cursor, DdlColumnSpec& spec, std::vector<DdlKeySpec>& keys);

// The operand of DEFAULT; sets the members of `column` that hold defaults. `column.base` must be
// known.
void ParseDefaultValue(DdlCursor& cursor, MysqlColumn& column);

// What a constant's text is by the rules of MysqlColumn::default_text, from the token that writes
// it.
std::string ConstantText(const DdlToken& token, MysqlBase base, const DdlMode& mode);

}  // namespace tidewire::source
