// What a sink task does, a step at a time: fetch, transform, hand over, flush. The thread that
// steps it is SinkWorkerTask's; tests step it themselves.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "log/log.h"
#include "runtime/connector_metrics.h"
#include "runtime/topic_tracker.h"
#include "sink/sink.h"
#include "transform/transform.h"

namespace tidewire::runtime {

// What a loop works with; all of it outlives the loop.
struct SinkEnvironment {
  std::string connector;
  log::Log* log = nullptr;
  Clock* clock = nullptr;
  transform::Chain* transforms = nullptr;  // Null or empty: none.
  SinkMetrics* metrics = nullptr;
  TopicTracker* topics = nullptr;
  log::Subscription subscription;
  log::StartAt start = log::StartAt::kEarliest;  // Where the target has no position yet.
};

// Used by one thread. Every method throws what the task and the log throw; after an error the loop
// is of no more use: a new one begins at what the target has committed.
class SinkLoop {
 public:
  SinkLoop(SinkEnvironment& environment, sink::SinkTask& task);

  // Asks the target where it stands, and opens the log there.
  void Open();
  // Fetches once. Waits until `deadline` only when everything fetched was flushed. False: nothing
  // came, and nothing is left to do.
  bool Step(std::chrono::steady_clock::time_point deadline, const std::stop_token& stop);
  // Applies all that was handed over.
  void Flush();

  uint64_t lag() const { return reader_ ? reader_->lag() : 0; }
  // Once after each change: the position that the target has committed.
  bool TakeCommitted(std::string& position);

 private:
  void Deliver(log::FetchedBatch fetched);
  sink::SinkBatch Transformed(log::FetchedBatch fetched);

  SinkEnvironment& environment_;
  sink::SinkTask& task_;
  std::unique_ptr<log::Reader> reader_;
  size_t fetch_bytes_;
  bool unflushed_ = false;
  std::string end_;  // Behind all that was handed over.
  std::string committed_;
  bool committed_changed_ = false;
};

}  // namespace tidewire::runtime
