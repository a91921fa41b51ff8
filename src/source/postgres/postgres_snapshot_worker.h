// One connection of a snapshot.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "source/postgres/pg_connection.h"
#include "source/postgres/postgres_copy_decoder.h"
#include "source/postgres/postgres_settings.h"
#include "source/postgres/postgres_snapshot_ledger.h"

namespace tidewire::source {

// Begins a read-only transaction that sees the exported snapshot and all rows, whatever row
// security says (or fails). Throws as PgThrow.
void BeginSnapshotTransaction(PGconn* connection, const std::string& exported_name);

// Reads chunks until none is left. Used by one thread.
class PostgresSnapshotWorker {
 public:
  // All referenced objects must outlive this one.
  PostgresSnapshotWorker(const PostgresSettings& settings, PostgresSnapshotLedger& ledger,
                         Clock& clock, std::string exported_name);

  // False: stopped. Throws Error. A stop request ends the statement that is running.
  bool Run(std::stop_token stop);

 private:
  bool ReadChunk(const SnapshotChunk& chunk, std::stop_token stop);
  void StartCopy(const SnapshotChunk& chunk);
  // Throws unless the table is still the one of the view: a rewritten table looks empty to it.
  void CheckUnchanged(const SnapshotTable& table);
  bool AddRow(const SnapshotChunk& chunk, const PostgresCopyDecoder& decoder,
              std::string_view line);
  bool IsFull() const;
  bool Flush();
  void NewBatch();
  [[noreturn]] void ThrowForTable(const SnapshotTable& table, const PGresult* result);

  const PostgresSettings& settings_;
  PostgresSnapshotLedger& ledger_;
  Clock& clock_;
  const std::string exported_name_;
  PgConnectionHandle connection_;
  model::ChangeBatchPtr batch_;
  std::vector<size_t> finished_;  // What Emit wants to know of the batch.
  const CapturedTable* table_ = nullptr;
  uint32_t schema_index_ = 0;  // Of table_ in batch_.
  int64_t now_ns_ = 0;
};

}  // namespace tidewire::source
