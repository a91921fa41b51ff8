// A source and a sink without databases, for tests of the runtime: the source tells a history that
// was made up from a seed, the sink keeps what it was told, in transactions.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "base/error.h"
#include "model/batch.h"
#include "sink/sink.h"
#include "source/source.h"

namespace tidewire::sim {

// The process dies here: nobody catches it but the simulation.
struct Crash {};

// Where something can go wrong. Each call may throw RetriableError or Crash. Thread-safe.
class Faults {
 public:
  // `per_mille`: how often; `budget`: how many times at most, so that every run ends.
  Faults(uint64_t seed, int per_mille, int budget)
      : random_(seed), per_mille_(per_mille), budget_(budget) {}
  enum class Crashes { kNo, kYes };
  void MayFail(const char* where, Crashes crashes = Crashes::kYes) {
    std::lock_guard lock(mutex_);
    if (budget_ == 0 || static_cast<int>(random_() % 1000) >= per_mille_) return;
    --budget_;
    if (crashes == Crashes::kYes && random_() % 3 == 0) throw Crash{};
    throw RetriableError(std::string("simulated fault: ") + where);
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 random_;
  const int per_mille_;
  int budget_;
};

struct HistoryEvent {
  int64_t value;        // Its place in the history, from 1.
  int64_t transaction;  // From 1.
  uint32_t table;
};

// What a database has committed, in order.
struct History {
  static History Make(uint64_t seed, size_t transactions);
  std::vector<HistoryEvent> events;
  std::vector<model::TopicSchemaPtr> tables;
  // The events that end a transaction.
  bool EndsTransaction(size_t index) const {
    return index + 1 == events.size() || events[index + 1].transaction != events[index].transaction;
  }
};

// Tells a history once, from its stored offset. Fails where the faults say.
class FakeSourceTask final : public source::SourceTask {
 public:
  // `yield` is called between batches: others may get their turn there. `end`: what Run does when
  // all is told.
  FakeSourceTask(const History& history, Faults& faults, uint64_t seed, std::function<void()> yield,
                 std::function<void(source::SourceContext&, std::stop_token)> at_end = {})
      : history_(history),
        faults_(faults),
        random_(seed),
        yield_(std::move(yield)),
        at_end_(std::move(at_end)) {}
  void Run(source::SourceContext& context, std::stop_token stop) override;

  static const std::string& Partition();

 private:
  model::ChangeBatchPtr MakeBatch(size_t begin, size_t end);

  const History& history_;
  Faults& faults_;
  std::mt19937_64 random_;
  const std::function<void()> yield_;
  const std::function<void(source::SourceContext&, std::stop_token)> at_end_;
};

// What lives on at the target when the worker dies. Thread-safe.
struct Target {
  mutable std::mutex mutex;
  std::vector<int64_t> applied;  // Values of events, in the order of their commits.
  std::string position;
  std::vector<size_t> commits;  // How many were applied after each commit.
};

class FakeSinkTask final : public sink::SinkTask {
 public:
  FakeSinkTask(Target& target, Faults& faults) : target_(target), faults_(faults) {}
  std::string Open() override;
  void Put(sink::SinkBatch batch, bool more) override;
  void Flush() override;
  void Idle() override { ++idles; }
  const std::string& committed() const override { return committed_; }
  sink::SinkCounters counters() const override { return counters_; }
  void AlterPosition(const std::string& position) override;
  int idles = 0;

 private:
  struct Pending {
    int64_t value;
    int64_t transaction;
    std::string behind;
    bool ends;
  };
  Target& target_;
  Faults& faults_;
  std::vector<Pending> pending_;
  std::string committed_;
  sink::SinkCounters counters_;
};

}  // namespace tidewire::sim
