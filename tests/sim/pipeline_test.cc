// The data path of the runtime on one thread, from one seed: a source session, the log in memory
// and a sink loop take their turns in an order that the seed decides; reads, appends, fetches,
// opens, puts and commits fail, and the process dies, at every step. In the end the target holds
// the source's history, each event once, in order, and it never showed a part of a transaction.
#include <gtest/gtest.h>

#include "log/memory_log.h"
#include "runtime/sink_loop.h"
#include "runtime/source_session.h"
#include "sim/fakes.h"
#include "sim/faulty_log.h"

namespace tidewire::sim {
namespace {

using runtime::SinkEnvironment;
using runtime::SinkLoop;
using runtime::SourceEnvironment;
using runtime::SourceSession;

// Drops every seventh event: positions then have to be mapped.
class EverySeventhDropped final : public transform::Chain {
 public:
  static bool Drops(int64_t value) { return value % 7 == 0; }
  void Apply(model::ChangeBatch& batch, std::vector<uint32_t>* kept) override {
    std::vector<model::Record> left;
    for (uint32_t i = 0; i < batch.records.size(); ++i) {
      if (Drops(batch.records[i].after[1].integer)) continue;
      left.push_back(batch.records[i]);
      if (kept != nullptr) kept->push_back(i);
    }
    batch.records = std::move(left);
  }
  bool empty() const override { return false; }
};

struct Shape {
  bool source_drops = false;
  bool sink_drops = false;
};

class Simulation {
 public:
  Simulation(uint64_t seed, Shape shape)
      : shape_(shape), random_(seed), history_(History::Make(seed, 40)), faults_(seed + 1, 30, 40) {
    sink_.connector = "sink";
    sink_.log = nullptr;
    sink_.clock = &SystemClock();
    sink_.subscription.topics_regex = "sim\\..*";
    if (shape_.sink_drops) sink_.transforms = &chain_;
  }

  void Run() {
    for (int lives = 0; lives < 100 && !Complete(); ++lives) {
      Live();
    }
    Check();
  }

 private:
  std::vector<int64_t> Expected() const {
    std::vector<int64_t> out;
    for (const HistoryEvent& event : history_.events) {
      const bool dropped =
          (shape_.source_drops || shape_.sink_drops) && EverySeventhDropped::Drops(event.value);
      if (!dropped) out.push_back(event.value);
    }
    return out;
  }
  bool Complete() const { return target_.applied == Expected(); }

  // One life of the process: until all is applied, or a crash.
  void Live() {
    const auto memory = log::MakeMemoryLog(store_);
    FaultyLog log(*memory, faults_, Faults::Crashes::kYes);
    sink_.log = &log;
    try {
      while (!TellHistory(log)) {
      }
      for (int i = 0; i < 300 && !Complete(); ++i) StepSink();
    } catch (const Crash&) {
    }
    sink_loop_.reset();
    sink_task_.reset();
  }

  // As SourceWorkerTask does: one run of the source, and the drain of its queue. False: a fault
  // ended it.
  bool TellHistory(FaultyLog& log) {
    SourceEnvironment source;
    source.connector = "source";
    source.log = &log;
    source.clock = &SystemClock();
    source.queue_bytes = 1 << 30;
    if (shape_.source_drops) source.transforms = &chain_;
    std::stop_source stop;
    SourceSession session(source, stop.get_token());
    FakeSourceTask task(history_, faults_, random_(), [&] { TakeTurns(session); });
    bool told = false;
    try {
      task.Run(session, stop.get_token());
      told = true;
    } catch (const RetriableError&) {
    }
    session.Close();
    while (session.CommitSome()) {
    }
    if (!session.failure()) return told;
    try {
      std::rethrow_exception(session.failure());
    } catch (const RetriableError&) {
    }
    return false;
  }

  void TakeTurns(SourceSession& session) {
    for (uint64_t turns = random_() % 4; turns > 0; --turns) {
      if (random_() % 2 == 0) {
        StepSink();
      } else if (session.queued() > 0) {
        session.CommitSome();
      }
    }
  }

  // As SinkWorkerTask does: after a fault that may pass, a new loop on the same task.
  void StepSink() {
    const auto now = std::chrono::steady_clock::now();
    try {
      if (!sink_loop_) {
        if (!sink_task_) sink_task_ = std::make_unique<FakeSinkTask>(target_, faults_);
        sink_loop_ = std::make_unique<SinkLoop>(sink_, *sink_task_);
        sink_loop_->Open();
      }
      sink_loop_->Step(now, {});
    } catch (const RetriableError&) {
      sink_loop_.reset();
    }
  }

  void Check() const {
    EXPECT_EQ(target_.applied, Expected());
    std::set<size_t> ends;  // Counts of applied events at which a transaction ends.
    size_t count = 0;
    for (size_t i = 0; i < history_.events.size(); ++i) {
      const bool dropped = (shape_.source_drops || shape_.sink_drops) &&
                           EverySeventhDropped::Drops(history_.events[i].value);
      if (!dropped) ++count;
      if (history_.EndsTransaction(i)) ends.insert(count);
    }
    for (const size_t commit : target_.commits) {
      EXPECT_TRUE(ends.count(commit) > 0)
          << "a commit shows a part of a transaction, at " << commit;
    }
  }

  const Shape shape_;
  std::mt19937_64 random_;
  const History history_;
  Faults faults_;
  EverySeventhDropped chain_;
  const std::shared_ptr<log::Store> store_ = log::MakeMemoryStore();  // What lives on.
  Target target_;
  SinkEnvironment sink_;
  std::unique_ptr<FakeSinkTask> sink_task_;
  std::unique_ptr<SinkLoop> sink_loop_;
};

// TIDEWIRE_SIM_SEED=n runs one seed, TIDEWIRE_SIM_SEEDS=n so many.
void RunSeeds(Shape shape) {
  const char* one = std::getenv("TIDEWIRE_SIM_SEED");
  const char* many = std::getenv("TIDEWIRE_SIM_SEEDS");
  const uint64_t first = one != nullptr ? std::stoull(one) : 1;
  const uint64_t count = one != nullptr ? 1 : (many != nullptr ? std::stoull(many) : 200);
  for (uint64_t seed = first; seed < first + count; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ": TIDEWIRE_SIM_SEED=" + std::to_string(seed));
    Simulation(seed, shape).Run();
    if (testing::Test::HasFailure()) return;
  }
}

TEST(Pipeline, DeliversEachEventOnceInWholeTransactions) { RunSeeds({}); }
TEST(Pipeline, KeepsPositionsWhereTheSinkDropsEvents) {
  RunSeeds({.source_drops = false, .sink_drops = true});
}
TEST(Pipeline, KeepsOffsetsWhereTheSourceDropsEvents) {
  RunSeeds({.source_drops = true, .sink_drops = false});
}

}  // namespace
}  // namespace tidewire::sim
