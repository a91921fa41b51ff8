// The properties that say what events a source makes, whatever its database.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "config/config.h"

namespace tidewire::source {

// skipped.operations
struct SkippedOperations {
  bool creates = false;
  bool updates = false;
  bool deletes = false;
  bool truncates = false;
};

// Plain values; each comment names the property where the name does not say it.
struct EventSettings {
  std::string connector_name;
  std::string topic_prefix;
  std::string topic_delimiter = ".";
  std::string heartbeat_topics_prefix;  // heartbeat.topics.prefix
  std::string transaction_topic_name;   // topic.transaction: what follows the prefix
  bool tombstones_on_delete = true;
  bool provide_transaction_metadata = false;
  SkippedOperations skipped;
  std::string unavailable_placeholder;
  size_t batch_records_max = 2048;                  // max.batch.size
  std::chrono::milliseconds heartbeat_interval{0};  // 0: no heartbeats

  // Throws ConfigError naming the property that cannot be read.
  static EventSettings FromConfig(const config::Config& config);

  // "<prefix><delimiter><namespace><delimiter><table>", made a legal topic name. The namespace is a
  // schema for PostgreSQL, a database for MySQL.
  std::string TopicOf(std::string_view name_space, std::string_view table) const;
  // "<heartbeat prefix><delimiter><prefix>" and "<prefix><delimiter><transaction>".
  std::string HeartbeatTopic() const;
  std::string TransactionTopic() const;
  // {"server":"<topic prefix>"}: the partition of all of a connector's offsets.
  std::string Partition() const;
};

// `text` with every character outside [A-Za-z0-9._-] (each UTF-16 unit of it, as Debezium counts)
// replaced by '_'.
std::string SanitizeTopicName(std::string_view text);

}  // namespace tidewire::source
