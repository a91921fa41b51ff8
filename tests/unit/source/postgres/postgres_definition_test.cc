#include "source/postgres/postgres_definition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/property_facts.h"

namespace tidewire::source {
namespace {

using config::Property;
using testing::ElementsAre;
using testing::IsEmpty;

const config::Properties kMinimal = {{"topic.prefix", "t"},
                                     {"database.hostname", "h"},
                                     {"database.user", "u"},
                                     {"database.dbname", "d"}};

std::vector<std::string> ErrorsOf(const std::string& name, const std::string& value) {
  return test::ErrorsOf(PostgresDefinition(), kMinimal, name, value);
}

TEST(PostgresDefinition, DeclaresEveryPropertyOfTheRealConnectorInItsOrder) {
  std::vector<std::string> actual;
  for (const Property& property : PostgresDefinition().properties) {
    actual.push_back(test::DescribeProperty(property));
  }
  EXPECT_EQ(actual, test::ReadPropertyFacts("tests/unit/source/postgres/data/properties.tsv"));
}

TEST(PostgresDefinition, SaysSomethingAboutEachProperty) {
  for (const Property& property : PostgresDefinition().properties) {
    EXPECT_GT(property.documentation.size(), 15u) << property.name;
    EXPECT_FALSE(property.display_name.empty()) << property.name;
  }
}

TEST(PostgresDefinition, ComplainsAboutWhatIsMissing) {
  const auto validation = config::Validate(PostgresDefinition(), {});
  std::vector<std::string> errors;
  for (const auto& property : validation.properties) {
    errors.insert(errors.end(), property.errors.begin(), property.errors.end());
  }
  EXPECT_THAT(errors, ElementsAre("The 'topic.prefix' value is invalid: A value is required",
                                  "The 'database.hostname' value is invalid: A value is required",
                                  "The 'database.user' value is invalid: A value is required",
                                  "The 'database.dbname' value is invalid: A value is required"));
}

TEST(PostgresDefinition, ComplainsAboutChoicesInTheWordsOfTheRealConnector) {
  EXPECT_THAT(ErrorsOf("snapshot.mode", "bogus"),
              ElementsAre("The 'snapshot.mode' value is invalid: Value must be one of always, "
                          "initial_only, configuration_based, when_needed, initial, custom, "
                          "no_data"));
  EXPECT_THAT(ErrorsOf("snapshot.mode", "INITIAL"), IsEmpty());
}

TEST(PostgresDefinition, ComplainsAboutListsThatHoldNoRegularExpression) {
  const auto errors = ErrorsOf("table.include.list", "public.a,[");
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_THAT(errors[0], testing::StartsWith("The 'table.include.list' value is invalid: A "
                                             "comma-separated list of valid regular expressions "
                                             "is expected, but "));
  EXPECT_THAT(ErrorsOf("table.include.list", "public\\.(a|b),s.x{1,2}"), IsEmpty());
}

TEST(PostgresDefinition, ChecksNumbersNamesAndOperations) {
  EXPECT_THAT(ErrorsOf("max.batch.size", "0"), testing::SizeIs(1));
  EXPECT_THAT(ErrorsOf("heartbeat.interval.ms", "-1"), testing::SizeIs(1));
  EXPECT_THAT(ErrorsOf("errors.max.retries", "-2"), testing::SizeIs(1));
  EXPECT_THAT(ErrorsOf("errors.max.retries", "-1"), IsEmpty());
  EXPECT_THAT(ErrorsOf("slot.name", "My-Slot"), testing::SizeIs(1));
  EXPECT_THAT(ErrorsOf("topic.prefix", "a b"), testing::SizeIs(1));
  EXPECT_THAT(ErrorsOf("skipped.operations", "c,none"), testing::SizeIs(1));
  EXPECT_THAT(ErrorsOf("skipped.operations", "c,x"), testing::SizeIs(1));
  EXPECT_THAT(ErrorsOf("message.key.columns", "public.a"), testing::SizeIs(1));
  EXPECT_THAT(ErrorsOf("message.key.columns", "public.a:x,y"), IsEmpty());
}

TEST(PostgresDefinition, WarnsOnlyAboutWhatIsNotSupported) {
  config::Properties given = kMinimal;
  given["column.mask.with.5.chars"] = "a.b.c";
  given["topic.delimiter"] = "-";
  given["slot.nmae"] = "x";
  const auto warnings = config::Validate(PostgresDefinition(), given).warnings;
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_THAT(warnings[0], testing::HasSubstr("column.mask.with.5.chars"));
  EXPECT_THAT(warnings[1], testing::HasSubstr("did you mean 'slot.name'?"));
}

TEST(PostgresDefinition, TakesTheOldNameOfNoData) {
  config::Properties given = kMinimal;
  given["snapshot.mode"] = "never";
  const config::Validation found = config::Validate(PostgresDefinition(), given);
  EXPECT_EQ(found.error_count(), 0);
  ASSERT_EQ(found.warnings.size(), 1u);
  EXPECT_THAT(found.warnings[0], testing::HasSubstr("snapshot.mode=no_data"));
}

TEST(PostgresDefinition, RefusesBothListsOfAPair) {
  EXPECT_THAT(CheckPostgresTogether({{"table.include.list", "a"}, {"table.exclude.list", "b"}}),
              testing::SizeIs(1));
  EXPECT_THAT(CheckPostgresTogether({{"table.include.list", "a"}, {"column.exclude.list", "b"}}),
              IsEmpty());
}

}  // namespace
}  // namespace tidewire::source
