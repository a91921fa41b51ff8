// Runs the connections of a snapshot, and tells how far they are.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <stop_token>
#include <vector>

#include "source/snapshot_ledger.h"
#include "source/source.h"

namespace tidewire::source {

// Used once, by one thread.
class SnapshotCrew {
 public:
  // Reads chunks until the ledger has none, then leaves. False: stopped. Throws Error. Called on a
  // thread of its own; a stop request must end it soon.
  using Worker = std::function<bool(std::stop_token)>;

  // Both must outlive this object.
  SnapshotCrew(SnapshotLedger& ledger, SourceContext& context);

  // Returns when all workers have; the first that ends early stops the others. Reports each second
  // to the context, and every few seconds to the log. False: stopped. Throws the first worker's
  // error.
  bool Run(const std::vector<Worker>& workers, std::stop_token stop);

 private:
  void RunOne(const Worker& worker);
  void Report(bool completed);
  void Log() const;
  double Elapsed() const;

  SnapshotLedger& ledger_;
  SourceContext& context_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  double rows_total_ = 0;
  std::stop_source stop_all_;
  std::mutex mutex_;
  std::condition_variable done_;
  size_t running_ = 0;
  bool stopped_ = false;
  std::exception_ptr error_;
};

}  // namespace tidewire::source
