#include "sink/sql/jdbc_connectors.h"

#include <gtest/gtest.h>

#include <set>

#include "base/error.h"

namespace tidewire::sink {
namespace {

config::Properties Minimal() {
  return {{"name", "n"}, {"connection.url", "jdbc:postgresql://h/d"}};
}
SqlSinkOptions Confluent(config::Properties more) {
  static const config::Definition definition = ConfluentJdbcDefinition();
  more.merge(Minimal());
  return ConfluentJdbcOptions(config::Config(definition, more));
}
SqlSinkOptions Debezium(config::Properties more) {
  static const config::Definition definition = DebeziumJdbcDefinition();
  more.merge(Minimal());
  return DebeziumJdbcOptions(config::Config(definition, more));
}

TEST(ConfluentJdbc, HasTheDefaultsOfTheRealOne) {
  const SqlSinkOptions options = Confluent({});
  EXPECT_EQ(options.connector, "n");
  EXPECT_EQ(options.insert_mode, InsertMode::kInsert);
  EXPECT_EQ(options.key_mode, KeyMode::kNone);
  EXPECT_FALSE(options.create_tables || options.evolve_tables || options.deletes ||
               options.truncates);
  EXPECT_TRUE(options.quote);
  EXPECT_EQ(options.consistency, Consistency::kTransaction);
}

TEST(ConfluentJdbc, ReadsAUsualConfiguration) {
  const SqlSinkOptions options = Confluent({{"connection.user", "u"},
                                            {"connection.password", "p"},
                                            {"insert.mode", "UPSERT"},
                                            {"pk.mode", "record_key"},
                                            {"pk.fields", "email"},
                                            {"delete.enabled", "true"},
                                            {"auto.create", "true"},
                                            {"quote.sql.identifiers", "NEVER"}});
  EXPECT_EQ(options.connection.user, "u");
  EXPECT_EQ(options.connection.database, "d");
  EXPECT_EQ(options.insert_mode, InsertMode::kUpsert);
  EXPECT_EQ(options.key_fields, std::vector<std::string>{"email"});
  EXPECT_TRUE(options.create_tables && options.deletes);
  EXPECT_FALSE(options.quote);
}

TEST(ConfluentJdbc, RefusesModesThatLackAKey) {
  EXPECT_THROW(Confluent({{"insert.mode", "upsert"}}), ConfigError);
  EXPECT_THROW(Confluent({{"delete.enabled", "true"}, {"pk.mode", "record_value"}}), ConfigError);
}

TEST(DebeziumJdbc, ReadsAUsualConfiguration) {
  const SqlSinkOptions options = Debezium({{"connection.username", "u"},
                                           {"insert.mode", "upsert"},
                                           {"primary.key.mode", "record_key"},
                                           {"schema.evolution", "basic"},
                                           {"truncate.enabled", "true"},
                                           {"table.name.format", "x_${topic}"},
                                           {"tidewire.consistency", "row"}});
  EXPECT_TRUE(options.create_tables && options.evolve_tables && options.truncates);
  EXPECT_FALSE(options.quote);
  EXPECT_EQ(options.table_format, "x_${topic}");
  EXPECT_EQ(options.naming, TableNaming::kDotsToUnderscores);
  EXPECT_EQ(options.consistency, Consistency::kRow);
}

TEST(Both, TakeMysqlUrlsWhoseNamesFoldNoCase) {
  const config::Properties url{{"connection.url", "jdbc:mysql://h/d"},
                               {"connection.password", "p"}};
  EXPECT_TRUE(Debezium(url).quote);
  config::Properties never = url;
  never["quote.sql.identifiers"] = "never";
  EXPECT_TRUE(Confluent(never).quote);
  EXPECT_EQ(Debezium(url).connection.subprotocol, "mysql");
  EXPECT_EQ(Debezium(url).connection.password, "p");
  EXPECT_THROW(Debezium({{"connection.url", "jdbc:mariadb://h/"}}), ConfigError);
}

TEST(DebeziumJdbc, RefusesWhatIsNotSupported) {
  EXPECT_THROW(Debezium({{"primary.key.mode", "record_header"}}), ConfigError);
  EXPECT_THROW(Debezium({{"field.include.list", "a"}, {"field.exclude.list", "b"}}), ConfigError);
}

TEST(Definitions, DocumentEachPropertyOnce) {
  for (const config::Definition& definition :
       {ConfluentJdbcDefinition(), DebeziumJdbcDefinition()}) {
    std::set<std::string> names;
    for (const config::Property& property : definition.properties) {
      EXPECT_TRUE(names.insert(property.name).second) << property.name;
      EXPECT_FALSE(property.documentation.empty()) << property.name;
    }
  }
}

}  // namespace
}  // namespace tidewire::sink
