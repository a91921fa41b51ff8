// One connection of a snapshot.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "source/postgres/pg_connection.h"
#include "source/postgres/postgres_copy_decoder.h"
#include "source/postgres/postgres_settings.h"
#include "source/postgres/postgres_snapshot_plan.h"
#include "source/snapshot_writer.h"

namespace tidewire::source {

// Begins a read-only transaction that sees the exported snapshot and all rows, whatever row
// security says (or fails). Throws as PgThrow.
void BeginSnapshotTransaction(PGconn* connection, const std::string& exported_name);

// Reads chunks until none is left. Used by one thread.
class PostgresSnapshotWorker {
 public:
  // All referenced objects must outlive this one.
  PostgresSnapshotWorker(const PostgresSettings& settings, const PostgresSnapshotPlan& plan,
                         SnapshotLedger& ledger, Clock& clock, std::string exported_name);

  // False: stopped. Throws Error. A stop request ends the statement that is running.
  bool Run(std::stop_token stop);

 private:
  bool ReadChunk(const PostgresChunk& chunk, std::stop_token stop);
  void StartCopy(const PostgresChunk& chunk);
  // Throws unless the table is still the one of the view: a rewritten table looks empty to it.
  void CheckUnchanged(const SnapshotTable& table);
  [[noreturn]] void ThrowForTable(const SnapshotTable& table, const PGresult* result);

  const PostgresSettings& settings_;
  const PostgresSnapshotPlan& plan_;
  SnapshotLedger& ledger_;
  SnapshotWriter writer_;
  const std::string exported_name_;
  PgConnectionHandle connection_;
};

}  // namespace tidewire::source
