// A herder of plain maps that records what it was asked.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/herder.h"

namespace tidewire::rest {

class FakeHerder final : public runtime::Herder {
 public:
  std::vector<std::string> Connectors() override {
    std::vector<std::string> out;
    for (const auto& [name, info] : infos) out.push_back(name);
    for (const auto& name : vanished) out.push_back(name);
    return out;
  }
  runtime::ConnectorInfo Info(const std::string& name) override { return Require(name); }
  runtime::ConnectorStatus Status(const std::string& name) override {
    if (!infos.contains(name)) {
      throw runtime::RequestError(404, fmt::format("No status found for connector {}", name));
    }
    return status;
  }
  std::pair<bool, runtime::ConnectorInfo> PutConfig(const std::string& name,
                                                    const config::Properties& config,
                                                    runtime::TargetState initial_state,
                                                    bool create_only) override {
    const bool exists = infos.contains(name);
    if (exists && create_only) {
      throw runtime::RequestError(409, fmt::format("Connector {} already exists", name));
    }
    last_state = initial_state;
    infos[name] = {name, config, 0, "source"};
    return {!exists, infos[name]};
  }
  runtime::ConnectorInfo PatchConfig(
      const std::string& name,
      const std::map<std::string, std::optional<std::string>>& patch) override {
    last_patch = patch;
    return Require(name);
  }
  void Delete(const std::string& name) override {
    Require(name);
    infos.erase(name);
  }
  void SetTargetState(const std::string& name, runtime::TargetState state) override {
    Require(name);
    last_state = state;
  }
  std::optional<runtime::ConnectorStatus> Restart(const std::string& name, bool include_tasks,
                                                  bool only_failed) override {
    Require(name);
    last_restart = {include_tasks, only_failed};
    if (!include_tasks && !only_failed) return std::nullopt;
    return status;
  }
  void RestartTask(const std::string& name, int task) override {
    Require(name);
    if (task != 0) throw runtime::RequestError(404, fmt::format("Unknown task: {}-{}", name, task));
  }
  std::vector<std::pair<int, config::Properties>> TaskConfigs(const std::string& name) override {
    return {{0, Require(name).config}};
  }
  std::vector<std::string> ActiveTopics(const std::string& name) override {
    Require(name);
    return {"a.b.c"};
  }
  void ResetActiveTopics(const std::string&) override {}
  std::vector<runtime::OffsetEntry> Offsets(const std::string& name) override {
    Require(name);
    return offsets;
  }
  std::string AlterOffsets(const std::string& name,
                           const std::vector<runtime::OffsetEntry>& changes) override {
    Require(name);
    offsets = changes;
    return changes.empty() ? "reset" : "altered";
  }
  runtime::ValidatedConfig Validate(const config::Properties& config, bool) override {
    if (on_validate) return on_validate(config);
    return {};
  }
  const runtime::Plugins& plugins() const override { return catalogue; }
  Health health() override { return health_; }
  std::string cluster_id() override { return "cluster"; }

  std::map<std::string, runtime::ConnectorInfo> infos;
  std::vector<std::string> vanished;  // In the list, but gone when asked for.
  runtime::ConnectorStatus status;
  std::vector<runtime::OffsetEntry> offsets;
  runtime::TargetState last_state = runtime::TargetState::kStarted;
  std::pair<bool, bool> last_restart;
  std::map<std::string, std::optional<std::string>> last_patch;
  std::function<runtime::ValidatedConfig(const config::Properties&)> on_validate;
  runtime::Plugins catalogue;
  Health health_{200, "healthy", "Ready."};

 private:
  runtime::ConnectorInfo& Require(const std::string& name) {
    const auto it = infos.find(name);
    if (it == infos.end()) {
      throw runtime::RequestError(404, fmt::format("Connector {} not found", name));
    }
    return it->second;
  }
};

}  // namespace tidewire::rest
