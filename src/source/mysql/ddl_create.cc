#include "source/mysql/ddl_alter.h"
#include "source/mysql/ddl_columns.h"
#include "source/mysql/ddl_keys.h"

namespace tidewire::source {
namespace {

bool IsQuery(DdlCursor& cursor, size_t ahead = 0) {
  return cursor.IsAnyOf({"SELECT", "VALUES", "TABLE"}, ahead) ||
         (cursor.Is("WITH", ahead) && !cursor.Is("SYSTEM", ahead + 1));
}

// [IGNORE|REPLACE] [AS] SELECT …, (SELECT …)
bool IsQueryBehindColumns(DdlCursor& cursor) {
  size_t ahead = cursor.IsAnyOf({"IGNORE", "REPLACE"}) ? 1 : 0;
  if (cursor.Is("AS", ahead)) return true;
  while (cursor.Is('(', ahead)) ++ahead;
  return IsQuery(cursor, ahead);
}

// One token, or all that stands in parentheses.
void Pass(DdlCursor& cursor) {
  if (cursor.Is('(')) {
    cursor.SkipParentheses();
  } else {
    cursor.Take();
  }
}

// Behind the columns.
DdlCreateForm ParseOptions(DdlCursor& cursor, DdlTableSpec& spec) {
  while (!cursor.AtEnd()) {
    if (IsQueryBehindColumns(cursor)) return DdlCreateForm::kSelect;
    // Options of partitions look like those of the table, and stand in parentheses.
    if (!ParseTableOption(cursor, spec)) Pass(cursor);
  }
  return spec.columns.empty() ? DdlCreateForm::kUnknown : DdlCreateForm::kColumns;
}

}  // namespace

bool ParseTableElements(DdlCursor& cursor, DdlTableSpec& spec) {
  if (!cursor.Accept('(')) return false;
  while (!cursor.AtEnd() && !cursor.Is(')')) {
    if (!ParseKeyOrConstraint(cursor, spec)) {
      DdlColumnSpec column;
      auto name = cursor.Name();
      if (!name) return false;
      column.column.name = std::move(*name);
      if (!ParseColumnDefinition(cursor, column, spec.keys)) return false;
      spec.columns.push_back(std::move(column));
    }
    cursor.SkipToComma();
    if (!cursor.Accept(',') && !cursor.Is(')')) return false;
  }
  return cursor.Accept(')');
}

DdlCreate ParseCreateBody(DdlCursor& cursor, const std::string& database, bool fold_names) {
  DdlCreate out;
  const size_t parenthesis = cursor.Is('(') ? 1 : 0;
  if (cursor.Is("LIKE", parenthesis)) {
    if (parenthesis != 0) cursor.Take();
    cursor.Take();
    if (auto model = cursor.TableName(database, fold_names)) {
      out.form = DdlCreateForm::kLike;
      out.model = std::move(*model);
    }
    return out;
  }
  if (parenthesis != 0 && !IsQueryBehindColumns(cursor) && !ParseTableElements(cursor, out.spec)) {
    return out;
  }
  out.form = ParseOptions(cursor, out.spec);
  return out;
}

}  // namespace tidewire::source
