#include "source/pattern_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace tidewire::source {
namespace {

using testing::ElementsAre;

TEST(SplitRegexList, SplitsOnlyAtCommasOutsideOfExpressions) {
  EXPECT_THAT(SplitRegexList(" a.b , c\\,d,(x,y)z,[,]e,f{1,2},, "),
              ElementsAre("a.b", "c\\,d", "(x,y)z", "[,]e", "f{1,2}"));
}

TEST(PatternList, TakesPlainNamesAsExpressionsToo) {
  EXPECT_TRUE(PatternList({"public.a"}, "p").Matches("public.a"));
  EXPECT_TRUE(PatternList({"public.a"}, "p").Matches("publicxa"));
  EXPECT_FALSE(PatternList({"public.a"}, "p").Matches("public.ab"));
}

TEST(PatternList, KeepsBackReferencesOutOfTheCommonExpression) {
  const PatternList list({"(a)(b)c", "(x)\\1"}, "p");
  EXPECT_TRUE(list.Matches("xx"));
  EXPECT_TRUE(list.Matches("abc"));
  EXPECT_FALSE(list.Matches("xa"));
}

TEST(PatternList, FindsOneOfTenThousandPlainNames) {
  std::vector<std::string> names;
  for (int i = 0; i < 10'000; ++i) names.push_back(fmt::format("public.t{}", i));
  const PatternList list(names, "table.include.list");
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(list.Matches(fmt::format("public.t{}", i)));
  EXPECT_FALSE(list.Matches("public.t10000"));
}

TEST(PatternList, NamesThePropertyWhoseExpressionCannotBeRead) {
  try {
    PatternList({"a", "["}, "table.include.list");
    FAIL() << "no error";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("'table.include.list'"));
  }
}

}  // namespace
}  // namespace tidewire::source
