#include "source/snapshot_crew.h"

#include <thread>

#include "base/logging.h"

namespace tidewire::source {
namespace {

using std::chrono::duration;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kReportEvery{1};
constexpr seconds kLogEvery{5};

}  // namespace

SnapshotCrew::SnapshotCrew(SnapshotLedger& ledger, SourceContext& context)
    : ledger_(ledger), context_(context) {
  for (const SnapshotLedger::Table& table : ledger.tables()) rows_total_ += table.estimated_rows;
}

bool SnapshotCrew::Run(const std::vector<Worker>& workers, std::stop_token stop) {
  const std::stop_callback forward(stop, [this] { stop_all_.request_stop(); });
  running_ = workers.size();
  std::vector<std::jthread> threads;
  threads.reserve(workers.size());
  for (const Worker& worker : workers) {
    threads.emplace_back([this, &worker] { RunOne(worker); });
  }
  std::unique_lock lock(mutex_);
  auto next_log = steady_clock::now() + kLogEvery;
  while (!done_.wait_for(lock, kReportEvery, [&] { return running_ == 0; })) {
    Report(false);
    if (steady_clock::now() < next_log) continue;
    Log();
    next_log = steady_clock::now() + kLogEvery;
  }
  lock.unlock();
  threads.clear();
  if (error_ != nullptr && !stop.stop_requested()) std::rethrow_exception(error_);
  if (stopped_ || error_ != nullptr) return false;
  Report(true);
  Logger(ledger_.facts().logger)
      .info("snapshot done: {} rows of {} tables in {:.1f} s", ledger_.rows(),
            ledger_.tables().size(), Elapsed());
  return true;
}

void SnapshotCrew::RunOne(const Worker& worker) {
  std::exception_ptr error;
  bool finished = false;
  try {
    finished = worker(stop_all_.get_token());
  } catch (...) {
    error = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  if (error_ == nullptr && !stop_all_.stop_requested()) error_ = error;
  if (!finished) {
    stopped_ = true;
    stop_all_.request_stop();
  }
  --running_;
  done_.notify_all();
}

void SnapshotCrew::Report(bool completed) {
  SnapshotProgress progress;
  progress.running = !completed;
  progress.completed = completed;
  progress.tables_total = ledger_.tables().size();
  progress.tables_done = ledger_.tables_done();
  progress.rows_done = ledger_.rows();
  progress.rows_total = std::max(progress.rows_done, static_cast<uint64_t>(rows_total_));
  progress.seconds = Elapsed();
  context_.ReportSnapshot(progress);
}

void SnapshotCrew::Log() const {
  const double rows = static_cast<double>(ledger_.rows());
  const double rate = rows / Elapsed();
  const double left = std::max(0.0, rows_total_ - rows);
  Logger(ledger_.facts().logger)
      .info(
          "snapshot: {} of {} tables, {:.0f} rows of about {:.0f} ({:.0f} %), {:.0f} rows/s, "
          "about {:.0f} s to go",
          ledger_.tables_done(), ledger_.tables().size(), rows, std::max(rows, rows_total_),
          rows_total_ > 0 ? std::min(100.0, 100 * rows / rows_total_) : 0.0, rate,
          rate > 0 ? left / rate : 0.0);
}

double SnapshotCrew::Elapsed() const {
  return duration<double>(steady_clock::now() - begin_).count();
}

}  // namespace tidewire::source
