#include "runtime/worker_herder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/memory_log.h"
#include "sim/fake_connectors.h"

namespace tidewire::runtime {
namespace {

using config::Properties;
using testing::ElementsAre;
using testing::HasSubstr;

template <class Condition>
bool Eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

class WorkerHerderTest : public testing::Test {
 protected:
  WorkerHerderTest() : world_(sim::History::Make(5, 30)), plugins_(sim::FakePlugins(world_)) {
    StartWorker();
  }
  void StartWorker() {
    HerderOptions options;
    options.failed_restart = std::chrono::milliseconds(0);
    herder_ = std::make_unique<WorkerHerder>(plugins_, *log_, options);
    herder_->Start();
  }
  void RestartWorker() {
    herder_.reset();
    StartWorker();
  }

  static Properties Source() { return {{"connector.class", "FakeSource"}, {"path", "p"}}; }
  static Properties Sink() {
    return {{"connector.class", "FakeSink"}, {"topics.regex", "sim\\..*"}};
  }
  void Create(const std::string& name, const Properties& config,
              TargetState state = TargetState::kStarted) {
    EXPECT_TRUE(herder_->PutConfig(name, config, state, true).first);
  }
  size_t Applied() {
    std::lock_guard lock(world_.target.mutex);
    return world_.target.applied.size();
  }
  bool AllApplied() {
    return Eventually([&] { return Applied() == world_.history.events.size(); });
  }
  std::string TaskState(const std::string& name) {
    const ConnectorStatus status = herder_->Status(name);
    return status.tasks.empty() ? "" : status.tasks[0].state;
  }
  std::pair<int, std::string> Refusal(const std::function<void()>& request) {
    try {
      request();
    } catch (const RequestError& e) {
      return {e.status(), e.what()};
    }
    return {0, ""};
  }

