#include "runtime/worker_task.h"

#include "base/error.h"
#include "base/logging.h"

namespace tidewire::runtime {
namespace {

// As the first line of a Java stack trace reads, so that those who look for one find what they
// know.
std::string Describe(std::exception_ptr error) {
  try {
    std::rethrow_exception(std::move(error));
  } catch (const ConfigError& e) {
    return std::string("ConfigError: ") + e.what();
  } catch (const DataError& e) {
    return std::string("DataError: ") + e.what();
  } catch (const RetriableError& e) {
    return std::string("RetriableError: ") + e.what();
  } catch (const FatalError& e) {
    return std::string("FatalError: ") + e.what();
  } catch (const std::exception& e) {
    return std::string("unexpected error: ") + e.what();
  } catch (...) {
    return "unexpected error of an unknown kind";
  }
}

}  // namespace

void WorkerTask::Start() {
  thread_ = Thread("task-" + connector_, [this](std::stop_token stop) { Run(stop); });
}

bool WorkerTask::WaitEnded(std::chrono::steady_clock::time_point deadline) const {
  std::unique_lock lock(mutex_);
  return ended_changed_.wait_until(lock, deadline, [this] { return ended_; });
}

bool WorkerTask::ended() const {
  std::lock_guard lock(mutex_);
  return ended_;
}

TaskState WorkerTask::state() const {
  std::lock_guard lock(mutex_);
  return state_;
}

std::string WorkerTask::trace() const {
  std::lock_guard lock(mutex_);
  return trace_;
}

std::string WorkerTask::snapshot_json() const {
  std::lock_guard lock(mutex_);
  return snapshot_json_;
}

void WorkerTask::SetTrace(std::string trace) {
  std::lock_guard lock(mutex_);
  trace_ = std::move(trace);
}

void WorkerTask::SetSnapshot(std::string json) {
  std::lock_guard lock(mutex_);
  snapshot_json_ = std::move(json);
}

void WorkerTask::Run(const std::stop_token& stop) noexcept {
  try {
    Execute(stop);
    End(TaskState::kStopped, "");
  } catch (...) {
    std::string trace = Describe(std::current_exception());
    Logger("runtime.task").error("{}: task 0 failed: {}", connector_, trace);
    End(TaskState::kFailed, std::move(trace));
  }
}

void WorkerTask::End(TaskState state, std::string trace) {
  {
    std::lock_guard lock(mutex_);
    state_ = state;
    trace_ = std::move(trace);
    ended_ = true;
  }
  ended_changed_.notify_all();
  on_end_();
}

}  // namespace tidewire::runtime
