#include "source/snapshot_crew.h"

#include <gtest/gtest.h>

#include <condition_variable>

#include "base/error.h"
#include "snapshot_tables.h"
#include "source/snapshot_writer.h"

namespace tidewire::source {
namespace {

using namespace testing_support;

// Ends with the stop request only.
bool WaitForStop(const std::stop_token& stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any never;
  never.wait(lock, stop, [] { return false; });
  return false;
}

class Crew : public testing::Test {
 protected:
  static constexpr size_t kTables = 20;

  Crew() {
    for (size_t i = 0; i < kTables; ++i) {
      tables_.push_back(SmallTable(fmt::format("t{:02}", i)));
      chunks_.push_back(i);
    }
    ledger_ = std::make_unique<SnapshotLedger>(context_, SmallFacts(), tables_, chunks_, 2,
                                               Attempt(), SystemClock());
  }

  bool ReadAll(const std::stop_token& stop) {
    SnapshotWriter writer(*ledger_, 10, 0, SystemClock());
    while (const auto chunk = ledger_->Next()) {
      writer.BeginChunk(chunks_[*chunk]);
      for (int i = 0; i < 30; ++i) {
        if (stop.stop_requested() || !writer.MakeRoom()) return false;
        writer.Add(Row(writer.batch(), i));
      }
      writer.FinishChunk();
    }
    return writer.Leave();
  }
  SnapshotCrew::Worker Reader() {
    return [this](const std::stop_token& stop) { return ReadAll(stop); };
  }

  FakeContext context_;
  std::vector<SnapshotLedger::Table> tables_;
  std::vector<size_t> chunks_;
  std::unique_ptr<SnapshotLedger> ledger_;
};

TEST_F(Crew, ReadsEverythingOnAllThreads) {
  EXPECT_TRUE(SnapshotCrew(*ledger_, context_).Run({Reader(), Reader()}, {}));
  EXPECT_EQ(Rows(context_.batches).size(), kTables * 30);
  EXPECT_TRUE(ledger_->TakeState().completed());
  ASSERT_FALSE(context_.reports.empty());
  EXPECT_TRUE(context_.reports.back().completed);
  EXPECT_EQ(context_.reports.back().tables_done, kTables);
  EXPECT_EQ(context_.reports.back().rows_done, kTables * 30);
}

TEST_F(Crew, StopsTheOthersAndThrowsTheFirstError) {
  const SnapshotCrew::Worker fails = [](const std::stop_token&) -> bool {
    throw DataError("broken");
  };
  // The other one's error comes of being stopped.
  const SnapshotCrew::Worker waits = [](const std::stop_token& stop) -> bool {
    WaitForStop(stop);
    throw RetriableError("cancelled");
  };
  EXPECT_THROW(SnapshotCrew(*ledger_, context_).Run({waits, fails}, {}), DataError);
}

TEST_F(Crew, EndsAtAStopRequest) {
  std::stop_source stop;
  const SnapshotCrew::Worker asks = [&](const std::stop_token& token) {
    stop.request_stop();
    return WaitForStop(token);
  };
  EXPECT_FALSE(SnapshotCrew(*ledger_, context_).Run({asks, WaitForStop}, stop.get_token()));
}

TEST_F(Crew, IsNotDoneWhenABatchIsNotTaken) {
  context_.taken_max = 3;
  EXPECT_FALSE(SnapshotCrew(*ledger_, context_).Run({Reader(), Reader()}, {}));
  for (const SnapshotProgress& report : context_.reports) EXPECT_FALSE(report.completed);
}

}  // namespace
}  // namespace tidewire::source