  sim::FakeWorld world_;
  const Plugins plugins_;
  const std::unique_ptr<log::StoredLog> log_ = log::MakeMemoryLog();
  std::unique_ptr<WorkerHerder> herder_;
};

TEST_F(WorkerHerderTest, CarriesTheHistoryToTheTargetOnce) {
  Create("source", Source());
  Create("sink", Sink());
  ASSERT_TRUE(AllApplied());
  for (size_t i = 0; i < world_.target.applied.size(); ++i) {
    ASSERT_EQ(world_.target.applied[i], static_cast<int64_t>(i + 1));
  }
  EXPECT_EQ(TaskState("source"), "RUNNING");
  EXPECT_EQ(herder_->ActiveTopics("source").size(), 3u);
  EXPECT_EQ(herder_->ActiveTopics("sink").size(), 3u);
}

TEST_F(WorkerHerderTest, AnswersUnknownConnectorsInKafkaConnectsWords) {
  using R = std::pair<int, std::string>;
  EXPECT_EQ(Refusal([&] { herder_->Info("nope"); }), R(404, "Connector nope not found"));
  EXPECT_EQ(Refusal([&] { herder_->Status("nope"); }),
            R(404, "No status found for connector nope"));
  EXPECT_EQ(Refusal([&] { herder_->SetTargetState("nope", TargetState::kPaused); }),
            R(404, "Unknown connector nope"));
  EXPECT_EQ(Refusal([&] { herder_->Restart("nope", false, false); }),
            R(404, "Unknown connector: nope"));
  EXPECT_EQ(Refusal([&] { herder_->RestartTask("nope", 0); }), R(404, "Unknown connector: nope"));
  EXPECT_EQ(Refusal([&] { herder_->Delete("nope"); }), R(404, "Connector nope not found"));
  EXPECT_EQ(Refusal([&] { herder_->Offsets("nope"); }), R(404, "Connector nope not found"));
  EXPECT_TRUE(herder_->ActiveTopics("nope").empty());
  Create("p", Source());
  EXPECT_EQ(Refusal([&] { herder_->RestartTask("p", 9); }), R(404, "Unknown task: p-9"));
}

TEST_F(WorkerHerderTest, RefusesBadConfigurationsWithAllComplaints) {
  EXPECT_EQ(Refusal([&] { Create("x", {}); }).second,
            "Connector config {name=x} contains no connector type");
  const auto unknown = Refusal([&] { Create("x", {{"connector.class", "no.such.Class"}}); });
  EXPECT_EQ(unknown.first, 400);
  EXPECT_THAT(unknown.second,
              HasSubstr("Failed to find any class that implements Connector and which name matches "
                        "no.such.Class, available connectors are: PluginDesc{klass=class "
                        "test.FakeSourceConnector"));
  const auto missing = Refusal([&] {
    Create("x", {{"connector.class", "FakeSource"}, {"tasks.max", "0"}});
  });
  EXPECT_EQ(missing.first, 400);
  EXPECT_THAT(missing.second, HasSubstr("contains the following 2 error(s):\n"));
  EXPECT_THAT(missing.second, HasSubstr("tasks.max"));
  EXPECT_EQ(Refusal([&] {
              Properties named = Source();
              named["name"] = "y";
              Create("x", named);
            }).second,
            "Connector name configuration (y) doesn't match connector name in the URL (x)");
  EXPECT_TRUE(herder_->Connectors().empty());
}

TEST_F(WorkerHerderTest, RefusesWhatTheDatabaseRefuses) {
  world_.refuses = true;
  EXPECT_THAT(Refusal([&] { Create("x", Source()); }).second,
              HasSubstr("\nError while validating connector config: FATAL: no such database\n"));
}

TEST_F(WorkerHerderTest, RefusesToCreateANameTwice) {
  Create("p", Source());
  const auto again =
      Refusal([&] { herder_->PutConfig("p", Source(), TargetState::kStarted, true); });
  EXPECT_EQ(again, std::make_pair(409, std::string("Connector p already exists")));
}

TEST_F(WorkerHerderTest, KeepsConfigurationsAndTargetStatesOverARestart) {
  Create("running", Source());
  Create("paused", Sink());
  herder_->SetTargetState("paused", TargetState::kPaused);
  Create("stopped", Sink(), TargetState::kStopped);
  const auto before = herder_->Info("paused");
  RestartWorker();
  EXPECT_THAT(herder_->Connectors(), ElementsAre("paused", "running", "stopped"));
  EXPECT_EQ(herder_->Info("paused").config, before.config);
  EXPECT_EQ(herder_->Info("paused").task_count, 1);
  EXPECT_EQ(herder_->Status("paused").state, "PAUSED");
  EXPECT_EQ(herder_->Status("stopped").state, "STOPPED");
  EXPECT_TRUE(herder_->Status("stopped").tasks.empty());
  EXPECT_TRUE(Eventually([&] { return TaskState("running") == "RUNNING"; }));
}

TEST_F(WorkerHerderTest, GoesOnWhereItWasAfterARestart) {
  Create("source", Source());
  ASSERT_TRUE(Eventually([&] { return !herder_->Offsets("source").empty(); }));
  RestartWorker();
  Create("sink", Sink());
  ASSERT_TRUE(AllApplied());
  RestartWorker();
  // Nothing comes twice.
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(Applied(), world_.history.events.size());
}

TEST_F(WorkerHerderTest, AFailedTaskShowsItsTraceAndIsRestarted) {
  world_.source_fails = true;
  Create("p", Source());
  ASSERT_TRUE(Eventually([&] { return TaskState("p") == "FAILED"; }));
  EXPECT_THAT(herder_->Status("p").tasks[0].trace, HasSubstr("row 3 of t0 cannot be read"));
  EXPECT_EQ(herder_->Status("p").state, "RUNNING");
  world_.source_fails = false;
  const auto plan = herder_->Restart("p", true, true);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->state, "RUNNING");
  EXPECT_EQ(plan->tasks.at(0).state, "RESTARTING");
  EXPECT_TRUE(Eventually([&] { return TaskState("p") == "RUNNING"; }));
}

TEST_F(WorkerHerderTest, AFailedTaskIsTriedAgainByItself) {
  herder_.reset();
  HerderOptions options;
  options.failed_restart = std::chrono::milliseconds(5);
  herder_ = std::make_unique<WorkerHerder>(plugins_, *log_, options);
  herder_->Start();
  world_.source_fails = true;
  Create("p", Source());
  ASSERT_TRUE(Eventually([&] { return world_.source_runs > 3; }));
  world_.source_fails = false;
  EXPECT_TRUE(
      Eventually([&] { return TaskState("p") == "RUNNING" && !herder_->Offsets("p").empty(); }));
}

TEST_F(WorkerHerderTest, AnUnreachableSourceIsTriedUntilItIsBack) {
  world_.source_unreachable = true;
  Create("p", Source());
  ASSERT_TRUE(Eventually([&] { return world_.source_runs > 3; }));
  EXPECT_EQ(TaskState("p"), "RUNNING");
  EXPECT_THAT(herder_->Status("p").tasks[0].trace, HasSubstr("no server at"));
  world_.source_unreachable = false;
  EXPECT_TRUE(Eventually([&] { return !herder_->Offsets("p").empty(); }));
  EXPECT_TRUE(Eventually([&] { return herder_->Status("p").tasks[0].trace.empty(); }));
}

TEST_F(WorkerHerderTest, GivesUpAfterErrorsMaxRetries) {
  world_.source_unreachable = true;
  Properties config = Source();
  config["errors.max.retries"] = "2";
  Create("p", config);
  ASSERT_TRUE(Eventually([&] { return TaskState("p") == "FAILED"; }));
  EXPECT_EQ(world_.source_runs, 3);
}

TEST_F(WorkerHerderTest, PausesAndResumes) {
  Create("p", Source());
  herder_->SetTargetState("p", TargetState::kPaused);
  EXPECT_EQ(herder_->Status("p").state, "PAUSED");
  EXPECT_EQ(TaskState("p"), "PAUSED");
  herder_->SetTargetState("p", TargetState::kStarted);
  EXPECT_TRUE(Eventually([&] { return TaskState("p") == "RUNNING"; }));
}

TEST_F(WorkerHerderTest, RestartsTheTaskOnlyWhenTheConfigurationChanged) {
  Create("p", Source());
  ASSERT_TRUE(Eventually([&] { return world_.source_runs == 1; }));
  herder_->PutConfig("p", Source(), TargetState::kStarted, false);
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  EXPECT_EQ(world_.source_runs, 1);
  herder_->PatchConfig("p", {{"other", "1"}});
  EXPECT_TRUE(Eventually([&] { return world_.source_runs == 2; }));
  EXPECT_EQ(herder_->Info("p").config.at("other"), "1");
  herder_->PatchConfig("p", {{"other", std::nullopt}});
  EXPECT_EQ(herder_->Info("p").config.count("other"), 0u);
}

TEST_F(WorkerHerderTest, DeletesAndCleansUp) {
  Create("p", Source());
  herder_->Delete("p");
  EXPECT_EQ(world_.clean_ups, 1);
  EXPECT_TRUE(herder_->Connectors().empty());
  Create("p", Source());
  RestartWorker();
  EXPECT_THAT(herder_->Connectors(), ElementsAre("p"));
}

TEST_F(WorkerHerderTest, SourceOffsetsChangeOnlyWhileStopped) {
  Create("p", Source());
  ASSERT_TRUE(Eventually([&] { return !herder_->Offsets("p").empty(); }));
  EXPECT_EQ(Refusal([&] { herder_->AlterOffsets("p", {}); }).first, 400);
  herder_->SetTargetState("p", TargetState::kStopped);
  // The same partition in other words.
  herder_->AlterOffsets("p", {{.partition = R"({ "server" : "sim" })", .offset = R"({"next":3})"}});
  const auto altered = herder_->Offsets("p");
  ASSERT_EQ(altered.size(), 1u);
  EXPECT_EQ(altered[0].offset, R"({"next":3})");
  EXPECT_THAT(herder_->AlterOffsets("p", {}), HasSubstr("have been reset successfully"));
  EXPECT_TRUE(herder_->Offsets("p").empty());
}

TEST_F(WorkerHerderTest, AResetSinkReadsTheLogAgain) {
  Create("source", Source());
  Create("sink", Sink());
  ASSERT_TRUE(AllApplied());
  herder_->SetTargetState("sink", TargetState::kStopped);
  EXPECT_EQ(herder_->Offsets("sink").size(), 3u);
  herder_->AlterOffsets("sink", {});
  EXPECT_TRUE(herder_->Offsets("sink").empty());
  {
    std::lock_guard lock(world_.target.mutex);
    world_.target.applied.clear();
  }
  herder_->SetTargetState("sink", TargetState::kStarted);
  EXPECT_TRUE(AllApplied());
}

TEST_F(WorkerHerderTest, SinkOffsetsAreAlteredByPartition) {
  Create("source", Source());
  Create("sink", Sink());
  ASSERT_TRUE(AllApplied());
  herder_->SetTargetState("sink", TargetState::kStopped);
  const std::string partition = R"({"kafka_topic":"sim.public.t1","kafka_partition":"0"})";
  EXPECT_EQ(
      Refusal([&] { herder_->AlterOffsets("sink", {{.partition = "{}", .offset = "{}"}}); }).first,
      400);
  herder_->AlterOffsets("sink", {{.partition = partition, .offset = R"({"kafka_offset":"1"})"}});
  bool found = false;
  for (const OffsetEntry& entry : herder_->Offsets("sink")) {
    if (entry.partition.find("sim.public.t1") == std::string::npos) continue;
    found = true;
    EXPECT_EQ(entry.offset, R"({"kafka_offset":1})");
  }
  EXPECT_TRUE(found);
}

TEST_F(WorkerHerderTest, SurvivesFaultsEverywhereWhileItIsOrderedAbout) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE(seed);
    sim::FakeWorld world(sim::History::Make(seed, 200));
    const Plugins plugins = sim::FakePlugins(world);
    const auto memory = log::MakeMemoryLog();
    std::mt19937_64 random(seed);
    auto herder = std::make_unique<WorkerHerder>(plugins, *memory, HerderOptions{});
    herder->Start();
    herder->PutConfig("source", Source(), TargetState::kStarted, true);
    herder->PutConfig("sink", Sink(), TargetState::kStarted, true);
    for (int i = 0; i < 20; ++i) {
      const std::string name = random() % 2 == 0 ? "source" : "sink";
      switch (random() % 5) {
        case 0:
          herder->SetTargetState(name, TargetState::kPaused);
          break;
        case 1:
          herder->SetTargetState(name, TargetState::kStopped);
          break;
        case 2:
          herder->Restart(name, true, false);
          break;
        case 3:
          herder = nullptr;
          herder = std::make_unique<WorkerHerder>(plugins, *memory, HerderOptions{});
          herder->Start();
          break;
        default:
          herder->SetTargetState(name, TargetState::kStarted);
      }
    }
    herder->SetTargetState("source", TargetState::kStarted);
    herder->SetTargetState("sink", TargetState::kStarted);
    const auto applied = [&] {
      std::lock_guard lock(world.target.mutex);
      return world.target.applied;
    };
    ASSERT_TRUE(Eventually([&] { return applied().size() >= world.history.events.size(); }));
    const auto all = applied();
    ASSERT_EQ(all.size(), world.history.events.size());
    for (size_t i = 0; i < all.size(); ++i) ASSERT_EQ(all[i], static_cast<int64_t>(i + 1));
  }
}

}  // namespace
}  // namespace tidewire::runtime
