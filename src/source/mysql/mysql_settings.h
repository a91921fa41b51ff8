// The MySQL and MariaDB connectors' properties as typed values.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "client/mysql_connection.h"
#include "config/config.h"
#include "model/topic_schema.h"
#include "source/capture_filters.h"
#include "source/event_settings.h"
#include "source/mysql/mysql_invalid_dates.h"
#include "source/snapshot_settings.h"

namespace tidewire::source {

// Which of the two connector classes: what the events call themselves, and what is expected of the
// server.
enum class MysqlFlavour : uint8_t { kMysql, kMariadb };

// snapshot.locking.mode
enum class SnapshotLocking : uint8_t {
  kMinimal,             // FLUSH TABLES WITH READ LOCK while the view is taken.
  kPercona,             // LOCK TABLES FOR BACKUP while the view is taken.
  kPerconaNoTableLock,  // As kPercona, and never a table's lock.
  kExtended,            // FLUSH TABLES WITH READ LOCK to the snapshot's end.
  kNone,                // No lock: the view is found by watching the binlog.
};

// What to do with an event that cannot be used.
enum class OnFailure : uint8_t { kFail, kWarn, kSkip };

// Where the schema history is kept.
enum class HistoryStore : uint8_t { kTopic, kFile, kMemory };

// Plain values; each comment names the property where the name does not say it.
struct MysqlSettings {
  MysqlFlavour flavour = MysqlFlavour::kMysql;
  EventSettings events;
  client::MysqlConnectionSettings connection;
  std::chrono::milliseconds query_timeout{600'000};  // database.query.timeout.ms
  uint32_t server_id = 0;                            // database.server.id

  FilterSettings filters;
  bool ignore_builtin = true;  // table.ignore.builtin
  SnapshotSettings snapshot;
  SnapshotLocking locking = SnapshotLocking::kMinimal;
  std::chrono::milliseconds lock_timeout{10'000};  // snapshot.lock.timeout.ms
  bool order_by_row_count = false;                 // snapshot.tables.order.by.row.count
  bool largest_first = false;

  std::vector<std::string> gtid_include, gtid_exclude;  // gtid.source.includes, .excludes
  bool gtid_filter_changes = true;                      // gtid.source.filter.dml.events
  bool gtid_ignore_on_recovery = false;

  bool keep_alive = true;  // connect.keep.alive
  std::chrono::milliseconds keep_alive_interval{60'000};
  std::chrono::seconds net_write_timeout{0};  // binlog.net.write.timeout
  std::chrono::seconds net_read_timeout{0};

  bool include_query = false;
  bool include_schema_changes = true;
  bool include_schema_comments = false;
  bool time_adjuster = true;                         // enable.time.adjuster
  OnFailure unreadable_event = OnFailure::kFail;     // event.deserialization.failure.handling.mode
  OnFailure inconsistent_schema = OnFailure::kFail;  // inconsistent.schema.handling.mode

  HistoryStore history = HistoryStore::kTopic;  // schema.history.internal
  std::string history_topic;                    // schema.history.internal.kafka.topic
  std::string history_file;                     // schema.history.internal.file.filename
  bool history_captured_tables_only = false;    // ….store.only.captured.tables.ddl
  bool history_captured_databases_only = false;

  InvalidDates invalid_dates = InvalidDates::kAsDebezium;
  std::vector<InvalidDatesRule> invalid_dates_rules;

  // Throws ConfigError naming the property when two of them exclude each other or one cannot be
  // read.
  static MysqlSettings FromConfig(const config::Config& config, MysqlFlavour flavour);

  // "mysql" or "mariadb": source.connector.
  std::string kind() const { return flavour == MysqlFlavour::kMysql ? "mysql" : "mariadb"; }
};

// mysql, information_schema, performance_schema, sys.
bool IsMysqlSystemDatabase(std::string_view database);

}  // namespace tidewire::source
