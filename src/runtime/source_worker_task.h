// Runs one source task: reader thread, committer thread, and the retries.
#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "runtime/backoff.h"
#include "runtime/source_session.h"
#include "runtime/worker_task.h"

namespace tidewire::runtime {

struct SourceTaskOptions {
  int64_t retries_max = -1;  // errors.max.retries
  std::chrono::milliseconds retry_wait{
      10'000};  // retriable.restart.connector.wait.ms: the longest wait.
};

class SourceWorkerTask final : public WorkerTask {
 public:
  SourceWorkerTask(SourceEnvironment environment, std::unique_ptr<transform::Chain> transforms,
                   std::unique_ptr<source::SourceTask> task, SourceTaskOptions options,
                   std::function<void()> on_end);
  ~SourceWorkerTask() override { Join(); }

 protected:
  void Execute(std::stop_token stop) override;

 private:
  // One run from the stored offset. True: the source has nothing more to do; false: asked to stop.
  // Throws.
  bool RunOnce(std::stop_token stop, Backoff& backoff);
  void WaitAfter(const RetriableError& fault, Backoff& backoff, const std::stop_token& stop);
  void NoteSnapshot(const source::SnapshotProgress& progress);

  SourceEnvironment environment_;
  const std::unique_ptr<transform::Chain> transforms_;
  const std::unique_ptr<source::SourceTask> task_;
  const SourceTaskOptions options_;
};

}  // namespace tidewire::runtime
