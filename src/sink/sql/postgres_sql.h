// The SQL that goes to PostgreSQL: text only, no connection.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sink/sql/row_event.h"
#include "sink/sql/target_table.h"

namespace tidewire::sink {

std::string QuoteIdentifier(std::string_view name);
std::string QuoteLiteral(std::string_view text);
std::string QuoteTable(const TableName& name);

// A parameter of a statement: which field of which row.
struct SqlParameter {
  bool old = false;
  uint32_t field = 0;  // Index into RowPlan::fields.
};
struct SqlStatement {
  std::string sql;  // Empty: there is nothing to do.
  std::vector<SqlParameter> parameters;
};

// One char a field: '1' has a value, 'n' is NULL, '0' is not available. NULLs matter only in rows
// to be matched.
std::string RowMask(const RowPlan& plan, const model::Datum* row, bool with_nulls);

// The statement for one change. `row` and `old` are masks; empty: all available.
SqlStatement RowStatement(RowOp op, const RowPlan& plan, std::string_view row,
                          std::string_view old);

// Which fields a bulk statement has: those with '1' in `mask` (empty: all), or only the keys.
std::vector<uint32_t> MaskedFields(const RowPlan& plan, std::string_view mask);
std::string CopyStatement(std::string_view table, const RowPlan& plan,
                          const std::vector<uint32_t>& fields, bool binary);
// A temporary table with the columns of the plan's fields.
std::string StageStatement(std::string_view stage, const RowPlan& plan,
                           const std::vector<uint32_t>& fields);
// Moves staged rows into the table; kUpsert, kUpdate. May be several statements.
std::string MergeStatements(RowOp op, std::string_view stage, const RowPlan& plan,
                            std::string_view mask);
std::string DeleteStatement(std::string_view stage, const RowPlan& plan);

}  // namespace tidewire::sink
