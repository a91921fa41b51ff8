// Owns all connectors: their configurations, target states, tasks and offsets. One thread owns all
// of its mutable state; the methods here may be called from any thread, enqueue, and wait for the
// answer (Kafka Connect's Herder).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "config/config.h"
#include "config/finding.h"
#include "runtime/plugins.h"

namespace tidewire::runtime {

// What a request can be refused with; `status` is the HTTP status of Kafka Connect's answer.
class RequestError : public Error {
 public:
  RequestError(int status, const std::string& message) : Error(message), status_(status) {}
  int status() const { return status_; }

 private:
  int status_;
};

enum class TargetState { kStarted, kPaused, kStopped };

struct ConnectorInfo {
  std::string name;
  config::Properties config;  // As given: ${…} unresolved.
  int task_count = 0;
  std::string type;  // "source", "sink", "unknown"
};

struct TaskStatus {
  int id = 0;
  std::string state;  // UNASSIGNED RUNNING PAUSED FAILED RESTARTING
  std::string worker_id;
  std::string version;
  std::string trace;  // Empty: none.
};

struct ConnectorStatus {
  std::string name;
  std::string state;  // UNASSIGNED RUNNING PAUSED STOPPED FAILED RESTARTING
  std::string worker_id;
  std::string version;
  std::string trace;
  std::vector<TaskStatus> tasks;
  std::string type;
  // Ours, beside Kafka Connect's fields: progress of a running snapshot, as a JSON object, or
  // empty.
  std::string snapshot_json;
};

struct OffsetEntry {
  std::string partition;              // JSON object.
  std::optional<std::string> offset;  // JSON object; empty: to be reset.
};

// One property of a validated configuration, as PUT …/config/validate answers it.
struct ValidatedConfig {
  std::string name;  // The plugin's class as asked for.
  const Plugin* plugin = nullptr;
  std::vector<std::string> groups;
  // Common connector properties, then the plugin's, then those of transforms and predicates;
  // definitions are owned here or by the plugin.
  std::vector<config::ValidatedProperty> properties;
  std::vector<std::shared_ptr<const config::Property>> owned;
  std::vector<std::string> warnings;
  int error_count() const;
};

class Herder {
 public:
  virtual ~Herder() = default;

  virtual std::vector<std::string> Connectors() = 0;
  // All throw RequestError(404) for an unknown connector, with Kafka Connect's wording.
  virtual ConnectorInfo Info(const std::string& name) = 0;
  virtual ConnectorStatus Status(const std::string& name) = 0;
  // first: created (201) or changed (200). Validates; throws RequestError(400) with all complaints,
  // (409) when `create_only` and the name exists.
  virtual std::pair<bool, ConnectorInfo> PutConfig(const std::string& name,
                                                   const config::Properties& config,
                                                   TargetState initial_state, bool create_only) = 0;
  // Merge patch: an empty optional removes the key.
  virtual ConnectorInfo PatchConfig(
      const std::string& name, const std::map<std::string, std::optional<std::string>>& patch) = 0;
  virtual void Delete(const std::string& name) = 0;
  virtual void SetTargetState(const std::string& name, TargetState state) = 0;
  // The status body of a 202 answer, or nothing (204) when only the connector instance was
  // restarted.
  virtual std::optional<ConnectorStatus> Restart(const std::string& name, bool include_tasks,
                                                 bool only_failed) = 0;
  virtual void RestartTask(const std::string& name, int task) = 0;
  virtual std::vector<std::pair<int, config::Properties>> TaskConfigs(const std::string& name) = 0;
  virtual std::vector<std::string> ActiveTopics(const std::string& name) = 0;
  virtual void ResetActiveTopics(const std::string& name) = 0;
  virtual std::vector<OffsetEntry> Offsets(const std::string& name) = 0;
  // Empty `changes`: reset all. Needs STOPPED. Returns the message of Kafka Connect's answer.
  virtual std::string AlterOffsets(const std::string& name,
                                   const std::vector<OffsetEntry>& changes) = 0;

  // Throws RequestError for an unknown class. `connect`: also try the database, as the real
  // connectors do.
  virtual ValidatedConfig Validate(const config::Properties& config, bool connect) = 0;
  virtual const Plugins& plugins() const = 0;

  struct Health {
    int http_status = 200;
    std::string status;  // healthy, starting, unhealthy
    std::string message;
  };
  virtual Health health() = 0;
  virtual std::string cluster_id() = 0;
};

}  // namespace tidewire::runtime
