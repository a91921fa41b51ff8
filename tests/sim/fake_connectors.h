// Connector classes whose tasks are the fakes of this folder, for tests of the herder.
#pragma once

#include <atomic>
#include <memory>

#include "runtime/plugins.h"
#include "sim/fakes.h"

namespace tidewire::sim {

inline const config::Definition& FakeSourceDefinition() {
  static const config::Definition definition = [] {
    config::Definition out;
    out.plugin = "test.FakeSourceConnector";
    config::Property path, tries, wait, other;
    path.name = "path";
    path.required = true;
    tries.name = "errors.max.retries";
    tries.type = config::Type::kInt;
    tries.default_value = "-1";
    wait.name = "retriable.restart.connector.wait.ms";
    wait.type = config::Type::kLong;
    wait.default_value = "5";
    other.name = "other";
    out.properties = {path, tries, wait, other};
    return out;
  }();
  return definition;
}

inline const config::Definition& FakeSinkDefinition() {
  static const config::Definition definition = [] {
    config::Definition out;
    out.plugin = "test.FakeSinkConnector";
    config::Property url;
    url.name = "url";
    out.properties = {url};
    return out;
  }();
  return definition;
}

// What the tests look at and set. Thread-safe.
struct FakeWorld {
  explicit FakeWorld(History told) : history(std::move(told)) {}
  History history;
  Faults faults{1, 0, 0};
  Target target;
  std::atomic<int> source_runs{0};
  std::atomic<int> sink_tasks{0};
  std::atomic<int> clean_ups{0};
  std::atomic<bool> source_fails{false};        // Run throws DataError.
  std::atomic<bool> source_unreachable{false};  // Run throws RetriableError.
  std::atomic<bool> refuses{false};             // Preflight finds an error.
};

class FakeSource final : public source::SourceConnector {
 public:
  explicit FakeSource(FakeWorld& world) : world_(world) {}
  const config::Definition& definition() const override { return FakeSourceDefinition(); }
  std::unique_ptr<source::SourceTask> CreateTask(const config::Config&) override {
    return std::make_unique<Task>(world_);
  }
  std::vector<config::Finding> Preflight(const config::Config&, config::Depth) override {
    if (!world_.refuses) return {};
    config::Finding finding;
    finding.property = "path";
    finding.message = "FATAL: no such database";
    return {finding};
  }

 private:
  class Task final : public source::SourceTask {
   public:
    explicit Task(FakeWorld& world) : world_(world) {}
    void Run(source::SourceContext& context, std::stop_token stop) override {
      ++world_.source_runs;
      if (world_.source_fails) throw DataError("row 3 of t0 cannot be read");
      if (world_.source_unreachable) throw RetriableError("no server at 127.0.0.1:1");
      const auto wait = [](source::SourceContext&, std::stop_token until) {
        std::mutex mutex;
        std::condition_variable_any never;
        std::unique_lock lock(mutex);
        never.wait(lock, until, [] { return false; });
      };
      FakeSourceTask(world_.history, world_.faults, 7, {}, wait).Run(context, stop);
    }
    void CleanUp() override { ++world_.clean_ups; }

   private:
    FakeWorld& world_;
  };
  FakeWorld& world_;
};

class FakeSink final : public sink::SinkConnector {
 public:
  explicit FakeSink(FakeWorld& world) : world_(world) {}
  const config::Definition& definition() const override { return FakeSinkDefinition(); }
  std::unique_ptr<sink::SinkTask> CreateTask(const config::Config&) override {
    ++world_.sink_tasks;
    return std::make_unique<FakeSinkTask>(world_.target, world_.faults);
  }
  std::vector<config::Finding> Preflight(const config::Config&, config::Depth) override {
    return {};
  }

 private:
  FakeWorld& world_;
};

inline runtime::Plugins FakePlugins(FakeWorld& world) {
  runtime::Plugins out;
  out.Add({.class_name = "test.FakeSourceConnector",
           .type = runtime::PluginType::kSource,
           .version = "1.0",
           .definition = &FakeSourceDefinition(),
           .source = std::make_shared<FakeSource>(world),
           .sink = nullptr});
  out.Add({.class_name = "test.FakeSinkConnector",
           .type = runtime::PluginType::kSink,
           .version = "1.0",
           .definition = &FakeSinkDefinition(),
           .source = nullptr,
           .sink = std::make_shared<FakeSink>(world)});
  return out;
}

}  // namespace tidewire::sim
