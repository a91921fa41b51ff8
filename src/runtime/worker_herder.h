// The herder of a worker that runs all of its connectors itself.
// docs/decisions/0006-task-life-cycle.md.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "config/common.h"
#include "log/log.h"
#include "runtime/connector.h"
#include "runtime/executor.h"
#include "runtime/herder.h"

namespace tidewire::runtime {

struct HerderOptions {
  std::string worker_id = "127.0.0.1:8083";
  // Converters of connectors that name none, with their own properties ("key.converter",
  // "key.converter.schemas.enable").
  config::Properties converter_defaults;
  config::CommonDefaults common;
  // Replaces ${provider:…} in a configuration before it is used; throws ConfigError. Null: nothing
  // to replace.
  std::function<config::Properties(const config::Properties&)> resolve;
  // A FAILED task is tried again after this long, then twice as long, up to ten times as long:
  // whatever made it fail may have been mended meanwhile. Zero: never.
  std::chrono::milliseconds failed_restart{60'000};
  // Between the two threads of a source task, where max.queue.size.in.bytes does not say otherwise.
  size_t queue_bytes = 32 * 1024 * 1024;
  Clock* clock = &SystemClock();
};

// All public methods: any thread.
class WorkerHerder final : public Herder {
 public:
  // `plugins` and `log` outlive it. Reads the stored connectors; starts none.
  WorkerHerder(const Plugins& plugins, log::Log& log, HerderOptions options);
  ~WorkerHerder() override;

  // Starts what is to run; returns at once. Health is "starting" before.
  void Start();
  // Asks all tasks to finish what they hold, and waits for it; false when some still run at the
  // deadline. Nothing starts after it.
  bool Shutdown(std::chrono::steady_clock::time_point deadline);

  std::vector<std::string> Connectors() override;
  ConnectorInfo Info(const std::string& name) override;
  ConnectorStatus Status(const std::string& name) override;
  std::pair<bool, ConnectorInfo> PutConfig(const std::string& name,
                                           const config::Properties& config,
                                           TargetState initial_state, bool create_only) override;
  ConnectorInfo PatchConfig(
      const std::string& name,
      const std::map<std::string, std::optional<std::string>>& patch) override;
  void Delete(const std::string& name) override;
  void SetTargetState(const std::string& name, TargetState state) override;
  std::optional<ConnectorStatus> Restart(const std::string& name, bool include_tasks,
                                         bool only_failed) override;
  void RestartTask(const std::string& name, int task) override;
  std::vector<std::pair<int, config::Properties>> TaskConfigs(const std::string& name) override;
  std::vector<std::string> ActiveTopics(const std::string& name) override;
  void ResetActiveTopics(const std::string& name) override;
  std::vector<OffsetEntry> Offsets(const std::string& name) override;
  std::string AlterOffsets(const std::string& name,
                           const std::vector<OffsetEntry>& changes) override;
  ValidatedConfig Validate(const config::Properties& config, bool connect) override;
  const Plugins& plugins() const override { return plugins_; }
  Health health() override;
  std::string cluster_id() override { return cluster_id_; }

 private:
  // The rest runs on the executor's thread, except where it says otherwise.
  Connector* Find(const std::string& name);
  // Throws RequestError(404); `unknown` is the message, with {} for the name.
  Connector& Require(const std::string& name, const char* unknown = "Connector {} not found");
  void Load();
  Connector& Insert(const std::string& name, const config::Properties& config, TargetState target);
  void Reconcile(Connector& c);
  void Reap(Connector& c);
  void StartTask(Connector& c);
  std::shared_ptr<WorkerTask> MakeTask(Connector& c);
  std::shared_ptr<WorkerTask> MakeSource(Connector& c, const config::Properties& properties);
  std::shared_ptr<WorkerTask> MakeSink(Connector& c, const config::Properties& properties);
  void ScheduleRestart(Connector& c);
  void FinishDeletion(Connector& c);
  // Runs `work` on a thread of its own; no task of the connector runs meanwhile. `done` runs on the
  // executor's thread.
  void RunJob(Connector& c, std::function<void()> work, std::function<void()> done);
  void HouseKeeping();
  void StoreTopics(Connector& c);
  void StoreStatus(Connector& c);
  ConnectorInfo InfoOf(const Connector& c) const;
  ConnectorStatus StatusOf(const Connector& c) const;
  TaskStatus TaskStatusOf(const Connector& c) const;
  std::string StateOf(const Connector& c) const;
  void ShowState(Connector& c);  // In the metrics.
  std::vector<OffsetEntry> OffsetsOf(const Connector& c);
  void RequireStopped(Connector& c);
  std::string AlterSourceOffsets(Connector& c, const std::vector<OffsetEntry>& changes);
  std::function<void()> SinkOffsetChange(Connector& c, const std::vector<OffsetEntry>& changes);
  bool DeletionPending(const std::string& name, std::shared_future<void>& deleted);

  // Thread-safe. With ${…} resolved and the worker's converters where the connector names none.
  config::Properties Effective(const config::Properties& config) const;

  const Plugins& plugins_;
  log::Log& log_;
  const HerderOptions options_;
  std::string cluster_id_;
  std::map<std::string, std::unique_ptr<Connector>> connectors_;
  std::shared_ptr<Metric> log_size_;
  bool started_ = false;
  bool ending_ = false;
  std::map<uint64_t, Thread> jobs_;  // By number.
  uint64_t jobs_begun_ = 0;
  Executor executor_;  // Last: its thread uses all the others.
};

// The subscription of a sink, from its `topics` or `topics.regex`.
log::Subscription SubscriptionOf(const config::Properties& properties);

}  // namespace tidewire::runtime
