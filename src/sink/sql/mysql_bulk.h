// Many rows in few statements: MariaDB's arrays of parameters, or INSERTs of many rows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "client/mysql_connection.h"
#include "sink/sql/mysql_pipeline.h"
#include "sink/sql/mysql_sql.h"
#include "sink/sql/value_error.h"

namespace tidewire::sink {

// True where the server takes arrays of parameters (COM_STMT_BULK_EXECUTE): MariaDB 10.2 and later.
bool TakesArrays(client::MysqlConnection& connection);

// Both write `rows`' `fields` by `head` + rows + `tail`. Throw as the pipeline; StatementError
// without event, also for a value that does not fit. Which is faster:
// docs/decisions/0009-mysql-apply.md.
void WriteAsText(MysqlPipeline& pipeline, MysqlPlan& plan, MysqlPipeline::Role role,
                 const std::string& tail, const std::vector<uint32_t>& fields,
                 std::span<const model::Datum* const> rows);
void WriteAsArrays(client::MysqlConnection& connection, MysqlPipeline& pipeline, MysqlPlan& plan,
                   MysqlPipeline::Role role, const std::string& tail,
                   const std::vector<uint32_t>& fields, std::span<const model::Datum* const> rows);

// The StatementError that tells of a value of `plan` which does not fit.
[[noreturn]] void ThrowUnfit(const ValueError& error, const MysqlPlan& plan, const RowEvent* event);

}  // namespace tidewire::sink
