#include "source/postgres/postgres_snapshot_worker.h"

#include "base/error.h"

namespace tidewire::source {
namespace {

std::string TableId(const SnapshotTable& table) {
  return PgQuoteIdentifier(table.schema) + "." + PgQuoteIdentifier(table.name);
}

std::string CopyStatement(const SnapshotTable& table, const PostgresChunk& chunk) {
  std::string columns;
  for (const std::string& name : table.select_columns) {
    if (!columns.empty()) columns += ',';
    columns += PgQuoteIdentifier(name);
  }
  const std::string id = TableId(table);
  // Plain COPY passes the executor by, but knows neither conditions nor generated columns.
  if (chunk.whole && table.row_filter.empty() && !table.partitioned && !table.generated_columns &&
      !table.select_columns.empty()) {
    return fmt::format("COPY {} ({}) TO STDOUT", id, columns);
  }
  std::string where;
  const auto add = [&](const std::string& condition) {
    where += (where.empty() ? " WHERE (" : " AND (") + condition + ")";
  };
  if (!table.row_filter.empty()) add(table.row_filter);
  if (!chunk.whole) add(fmt::format("ctid >= '({},0)'::pg_catalog.tid", chunk.first_page));
  if (chunk.end_page != 0) add(fmt::format("ctid < '({},0)'::pg_catalog.tid", chunk.end_page));
  return fmt::format("COPY (SELECT {} FROM {}{}{}) TO STDOUT", columns,
                     table.partitioned ? "" : "ONLY ", id, where);
}

}  // namespace

void BeginSnapshotTransaction(PGconn* connection, const std::string& exported_name) {
  PgExecute(connection,
            "SET row_security = off; SET synchronize_seqscans = off;"
            " SET idle_in_transaction_session_timeout = 0; SET statement_timeout = 0;"
            " BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
            "begin the snapshot's transaction");
  PgExecute(connection, fmt::format("SET TRANSACTION SNAPSHOT {}", PgQuoteLiteral(exported_name)),
            "take the exported snapshot");
}

PostgresSnapshotWorker::PostgresSnapshotWorker(const PostgresSettings& settings,
                                               const PostgresSnapshotPlan& plan,
                                               SnapshotLedger& ledger, Clock& clock,
                                               std::string exported_name)
    : settings_(settings),
      plan_(plan),
      ledger_(ledger),
      writer_(ledger, settings.events.batch_records_max, settings.snapshot.fetch_rows, clock),
      exported_name_(std::move(exported_name)) {}

bool PostgresSnapshotWorker::Run(std::stop_token stop) {
  connection_ = PgConnect(settings_.connection, PgSession::kQuery);
  const std::stop_callback cancel(stop, [this] { PgCancel(connection_.get()); });
  BeginSnapshotTransaction(connection_.get(), exported_name_);
  while (const auto chunk = ledger_.Next()) {
    if (stop.stop_requested() || !ReadChunk(plan_.chunks[*chunk], stop)) return false;
  }
  return writer_.Leave();
}

bool PostgresSnapshotWorker::ReadChunk(const PostgresChunk& chunk, std::stop_token stop) {
  const SnapshotTable& table = plan_.tables[chunk.table];
  CheckUnchanged(table);
  StartCopy(chunk);
  writer_.BeginChunk(chunk.table);
  const PostgresCopyDecoder decoder(*table.table);
  for (;;) {
    char* data = nullptr;
    const int size = PQgetCopyData(connection_.get(), &data, 0);
    const PgMemory<char> owner(data);
    if (size < 0) break;
    if (!writer_.MakeRoom()) return false;
    // Each line ends with a line feed.
    writer_.Add(decoder.DecodeRow({data, static_cast<size_t>(size) - 1}, writer_.batch()));
  }
  const PgResultHandle result(PQgetResult(connection_.get()));
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) {
    if (stop.stop_requested()) return false;
    ThrowForTable(table, result.get());
  }
  PgResultHandle(PQgetResult(connection_.get())).reset();
  writer_.FinishChunk();
  return true;
}

void PostgresSnapshotWorker::CheckUnchanged(const SnapshotTable& table) {
  // pg_class as the view sees it, against what the table is by now. The lock keeps it so.
  const std::string members =
      table.partitioned ? fmt::format(
                              "c.oid IN (SELECT relid FROM pg_catalog.pg_partition_tree({}))"
                              " AND c.relkind = 'r'",
                              table.table->oid)
                        : fmt::format("c.oid = {}", table.table->oid);
  const std::string sql = fmt::format(
      "LOCK TABLE {0}{1} IN ACCESS SHARE MODE;"
      " SELECT {2}::pg_catalog.regclass::pg_catalog.oid = {3} AND NOT EXISTS (SELECT 1"
      " FROM pg_catalog.pg_class c WHERE {4}"
      " AND c.relfilenode IS DISTINCT FROM pg_catalog.pg_relation_filenode(c.oid))",
      table.partitioned ? "" : "ONLY ", TableId(table), PgQuoteLiteral(TableId(table)),
      table.table->oid, members);
  const PgResultHandle row(PQexec(connection_.get(), sql.c_str()));
  if (PQresultStatus(row.get()) != PGRES_TUPLES_OK) ThrowForTable(table, row.get());
  if (PgText(row.get(), 0, 0) != "t") {
    throw RetriableError(fmt::format(
        "table {} was truncated, rewritten or replaced since the snapshot's view was taken; the "
        "snapshot goes on with a new view",
        TableId(table)));
  }
}

void PostgresSnapshotWorker::StartCopy(const PostgresChunk& chunk) {
  const SnapshotTable& table = plan_.tables[chunk.table];
  const PgResultHandle started(PQexec(connection_.get(), CopyStatement(table, chunk).c_str()));
  if (PQresultStatus(started.get()) != PGRES_COPY_OUT) ThrowForTable(table, started.get());
}

void PostgresSnapshotWorker::ThrowForTable(const SnapshotTable& table, const PGresult* result) {
  const std::string_view state = result == nullptr ? "" : PgSqlState(result);
  if (state == "42P01" || state == "42703") {  // No such table, no such column.
    throw RetriableError(fmt::format(
        "table {} was dropped or altered since the snapshot's view was taken ({}); the snapshot "
        "goes on with a new view",
        TableId(table), state));
  }
  PgThrow(connection_.get(), result, fmt::format("read table {} for the snapshot", TableId(table)));
}

}  // namespace tidewire::source
