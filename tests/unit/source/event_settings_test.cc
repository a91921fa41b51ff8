#include "source/event_settings.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "shared_definition.h"

namespace tidewire::source {
namespace {

using testing_support::SharedConfig;

TEST(EventSettings, HaveTheDefaultsOfTheRealConnectors) {
  const auto settings = EventSettings::FromConfig(SharedConfig({}));
  EXPECT_EQ(settings.connector_name, "c");
  EXPECT_TRUE(settings.skipped.truncates);
  EXPECT_FALSE(settings.skipped.creates);
  EXPECT_TRUE(settings.tombstones_on_delete);
  EXPECT_FALSE(settings.provide_transaction_metadata);
  EXPECT_EQ(settings.heartbeat_interval.count(), 0);
  EXPECT_EQ(settings.batch_records_max, 2048u);
  EXPECT_EQ(settings.unavailable_placeholder, "__debezium_unavailable_value");
}

TEST(EventSettings, ReadWhatIsGiven) {
  const auto settings = EventSettings::FromConfig(SharedConfig({{"skipped.operations", "c,d"},
                                                                {"tombstones.on.delete", "false"},
                                                                {"heartbeat.interval.ms", "7"},
                                                                {"max.batch.size", "3"}}));
  EXPECT_TRUE(settings.skipped.creates);
  EXPECT_TRUE(settings.skipped.deletes);
  EXPECT_FALSE(settings.skipped.truncates);
  EXPECT_FALSE(settings.tombstones_on_delete);
  EXPECT_EQ(settings.heartbeat_interval.count(), 7);
  EXPECT_EQ(settings.batch_records_max, 3u);
}

TEST(EventSettings, MakeLegalTopicNames) {
  const auto settings = EventSettings::FromConfig(SharedConfig({}));
  EXPECT_EQ(settings.TopicOf("g", "We ird.Näme"), "t.g.We_ird.N_me");
  EXPECT_EQ(settings.TopicOf("g", "a😀b"), "t.g.a__b");
  EXPECT_EQ(settings.HeartbeatTopic(), "__debezium-heartbeat.t");
  EXPECT_EQ(settings.TransactionTopic(), "t.transaction");
  const auto other = EventSettings::FromConfig(SharedConfig(
      {{"topic.delimiter", "_"}, {"topic.transaction", "x"}, {"topic.heartbeat.prefix", "h"}}));
  EXPECT_EQ(other.TopicOf("g", "a"), "t_g_a");
  EXPECT_EQ(other.HeartbeatTopic(), "h_t");
  EXPECT_EQ(other.TransactionTopic(), "t_x");
}

TEST(EventSettings, NamePartitionsByTheTopicPrefix) {
  EXPECT_EQ(EventSettings::FromConfig(SharedConfig({})).Partition(), R"({"server":"t"})");
  EventSettings settings;
  settings.topic_prefix = "a\"b";
  EXPECT_EQ(settings.Partition(), R"({"server":"a\"b"})");
}

}  // namespace
}  // namespace tidewire::source
