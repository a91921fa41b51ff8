#include "source/postgres/postgres_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "source/postgres/postgres_definition.h"

namespace tidewire::source {
namespace {

using testing::ElementsAre;

config::Config Given(config::Properties more) {
  config::Properties given = {{"name", "c"},
                              {"topic.prefix", "t"},
                              {"database.hostname", "h"},
                              {"database.user", "u"},
                              {"database.dbname", "d"}};
  for (auto& [name, value] : more) given[name] = value;
  return {PostgresDefinition(), given};
}

TEST(PostgresSettings, HaveTheDefaultsOfTheRealConnector) {
  const auto settings = PostgresSettings::FromConfig(Given({}));
  EXPECT_EQ(settings.connection.port, 5432);
  EXPECT_EQ(settings.slot_name, "debezium");
  EXPECT_EQ(settings.publication_name, "dbz_publication");
  EXPECT_EQ(settings.publication_mode, PublicationMode::kAllTables);
  EXPECT_EQ(settings.snapshot_mode, SnapshotMode::kInitial);
  EXPECT_TRUE(settings.skipped.truncates);
  EXPECT_FALSE(settings.skipped.creates);
  EXPECT_TRUE(settings.tombstones_on_delete);
  EXPECT_EQ(settings.connector_name, "c");
}

TEST(PostgresSettings, MakeLegalTopicNames) {
  const auto settings = PostgresSettings::FromConfig(Given({}));
  EXPECT_EQ(settings.TopicOf("g", "We ird.Näme"), "t.g.We_ird.N_me");
  EXPECT_EQ(settings.TopicOf("g", "a😀b"), "t.g.a__b");
  EXPECT_EQ(settings.HeartbeatTopic(), "__debezium-heartbeat.t");
  EXPECT_EQ(settings.TransactionTopic(), "t.transaction");
  const auto other = PostgresSettings::FromConfig(Given({{"topic.delimiter", "_"}}));
  EXPECT_EQ(other.TopicOf("g", "a"), "t_g_a");
}

TEST(PostgresSettings, ReadListsModesAndStatements) {
  const auto settings = PostgresSettings::FromConfig(
      Given({{"table.include.list", "a.b, c{1,2}"},
             {"snapshot.mode", "When_Needed"},
             {"skipped.operations", "c,d"},
             {"flush.lsn.source", "false"},
             {"database.initial.statements", "SET a = 1; SET b = 'x;;y'"}}));
  EXPECT_THAT(settings.filters.table_include, ElementsAre("a.b", "c{1,2}"));
  EXPECT_EQ(settings.snapshot_mode, SnapshotMode::kWhenNeeded);
  EXPECT_TRUE(settings.skipped.creates);
  EXPECT_FALSE(settings.skipped.truncates);
  EXPECT_EQ(settings.lsn_flush_mode, LsnFlushMode::kManual);
  EXPECT_THAT(settings.connection.initial_statements, ElementsAre("SET a = 1", "SET b = 'x;y'"));
}

TEST(PostgresSettings, RefuseWhatExcludesEachOther) {
  EXPECT_THROW(PostgresSettings::FromConfig(
                   Given({{"table.include.list", "a"}, {"table.exclude.list", "b"}})),
               ConfigError);
  EXPECT_THROW(PostgresSettings::FromConfig(Given({{"snapshot.mode", "custom"}})), ConfigError);
}

TEST(RenderOptions, FollowTheHandlingModesAndConverters) {
  const auto config =
      Given({{"decimal.handling.mode", "string"},
             {"time.precision.mode", "connect"},
             {"binary.handling.mode", "hex"},
             {"value.converter", "org.apache.kafka.connect.json.JsonConverter"},
             {"value.converter.schemas.enable", "false"},
             {"key.converter", "org.apache.kafka.connect.storage.StringConverter"}});
  const auto options = MakeRenderOptions(PostgresSettings::FromConfig(config), config, "id");
  EXPECT_EQ(options->decimal, model::DecimalMode::kString);
  EXPECT_EQ(options->time, model::TimeMode::kConnect);
  EXPECT_EQ(options->binary, model::BinaryMode::kHex);
  EXPECT_FALSE(options->value_converter.schemas_enable);
  EXPECT_TRUE(options->key_converter.schemas_enable);
  EXPECT_EQ(options->key_converter.kind, model::ConverterKind::kString);
  EXPECT_EQ(options->logical_name, "t");
}

}  // namespace
}  // namespace tidewire::source
