#include "sink/sql/snapshot_lanes.h"

#include <algorithm>
#include <iterator>
#include <system_error>

#include "base/logging.h"

namespace tidewire::sink {
namespace {

// A bulk that is ready holds locks, and the one whose turn it is may wait for just these: the
// server cannot see that we wait as well.
constexpr std::chrono::seconds kTurnPatience{2};

}  // namespace

SnapshotLanes::SnapshotLanes(const SqlSinkOptions& options, const Dialect& dialect,
                             ApplyLane& first)
    : options_(options) {
  lanes_.push_back(&first);
  while (lanes_.size() < options.snapshot_connections) {
    own_.push_back(std::make_unique<ApplyLane>(options, dialect));
    lanes_.push_back(own_.back().get());
  }
}

SnapshotLanes::~SnapshotLanes() { StopThreads(); }

bool SnapshotLanes::Submit(Items& items, const std::string& end, const std::string& committed) {
  if (threads_.empty()) StartThreads();
  if (threads_.empty()) return false;
  std::unique_lock lock(mutex_);
  if (!under_way_) progress_.committed = committed;
  under_way_ = true;
  changed_.wait(lock, [&] { return queue_.empty() || troubled_; });
  if (troubled_) return false;
  queue_.push_back({next_number_++, std::move(items), end});
  items.clear();
  lock.unlock();
  changed_.notify_all();
  return true;
}

SnapshotLanes::Progress SnapshotLanes::TakeProgress() {
  std::lock_guard lock(mutex_);
  Progress out = progress_;
  progress_ = {};
  progress_.committed = out.committed;
  return out;
}

SnapshotLanes::Items SnapshotLanes::Settle() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return running_ == 0 && (queue_.empty() || troubled_); });
  std::move(queue_.begin(), queue_.end(), std::back_inserter(returned_));
  std::sort(returned_.begin(), returned_.end(),
            [](const Bulk& a, const Bulk& b) { return a.number < b.number; });
  Items out;
  for (Bulk& bulk : returned_)
    std::move(bulk.items.begin(), bulk.items.end(), std::back_inserter(out));
  queue_.clear();
  returned_.clear();
  troubled_ = false;
  turn_ = next_number_;
  under_way_ = false;
  return out;
}

void SnapshotLanes::ForgetTables() {
  for (const auto& lane : own_) lane->planner().Clear();
}

void SnapshotLanes::Release() {
  StopThreads();
  for (const auto& lane : own_) lane->Release();
}

void SnapshotLanes::Interrupt() noexcept {
  for (ApplyLane* lane : lanes_) lane->session().Interrupt();
}

void SnapshotLanes::StartThreads() {
  try {
    for (ApplyLane* lane : lanes_)
      threads_.emplace_back([this, lane](std::stop_token stop) { Work(*lane, std::move(stop)); });
  } catch (const std::system_error& error) {
    Logger("sink.sql")
        .warn("{}: no thread for a connection to the target: {}", options_.connector, error.what());
  }
}

void SnapshotLanes::StopThreads() {
  for (std::jthread& thread : threads_) thread.request_stop();
  threads_.clear();
}

void SnapshotLanes::Work(ApplyLane& lane, std::stop_token stop) {
  while (true) {
    Bulk bulk;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [&] { return !queue_.empty() && !troubled_; })) return;
      bulk = std::move(queue_.front());
      queue_.pop_front();
      ++running_;
    }
    changed_.notify_all();
    try {
      Apply(lane, bulk);
      if (WaitForTurn(bulk)) {
        CommitInTurn(lane, bulk);
        continue;
      }
      Logger("sink.sql")
          .debug("{}: a bulk of the snapshot gave way to those before it", options_.connector);
    } catch (const std::exception& error) {
      // It is applied again by itself, and the error comes out there if it still stands.
      Logger("sink.sql").debug("{}: a bulk of the snapshot: {}", options_.connector, error.what());
    }
    lane.Rollback();
    lane.Clear();
    GiveBack(std::move(bulk));
  }
}

void SnapshotLanes::Apply(ApplyLane& lane, const Bulk& bulk) {
  if (!lane.session().connected()) {
    // The caller looks into the first lane's planner, which connecting would clear.
    if (&lane == lanes_.front()) throw RetriableError("the connection was lost");
    lane.Connect();
  }
  for (const PendingBatches::Item& item : bulk.items)
    lane.Gather(*item.sink.batch, item.next, item.sink.batch->records.size());
  lane.ApplyGathered();
  lane.session().Sync();
}

bool SnapshotLanes::WaitForTurn(const Bulk& bulk) {
  std::unique_lock lock(mutex_);
  const auto my_turn = [&] { return turn_ == bulk.number; };
  changed_.wait_for(lock, kTurnPatience, [&] { return my_turn() || troubled_; });
  return my_turn();
}

void SnapshotLanes::CommitInTurn(ApplyLane& lane, const Bulk& bulk) {
  std::string from;
  {
    std::lock_guard lock(mutex_);
    from = progress_.committed;  // Stays so: only this lane may commit.
  }
  lane.Commit(from, bulk.end);
  lane.Clear();
  const ApplyCounts rows = lane.TakeCounts();
  {
    std::lock_guard lock(mutex_);
    progress_.committed = bulk.end;
    progress_.bulks += 1;
    for (const PendingBatches::Item& item : bulk.items)
      progress_.records += item.sink.batch->records.size() - item.next;
    progress_.rows.written += rows.written;
    progress_.rows.deleted += rows.deleted;
    ++turn_;
    --running_;
  }
  changed_.notify_all();
}

void SnapshotLanes::GiveBack(Bulk bulk) {
  {
    std::lock_guard lock(mutex_);
    troubled_ = true;
    returned_.push_back(std::move(bulk));
    --running_;
  }
  changed_.notify_all();
}

}  // namespace tidewire::sink
