#include "runtime/source_worker_task.h"

#include "base/logging.h"

namespace tidewire::runtime {
namespace {

constexpr std::chrono::milliseconds kFirstRetryWait{100};
constexpr std::chrono::hours kForever{24 * 365};

std::string SnapshotJson(const source::SnapshotProgress& p) {
  if (!p.running) return {};
  const double share =
      p.rows_total == 0
          ? 0.0
          : std::min(1.0, static_cast<double>(p.rows_done) / static_cast<double>(p.rows_total));
  const std::string eta =
      share > 0 ? fmt::format("{:.0f}", p.seconds / share * (1 - share)) : std::string("null");
  return fmt::format(
      R"({{"rows":{},"rows_expected":{},"percent":{:.1f},"tables":{},"tables_done":{},"seconds":{:.1f},"eta_seconds":{}}})",
      p.rows_done, p.rows_total, share * 100, p.tables_total, p.tables_done, p.seconds, eta);
}

}  // namespace

SourceWorkerTask::SourceWorkerTask(SourceEnvironment environment,
                                   std::unique_ptr<transform::Chain> transforms,
                                   std::unique_ptr<source::SourceTask> task,
                                   SourceTaskOptions options, std::function<void()> on_end)
    : WorkerTask(environment.connector, std::move(on_end)),
      environment_(std::move(environment)),
      transforms_(std::move(transforms)),
      task_(std::move(task)),
      options_(options) {
  environment_.transforms = transforms_.get();
  environment_.on_snapshot = [this](const source::SnapshotProgress& p) { NoteSnapshot(p); };
}

void SourceWorkerTask::NoteSnapshot(const source::SnapshotProgress& progress) {
  SetTrace("");  // Rows come: the fault, if there was one, has passed.
  SetSnapshot(SnapshotJson(progress));
}

void SourceWorkerTask::Execute(std::stop_token stop) {
  Backoff backoff(kFirstRetryWait, options_.retry_wait, options_.retries_max);
  while (!stop.stop_requested()) {
    try {
      if (!RunOnce(stop, backoff)) return;
      Logger("runtime.task").info("{}: the source has delivered all it had to", connector());
      WaitFor(stop, kForever);
      return;
    } catch (const RetriableError& fault) {
      WaitAfter(fault, backoff, stop);
    }
  }
}

bool SourceWorkerTask::RunOnce(std::stop_token stop, Backoff& backoff) {
  SourceSession session(environment_, stop, [&] {
    if (backoff.tries() == 0) return;
    backoff.Reset();
    SetTrace("");
  });
  Thread committer("commit-" + connector(), [&](std::stop_token) {
    while (session.CommitSome()) {
    }
  });
  std::exception_ptr failure;
  try {
    task_->Run(session, stop);
  } catch (...) {
    failure = std::current_exception();
  }
  session.Close();
  committer.Wait();
  SetSnapshot("");
  // The committer's fault first: the reader's is often only its echo.
  if (session.failure()) std::rethrow_exception(session.failure());
  if (failure) std::rethrow_exception(failure);
  return !stop.stop_requested();
}

void SourceWorkerTask::WaitAfter(const RetriableError& fault, Backoff& backoff,
                                 const std::stop_token& stop) {
  if (stop.stop_requested()) return;
  const auto wait = backoff.Next();
  if (!wait) {
    throw FatalError(fmt::format("{} (given up after {} tries, as errors.max.retries says)",
                                 fault.what(), backoff.tries()));
  }
  if (environment_.metrics != nullptr) environment_.metrics->retries->Add(1);
  Logger("runtime.task")
      .warn("{}: {}; trying again in {} ms (try {})", connector(), fault.what(), wait->count(),
            backoff.tries());
  SetTrace(fmt::format("RetriableError: {} (waiting for it to pass; try {})", fault.what(),
                       backoff.tries()));
  WaitFor(stop, *wait);
}

}  // namespace tidewire::runtime
