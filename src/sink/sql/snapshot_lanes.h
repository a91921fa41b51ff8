// A snapshot's rows applied through several connections at once, committed one bulk after the
// other. See docs/decisions/0007-snapshot-lanes.md.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "sink/sql/apply_lane.h"
#include "sink/sql/options.h"
#include "sink/sql/pending_batches.h"

namespace tidewire::sink {

// Bulks are applied side by side, each in a transaction of its own connection, and committed in the
// order they were given, each moving the position from where the one before left it: what is
// committed is at any moment what one connection would have committed. A bulk that fails, or that
// waits for another one's locks, is rolled back together with all behind it and handed back.
//
// Used by one thread, which must not touch the first lane between a Submit that took a bulk and
// the next Settle.
class SnapshotLanes {
 public:
  using Items = std::deque<PendingBatches::Item>;
  struct Progress {
    std::string committed;  // The position committed last.
    uint64_t bulks = 0;     // Committed since the last TakeProgress, like all below.
    uint64_t records = 0;
    ApplyCounts rows;
  };

  // The first lane is the caller's; the others are made here, without I/O. All of it outlives this.
  SnapshotLanes(const SqlSinkOptions& options, const Dialect& dialect, ApplyLane& first);
  ~SnapshotLanes();

  // Whether there is more than one lane.
  bool useful() const { return lanes_.size() > 1; }
  // Takes whole items, which end at `end`, when a lane is free for them; waits for that. False:
  // something went wrong with a bulk given before; nothing is taken until Settle. `committed` is
  // where the target stands when nothing is under way.
  bool Submit(Items& items, const std::string& end, const std::string& committed);
  bool busy() const { return under_way_; }
  // Only between a Submit that took something and the next one behind a Settle.
  Progress TakeProgress();
  // Waits for everything that was taken, and returns what was not applied of it, in its order;
  // empty: all was committed.
  Items Settle();
  // The tables may have changed: describe them anew. Only while nothing is under way.
  void ForgetTables();
  // Ends the threads and gives back their connections. Only while nothing is under way.
  void Release();
  // As TargetSession::Interrupt. Thread-safe.
  void Interrupt() noexcept;

 private:
  struct Bulk {
    uint64_t number = 0;
    Items items;
    std::string end;
  };
  void StartThreads();
  void StopThreads();
  void Work(ApplyLane& lane, std::stop_token stop);
  // Throws what the lane throws.
  void Apply(ApplyLane& lane, const Bulk& bulk);
  // False: a bulk before this one failed, or none was committed for too long.
  bool WaitForTurn(const Bulk& bulk);
  void CommitInTurn(ApplyLane& lane, const Bulk& bulk);
  void GiveBack(Bulk bulk);

  const SqlSinkOptions& options_;
  std::vector<std::unique_ptr<ApplyLane>> own_;
  std::vector<ApplyLane*> lanes_;
  bool under_way_ = false;  // The caller's view: something was taken and not settled.

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Bulk> queue_;  // At most one: the next bulk is gathered while the lanes work.
  uint64_t next_number_ = 0;
  uint64_t turn_ = 0;  // Number of the bulk that may commit.
  size_t running_ = 0;
  bool troubled_ = false;
  std::deque<Bulk> returned_;
  Progress progress_;

  std::vector<std::jthread> threads_;  // Last: they use all of the above.
};

}  // namespace tidewire::sink
