#include "runtime/sink_worker_task.h"

#include "base/logging.h"

namespace tidewire::runtime {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kFirstRetryWait{50};
// A target that is back is used again within a second.
constexpr std::chrono::milliseconds kLongestRetryWait{500};
// After this long without records the sink gives back what it need not hold; then only a record
// wakes it.
constexpr std::chrono::seconds kIdleAfter{10};
constexpr std::chrono::hours kIdleWait{1};
constexpr std::chrono::seconds kMirrorInterval{5};

}  // namespace

std::string SinkPositionKey(const std::string& connector) {
  return "connector/" + connector + "/position";
}

SinkWorkerTask::SinkWorkerTask(SinkEnvironment environment,
                               std::unique_ptr<transform::Chain> transforms,
                               std::unique_ptr<sink::SinkTask> task, std::function<void()> on_end)
    : WorkerTask(environment.connector, std::move(on_end)),
      environment_(std::move(environment)),
      transforms_(std::move(transforms)),
      task_(std::move(task)) {
  environment_.transforms = transforms_.get();
}

std::string SinkWorkerTask::committed_position() const {
  std::lock_guard lock(position_mutex_);
  return position_;
}

void SinkWorkerTask::Execute(std::stop_token stop) {
  // No limit of tries: a target may be away for days, and the log keeps what it misses.
  Backoff backoff(kFirstRetryWait, kLongestRetryWait, -1);
  while (!stop.stop_requested()) {
    try {
      RunOnce(stop, backoff);
    } catch (const RetriableError& fault) {
      WaitAfter(fault, backoff, stop);
    }
  }
}

void SinkWorkerTask::RunOnce(const std::stop_token& stop, Backoff& backoff) {
  if (environment_.metrics != nullptr) environment_.metrics->NewTask();
  SinkLoop loop(environment_, *task_);
  loop.Open();
  NoteOpened(backoff);
  NoteCommitted(loop, backoff);
  auto quiet_since = steady_clock::now();
  bool idle = false;
  while (!stop.stop_requested()) {
    const auto deadline = idle ? steady_clock::now() + kIdleWait : quiet_since + kIdleAfter;
    if (loop.Step(deadline, stop)) {
      NoteCommitted(loop, backoff);
      MirrorPosition(Mirror::kWhenDue);
      quiet_since = steady_clock::now();
      idle = false;
    } else if (!idle && steady_clock::now() >= quiet_since + kIdleAfter) {
      task_->Idle();
      MirrorPosition(Mirror::kNow);
      idle = true;
    }
  }
  loop.Flush();
  NoteCommitted(loop, backoff);
  MirrorPosition(Mirror::kNow);
}

void SinkWorkerTask::WaitAfter(const RetriableError& fault, Backoff& backoff,
                               const std::stop_token& stop) {
  if (stop.stop_requested()) return;
  const auto wait = *backoff.Next();
  if (environment_.metrics != nullptr) environment_.metrics->retries->Add(1);
  // The first fault is news; the five-hundredth in a row is not.
  const auto level = backoff.tries() % 100 == 1 ? spdlog::level::warn : spdlog::level::debug;
  Logger("runtime.task")
      .log(level, "{}: {}; trying again every {} ms at most (try {})", connector(), fault.what(),
           kLongestRetryWait.count(), backoff.tries());
  SetTrace(fmt::format("RetriableError: {} (waiting for it to pass; try {})", fault.what(),
                       backoff.tries()));
  WaitFor(stop, wait);
}

void SinkWorkerTask::NoteOpened(const Backoff& backoff) {
  if (backoff.tries() == 0) return;
  Logger("runtime.task").info("{}: the target is back", connector());
  SetTrace("");
}

void SinkWorkerTask::NoteCommitted(SinkLoop& loop, Backoff& backoff) {
  std::string position;
  if (!loop.TakeCommitted(position) || position == committed_position()) return;
  // Only a commit is progress: a target may let us in and refuse every commit.
  backoff.Reset();
  std::lock_guard lock(position_mutex_);
  position_ = std::move(position);
}

void SinkWorkerTask::MirrorPosition(Mirror when) {
  const auto now = steady_clock::now();
  if (when == Mirror::kWhenDue && now < mirror_due_) return;
  mirror_due_ = now + kMirrorInterval;
  std::string position = committed_position();
  if (position.empty() || position == mirrored_) return;
  environment_.log->WriteState({{SinkPositionKey(connector()), position}});
  mirrored_ = std::move(position);
}

}  // namespace tidewire::runtime
