// What a topic's settings say about how long its records stay: Kafka's topic configs of the same
// names.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "log/stored_log.h"

namespace tidewire::log {

struct LogPolicy {
  bool remove = true;    // cleanup.policy holds "delete".
  bool compact = false;  // … "compact".
  int64_t retention_ms = -1;
  int64_t retention_bytes = -1;
  int64_t delete_retention_ms = 0;
  int64_t min_compaction_lag_ms = 0;

  // Settings that are not named here are of no concern. Throws ConfigError naming topic and
  // setting.
  static LogPolicy Of(const std::string& topic, const std::map<std::string, std::string>& config,
                      const StoredLogOptions& defaults);
};

}  // namespace tidewire::log
