// One task of a connector while it runs: its thread, its state, its end.
// docs/decisions/0006-task-life-cycle.md.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>

#include "runtime/thread.h"

namespace tidewire::runtime {

enum class TaskState {
  kRunning,
  kFailed,   // Ended by an error that retrying cannot mend.
  kStopped,  // Ended because it was asked to.
};

// Made, started and destroyed by the herder's thread; the views are thread-safe.
class WorkerTask {
 public:
  // `on_end`: called once, by the task's thread, as its last act; must not block.
  WorkerTask(std::string connector, std::function<void()> on_end)
      : connector_(std::move(connector)), on_end_(std::move(on_end)) {}
  virtual ~WorkerTask() = default;

  // Throws RetriableError when the system has no thread to give.
  void Start();
  // Asks it to finish what it holds and to end; returns at once.
  void RequestStop() { thread_.RequestStop(); }
  // False when it still runs at `deadline`.
  bool WaitEnded(std::chrono::steady_clock::time_point deadline) const;
  bool ended() const;

  TaskState state() const;
  // Of a failed task: the error. Of a running one: the fault that it waits to pass, if there is
  // one.
  std::string trace() const;
  // A running snapshot's progress as a JSON object, or empty.
  std::string snapshot_json() const;

  // The position that the target holds, as far as this task knows; empty for sources.
  virtual std::string committed_position() const { return {}; }

 protected:
  // Works until `stop`; returns then, or throws what fails the task.
  virtual void Execute(std::stop_token stop) = 0;
  // A fault that may pass, or (empty) that it has passed.
  void SetTrace(std::string trace);
  void SetSnapshot(std::string json);
  const std::string& connector() const { return connector_; }
  // Derived classes call it first in their destructors: Execute uses their members.
  void Join() { thread_.Join(); }

 private:
  void Run(const std::stop_token& stop) noexcept;
  void End(TaskState state, std::string trace);

  const std::string connector_;
  const std::function<void()> on_end_;
  mutable std::mutex mutex_;
  mutable std::condition_variable ended_changed_;
  TaskState state_ = TaskState::kRunning;
  bool ended_ = false;
  std::string trace_;
  std::string snapshot_json_;
  Thread thread_;  // Last: it uses all the others.
};

}  // namespace tidewire::runtime
