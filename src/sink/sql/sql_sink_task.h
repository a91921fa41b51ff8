// The task of both JDBC sinks: gathers batches, applies them, commits rows and position together.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "sink/sink.h"
#include "sink/sql/apply_lane.h"
#include "sink/sql/dialect.h"
#include "sink/sql/options.h"
#include "sink/sql/pending_batches.h"
#include "sink/sql/snapshot_lanes.h"

namespace tidewire::sink {

class SqlSinkTask final : public SinkTask {
 public:
  SqlSinkTask(SqlSinkOptions options, const Dialect& dialect);

  std::string Open() override;
  void Put(SinkBatch batch, bool more) override;
  void Flush() override;
  void Idle() override;
  const std::string& committed() const override { return committed_; }
  SinkCounters counters() const override { return counters_; }
  void AlterPosition(const std::string& position) override;
  void RequestStop() noexcept override { lanes_.Interrupt(); }

 private:
  bool Full() const;
  void Drain();
  // Gives what is pending to several connections, where it is only rows of a snapshot and they can
  // take it.
  void GiveToLanes();
  bool SuitsLanes(const PendingBatches::Item& item) const;
  // Waits for what was given away; what the lanes did not apply is pending again.
  void SettleLanes();
  void NoteProgress(SnapshotLanes::Progress progress);
  void NoteRows(const ApplyCounts& rows);
  void DrainWhole();
  void DrainPart();
  // Makes and applies the events of records[item.next, to).
  void ApplyUpTo(PendingBatches::Item& item, size_t to);
  void ApplyGathered();
  void Commit(const std::string& position);
  void EnsureConnected();
  // Runs `work`; turns what the target says about the data into DataError, and rolls back whatever
  // fails.
  template <class Work>
  void Guarded(Work&& work);
  [[noreturn]] void FailData(const StatementError& error);
  void NoteRecord(const model::ChangeBatch& batch, const model::Record& record);

  const SqlSinkOptions options_;
  ApplyLane lane_;  // While `lanes_` is busy, in the hands of its threads.
  PendingBatches pending_;
  std::string committed_;
  std::string applied_end_;       // Behind what the open target transaction holds.
  bool part_applied_ = false;     // The target transaction holds a part of a source transaction.
  std::string unsaved_position_;  // Moved over records that changed nothing; saved when due.
  std::chrono::steady_clock::time_point position_due_{};
  int64_t newest_commit_us_ = 0;
  SinkCounters counters_;
  uint64_t table_changes_ = 0;  // Of `lane_`, when the other lanes last heard of them.
  int alone_ = 0;        // So many full bulks more without the other lanes: they were in trouble.
  SnapshotLanes lanes_;  // Last: its threads end first.
};

}  // namespace tidewire::sink
