#include "runtime/connector_metrics.h"

namespace tidewire::runtime {
namespace {

constexpr std::array<const char*, 7> kOpNames = {"read",     "create",    "update", "delete",
                                                 "truncate", "tombstone", "message"};

std::shared_ptr<Metric> Counter(const char* name, const char* help, const std::string& connector) {
  return MakeMetric(MetricType::kCounter, name, help, {{"connector", connector}});
}
std::shared_ptr<Metric> Gauge(const char* name, const char* help, const std::string& connector) {
  return MakeMetric(MetricType::kGauge, name, help, {{"connector", connector}});
}
std::shared_ptr<Metric> Histogram(const char* name, const char* help,
                                  const std::string& connector) {
  return MakeMetric(MetricType::kHistogram, name, help, {{"connector", connector}});
}

std::string TableOf(const model::TopicSchema& schema) {
  if (!schema.is_table()) return schema.topic;
  const model::TableSchema& table = *schema.table;
  return table.schema.empty() ? table.catalog + "." + table.name : table.schema + "." + table.name;
}

// The commit time of the newest transaction in the batch; 0: the batch has none.
int64_t NewestCommitMicros(const model::ChangeBatch& batch) {
  for (size_t i = batch.transactions.size(); i-- > 0;) {
    if (batch.transactions[i].commit_ts_us > 0) return batch.transactions[i].commit_ts_us;
  }
  return 0;
}

double Seconds(int64_t micros) { return static_cast<double>(std::max<int64_t>(micros, 0)) / 1e6; }

}  // namespace

void EventCounters::Count(const model::ChangeBatch& batch) {
  counts_.assign(batch.schemas.size(), {});
  for (const model::Record& record : batch.records) {
    ++counts_[record.schema][static_cast<size_t>(record.op)];
  }
  for (size_t i = 0; i < counts_.size(); ++i) {
    for (size_t op = 0; op < kOps; ++op) {
      if (counts_[i][op] > 0) Add(*batch.schemas[i], op, counts_[i][op]);
    }
  }
}

void EventCounters::Add(const model::TopicSchema& schema, size_t op, uint64_t count) {
  const std::string table = TableOf(schema);
  std::shared_ptr<Metric>& series = series_[table][op];
  if (!series) {
    series = MakeMetric(MetricType::kCounter, name_, help_,
                        {{"connector", connector_}, {"table", table}, {"op", kOpNames[op]}});
  }
  series->Add(static_cast<double>(count));
}

void StateMetric::Set(const std::string& state) {
  std::lock_guard lock(mutex_);
  if (state == state_) return;
  state_ = state;
  labels_["state"] = state;
  series_ = MakeMetric(MetricType::kGauge, name_, help_, labels_);
  series_->Set(1);
}

SourceMetrics::SourceMetrics(const std::string& connector)
    : events("tidewire_source_events_total", "Events made durable in the log.", connector),
      bytes(Counter("tidewire_source_bytes_total", "Memory of the batches made durable in the log.",
                    connector)),
      batch_records(
          Histogram("tidewire_source_batch_records", "Records in an appended batch.", connector)),
      retries(Counter("tidewire_task_retries_total",
                      "Times that the task began again after a fault that may pass.", connector)),
      queue_bytes(Gauge("tidewire_source_queue_bytes",
                        "Bytes between the reader and the committer.", connector)),
      queue_capacity(
          Gauge("tidewire_source_queue_capacity_bytes", "Room of that queue.", connector)),
      lag_bytes(Gauge("tidewire_source_lag_bytes",
                      "Bytes of the database's log that were not received yet.", connector)),
      lag_seconds(Gauge("tidewire_source_lag_seconds",
                        "From the commit at the source to durable in the log, newest transaction.",
                        connector)),
      retained_bytes(Gauge("tidewire_source_retained_wal_bytes",
                           "Bytes that the database keeps for this connector.", connector)),
      commit_to_log(Histogram("tidewire_source_commit_to_log_seconds",
                              "From the commit at the source to durable in the log.", connector)),
      snapshot_running(
          Gauge("tidewire_snapshot_running", "1 while the first copy is read.", connector)),
      snapshot_rows(Gauge("tidewire_snapshot_rows", "Rows read by the snapshot.", connector)),
      snapshot_rows_expected(Gauge("tidewire_snapshot_rows_expected",
                                   "Rows that the server's planner expects.", connector)),
      snapshot_tables(
          Gauge("tidewire_snapshot_tables", "Tables that the snapshot reads.", connector)),
      snapshot_tables_done(
          Gauge("tidewire_snapshot_tables_done", "Tables read completely.", connector)),
      snapshot_seconds(
          Gauge("tidewire_snapshot_seconds", "How long the snapshot took so far.", connector)) {}

void SourceMetrics::Appended(const model::ChangeBatch& batch, int64_t now_us) {
  events.Count(batch);
  bytes->Add(static_cast<double>(batch.bytes()));
  batch_records->Observe(static_cast<double>(batch.records.size()));
  const int64_t committed_us = NewestCommitMicros(batch);
  if (committed_us == 0 || batch.records.empty()) return;
  lag_seconds->Set(Seconds(now_us - committed_us));
  commit_to_log->Observe(Seconds(now_us - committed_us));
}

void SourceMetrics::Snapshot(const source::SnapshotProgress& progress) {
  snapshot_running->Set(progress.running ? 1 : 0);
  snapshot_rows->Set(static_cast<double>(progress.rows_done));
  snapshot_rows_expected->Set(static_cast<double>(progress.rows_total));
  snapshot_tables->Set(static_cast<double>(progress.tables_total));
  snapshot_tables_done->Set(static_cast<double>(progress.tables_done));
  snapshot_seconds->Set(progress.seconds);
}

SinkMetrics::SinkMetrics(const std::string& connector)
    : events("tidewire_sink_events_total", "Events handed to the sink.", connector),
      bytes(Counter("tidewire_sink_bytes_total", "Memory of the batches handed to the sink.",
                    connector)),
      batch_records(
          Histogram("tidewire_sink_batch_records", "Records in a fetched batch.", connector)),
      rows_written(Counter("tidewire_sink_rows_written_total",
                           "Rows inserted or updated at the target.", connector)),
      rows_deleted(
          Counter("tidewire_sink_rows_deleted_total", "Rows deleted at the target.", connector)),
      transactions(
          Counter("tidewire_sink_transactions_total", "Commits at the target.", connector)),
      retries(Counter("tidewire_task_retries_total",
                      "Times that the task began again after a fault that may pass.", connector)),
      lag_records(Gauge("tidewire_sink_lag_records",
                        "Records of the log that the target does not have yet.", connector)),
      lag_seconds(Gauge("tidewire_sink_lag_seconds",
                        "From the commit at the source to the commit at the target, newest.",
                        connector)),
      commit_to_target(Histogram("tidewire_sink_commit_to_target_seconds",
                                 "From the commit at the source to the commit at the target.",
                                 connector)) {}

void SinkMetrics::Delivered(const model::ChangeBatch& batch) {
  events.Count(batch);
  bytes->Add(static_cast<double>(batch.bytes()));
  batch_records->Observe(static_cast<double>(batch.records.size()));
}

void SinkMetrics::Applied(const sink::SinkCounters& counters, uint64_t lag) {
  lag_records->Set(static_cast<double>(lag));
  if (counters.transactions == last_.transactions) return;
  rows_written->Add(static_cast<double>(counters.rows_written - last_.rows_written));
  rows_deleted->Add(static_cast<double>(counters.rows_deleted - last_.rows_deleted));
  transactions->Add(static_cast<double>(counters.transactions - last_.transactions));
  if (counters.last_commit_lag_us >= 0) {
    lag_seconds->Set(Seconds(counters.last_commit_lag_us));
    commit_to_target->Observe(Seconds(counters.last_commit_lag_us));
  }
  last_ = counters;
}

}  // namespace tidewire::runtime
