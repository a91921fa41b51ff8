// What the connections of one snapshot share: which parts are still to be read, and how far the
// log has come.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/batch.h"
#include "source/postgres/postgres_catalog.h"
#include "source/postgres/postgres_position.h"
#include "source/postgres/postgres_snapshot_state.h"
#include "source/source.h"

namespace tidewire::source {

// Where the view stands: the source block of all its records.
struct SnapshotPoint {
  Lsn view;
  int64_t transaction_id = 0;
  int64_t ts_us = 0;  // When the view was taken, by the server's clock.
};

// A part of a table that is read by one COPY.
struct SnapshotChunk {
  size_t table = 0;         // Index into the ledger's tables.
  uint64_t first_page = 0;  // ctid range [first_page, end_page).
  uint64_t end_page = 0;    // 0: to the end of the table.
  bool whole = true;        // The chunk is the table.
};

// The transaction that all records of the snapshot belong to.
model::Transaction TransactionOf(const SnapshotPoint& point);

// Splits tables into chunks for `threads` connections; one thread reads whole tables, in order.
std::deque<SnapshotChunk> PlanChunks(const std::vector<SnapshotTable>& tables, int threads,
                                     int server_version);

// All methods are thread-safe. A batch and the state that its offset tells are handed over under
// one lock, so that the log never holds an offset that is ahead of the rows.
class PostgresSnapshotLedger {
 public:
  PostgresSnapshotLedger(SourceContext& context, std::string partition,
                         std::vector<SnapshotTable> tables, PostgresSnapshotState state,
                         PostgresPosition position, SnapshotPoint point, Clock& clock);

  void SetChunks(std::deque<SnapshotChunk> chunks, int workers);

  const std::vector<SnapshotTable>& tables() const { return tables_; }
  const SnapshotPoint& point() const { return point_; }
  uint64_t rows() const { return rows_.load(std::memory_order_relaxed); }
  uint64_t tables_done() const { return tables_done_.load(std::memory_order_relaxed); }

  // The next part to read; nothing: none is left, or the task is to stop. Rows of a table without a
  // key that may be in the log already cannot be told from those that come, so the table is emptied
  // first: a truncate event goes before its first part.
  std::optional<SnapshotChunk> Next();
  // True once for all rows, and once for the rows of each table.
  bool TakeFirst() { return !first_taken_.exchange(true); }
  bool TakeFirstOf(size_t table);
  // A chunk's rows are all read (not yet emitted); true: it was the table's last.
  bool FinishReading(const SnapshotChunk& chunk);

  // Hands a batch over. `finished`: tables of chunks whose last rows are in this batch or in ones
  // before, once for each chunk. False: the task is to stop.
  bool Emit(model::ChangeBatchPtr batch, const std::vector<size_t>& finished);
  // The same for a worker's last batch (which may be empty). The last of all workers' marks its
  // last record as the snapshot's last, and completes the state.
  bool Leave(model::ChangeBatchPtr batch, const std::vector<size_t>& finished);

  // After all workers left.
  PostgresSnapshotState TakeState() { return std::move(state_); }

 private:
  struct Table {
    size_t unread = 0;  // Chunks.
    size_t unemitted = 0;
    bool first_taken = false;
    bool begun = false;
    bool ahead = false;  // Comes before its turn by name.
  };
  bool Restart(const SnapshotTable& table);
  bool EmitLocked(model::ChangeBatchPtr batch, const std::vector<size_t>& finished, bool last);
  std::string OffsetJson(bool last) const;

  SourceContext& context_;
  const std::string partition_;
  const std::vector<SnapshotTable> tables_;
  const PostgresPosition position_;
  const SnapshotPoint point_;
  Clock& clock_;

  std::mutex mutex_;
  PostgresSnapshotState state_;
  std::deque<SnapshotChunk> chunks_;
  std::vector<Table> progress_;
  int workers_ = 0;
  std::atomic<bool> first_taken_{false};
  std::atomic<uint64_t> rows_{0};
  std::atomic<uint64_t> tables_done_{0};
};

}  // namespace tidewire::source
