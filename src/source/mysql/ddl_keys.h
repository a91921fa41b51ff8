// Keys and constraints of a table, and its options.
#pragma once

#include "source/mysql/ddl_cursor.h"
#include "source/mysql/ddl_spec.h"

namespace tidewire::source {

// At a key, constraint or period: takes it, and adds what it makes to `spec`. False: what comes is
// a column's definition. Used inside the parentheses of CREATE TABLE and behind ADD.
bool ParseKeyOrConstraint(DdlCursor& cursor, DdlTableSpec& spec);

// The list of an index's parts: "(a, b(10) DESC, (a + b))".
void ParseKeyParts(DdlCursor& cursor, DdlKeySpec& key);

// One option of a table that matters here: character set, collation, comment, system versioning.
// False: it is another one, and nothing was taken.
bool ParseTableOption(DdlCursor& cursor, DdlTableSpec& spec);

}  // namespace tidewire::source
