// The herder's record of one connector.
#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <string>

#include "runtime/connector_metrics.h"
#include "runtime/herder.h"
#include "runtime/topic_tracker.h"
#include "runtime/worker_task.h"

namespace tidewire::runtime {

// What the herder's thread keeps of one connector.
struct Connector {
  std::string name;
  config::Properties config;
  TargetState target = TargetState::kStarted;
  const Plugin* plugin = nullptr;  // Null: the stored class is unknown to this worker.
  uint64_t generation = 1;         // Grows with each change of the configuration.
  bool tasks_made = false;         // Kafka Connect shows tasks from the first start until a stop.

  std::shared_ptr<WorkerTask> task;  // Runs, or ends.
  uint64_t task_generation = 0;
  bool restart = false;       // Begin anew although nothing changed.
  std::string task_failure;   // Trace of a task that failed.
  std::string failure;        // Why no task could be made.
  std::string stored_status;  // As the log has it.
  uint64_t failures = 0;      // In a row.
  uint64_t attempt = 0;       // Counts starts; a timer of an older one does nothing.

  int jobs = 0;  // Running jobs; no task starts beside them.
  bool deleting = false;
  bool cleaned = false;
  std::shared_ptr<std::promise<void>> deleted;
  std::shared_future<void> deleted_future;

  std::shared_ptr<TopicTracker> topics = std::make_shared<TopicTracker>();
  std::shared_ptr<SourceMetrics> source_metrics;
  std::shared_ptr<SinkMetrics> sink_metrics;
  std::unique_ptr<StateMetric> state_metric, task_state_metric;
};

}  // namespace tidewire::runtime
