// The task of both JDBC sinks: gathers batches, applies them, commits rows and position together.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/arena.h"
#include "sink/sink.h"
#include "sink/sql/dialect.h"
#include "sink/sql/event_maker.h"
#include "sink/sql/options.h"
#include "sink/sql/pending_batches.h"
#include "sink/sql/row_applier.h"
#include "sink/sql/row_planner.h"

namespace tidewire::sink {

class SqlSinkTask final : public SinkTask {
 public:
  SqlSinkTask(SqlSinkOptions options, const Dialect& dialect);

  std::string Open() override;
  void Put(SinkBatch batch, bool more) override;
  void Flush() override;
  void Idle() override;
  const std::string& committed() const override { return committed_; }
  SinkCounters counters() const override;
  void AlterPosition(const std::string& position) override;
  void RequestStop() noexcept override { session_->Interrupt(); }

 private:
  void Drain();
  void DrainWhole();
  void DrainPart();
  // Makes and applies the events of records[item.next, to).
  void ApplyUpTo(PendingBatches::Item& item, size_t to);
  void ApplyEvents();
  void Commit(const std::string& position);
  void EnsureConnected();
  // Runs `work`; turns what the target says about the data into DataError, and rolls back whatever
  // fails.
  template <class Work>
  void Guarded(Work&& work);
  [[noreturn]] void FailData(const StatementError& error);
  void NoteRecord(const model::ChangeBatch& batch, const model::Record& record);

  const SqlSinkOptions options_;
  std::unique_ptr<TargetSession> session_;
  RowPlanner planner_;
  EventMaker events_maker_;
  RowApplier applier_;
  PendingBatches pending_;
  Arena arena_;  // Of extra values; cleared when they are applied.
  std::vector<RowEvent> events_;
  std::string committed_;
  std::string applied_end_;       // Behind what the open target transaction holds.
  bool part_applied_ = false;     // The target transaction holds a part of a source transaction.
  bool changed_ = false;          // The target transaction holds changes.
  std::string unsaved_position_;  // Moved over records that changed nothing; saved when due.
  std::chrono::steady_clock::time_point position_due_{};
  int64_t newest_commit_us_ = 0;
  SinkCounters counters_;
};

}  // namespace tidewire::sink
