#include "source/stream_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidewire::source {
namespace {

TEST(TransactionEnd, ListsCollectionsInJavasOrder) {
  // As recorded from Debezium: g.trunc2 before g.trunc1, g.part_a before g.part_b.
  CollectionCounts truncated = {{"g.trunc1", 1}, {"g.trunc2", 1}};
  SortAsJavaHashMap(truncated);
  EXPECT_EQ(truncated[0].first, "g.trunc2");
  CollectionCounts parts = {{"g.part_b", 1}, {"g.part_a", 1}};
  SortAsJavaHashMap(parts);
  EXPECT_EQ(parts[0].first, "g.part_a");
}

// The texts of a list, in order.
std::vector<std::string> Texts(const model::ConnectValue& value) {
  std::vector<std::string> out;
  for (const auto& item : *std::get<std::shared_ptr<model::ConnectList>>(value.v)) {
    if (const auto* text = std::get_if<std::string>(&item.v)) out.push_back(*text);
    if (const auto* number = std::get_if<int64_t>(&item.v)) out.push_back(std::to_string(*number));
    if (item.is_null()) out.emplace_back("null");
  }
  return out;
}

class StreamEventsTest : public testing::Test {
 protected:
  StreamEventsTest() {
    settings_.topic_prefix = "p";
    settings_.heartbeat_topics_prefix = "h";
    settings_.transaction_topic_name = "transaction";
    events_ = std::make_unique<StreamEvents>(settings_, std::make_shared<model::RenderOptions>());
  }

  EventSettings settings_;
  std::unique_ptr<StreamEvents> events_;
  model::ChangeBatch batch_;
};

TEST_F(StreamEventsTest, BeatOnATopicOfTheirOwn) {
  const model::Record& record = events_->AddHeartbeat(batch_, 7);
  EXPECT_EQ(record.op, model::Op::kGeneral);
  EXPECT_EQ(batch_.schemas[record.schema]->topic, "h.p");
  EXPECT_THAT(Texts(batch_.generals[record.general].key), testing::ElementsAre("p"));
  EXPECT_THAT(Texts(batch_.generals[record.general].value), testing::ElementsAre("7"));
}

TEST_F(StreamEventsTest, TellWhereTransactionsBeginAndEnd) {
  events_->AddBegin(batch_, "t:1", 5);
  events_->AddEnd(batch_, "t:2", 6, 3, {{"g.trunc1", 1}, {"g.trunc2", 2}});
  ASSERT_EQ(batch_.records.size(), 2u);
  EXPECT_EQ(batch_.schemas.size(), 1u);
  EXPECT_EQ(batch_.schemas[0]->topic, "p.transaction");
  EXPECT_THAT(Texts(batch_.generals[0].key), testing::ElementsAre("t:1"));
  EXPECT_THAT(Texts(batch_.generals[0].value),
              testing::ElementsAre("BEGIN", "t:1", "null", "null", "5"));
  const auto& end = *std::get<std::shared_ptr<model::ConnectList>>(batch_.generals[1].value.v);
  EXPECT_THAT(Texts(batch_.generals[1].value), testing::ElementsAre("END", "t:2", "3", "6"));
  const auto& counts = *std::get<std::shared_ptr<model::ConnectList>>(end[3].v);
  ASSERT_EQ(counts.size(), 2u);
  EXPECT_THAT(Texts(counts[0]), testing::ElementsAre("g.trunc2", "2"));
  EXPECT_THAT(Texts(counts[1]), testing::ElementsAre("g.trunc1", "1"));
}

}  // namespace
}  // namespace tidewire::source
