#include "source/mysql/mysql_invalid_dates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidewire::source {
namespace {

using testing::HasSubstr;

TEST(ParseInvalidDates, KnowsThePoliciesByName) {
  EXPECT_EQ(ParseInvalidDates(""), InvalidDates::kAsDebezium);
  EXPECT_EQ(ParseInvalidDates("null"), InvalidDates::kNull);
  EXPECT_EQ(ParseInvalidDates("Epoch"), InvalidDates::kEpoch);
  EXPECT_EQ(ParseInvalidDates("text"), InvalidDates::kText);
  EXPECT_EQ(ParseInvalidDates("fail"), InvalidDates::kFail);
  EXPECT_EQ(ParseInvalidDates("zero"), std::nullopt);
}

TEST(ParseInvalidDatesColumns, PartsRulesAtSemicolonsAndTheLastColon) {
  const auto rules = ParseInvalidDatesColumns(" a\\.(?:b|c)\\.d : text ;; x\\.y\\.z:null;");
  ASSERT_TRUE(rules) << rules.error();
  ASSERT_EQ(rules->size(), 2u);
  EXPECT_EQ((*rules)[0].column_pattern, "a\\.(?:b|c)\\.d");
  EXPECT_EQ((*rules)[0].policy, InvalidDates::kText);
  EXPECT_EQ((*rules)[1].column_pattern, "x\\.y\\.z");
  EXPECT_EQ((*rules)[1].policy, InvalidDates::kNull);
  EXPECT_TRUE(ParseInvalidDatesColumns("")->empty());
}

TEST(ParseInvalidDatesColumns, SaysWhatIsWrong) {
  EXPECT_THAT(ParseInvalidDatesColumns("a.b.c").error(), HasSubstr("lacks"));
  EXPECT_THAT(ParseInvalidDatesColumns("a.b.c:").error(), HasSubstr("none of"));
  EXPECT_THAT(ParseInvalidDatesColumns("a.b.c:zero").error(), HasSubstr("'zero'"));
  EXPECT_THAT(ParseInvalidDatesColumns(":null").error(), HasSubstr("names no column"));
  EXPECT_THAT(ParseInvalidDatesColumns("a.[:null").error(), HasSubstr("regular expression"));
}

}  // namespace
}  // namespace tidewire::source
