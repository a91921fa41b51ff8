#include "runtime/source_session.h"

#include <gtest/gtest.h>

#include "log/memory_log.h"
#include "sim/faulty_log.h"

namespace tidewire::runtime {
namespace {

class SourceSessionTest : public testing::Test {
 protected:
  SourceSessionTest() {
    environment_.connector = "c";
    environment_.log = log_.get();
    environment_.clock = &SystemClock();
    environment_.queue_bytes = 1 << 20;
  }
  static model::ChangeBatchPtr Confirming(uint64_t confirm, bool with_offset = true) {
    auto batch = std::make_unique<model::ChangeBatch>();
    batch->confirm = confirm;
    if (with_offset) {
      batch->offset = model::SourceOffset{.partition = R"({"server":"s"})",
                                          .offset = "{\"lsn\":" + std::to_string(confirm) + "}"};
    }
    return batch;
  }

  void FailAppends(int times) {
    faults_.emplace(1, 1000, times);
    failing_.emplace(*log_, *faults_, sim::Faults::Crashes::kNo);
    environment_.log = &*failing_;
  }

  const std::unique_ptr<log::StoredLog> log_ = log::MakeMemoryLog();
  std::optional<sim::Faults> faults_;
  std::optional<sim::FaultyLog> failing_;
  SourceEnvironment environment_;
  std::stop_source stop_;
  int times_durable_ = 0;
};

TEST_F(SourceSessionTest, ConfirmsOnlyWhatIsDurable) {
  SourceSession session(environment_, stop_.get_token());
  ASSERT_TRUE(session.Emit(Confirming(10), source::Then::kGoesOn));
  EXPECT_EQ(session.DurableConfirm(), 0u);
  ASSERT_TRUE(session.CommitSome());
  EXPECT_EQ(session.DurableConfirm(), 10u);
}

TEST_F(SourceSessionTest, ABatchThatOnlyConfirmsWritesNothing) {
  sim::Faults none(1, 0, 0);
  sim::FaultyLog counting(*log_, none, sim::Faults::Crashes::kNo);
  environment_.log = &counting;
  SourceSession session(environment_, stop_.get_token());
  ASSERT_TRUE(session.Emit(Confirming(10, false), source::Then::kGoesOn));
  ASSERT_TRUE(session.CommitSome());
  EXPECT_EQ(session.DurableConfirm(), 10u);
  EXPECT_TRUE(log_->SourceOffsets("c").empty());
}

TEST_F(SourceSessionTest, AFailedAppendReachesTheSourceAndConfirmsNothing) {
  FailAppends(1000);
  SourceSession session(environment_, stop_.get_token());
  ASSERT_TRUE(session.Emit(Confirming(10), source::Then::kGoesOn));
  EXPECT_FALSE(session.CommitSome());
  EXPECT_THROW(session.Emit(Confirming(20), source::Then::kGoesOn), RetriableError);
  EXPECT_THROW(session.WaitDurable(), RetriableError);
  EXPECT_EQ(session.DurableConfirm(), 0u);
}

TEST_F(SourceSessionTest, AThreadThatWaitsAnywayMakesDurableWhatIsQueued) {
  SourceSession session(environment_, stop_.get_token(), [this] { ++times_durable_; });
  ASSERT_TRUE(session.Emit(Confirming(10), source::Then::kGoesOn));
  ASSERT_TRUE(session.Emit(Confirming(20), source::Then::kWaits));
  EXPECT_EQ(session.DurableConfirm(), 20u);
  EXPECT_EQ(session.queued(), 0u);
  EXPECT_EQ(times_durable_, 1);
  EXPECT_EQ(log_->SourceOffsets("c").at(R"({"server":"s"})"), R"({"lsn":20})");
}

TEST_F(SourceSessionTest, NothingIsMadeDurableBehindWhatCouldNotBe) {
  FailAppends(1);
  SourceSession session(environment_, stop_.get_token());
  ASSERT_TRUE(session.Emit(Confirming(10), source::Then::kGoesOn));
  EXPECT_FALSE(session.CommitSome());
  EXPECT_THROW(session.Emit(Confirming(20), source::Then::kWaits), RetriableError);
  EXPECT_FALSE(session.CommitSome());
  EXPECT_TRUE(log_->SourceOffsets("c").empty());
}

TEST_F(SourceSessionTest, AnAppendThatFailsInTheSourcesThreadIsToldToIt) {
  FailAppends(1);
  SourceSession session(environment_, stop_.get_token());
  EXPECT_THROW(session.Emit(Confirming(10), source::Then::kWaits), RetriableError);
  EXPECT_FALSE(session.CommitSome());
  EXPECT_EQ(session.DurableConfirm(), 0u);
}

TEST_F(SourceSessionTest, TwoThreadsThatCommitKeepTheOrder) {
  SourceSession session(environment_, stop_.get_token(), [this] { ++times_durable_; });
  std::jthread committer([&] {
    while (session.CommitSome()) {
    }
  });
  for (uint64_t i = 1; i <= 2000; ++i) {
    const auto then = i % 3 == 0 ? source::Then::kWaits : source::Then::kGoesOn;
    ASSERT_TRUE(session.Emit(Confirming(i), then));
  }
  EXPECT_TRUE(session.WaitDurable());
  EXPECT_EQ(session.committed(), 2000u);
  EXPECT_EQ(session.DurableConfirm(), 2000u);
  EXPECT_EQ(log_->SourceOffsets("c").at(R"({"server":"s"})"), R"({"lsn":2000})");
  session.Close();
}

TEST_F(SourceSessionTest, WaitsUntilAllThatWasEmittedIsDurable) {
  SourceSession session(environment_, stop_.get_token());
  ASSERT_TRUE(session.Emit(Confirming(1), source::Then::kGoesOn));
  ASSERT_TRUE(session.Emit(Confirming(2), source::Then::kGoesOn));
  std::jthread committer([&] {
    while (session.CommitSome()) {
    }
  });
  EXPECT_TRUE(session.WaitDurable());
  EXPECT_EQ(session.DurableConfirm(), 2u);
  session.Close();
}

TEST_F(SourceSessionTest, AStopEndsTheWaitAndWhatIsQueuedIsDrained) {
  SourceSession session(environment_, stop_.get_token());
  ASSERT_TRUE(session.Emit(Confirming(1), source::Then::kGoesOn));
  stop_.request_stop();
  EXPECT_FALSE(session.WaitDurable());
  session.Close();
  while (session.CommitSome()) {
  }
  EXPECT_EQ(log_->SourceOffsets("c").at(R"({"server":"s"})"), R"({"lsn":1})");
}

TEST_F(SourceSessionTest, AFullQueueHoldsTheSourceUntilTheStop) {
  environment_.queue_bytes = 1;
  SourceSession session(environment_, stop_.get_token());
  ASSERT_TRUE(session.Emit(Confirming(1), source::Then::kGoesOn));
  auto large = Confirming(2);
  large->arena.Allocate(1000);
  std::jthread stopper([&] { stop_.request_stop(); });
  EXPECT_FALSE(session.Emit(std::move(large), source::Then::kGoesOn));
}

TEST_F(SourceSessionTest, TheQueueIsBoundedInRecords) {
  environment_.queue_records = 2;
  const auto with_records = [](uint64_t confirm, size_t records) {
    auto batch = Confirming(confirm);
    batch->records.resize(records);
    return batch;
  };
  SourceSession session(environment_, stop_.get_token());
  stop_.request_stop();  // What would wait is refused instead.
  ASSERT_TRUE(session.Emit(with_records(1, 1), source::Then::kGoesOn));
  ASSERT_TRUE(session.Emit(with_records(2, 1), source::Then::kGoesOn));
  EXPECT_FALSE(session.Emit(with_records(3, 1), source::Then::kGoesOn));

  SourceSession one_large(environment_, stop_.get_token());
  EXPECT_TRUE(one_large.Emit(with_records(1, 100), source::Then::kGoesOn));
}

TEST_F(SourceSessionTest, FindsItsOffsetHoweverThePartitionIsWritten) {
  log_->AlterSourceOffsets("c", {{R"({"server": "s"})", R"({"lsn":7})"}});
  SourceSession session(environment_, stop_.get_token());
  EXPECT_EQ(session.LoadOffset(R"({"server":"s"})"), R"({"lsn":7})");
  EXPECT_EQ(session.LoadOffset(R"({"server":"other"})"), std::nullopt);
}

}  // namespace
}  // namespace tidewire::runtime
