// Runs one sink task on one thread, with its retries.
#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "runtime/backoff.h"
#include "runtime/sink_loop.h"
#include "runtime/worker_task.h"

namespace tidewire::runtime {

// The log's state holds a copy of the target's position under this key: for GET …/offsets of a
// connector whose target is away. The target's own is what counts.
std::string SinkPositionKey(const std::string& connector);

class SinkWorkerTask final : public WorkerTask {
 public:
  SinkWorkerTask(SinkEnvironment environment, std::unique_ptr<transform::Chain> transforms,
                 std::unique_ptr<sink::SinkTask> task, std::function<void()> on_end);
  ~SinkWorkerTask() override { Join(); }

  std::string committed_position() const override;

 protected:
  void Execute(std::stop_token stop) override;

 private:
  void RunOnce(const std::stop_token& stop, Backoff& backoff);
  void WaitAfter(const RetriableError& fault, Backoff& backoff, const std::stop_token& stop);
  void NoteOpened(const Backoff& backoff);
  void NoteCommitted(SinkLoop& loop, Backoff& backoff);
  enum class Mirror { kWhenDue, kNow };
  void MirrorPosition(Mirror when);

  SinkEnvironment environment_;
  const std::unique_ptr<transform::Chain> transforms_;
  const std::unique_ptr<sink::SinkTask> task_;
  std::string mirrored_;
  std::chrono::steady_clock::time_point mirror_due_{};

  mutable std::mutex position_mutex_;
  std::string position_;
};

}  // namespace tidewire::runtime
