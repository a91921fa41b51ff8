// A table as Debezium's schema history and schema change topic show it: the same members in both,
// once as JSON, once as a Connect struct.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "source/mysql/ddl_lexer.h"
#include "source/mysql/mysql_table.h"

namespace tidewire::source {

struct ColumnForm {
  std::string name;
  int32_t jdbc_type = 0;  // java.sql.Types
  std::string type_name;
  std::optional<std::string> charset;
  int32_t length = -1;  // -1: none.
  int32_t scale = -1;
  bool optional = true;
  bool auto_incremented = false;
  std::optional<std::string> comment;
  bool has_default = false;
  // As written, without its quotes; nothing: NULL or an expression. CURRENT_TIMESTAMP is
  // "1970-01-01 00:00:00".
  std::optional<std::string> default_expression;
  std::vector<std::string> enum_values;  // With quotes.

  bool operator==(const ColumnForm&) const = default;
};

struct TableForm {
  std::optional<std::string> charset;
  std::vector<std::string> primary_key;  // The key of the events, which may be a unique index.
  std::vector<ColumnForm> columns;       // By position.
  std::optional<std::string> comment;

  bool operator==(const TableForm&) const = default;
};

// `comments`: include.schema.comments.
TableForm FormOfTable(const MysqlTable& table, bool comments);

// A table with which rows can be read. What the form does not hold is lost: collations, generation
// expressions, which of several unique indexes is the key.
MysqlTable TableOfForm(const MysqlTableId& id, const TableForm& form, const DdlMode& mode);

// Takes from `known` what the form lacks, column by column, where the form of both is the same.
void Complete(MysqlTable& table, const MysqlTable& known);

// "g"."t"; quotes within names are doubled.
std::string QuoteTableId(const MysqlTableId& id);
// The inverse, for any quotes or none. Nothing: it is no name of two parts.
std::optional<MysqlTableId> ParseTableId(std::string_view text);

}  // namespace tidewire::source
