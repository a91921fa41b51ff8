#include "source/settings_reading.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidewire::source {
namespace {

using testing::ElementsAre;

TEST(SplitStatements, SplitsAtSingleSemicolons) {
  EXPECT_THAT(SplitStatements("SET a = 1; SET b = 'x;;y' ;; ;"),
              ElementsAre("SET a = 1", "SET b = 'x;y' ;"));
  EXPECT_THAT(SplitStatements(" ; "), ElementsAre());
}

TEST(GivenOr, TakesBlankTextForNone) {
  EXPECT_EQ(GivenOr({{"a", " x "}}, "a", "y"), "x");
  EXPECT_EQ(GivenOr({{"a", "  "}}, "a", "y"), "y");
  EXPECT_EQ(GivenOr({}, "a", "y"), "y");
}

TEST(ValueOr, AsksTheDefinitionFirst) {
  config::Definition definition;
  config::Property property;
  property.name = "declared";
  property.default_value = "d";
  definition.properties = {property};
  definition.patterns = {{"by\\.pattern", config::Support::kYes}};
  const config::Config given(definition, {{"by.pattern", "p"}, {"unknown", "u"}});
  EXPECT_EQ(ValueOr(given, "declared", "o"), "d");
  EXPECT_EQ(ValueOr(given, "by.pattern", "o"), "p");
  EXPECT_EQ(ValueOr(given, "unknown", "o"), "o");
  EXPECT_EQ(ValueOr({definition, {}}, "by.pattern", "o"), "o");
}

}  // namespace
}  // namespace tidewire::source
