// One run of a source task: the queue between its reader and its committer, and what the reader is
// told.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/byte_queue.h"
#include "base/clock.h"
#include "log/log.h"
#include "runtime/connector_metrics.h"
#include "runtime/topic_tracker.h"
#include "source/source.h"
#include "transform/transform.h"

namespace tidewire::runtime {

// What a task works with; all of it outlives the task.
struct SourceEnvironment {
  std::string connector;
  log::Log* log = nullptr;
  Clock* clock = nullptr;
  transform::Chain* transforms = nullptr;  // Null or empty: none. Used by one thread at a time.
  SourceMetrics* metrics = nullptr;
  TopicTracker* topics = nullptr;
  // Bounds of what waits to be appended; one batch waits whatever its size.
  size_t queue_bytes = 0;
  size_t queue_records = SIZE_MAX;
  // Called for each report of a snapshot; thread-safe, does not block.
  std::function<void(const source::SnapshotProgress&)> on_snapshot;
};

// SourceContext's methods: any thread (the source's). CommitSome: the committer's thread. The
// reader's thread makes it, calls Close() when the source has ended, and looks at `failure` once
// the committer has ended too. Whichever thread commits, one does at a time, in the queue's order.
class SourceSession final : public source::SourceContext {
 public:
  // `on_durable` is called whenever batches became durable, never by two threads at once; it does
  // not block.
  SourceSession(SourceEnvironment& environment, std::stop_token stop,
                std::function<void()> on_durable = {});

  bool Emit(model::ChangeBatchPtr batch, source::Then then) override;
  uint64_t DurableConfirm() const override {
    return durable_confirm_.load(std::memory_order_acquire);
  }
  bool WaitDurable() override;
  std::optional<std::string> LoadOffset(const std::string& partition) override;
  void ReadTopic(const std::string& topic,
                 const std::function<void(const model::GeneralRecord&)>& each) override;
  void ReportSnapshot(const source::SnapshotProgress& progress) override;
  void ReportLag(uint64_t bytes_behind, uint64_t retained_bytes, int64_t last_commit_us) override;

  // Waits for batches, and appends what is queued in one atomic write. False when there will be no
  // more: closed and drained, or failed; Emit and WaitDurable then throw what happened. Does not
  // throw.
  bool CommitSome() noexcept;
  // No more batches will come: CommitSome drains what is queued.
  void Close() { queue_.Close(); }

  // Batches made durable by this run.
  uint64_t committed() const { return committed_.load(std::memory_order_acquire); }
  // What made the committer fail; null: nothing.
  std::exception_ptr failure() const;
  size_t queued() const { return queue_.size(); }

 private:
  // Commits with this thread, unless another one is at it.
  void CommitHere();
  // With committing_ held. False: failed.
  bool CommitQueued() noexcept;
  void Append(std::vector<model::ChangeBatchPtr>& batches);
  void Publish(const std::vector<model::ChangeBatchPtr>& batches);
  void Fail(std::exception_ptr why);

  SourceEnvironment& environment_;
  const std::stop_token stop_;
  const std::function<void()> on_durable_;
  ByteQueue<model::ChangeBatchPtr> queue_;
  // Held from before batches leave the queue until they are durable.
  std::mutex committing_;
  std::atomic<uint64_t> emitted_{0};
  std::atomic<uint64_t> committed_{0};
  // Invariant 1: moves only after the log said durable.
  std::atomic<uint64_t> durable_confirm_{0};

  mutable std::mutex mutex_;
  std::condition_variable_any durable_;  // committed_ grew, or failure_ was set.
  std::exception_ptr failure_;
};

}  // namespace tidewire::runtime
