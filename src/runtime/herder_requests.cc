// The requests of the REST API. Each is one step on the herder's thread; what takes long (the
// database's answer to a validation, the end of a task) is waited for on the caller's.
#include "base/logging.h"
#include "runtime/connector_validation.h"
#include "runtime/json_text.h"
#include "runtime/worker_herder.h"

namespace tidewire::runtime {
namespace {

using std::chrono::steady_clock;

// For requests that wait for the end of a task: Kafka Connect's request timeout is 90 s, clients
// often wait less.
constexpr std::chrono::seconds kEndWait{30};

std::string StateKey(const std::string& name, const char* what) {
  return "connector/" + name + "/" + what;
}

const char* TargetText(TargetState state) {
  if (state == TargetState::kPaused) return "PAUSED";
  return state == TargetState::kStopped ? "STOPPED" : "STARTED";
}

}  // namespace

std::vector<std::string> WorkerHerder::Connectors() {
  return executor_.Call([&] {
    std::vector<std::string> out;
    for (const auto& [name, connector] : connectors_) {
      if (!connector->deleting) out.push_back(name);
    }
    return out;
  });
}

ConnectorInfo WorkerHerder::InfoOf(const Connector& c) const {
  ConnectorInfo out;
  out.name = c.name;
  out.config = c.config;
  out.task_count = c.tasks_made && c.target != TargetState::kStopped ? 1 : 0;
  out.type = c.plugin == nullptr ? "unknown" : (c.plugin->source ? "source" : "sink");
  return out;
}

ConnectorInfo WorkerHerder::Info(const std::string& name) {
  return executor_.Call([&] { return InfoOf(Require(name)); });
}

TaskStatus WorkerHerder::TaskStatusOf(const Connector& c) const {
  TaskStatus out;
  out.worker_id = options_.worker_id;
  out.version = c.plugin == nullptr ? "" : c.plugin->version;
  if (!c.task_failure.empty()) {
    out.state = "FAILED";
    out.trace = c.task_failure;
  } else if (c.target == TargetState::kPaused) {
    out.state = "PAUSED";
  } else if (!c.task) {
    out.state = "UNASSIGNED";
  } else {
    const bool ending = c.restart || c.task_generation != c.generation;
    out.state = ending ? "RESTARTING" : "RUNNING";
    out.trace = c.task->trace();
  }
  return out;
}

std::string WorkerHerder::StateOf(const Connector& c) const {
  if (c.target == TargetState::kStopped) return "STOPPED";
  if (!c.failure.empty()) return "FAILED";
  return c.target == TargetState::kPaused ? "PAUSED" : "RUNNING";
}

void WorkerHerder::ShowState(Connector& c) {
  c.state_metric->Set(StateOf(c));
  c.task_state_metric->Set(c.tasks_made ? TaskStatusOf(c).state : "UNASSIGNED");
}

ConnectorStatus WorkerHerder::StatusOf(const Connector& c) const {
  ConnectorStatus out;
  out.name = c.name;
  out.worker_id = options_.worker_id;
  out.version = c.plugin == nullptr ? "" : c.plugin->version;
  out.type = InfoOf(c).type;
  out.state = StateOf(c);
  if (c.target == TargetState::kStopped) return out;
  out.trace = c.failure;
  if (c.task) out.snapshot_json = c.task->snapshot_json();
  if (c.tasks_made) out.tasks.push_back(TaskStatusOf(c));
  return out;
}

ConnectorStatus WorkerHerder::Status(const std::string& name) {
  return executor_.Call(
      [&] { return StatusOf(Require(name, "No status found for connector {}")); });
}

ValidatedConfig WorkerHerder::Validate(const config::Properties& config, bool connect) {
  config::Properties resolved = config;
  if (options_.resolve) {
    try {
      resolved = options_.resolve(config);
    } catch (const ConfigError& e) {
      throw RequestError(400, e.what());
    }
  }
  ValidatedConfig out = ValidateConnector(plugins_, options_.common, resolved);
  if (connect && out.error_count() == 0) {
    const config::Config typed(*out.plugin->definition, Effective(config));
    // As the real sinks do, ours say nothing about their target here: it may be away, and is then
    // waited for.
    AddFindings(out.plugin->source ? out.plugin->source->Preflight(typed, config::Depth::kConnect)
                                   : out.plugin->sink->Preflight(typed, config::Depth::kConfig),
                out);
  }
  return out;
}

bool WorkerHerder::DeletionPending(const std::string& name, std::shared_future<void>& deleted) {
  const auto found = connectors_.find(name);
  if (found == connectors_.end() || !found->second->deleting) return false;
  deleted = found->second->deleted_future;
  return true;
}

std::pair<bool, ConnectorInfo> WorkerHerder::PutConfig(const std::string& name,
                                                       const config::Properties& config,
                                                       TargetState initial_state,
                                                       bool create_only) {
  const auto named = config.find("name");
  if (named != config.end() && named->second != name) {
    throw RequestError(400, fmt::format("Connector name configuration ({}) doesn't match connector "
                                        "name in the URL ({})",
                                        named->second, name));
  }
  config::Properties whole = config;
  whole["name"] = name;
  const std::string exists = fmt::format("Connector {} already exists", name);
  if (create_only && executor_.Call([&] { return Find(name) != nullptr; })) {
    throw RequestError(409, exists);
  }
  const ValidatedConfig validated = Validate(whole, true);
  if (const std::string why = ComplaintText(validated); !why.empty()) throw RequestError(400, why);
  for (const std::string& warning : validated.warnings) {
    Logger("runtime.herder").warn("{}: {}", name, warning);
  }
  // The name is free once the connector that had it has ended: two tasks must never work under one
  // name.
  std::shared_future<void> deleted;
  while (executor_.Call([&] { return DeletionPending(name, deleted); })) {
    if (deleted.wait_for(kEndWait) != std::future_status::ready) {
      throw RequestError(409, fmt::format("Connector {} is still being deleted", name));
    }
  }
  return executor_.Call([&] {
    Connector* old = Find(name);
    if (old != nullptr && create_only) throw RequestError(409, exists);
    const TargetState target = old != nullptr ? old->target : initial_state;
    log_.WriteState({{StateKey(name, "config"), PropertiesToJson(whole)},
                     {StateKey(name, "target"), TargetText(target)}});
    if (old == nullptr) {
      Connector& made = Insert(name, whole, target);
      // As the real worker: its tasks appear a moment after the answer.
      const ConnectorInfo info = InfoOf(made);
      Reconcile(made);
      return std::make_pair(true, info);
    }
    if (old->config != whole) {
      old->config = whole;
      ++old->generation;
      old->failures = 0;
      if (old->plugin != validated.plugin) {
        old->plugin = validated.plugin;
        old->source_metrics = old->plugin->source ? std::make_shared<SourceMetrics>(name) : nullptr;
        old->sink_metrics = old->plugin->sink ? std::make_shared<SinkMetrics>(name) : nullptr;
      }
      Reconcile(*old);
    }
    return std::make_pair(false, InfoOf(*old));
  });
}

ConnectorInfo WorkerHerder::PatchConfig(
    const std::string& name, const std::map<std::string, std::optional<std::string>>& patch) {
  config::Properties merged = Info(name).config;
  for (const auto& [key, value] : patch) {
    if (value) {
      merged[key] = *value;
    } else {
      merged.erase(key);
    }
  }
  return PutConfig(name, merged, TargetState::kStarted, false).second;
}

void WorkerHerder::Delete(const std::string& name) {
  const std::shared_future<void> deleted = executor_.Call([&] {
    Connector& c = Require(name);
    // Offsets and positions stay, as in Kafka Connect: a connector of that name made later goes on
    // from there.
    log_.WriteState({{StateKey(name, "config"), std::nullopt},
                     {StateKey(name, "target"), std::nullopt},
                     {StateKey(name, "topics"), std::nullopt},
                     {StateKey(name, "status"), std::nullopt}});
    c.deleting = true;
    c.deleted = std::make_shared<std::promise<void>>();
    c.deleted_future = c.deleted->get_future().share();
    std::shared_future<void> out = c.deleted_future;
    Reconcile(c);
    return out;
  });
  if (deleted.wait_for(kEndWait) != std::future_status::ready) {
    Logger("runtime.herder").warn("{}: deleted, but its task has not ended yet", name);
  }
}

void WorkerHerder::SetTargetState(const std::string& name, TargetState state) {
  const std::shared_ptr<WorkerTask> ending = executor_.Call([&]() -> std::shared_ptr<WorkerTask> {
    Connector& c = Require(name, "Unknown connector {}");
    if (c.target == state) return nullptr;
    log_.WriteState({{StateKey(name, "target"), TargetText(state)}});
    c.target = state;
    if (state == TargetState::kStopped) {
      c.tasks_made = false;
      c.task_failure.clear();
      c.failure.clear();
    }
    Reconcile(c);
    return state == TargetState::kStopped ? c.task : nullptr;
  });
  // Who has stopped a connector may alter its offsets at once.
  if (ending && !ending->WaitEnded(steady_clock::now() + kEndWait)) {
    Logger("runtime.herder").warn("{}: its task has not ended yet", name);
  }
}

std::optional<ConnectorStatus> WorkerHerder::Restart(const std::string& name, bool include_tasks,
                                                     bool only_failed) {
  return executor_.Call([&]() -> std::optional<ConnectorStatus> {
    Connector& c = Require(name, "Unknown connector: {}");
    const bool connector_too = !only_failed || !c.failure.empty();
    const bool task_too = include_tasks && (!only_failed || !c.task_failure.empty());
    ConnectorStatus plan = StatusOf(c);
    if (connector_too && c.target != TargetState::kStopped) plan.state = "RESTARTING";
    for (TaskStatus& task : plan.tasks) {
      if (task_too) task.state = "RESTARTING";
    }
    if ((connector_too && !c.failure.empty()) || task_too) {
      c.restart = true;
      if (c.target != TargetState::kStarted) c.task_failure.clear();
      Reconcile(c);
    }
    if (!include_tasks && !only_failed) return std::nullopt;
    return plan;
  });
}

void WorkerHerder::RestartTask(const std::string& name, int task) {
  executor_.Call([&] {
    Connector& c = Require(name, "Unknown connector: {}");
    if (task != 0 || InfoOf(c).task_count == 0) {
      throw RequestError(404, fmt::format("Unknown task: {}-{}", name, task));
    }
    c.restart = true;
    Reconcile(c);
  });
}

std::vector<std::pair<int, config::Properties>> WorkerHerder::TaskConfigs(const std::string& name) {
  return executor_.Call([&] {
    const Connector& c = Require(name);
    std::vector<std::pair<int, config::Properties>> out;
    if (InfoOf(c).task_count == 0) return out;
    config::Properties task = c.config;
    if (c.plugin != nullptr) task["task.class"] = c.plugin->class_name + "Task";
    out.emplace_back(0, std::move(task));
    return out;
  });
}

std::vector<std::string> WorkerHerder::ActiveTopics(const std::string& name) {
  return executor_.Call([&] {
    const Connector* c = Find(name);
    return c == nullptr ? std::vector<std::string>() : c->topics->Get();
  });
}

void WorkerHerder::ResetActiveTopics(const std::string& name) {
  executor_.Call([&] {
    Connector* c = Find(name);
    if (c == nullptr) return;
    log_.WriteState({{StateKey(name, "topics"), std::nullopt}});
    c->topics->Set({});
  });
}

Herder::Health WorkerHerder::health() {
  if (!executor_.Call([this] { return started_; })) {
    return {503, "starting", "Worker is still starting up."};
  }
  return {200, "healthy", "Worker has completed startup and is ready to handle requests."};
}

}  // namespace tidewire::runtime
