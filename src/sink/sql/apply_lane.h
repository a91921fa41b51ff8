// One connection to the target with all that is needed to apply batches through it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/arena.h"
#include "model/batch.h"
#include "sink/sql/dialect.h"
#include "sink/sql/event_maker.h"
#include "sink/sql/options.h"
#include "sink/sql/row_applier.h"
#include "sink/sql/row_planner.h"

namespace tidewire::sink {

// Used by one thread at a time. Methods throw what the planner, the event maker and the session
// throw. `options` outlives the lane.
class ApplyLane {
 public:
  ApplyLane(const SqlSinkOptions& options, const Dialect& dialect);

  TargetSession& session() { return *session_; }
  RowPlanner& planner() { return planner_; }
  const RowPlanner& planner() const { return planner_; }
  // How many tables were made or altered here.
  uint64_t table_changes() const { return table_changes_; }
  // Of what was applied since the last call, without what was rolled back.
  ApplyCounts TakeCounts();

  // Connects anew and forgets what was known of the target; the position stored there.
  std::string Connect();
  // Gathers records[from, to) of the batch, which must live until ApplyGathered.
  void Gather(const model::ChangeBatch& batch, size_t from, size_t to);
  // Applies what was gathered inside the session's transaction.
  void ApplyGathered();
  // After ApplyGathered or a failure: drops what was gathered and the memory of extra values.
  void Clear();
  // True when the session's transaction holds changes.
  bool changed() const { return changed_; }
  // Moves the position from `from` to `to` and commits.
  void Commit(const std::string& from, const std::string& to);
  void Rollback() noexcept;
  // Gives back connection and memory.
  void Release();

 private:
  std::unique_ptr<TargetSession> session_;
  RowPlanner planner_;
  EventMaker events_maker_;
  RowApplier applier_;
  Arena arena_;  // Of extra values.
  std::vector<RowEvent> events_;
  ApplyCounts taken_;  // Of the applier's counts.
  uint64_t table_changes_ = 0;
  bool changed_ = false;
};

}  // namespace tidewire::sink
