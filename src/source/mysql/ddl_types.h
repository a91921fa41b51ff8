// Data types as statements write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "source/mysql/ddl_cursor.h"
#include "source/mysql/mysql_collations.h"
#include "source/mysql/mysql_table.h"

namespace tidewire::source {

// What a type says besides what a MysqlColumn holds.
struct DdlTypeMarks {
  bool serial = false;         // SERIAL: NOT NULL AUTO_INCREMENT UNIQUE.
  bool bin_collation = false;  // BINARY behind a text type: the character set's _bin.
};

// Takes a data type with its attributes (length, UNSIGNED, CHARACTER SET, …) and sets base,
// type_name, length, scale, charset, collation, members. What is no type that is known is kOther,
// and takes only its name and what stands in parentheses. False: there is no name of a type.
bool ParseDataType(DdlCursor& cursor, MysqlColumn& column, DdlTypeMarks& marks);

// CHARACTER SET x, CHARSET x, COLLATE x, ASCII, UNICODE, BYTE, BINARY where a column may have
// them. True: it took one.
bool ParseCharsetAttribute(DdlCursor& cursor, MysqlColumn& column, DdlTypeMarks& marks);

// Gives a column that holds text what it takes from its table, and the type that results from
// character set and length: CHARACTER SET binary makes bytes of text, TEXT(n) is the smallest type
// that can hold n characters, a VARCHAR beyond 65535 bytes is a TEXT.
void SettleText(MysqlColumn& column, const MysqlCharset& table, bool bin_collation);

bool HoldsText(MysqlBase base);   // CHAR, VARCHAR, TEXT: what CHARACTER SET binary changes.
bool HasCharset(MysqlBase base);  // These, ENUM and SET.

// "MEDIUMTEXT" of kMediumText, and so on; empty for what is no TEXT or CHAR.
std::string_view TextTypeName(MysqlBase base);

// The base that a name of the history's form has: "BIGINT UNSIGNED", "CHARACTER VARYING". Sets the
// same members as ParseDataType but length, scale and members.
void ReadTypeName(std::string_view type_name, const DdlMode& mode, MysqlColumn& column);

}  // namespace tidewire::source
