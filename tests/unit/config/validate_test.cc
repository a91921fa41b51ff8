#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config.h"

namespace tidewire::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Property Make(std::string name, Type type = Type::kString) {
  Property out;
  out.name = std::move(name);
  out.type = type;
  return out;
}

Definition Of(std::vector<Property> properties, std::string plugin = "some.Plugin") {
  Definition out;
  out.plugin = std::move(plugin);
  out.properties = std::move(properties);
  return out;
}

std::vector<std::string> Complaints(const Definition& definition, const Properties& given) {
  std::vector<std::string> out;
  for (const auto& property : Validate(definition, given).properties) {
    out.insert(out.end(), property.errors.begin(), property.errors.end());
  }
  return out;
}

constexpr const char* kDebezium = "io.debezium.connector.postgresql.PostgresConnector";

TEST(Validate, MissesRequiredPropertiesInTheWordsOfEachKind) {
  Property required = Make("a");
  required.required = true;
  EXPECT_THAT(Complaints(Of({required}), {}),
              ElementsAre("Missing required configuration \"a\" which has no default value."));
  EXPECT_THAT(Complaints(Of({required}, kDebezium), {}),
              ElementsAre("The 'a' value is invalid: A value is required"));
  EXPECT_THAT(Complaints(Of({required}, kDebezium), {{"a", " "}}),
              ElementsAre("The 'a' value is invalid: A value is required"));
}

TEST(Validate, ChecksTypesInTheWordsOfEachKind) {
  EXPECT_THAT(Complaints(Of({Make("p", Type::kInt)}), {{"p", "abc"}}),
              ElementsAre("Invalid value abc for configuration p: Not a number of type INT"));
  EXPECT_THAT(Complaints(Of({Make("p", Type::kInt)}, kDebezium), {{"p", "abc"}}),
              ElementsAre("The 'p' value is invalid: An integer is expected"));
  EXPECT_THAT(
      Complaints(Of({Make("p", Type::kBoolean)}), {{"p", "yes"}}),
      ElementsAre(
          "Invalid value yes for configuration p: Expected value to be either true or false"));
}

TEST(Validate, KnowsTheBoundsOfEachType) {
  EXPECT_THAT(Complaints(Of({Make("p", Type::kInt)}), {{"p", "2147483647"}}), IsEmpty());
  EXPECT_EQ(Complaints(Of({Make("p", Type::kInt)}), {{"p", "2147483648"}}).size(), 1u);
  EXPECT_EQ(Complaints(Of({Make("p", Type::kShort)}), {{"p", "-32769"}}).size(), 1u);
  EXPECT_THAT(Complaints(Of({Make("p", Type::kLong)}), {{"p", "-9223372036854775808"}}), IsEmpty());
  EXPECT_THAT(Complaints(Of({Make("p", Type::kDouble)}), {{"p", "1e3"}}), IsEmpty());
  EXPECT_EQ(Complaints(Of({Make("p", Type::kDouble)}), {{"p", "1e999"}}).size(), 1u);
  EXPECT_EQ(Complaints(Of({Make("p", Type::kInt)}), {{"p", ""}}).size(), 1u);
  EXPECT_EQ(Complaints(Of({Make("p", Type::kInt)}), {{"p", "+-1"}}).size(), 1u);
}

TEST(Validate, TakesEnumerationsWithoutRegardToCase) {
  Property mode = Make("snapshot.mode");
  mode.allowed = {"initial", "no_data"};
  EXPECT_THAT(Complaints(Of({mode}), {{"snapshot.mode", "INITIAL"}}), IsEmpty());
  EXPECT_THAT(
      Complaints(Of({mode}, kDebezium), {{"snapshot.mode", "bogus"}}),
      ElementsAre("The 'snapshot.mode' value is invalid: Value must be one of initial, no_data"));
  EXPECT_THAT(Complaints(Of({mode}), {{"snapshot.mode", "bogus"}}),
              ElementsAre("Invalid value bogus for configuration snapshot.mode: String must be one "
                          "of: initial, no_data"));
}

TEST(Validate, TakesOldNamesOfValuesWithAWarning) {
  Property mode = Make("snapshot.mode");
  mode.allowed = {"initial", "no_data"};
  mode.old_values = {{"never", "no_data"}};
  const Validation old = Validate(Of({mode}, kDebezium), {{"snapshot.mode", "Never"}});
  EXPECT_EQ(old.error_count(), 0);
  EXPECT_THAT(
      old.warnings,
      ElementsAre("snapshot.mode=Never is the old name of snapshot.mode=no_data; use that"));
  EXPECT_THAT(Validate(Of({mode}), {{"snapshot.mode", "no_data"}}).warnings, IsEmpty());
}

TEST(Validate, ChecksEachItemOfAList) {
  Property ops = Make("skipped.operations", Type::kList);
  ops.allowed = {"c", "u", "d", "t", "none"};
  EXPECT_THAT(Complaints(Of({ops}), {{"skipped.operations", "t, u"}}), IsEmpty());
  EXPECT_EQ(Complaints(Of({ops}), {{"skipped.operations", "t,x"}}).size(), 1u);
}

