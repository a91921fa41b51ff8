#include "source/mysql/mysql_definition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/property_facts.h"

namespace tidewire::source {
namespace {

using config::Property;
using config::Support;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const config::Properties kMinimal = {{"topic.prefix", "t"},
                                     {"database.hostname", "h"},
                                     {"database.user", "u"},
                                     {"database.server.id", "1"}};

const config::Definition* const kBoth[] = {&MysqlDefinition(), &MariadbDefinition()};

std::vector<std::string> ErrorsOf(const std::string& name, const std::string& value) {
  return test::ErrorsOf(MysqlDefinition(), kMinimal, name, value);
}

std::vector<std::string> WarningsOf(const std::string& name, const std::string& value) {
  config::Properties given = kMinimal;
  given[name] = value;
  return config::Validate(MysqlDefinition(), given).warnings;
}

// What the real connectors do not declare, and what they do.
struct Listed {
  std::vector<std::string> facts;
  std::vector<std::string> further;
};

Listed List(const config::Definition& definition, const std::vector<std::string>& recorded) {
  Listed out;
  for (const Property& property : definition.properties) {
    const bool known = std::any_of(recorded.begin(), recorded.end(), [&](const auto& line) {
      return line.starts_with(property.name + '\t');
    });
    if (known) {
      out.facts.push_back(test::DescribeProperty(property));
    } else {
      out.further.push_back(property.name);
    }
  }
  return out;
}

TEST(MysqlDefinition, DeclaresEveryPropertyOfTheRealConnectorsInTheirOrder) {
  for (const auto& [definition, file] :
       {std::pair(&MysqlDefinition(), "mysql_properties.tsv"),
        std::pair(&MariadbDefinition(), "mariadb_properties.tsv")}) {
    const auto recorded =
        test::ReadPropertyFacts(std::string("tests/unit/source/mysql/data/") + file);
    ASSERT_GT(recorded.size(), 100u);
    const Listed listed = List(*definition, recorded);
    EXPECT_EQ(listed.facts, recorded);
    EXPECT_THAT(listed.further,
                ElementsAre("binary.handling.mode", "tidewire.invalid.dates",
                            "tidewire.invalid.dates.columns", "gtid.ignore.on.recovery"));
  }
}

TEST(MysqlDefinition, PutsFurtherPropertiesBehindTheOthersOfTheirGroup) {
  EXPECT_EQ(MysqlDefinition().Find("binary.handling.mode")->order, 59);
  EXPECT_EQ(MysqlDefinition().Find("gtid.ignore.on.recovery")->order, 41);
}

TEST(MysqlDefinition, SaysSomethingAboutEachProperty) {
  for (const config::Definition* definition : kBoth) {
    for (const Property& property : definition->properties) {
      EXPECT_GT(property.documentation.size(), 15u) << property.name;
      EXPECT_THAT(property.documentation, testing::Not(HasSubstr("PostgreSQL"))) << property.name;
      EXPECT_FALSE(property.display_name.empty()) << property.name;
    }
  }
}

TEST(MysqlDefinition, NamesColumnsAndTablesAsTheServerDoes) {
  for (const char* name :
       {"table.include.list", "table.exclude.list", "column.include.list", "column.exclude.list"}) {
    EXPECT_THAT(MysqlDefinition().Find(name)->documentation, HasSubstr("database.table")) << name;
  }
}

TEST(MysqlDefinition, ComplainsAboutWhatIsMissing) {
  for (const config::Definition* definition : kBoth) {
    std::vector<std::string> names;
    for (const auto& one : config::Validate(*definition, {}).properties) {
      if (one.errors.empty()) continue;
      names.push_back(one.property->name);
      EXPECT_THAT(one.errors, ElementsAre(HasSubstr("A value is required")));
    }
    EXPECT_THAT(names, ElementsAre("topic.prefix", "database.hostname", "database.user",
                                   "database.server.id"));
  }
}

TEST(MysqlDefinition, TakesEachServersOwnWordsForTls) {
  EXPECT_THAT(ErrorsOf("database.ssl.mode", "verify_ca"), IsEmpty());
  EXPECT_THAT(ErrorsOf("database.ssl.mode", "verify-ca"), SizeIs(1));
  EXPECT_THAT(test::ErrorsOf(MariadbDefinition(), kMinimal, "database.ssl.mode", "verify-ca"),
              IsEmpty());
  EXPECT_THAT(
      test::ErrorsOf(MariadbDefinition(), kMinimal, "snapshot.locking.mode", "minimal_percona"),
      SizeIs(1));
}

TEST(MysqlDefinition, ChecksNumbersModesAndLists) {
  EXPECT_THAT(ErrorsOf("database.server.id", "0"), SizeIs(1));
  EXPECT_THAT(ErrorsOf("database.server.id", "4294967295"), IsEmpty());
  EXPECT_THAT(ErrorsOf("database.server.id", "4294967296"), SizeIs(1));
  EXPECT_THAT(ErrorsOf("connect.timeout.ms", "0"), SizeIs(1));
  EXPECT_THAT(ErrorsOf("connect.keep.alive.interval.ms", "0"), SizeIs(1));
  EXPECT_THAT(ErrorsOf("snapshot.lock.timeout.ms", "-1"), SizeIs(1));
  EXPECT_THAT(ErrorsOf("binlog.net.read.timeout", "-1"), SizeIs(1));
  EXPECT_THAT(ErrorsOf("binlog.net.write.timeout", "-1"), SizeIs(1));
  EXPECT_THAT(ErrorsOf("time.precision.mode", "Adaptive"),
              ElementsAre(HasSubstr("use adaptive_time_microseconds")));
  EXPECT_THAT(ErrorsOf("time.precision.mode", "connect"), IsEmpty());
  EXPECT_THAT(ErrorsOf("binary.handling.mode", "base63"), SizeIs(1));
  EXPECT_THAT(ErrorsOf("bigint.unsigned.handling.mode", "short"), SizeIs(1));
  EXPECT_THAT(ErrorsOf("inconsistent.schema.handling.mode", "stop"), SizeIs(1));
  for (const char* name : {"database.include.list", "database.exclude.list", "gtid.source.includes",
                           "gtid.source.excludes"}) {
    EXPECT_THAT(ErrorsOf(name, "a,["), SizeIs(1)) << name;
    EXPECT_THAT(ErrorsOf(name, "a,b{1,2}"), IsEmpty()) << name;
  }
}

TEST(MysqlDefinition, KnowsThreeKindsOfSchemaHistory) {
  EXPECT_THAT(
      ErrorsOf("schema.history.internal", "io.debezium.storage.file.history.FileSchemaHistory"),
      IsEmpty());
  EXPECT_THAT(
      ErrorsOf("schema.history.internal", "io.debezium.relational.history.MemorySchemaHistory"),
      IsEmpty());
  EXPECT_THAT(ErrorsOf("schema.history.internal", "io.debezium.storage.s3.history.S3SchemaHistory"),
              ElementsAre(HasSubstr("S3SchemaHistory is not supported")));
}

TEST(MysqlDefinition, ChecksTheRulesForInvalidDates) {
  EXPECT_THAT(ErrorsOf("tidewire.invalid.dates", "EPOCH"), IsEmpty());
  EXPECT_THAT(ErrorsOf("tidewire.invalid.dates", "zero"), SizeIs(1));
  EXPECT_THAT(ErrorsOf("tidewire.invalid.dates.columns", "a\\.b\\..*:text;x:null"), IsEmpty());
  EXPECT_THAT(ErrorsOf("tidewire.invalid.dates.columns", "a\\.b\\..*:zero"), SizeIs(1));
}

TEST(MysqlDefinition, WarnsOnlyAboutWhatIsNotSupported) {
  for (const char* name :
       {"schema.history.internal.kafka.topic", "schema.history.internal.file.filename",
        "schema.history.internal.kafka.bootstrap.servers",
        "schema.history.internal.kafka.recovery.poll.interval.ms",
        "schema.history.internal.kafka.query.timeout.ms",
        "schema.history.internal.consumer.security.protocol", "topic.delimiter", "ddl.parser.type",
        "database.allowPublicKeyRetrieval", "driver.useSSL"}) {
    EXPECT_THAT(WarningsOf(name, "x"), IsEmpty()) << name;
  }
  for (const char* name :
       {"schema.history.internal.ddl.filter", "column.mask.with.5.chars", "signal.file",
        "read.only", "event.converting.failure.handling.mode", "converters"}) {
    EXPECT_THAT(WarningsOf(name, "x"), ElementsAre(HasSubstr("not supported yet"))) << name;
  }
  EXPECT_THAT(WarningsOf("money.fraction.digits", "2"), ElementsAre(HasSubstr("Unknown property")));
  EXPECT_THAT(WarningsOf("gtid.source.include", "x"),
              ElementsAre(HasSubstr("did you mean 'gtid.source.includes'?")));
}

TEST(MysqlDefinition, MarksWhatTheSourceDoes) {
  for (const config::Definition* definition : kBoth) {
    for (const char* name :
         {"include.schema.comments", "snapshot.tables.order.by.row.count", "table.ignore.builtin",
          "snapshot.lock.timeout.ms", "snapshot.locking.mode", "include.query"}) {
      EXPECT_EQ(definition->Find(name)->support, Support::kYes) << name;
    }
    for (const char* name : {"binlog.buffer.size", "poll.interval.ms", "use.nongraceful.disconnect",
                             "min.row.count.to.stream.results"}) {
      EXPECT_EQ(definition->Find(name)->support, Support::kNoEffect) << name;
    }
  }
}

TEST(MysqlDefinition, TakesOldNamesOfSnapshotModes) {
  EXPECT_THAT(WarningsOf("snapshot.mode", "schema_only"),
              ElementsAre(HasSubstr("snapshot.mode=no_data")));
  EXPECT_THAT(WarningsOf("snapshot.mode", "schema_only_recovery"),
              ElementsAre(HasSubstr("snapshot.mode=recovery")));
  EXPECT_THAT(WarningsOf("snapshot.mode", "never"), IsEmpty());
}

TEST(CheckMysqlTogether, RefusesBothListsOfAPair) {
  for (const std::string kind : {"database", "table", "column"}) {
    const auto complaints =
        CheckMysqlTogether({{kind + ".include.list", "a"}, {kind + ".exclude.list", "b"}});
    ASSERT_THAT(complaints, SizeIs(1)) << kind;
    EXPECT_EQ(complaints[0].first, kind + ".exclude.list");
  }
  EXPECT_THAT(CheckMysqlTogether({{"table.include.list", "a"}, {"column.exclude.list", "b"}}),
              IsEmpty());
  EXPECT_THAT(CheckMysqlTogether({{"gtid.source.includes", "a"}, {"gtid.source.excludes", "b"}}),
              SizeIs(1));
}

TEST(CheckMysqlTogether, WantsTheFileOfAFileHistory) {
  config::Properties given = {
      {"schema.history.internal", "io.debezium.storage.file.history.FileSchemaHistory"}};
  EXPECT_THAT(CheckMysqlTogether(given), SizeIs(1));
  given["schema.history.internal.file.filename"] = "history.dat";
  EXPECT_THAT(CheckMysqlTogether(given), IsEmpty());
}

}  // namespace
}  // namespace tidewire::source
