// The rows of one connection of a snapshot, as records of batches.
#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "model/batch.h"
#include "source/snapshot_ledger.h"

namespace tidewire::source {

// Fills batches and hands them to the ledger; knows which rows are the first and last ones. One for
// each worker; used by its thread. For each chunk: BeginChunk, then for each row MakeRoom, the row
// in batch().arena, Add; FinishChunk. Leave at the end.
class SnapshotWriter {
 public:
  // Most rows of a batch, by max.batch.size and snapshot.fetch.size (0: not given). `ledger` and
  // `clock` must outlive this object.
  SnapshotWriter(SnapshotLedger& ledger, size_t batch_records_max, int64_t fetch_rows,
                 Clock& clock);

  void BeginChunk(size_t table);
  // Hands the batch over when it is full. False: the task is to stop.
  bool MakeRoom();
  model::ChangeBatch& batch() { return *batch_; }
  void Add(const model::Datum* row);
  void FinishChunk();
  // All that is left, once no chunk is; false as MakeRoom.
  bool Leave();

 private:
  bool IsFull() const;
  void NewBatch();
  model::SnapshotMark FirstMark();

  SnapshotLedger& ledger_;
  const size_t rows_max_;
  Clock& clock_;
  model::ChangeBatchPtr batch_;
  std::vector<size_t> finished_;  // What Emit wants to know of the batch.
  size_t table_ = 0;
  bool any_ = false;           // The chunk has rows.
  uint32_t schema_index_ = 0;  // Of table_ in batch_, once it has rows.
  int64_t now_ns_ = 0;         // When the batch began.
};

}  // namespace tidewire::source
