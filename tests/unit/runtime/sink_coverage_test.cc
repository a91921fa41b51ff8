#include "runtime/sink_coverage.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "log/memory_log.h"
#include "unit/log/log_fixture.h"

namespace tidewire::runtime {
namespace {

using log::AppendRange;
using log::Range;

class SinkCoverageTest : public testing::Test {
 protected:
  SinkCoverageTest() {
    AppendRange(*log_, a_, 1, 3);
    AppendRange(*log_, b_, 11, 13);
    AppendRange(*log_, a_, 4, 4);
  }
  // A sink that reads all that is there, as its loop does; what it read.
  std::vector<int64_t> Run(const log::Subscription& subscription) {
    const SinkCoverage coverage = CoverageOf(*log_, "s", subscription, position_);
    const auto reader = log_->OpenReader(subscription, coverage.position, log::StartAt::kEarliest);
    NoteCoverage(*log_, "s", coverage);
    std::vector<int64_t> ids = ReadAll(*reader).ids;
    position_ = reader->position();
    return ids;
  }

  const std::unique_ptr<log::StoredLog> log_ = log::MakeMemoryLog();
  const model::TopicSchemaPtr a_ = log::TableTopic("a");
  const model::TopicSchemaPtr b_ = log::TableTopic("b");
  const log::Subscription only_a_{{"a"}, {}};
  const log::Subscription only_b_{{"b"}, {}};
  const log::Subscription both_{{}, "[ab]"};
  log::Position position_;
};

TEST_F(SinkCoverageTest, ATopicThatJoinsIsReadFromItsBeginning) {
  EXPECT_EQ(Run(only_a_), Range(1, 4));
  EXPECT_EQ(Run(both_), Range(11, 13));
  AppendRange(*log_, a_, 5, 6);
  EXPECT_EQ(Run(both_), Range(5, 6));
}

TEST_F(SinkCoverageTest, ATopicThatComesBackGoesOnWhereItWasLeft) {
  EXPECT_EQ(Run(both_).size(), 7u);
  AppendRange(*log_, b_, 14, 15);
  EXPECT_EQ(Run(only_a_), Range(1, 0));
  AppendRange(*log_, a_, 5, 5);
  EXPECT_EQ(Run(only_a_), Range(5, 5));
  EXPECT_EQ(Run(both_), Range(14, 15));
}

TEST_F(SinkCoverageTest, TopicsCanChangePlaces) {
  EXPECT_EQ(Run(only_a_), Range(1, 4));
  AppendRange(*log_, a_, 5, 5);
  EXPECT_EQ(Run(only_b_), Range(11, 13));
  EXPECT_EQ(Run(only_a_), Range(5, 5));
  EXPECT_EQ(Run(only_b_), Range(1, 0));
}

TEST_F(SinkCoverageTest, TheSameSubscriptionNeedsNoWrite) {
  Run(both_);
  EXPECT_FALSE(CoverageOf(*log_, "s", both_, position_).note);
  EXPECT_EQ(CoverageOf(*log_, "s", both_, position_).position, position_);
}

TEST_F(SinkCoverageTest, APositionOfAnotherLogStaysOne) {
  Run(only_a_);
  position_ = R"({"sequence":1,"index":0,"log":"other"})";
  EXPECT_THROW(Run(both_), FatalError);
  EXPECT_THROW(Run(both_), FatalError);
}

TEST_F(SinkCoverageTest, WithoutAPositionEverythingIsToBeRead) {
  Run(only_a_);
  position_.clear();
  EXPECT_EQ(Run(both_).size(), 7u);
}

}  // namespace
}  // namespace tidewire::runtime