TEST(Validate, AsksThePropertysOwnCheck) {
  Property tasks = Make("tasks.max", Type::kInt);
  tasks.check = [](const std::string& value) {
    return value == "0" ? "Value must be at least 1" : "";
  };
  EXPECT_THAT(Complaints(Of({tasks}), {{"tasks.max", " 0 "}}),
              ElementsAre("Invalid value 0 for configuration tasks.max: Value must be at least 1"));
}

TEST(Validate, NeverPutsAPasswordIntoAComplaint) {
  Property secret = Make("p", Type::kPassword);
  secret.check = [](const std::string&) { return "is too short"; };
  const auto complaints = Complaints(Of({secret}), {{"p", "hunter2"}});
  EXPECT_THAT(complaints, ElementsAre("Invalid value [hidden] for configuration p: is too short"));
}

TEST(Validate, ShowsTheGivenValueOrTheDefault) {
  Property port = Make("port", Type::kInt);
  port.default_value = "5432";
  EXPECT_EQ(Validate(Of({port}), {}).properties[0].value, "5432");
  EXPECT_EQ(Validate(Of({port}), {{"port", " 1 "}}).properties[0].value, "1");
  EXPECT_EQ(Validate(Of({port}), {{"port", "x"}}).properties[0].value, std::nullopt);
}

TEST(Validate, SuggestsTheNearestNameForAnUnknownOne) {
  const auto warnings =
      Validate(Of({Make("slot.name")}), {{"slot.nmae", "x"}, {"task.max", "1"}}).warnings;
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_THAT(warnings[0], HasSubstr("did you mean 'slot.name'?"));
  EXPECT_THAT(warnings[1], HasSubstr("did you mean 'tasks.max'?"));
}

TEST(Validate, LeavesNamesOfTheFrameworkAlone) {
  EXPECT_THAT(Validate(Of({}), {{"name", "x"},
                                {"transforms.a.type", "T"},
                                {"value.converter.schemas.enable", "false"},
                                {"errors.tolerance", "all"}})
                  .warnings,
              IsEmpty());
}

TEST(Validate, WarnsOfWhatIsNotSupportedYet) {
  Property later = Make("signal.data.collection");
  later.support = Support::kNotYet;
  later.default_value = "none";
  Definition definition = Of({later});
  definition.patterns = {{"column\\.mask\\.with\\.\\d+\\.chars", Support::kNotYet},
                         {"driver\\..*", Support::kNoEffect}};
  const auto warnings = Validate(definition, {{"signal.data.collection", "public.s"},
                                              {"column.mask.with.3.chars", "a"},
                                              {"driver.x", "y"}})
                            .warnings;
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_THAT(warnings[0], HasSubstr("'signal.data.collection' is not supported yet"));
  EXPECT_THAT(warnings[1], HasSubstr("'column.mask.with.3.chars' is not supported yet"));
  EXPECT_THAT(Validate(definition, {{"signal.data.collection", "none"}}).warnings, IsEmpty());
}

TEST(Config, ReadsValuesByType) {
  Property port = Make("port", Type::kInt);
  port.default_value = "5432";
  const Definition definition =
      Of({port, Make("flag", Type::kBoolean), Make("list", Type::kList), Make("none")});
  const Config config(definition, {{"flag", " TRUE "}, {"list", "a, b,,c\\,d{1\\,2}"}});
  EXPECT_EQ(config.GetInt("port"), 5432);
  EXPECT_TRUE(config.GetBool("flag"));
  EXPECT_THAT(config.GetList("list"), ElementsAre("a", "b", "c,d{1,2}"));
  EXPECT_FALSE(config.Has("none"));
  EXPECT_EQ(config.Get("none"), "");
}

TEST(Config, KeepsBlanksOfPasswords) {
  const Definition definition = Of({Make("secret", Type::kPassword), Make("text")});
  const Config config(definition, {{"secret", " x "}, {"text", " x "}});
  EXPECT_EQ(config.Get("secret"), " x ");
  EXPECT_EQ(config.Get("text"), "x");
}

TEST(ConfigDeathTest, EndsOnAnUndeclaredName) {
  const Definition definition = Of({});
  const Config config(definition, {});
  EXPECT_DEATH(config.Get("nope"), "nope");
}

TEST(DidYouMean, FindsSwapsPrefixesAndNothingFarAway) {
  const std::vector<std::string> names = {"slot.name", "database.hostname", "table.include.list"};
  EXPECT_EQ(DidYouMean("slot.nmae", names), "slot.name");
  EXPECT_EQ(DidYouMean("hostname", names), "database.hostname");
  EXPECT_EQ(DidYouMean("table.includes.lists", names), "table.include.list");
  EXPECT_EQ(DidYouMean("completely.different", names), "");
  EXPECT_EQ(DidYouMean("", names), "");
}

}  // namespace
}  // namespace tidewire::config
