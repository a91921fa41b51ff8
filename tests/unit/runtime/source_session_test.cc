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

  const std::unique_ptr<log::StoredLog> log_ = log::MakeMemoryLog();
  SourceEnvironment environment_;
  std::stop_source stop_;
};

TEST_F(SourceSessionTest, ConfirmsOnlyWhatIsDurable) {
  SourceSession session(environment_, stop_.get_token());
  ASSERT_TRUE(session.Emit(Confirming(10)));
  EXPECT_EQ(session.DurableConfirm(), 0u);
  ASSERT_TRUE(session.CommitSome());
  EXPECT_EQ(session.DurableConfirm(), 10u);
}

TEST_F(SourceSessionTest, ABatchThatOnlyConfirmsWritesNothing) {
  sim::Faults none(1, 0, 0);
  sim::FaultyLog counting(*log_, none, sim::Faults::Crashes::kNo);
  environment_.log = &counting;
  SourceSession session(environment_, stop_.get_token());
  ASSERT_TRUE(session.Emit(Confirming(10, false)));
  ASSERT_TRUE(session.CommitSome());
  EXPECT_EQ(session.DurableConfirm(), 10u);
  EXPECT_TRUE(log_->SourceOffsets("c").empty());
}

TEST_F(SourceSessionTest, AFailedAppendReachesTheSourceAndConfirmsNothing) {
  sim::Faults always(1, 1000, 1000);
  sim::FaultyLog failing(*log_, always, sim::Faults::Crashes::kNo);
  environment_.log = &failing;
  SourceSession session(environment_, stop_.get_token());
  ASSERT_TRUE(session.Emit(Confirming(10)));
  EXPECT_FALSE(session.CommitSome());
  EXPECT_THROW(session.Emit(Confirming(20)), RetriableError);
  EXPECT_THROW(session.WaitDurable(), RetriableError);
  EXPECT_EQ(session.DurableConfirm(), 0u);
}

TEST_F(SourceSessionTest, WaitsUntilAllThatWasEmittedIsDurable) {
  SourceSession session(environment_, stop_.get_token());
  ASSERT_TRUE(session.Emit(Confirming(1)));
  ASSERT_TRUE(session.Emit(Confirming(2)));
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
  ASSERT_TRUE(session.Emit(Confirming(1)));
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
  ASSERT_TRUE(session.Emit(Confirming(1)));
  auto large = Confirming(2);
  large->arena.Allocate(1000);
  std::jthread stopper([&] { stop_.request_stop(); });
  EXPECT_FALSE(session.Emit(std::move(large)));
}

TEST_F(SourceSessionTest, FindsItsOffsetHoweverThePartitionIsWritten) {
  log_->AlterSourceOffsets("c", {{R"({"server": "s"})", R"({"lsn":7})"}});
  SourceSession session(environment_, stop_.get_token());
  EXPECT_EQ(session.LoadOffset(R"({"server":"s"})"), R"({"lsn":7})");
  EXPECT_EQ(session.LoadOffset(R"({"server":"other"})"), std::nullopt);
}

}  // namespace
}  // namespace tidewire::runtime
