#include "log/log_policy.h"

#include <charconv>

#include "base/error.h"

namespace tidewire::log {
namespace {

int64_t Number(const std::string& topic, const std::map<std::string, std::string>& config,
               const char* name, int64_t otherwise) {
  const auto found = config.find(name);
  if (found == config.end()) return otherwise;
  int64_t value = 0;
  const char* end = found->second.data() + found->second.size();
  const auto [at, error] = std::from_chars(found->second.data(), end, value);
  if (error != std::errc() || at != end || value < -1) {
    throw ConfigError(
        fmt::format("topic {}: {}={} is not a number from -1", topic, name, found->second));
  }
  return value;
}

}  // namespace

LogPolicy LogPolicy::Of(const std::string& topic, const std::map<std::string, std::string>& config,
                        const StoredLogOptions& defaults) {
  LogPolicy policy;
  const auto found = config.find("cleanup.policy");
  const std::string& cleanup = found == config.end() ? defaults.cleanup_policy : found->second;
  policy.remove = cleanup == "delete" || cleanup == "compact,delete" || cleanup == "delete,compact";
  policy.compact = cleanup.starts_with("compact") || cleanup == "delete,compact";
  if (!policy.remove && cleanup != "compact") {
    throw ConfigError(
        fmt::format("topic {}: cleanup.policy={} is none of delete, compact, \"compact,delete\"",
                    topic, cleanup));
  }
  policy.retention_ms = Number(topic, config, "retention.ms", defaults.retention_ms);
  policy.retention_bytes = Number(topic, config, "retention.bytes", defaults.retention_bytes);
  policy.delete_retention_ms =
      Number(topic, config, "delete.retention.ms", defaults.delete_retention_ms);
  policy.min_compaction_lag_ms =
      Number(topic, config, "min.compaction.lag.ms", defaults.min_compaction_lag_ms);
  return policy;
}

}  // namespace tidewire::log
