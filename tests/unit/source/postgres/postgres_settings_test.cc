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
  EXPECT_EQ(settings.snapshot.mode, SnapshotMode::kInitial);
  EXPECT_TRUE(settings.events.skipped.truncates);
  EXPECT_FALSE(settings.events.skipped.creates);
  EXPECT_TRUE(settings.events.tombstones_on_delete);
  EXPECT_EQ(settings.events.connector_name, "c");
  EXPECT_EQ(settings.MessageTopic(), "t.message");
}

TEST(PostgresSettings, ReadListsModesAndStatements) {
  const auto settings = PostgresSettings::FromConfig(
      Given({{"table.include.list", "a.b, c{1,2}"},
             {"snapshot.mode", "When_Needed"},
             {"skipped.operations", "c,d"},
             {"flush.lsn.source", "false"},
             {"database.initial.statements", "SET a = 1; SET b = 'x;;y'"}}));
  EXPECT_THAT(settings.filters.table_include, ElementsAre("a.b", "c{1,2}"));
  EXPECT_EQ(settings.snapshot.mode, SnapshotMode::kWhenNeeded);
  EXPECT_TRUE(settings.events.skipped.creates);
  EXPECT_FALSE(settings.events.skipped.truncates);
  EXPECT_EQ(settings.lsn_flush_mode, LsnFlushMode::kManual);
  EXPECT_THAT(settings.connection.initial_statements, ElementsAre("SET a = 1", "SET b = 'x;y'"));
}

TEST(PostgresSettings, RefuseWhatExcludesEachOther) {
  EXPECT_THROW(PostgresSettings::FromConfig(
                   Given({{"table.include.list", "a"}, {"table.exclude.list", "b"}})),
               ConfigError);
  EXPECT_THROW(PostgresSettings::FromConfig(Given({{"snapshot.mode", "custom"}})), ConfigError);
  EXPECT_THROW(PostgresSettings::FromConfig(Given({{"snapshot.mode", "recovery"}})), ConfigError);
}

TEST(PostgresSettings, SayHowRowsAreRendered) {
  const auto config = Given({{"hstore.handling.mode", "map"},
                             {"interval.handling.mode", "string"},
                             {"binary.handling.mode", "hex"},
                             {"money.fraction.digits", "3"},
                             {"include.unknown.datatypes", "true"}});
  const auto options =
      MakePostgresRenderOptions(PostgresSettings::FromConfig(config), config, "id");
  EXPECT_EQ(options->connector_kind, "postgresql");
  EXPECT_EQ(options->hstore, model::HstoreMode::kMap);
  EXPECT_EQ(options->interval, model::IntervalMode::kString);
  EXPECT_EQ(options->binary, model::BinaryMode::kHex);
  EXPECT_EQ(options->money_fraction_digits, 3);
  EXPECT_TRUE(options->include_unknown_datatypes);
  EXPECT_EQ(options->time, model::TimeMode::kAdaptive);
}

}  // namespace
}  // namespace tidewire::source
