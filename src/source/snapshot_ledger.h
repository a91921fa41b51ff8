// What the connections of one snapshot share: which parts are still to be read, and how far the
// log has come.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/batch.h"
#include "source/snapshot_state.h"
#include "source/source.h"

namespace tidewire::source {

// What of a snapshot depends on the database.
struct SnapshotFacts {
  std::string logger;              // "source.postgres"
  std::string partition;           // Of the offset.
  model::Transaction transaction;  // Which all records belong to.
  uint64_t position = 0;           // Of all records.
  // The offset, a JSON object. `state`: SnapshotState::JsonMember, or empty; `last`: the snapshot
  // is done.
  std::function<std::string(const std::string& state, bool last)> offset;
};

// Tables are read in chunks: a whole table, or a part of one, as the source plans them. All methods
// are thread-safe. A batch and the state that its offset tells are handed over under one lock, so
// that the log never holds an offset that is ahead of the rows.
class SnapshotLedger {
 public:
  struct Table {
    TableName name;
    model::TopicSchemaPtr schema;
    double estimated_rows = 0;  // 0: not known.
  };

  // `tables`: in the order in which they are read. `chunks`: for each the index of its table, in
  // the order in which they are taken; each table has at least one. `workers`: how many will call
  // Leave. `state`: this attempt is begun. `context` and `clock` must outlive this object.
  SnapshotLedger(SourceContext& context, SnapshotFacts facts, std::vector<Table> tables,
                 std::vector<size_t> chunks, size_t workers, SnapshotState state, Clock& clock);

  const SnapshotFacts& facts() const { return facts_; }
  const std::vector<Table>& tables() const { return tables_; }
  uint64_t rows() const { return rows_.load(std::memory_order_relaxed); }
  uint64_t tables_done() const { return tables_done_.load(std::memory_order_relaxed); }

  // The next chunk to read; nothing: none is left, or the task is to stop. Rows of a table without
  // a key that may be in the log already cannot be told from those that come, so the table is
  // emptied first: a truncate event goes before its first part.
  std::optional<size_t> Next();
  // True once for all rows, and once for the rows of each table.
  bool TakeFirst() { return !first_taken_.exchange(true); }
  bool TakeFirstOf(size_t table);
  // A chunk's rows are all read (not yet emitted); true: it was the table's last.
  bool FinishReading(size_t table);

  // Hands a batch over. `finished`: tables of chunks whose last rows are in this batch or in ones
  // before, once for each chunk. False: the task is to stop.
  bool Emit(model::ChangeBatchPtr batch, const std::vector<size_t>& finished);
  // The same for a worker's last batch (which may be empty). The last of all workers' marks its
  // last record as the snapshot's last, and completes the state.
  bool Leave(model::ChangeBatchPtr batch, const std::vector<size_t>& finished);

  // After all workers left.
  SnapshotState TakeState() { return std::move(state_); }

 private:
  struct Progress {
    size_t unread = 0;  // Chunks.
    size_t unemitted = 0;
    bool first_taken = false;
    bool begun = false;
    bool ahead = false;  // Comes before its turn by name.
  };
  bool Restart(const Table& table);
  bool EmitLocked(model::ChangeBatchPtr batch, const std::vector<size_t>& finished, bool last);

  SourceContext& context_;
  const SnapshotFacts facts_;
  const std::vector<Table> tables_;
  const std::vector<size_t> chunks_;
  Clock& clock_;

  std::mutex mutex_;
  SnapshotState state_;
  size_t next_chunk_ = 0;
  std::vector<Progress> progress_;
  size_t workers_;
  std::atomic<bool> first_taken_{false};
  std::atomic<uint64_t> rows_{0};
  std::atomic<uint64_t> tables_done_{0};
};

}  // namespace tidewire::source
