// What /metrics tells about one connector. Made once for each connector and kept over restarts of
// its task, so that counters only grow. Figures are gathered for a whole batch before a series is
// touched.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "model/batch.h"
#include "sink/sink.h"
#include "source/source.h"

namespace tidewire::runtime {

// Events by table (the topic, where a record is no row) and operation. Used by one thread at a
// time.
class EventCounters {
 public:
  EventCounters(std::string name, std::string help, std::string connector)
      : name_(std::move(name)), help_(std::move(help)), connector_(std::move(connector)) {}
  void Count(const model::ChangeBatch& batch);

 private:
  static constexpr size_t kOps = 7;
  using ByOp = std::array<std::shared_ptr<Metric>, kOps>;
  void Add(const model::TopicSchema& schema, size_t op, uint64_t count);

  const std::string name_;
  const std::string help_;
  const std::string connector_;
  std::map<std::string, ByOp, std::less<>> series_;  // By table.
  std::vector<std::array<uint64_t, kOps>>
      counts_;  // By the batch's schema; kept to save its memory.
};

// A state: one series whose label `state` changes. Thread-safe.
class StateMetric {
 public:
  StateMetric(std::string name, std::string help, MetricLabels labels)
      : name_(std::move(name)), help_(std::move(help)), labels_(std::move(labels)) {}
  void Set(const std::string& state);

 private:
  const std::string name_, help_;
  MetricLabels labels_;
  std::mutex mutex_;
  std::string state_;
  std::shared_ptr<Metric> series_;
};

struct SourceMetrics {
  explicit SourceMetrics(const std::string& connector);
  // Of the committer's thread. `now_us`: epoch microseconds, after the batch was durable.
  void Appended(const model::ChangeBatch& batch, int64_t now_us);
  void Snapshot(const source::SnapshotProgress& progress);

  EventCounters events;
  std::shared_ptr<Metric> bytes, batch_records, retries, queue_bytes, queue_capacity, lag_bytes,
      lag_seconds, retained_bytes, commit_to_log;
  std::shared_ptr<Metric> snapshot_running, snapshot_rows, snapshot_rows_expected, snapshot_tables,
      snapshot_tables_done, snapshot_seconds;
};

struct SinkMetrics {
  explicit SinkMetrics(const std::string& connector);
  void Delivered(const model::ChangeBatch& batch);
  // After a flush: what the task counted since the last call, and how far it is behind.
  void Applied(const sink::SinkCounters& counters, uint64_t lag);
  // The task counts from zero again.
  void NewTask() { last_ = {}; }

  EventCounters events;
  std::shared_ptr<Metric> bytes, batch_records, rows_written, rows_deleted, transactions, retries,
      lag_records, lag_seconds, commit_to_target;

 private:
  sink::SinkCounters last_;
};

}  // namespace tidewire::runtime
