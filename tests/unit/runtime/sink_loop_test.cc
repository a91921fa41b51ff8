#include "runtime/sink_loop.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "log/memory_log.h"
#include "sim/fakes.h"

namespace tidewire::runtime {
namespace {

// Keeps what it is given, commits nothing by itself.
class RecordingSink final : public sink::SinkTask {
 public:
  std::string Open() override { return opened_at; }
  void Put(sink::SinkBatch batch, bool more) override {
    for (size_t i = 0; i < batch.batch->records.size(); ++i) behind.push_back(batch.behind(i));
    ends.push_back(batch.end);
    mores.push_back(more);
  }
  void Flush() override {
    ++flushes;
    if (!ends.empty()) committed_ = ends.back();
  }
  const std::string& committed() const override { return committed_; }
  sink::SinkCounters counters() const override { return {}; }
  void AlterPosition(const std::string& position) override { opened_at = position; }

  std::string opened_at;
  std::vector<std::string> behind, ends;
  std::vector<bool> mores;
  int flushes = 0;

 private:
  std::string committed_;
};

// Makes two of each record.
class Doubling final : public transform::Chain {
 public:
  void Apply(model::ChangeBatch& batch, std::vector<uint32_t>* kept) override {
    std::vector<model::Record> out;
    for (uint32_t i = 0; i < batch.records.size(); ++i) {
      for (int copy = 0; copy < 2; ++copy) {
        out.push_back(batch.records[i]);
        kept->push_back(i);
      }
    }
    batch.records = std::move(out);
  }
  bool empty() const override { return false; }
};

class SinkLoopTest : public testing::Test {
 protected:
  SinkLoopTest() {
    environment_.connector = "s";
    environment_.log = log_.get();
    environment_.clock = &SystemClock();
    environment_.subscription.topics_regex = "sim\\..*";
    history_ = sim::History::Make(3, 1);
  }
  // Appends one batch of one record of the first table.
  void Append(int64_t value) {
    model::ChangeBatch batch;
    model::Record record;
    model::Datum* row = batch.NewRow(*history_.tables[0]->table);
    row[0] = row[1] = model::Datum::Integer(value);
    record.schema = batch.SchemaIndex(history_.tables[0]);
    record.after = row;
    batch.records.push_back(record);
    const log::PendingAppend append{.connector = "c", .batch = &batch};
    log_->Append({&append, 1});
  }
  bool Step() { return loop_->Step(std::chrono::steady_clock::now(), {}); }
  void OpenLoop() {
    loop_ = std::make_unique<SinkLoop>(environment_, task_);
    loop_->Open();
  }

  const std::unique_ptr<log::StoredLog> log_ = log::MakeMemoryLog();
  sim::History history_;
  SinkEnvironment environment_;
  RecordingSink task_;
  std::unique_ptr<SinkLoop> loop_;
};

TEST_F(SinkLoopTest, FlushesAtOnceWhenNothingMoreWaits) {
  Append(1);
  OpenLoop();
  EXPECT_TRUE(Step());
  EXPECT_EQ(task_.mores, std::vector<bool>({false}));
  EXPECT_EQ(task_.flushes, 1);
  EXPECT_FALSE(Step());
  EXPECT_EQ(task_.flushes, 1);
}

TEST_F(SinkLoopTest, TellsEachCommittedPositionOnce) {
  Append(1);
  OpenLoop();
  std::string position;
  EXPECT_TRUE(loop_->TakeCommitted(position));
  EXPECT_EQ(position, "");
  Step();
  EXPECT_TRUE(loop_->TakeCommitted(position));
  EXPECT_EQ(position, task_.ends.back());
  EXPECT_FALSE(loop_->TakeCommitted(position));
}

TEST_F(SinkLoopTest, BeginsWhereTheTargetStands) {
  Append(1);
  Append(2);
  OpenLoop();
  Step();
  task_.opened_at = task_.behind.at(0);
  task_.behind.clear();
  OpenLoop();
  while (Step()) {
  }
  EXPECT_EQ(task_.behind.size(), 1u);
}

TEST_F(SinkLoopTest, BeginsAtTheEndWhereItIsToldSo) {
  Append(1);
  environment_.start = log::StartAt::kLatest;
  OpenLoop();
  EXPECT_FALSE(Step());
  Append(2);
  EXPECT_TRUE(Step());
  EXPECT_EQ(task_.behind.size(), 1u);
}

TEST_F(SinkLoopTest, APositionBetweenTheCopiesOfOneRecordIsTheOneBeforeIt) {
  Doubling doubling;
  environment_.transforms = &doubling;
  Append(1);
  Append(2);
  OpenLoop();
  while (Step()) {
  }
  ASSERT_EQ(task_.behind.size(), 4u);
  EXPECT_EQ(task_.behind[2], task_.behind[1]);
  EXPECT_NE(task_.behind[0], task_.behind[1]);
  EXPECT_NE(task_.behind[3], task_.behind[2]);
}

}  // namespace
}  // namespace tidewire::runtime
