// The PostgreSQL connector's properties as typed values.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "model/topic_schema.h"
#include "source/postgres/pg_connection.h"

namespace tidewire::source {

// snapshot.mode; "never" is an old name of no_data.
enum class SnapshotMode : uint8_t { kInitial, kAlways, kInitialOnly, kNoData, kWhenNeeded };
// publication.autocreate.mode
enum class PublicationMode : uint8_t { kDisabled, kAllTables, kFiltered, kNoTables };
// lsn.flush.mode and flush.lsn.source: kManual leaves the slot's position to somebody else.
enum class LsnFlushMode : uint8_t { kConnector, kManual };

// skipped.operations
struct SkippedOperations {
  bool creates = false;
  bool updates = false;
  bool deletes = false;
  bool truncates = false;
};

// Lists of anchored, case-insensitive regular expressions, as given; at most one of each pair is
// set.
struct FilterSettings {
  std::vector<std::string> schema_include, schema_exclude;
  std::vector<std::string> table_include, table_exclude;    // Match "schema.table".
  std::vector<std::string> column_include, column_exclude;  // Match "schema.table.column".
  std::vector<std::string> snapshot_include;                // Match "schema.table".
  std::string message_key_columns;                          // "table-regex:col1,col2;…"
};

// Plain values; each comment names the property where the name does not say it.
struct PostgresSettings {
  std::string connector_name;
  PgConnectionSettings connection;
  std::chrono::milliseconds query_timeout{600'000};  // database.query.timeout.ms

  std::string slot_name;
  bool slot_drop_on_stop = false;
  int slot_retries_max = 6;  // slot.max.retries
  std::chrono::milliseconds slot_retry_delay{10'000};
  std::string publication_name;
  PublicationMode publication_mode = PublicationMode::kAllTables;
  bool publish_via_partition_root = false;

  FilterSettings filters;

  SnapshotMode snapshot_mode = SnapshotMode::kInitial;
  int snapshot_threads = 1;         // snapshot.max.threads
  int64_t snapshot_fetch_rows = 0;  // snapshot.fetch.size: most rows of a batch; 0: by bytes only
  std::chrono::milliseconds snapshot_delay{0};
  std::chrono::milliseconds streaming_delay{0};

  size_t batch_records_max = 2048;                  // max.batch.size
  std::chrono::milliseconds heartbeat_interval{0};  // 0: no heartbeats
  std::chrono::milliseconds status_update_interval{10'000};
  LsnFlushMode lsn_flush_mode = LsnFlushMode::kConnector;

  std::string topic_prefix;
  std::string topic_delimiter = ".";
  std::string heartbeat_topics_prefix;  // heartbeat.topics.prefix
  std::string transaction_topic_name;   // topic.transaction: what follows the prefix
  bool tombstones_on_delete = true;
  bool provide_transaction_metadata = false;
  SkippedOperations skipped;
  std::string unavailable_placeholder;

  // Throws ConfigError naming the property when two of them exclude each other or one cannot be
  // read.
  static PostgresSettings FromConfig(const config::Config& config);

  // "<prefix><delimiter><schema><delimiter><table>", made a legal topic name.
  std::string TopicOf(std::string_view schema, std::string_view table) const;
  // "<heartbeat prefix><delimiter><prefix>" and "<prefix><delimiter><transaction>".
  std::string HeartbeatTopic() const;
  std::string TransactionTopic() const;
  // "<prefix><delimiter>message"
  std::string MessageTopic() const;
};

// `text` with every character outside [A-Za-z0-9._-] (each UTF-16 unit of it, as Debezium counts)
// replaced by '_'.
std::string SanitizeTopicName(std::string_view text);

// How this connector's rows are rendered. `run_id`: one UUID for each run of the task.
std::shared_ptr<const model::RenderOptions> MakeRenderOptions(const PostgresSettings& settings,
                                                              const config::Config& config,
                                                              std::string run_id);

}  // namespace tidewire::source
