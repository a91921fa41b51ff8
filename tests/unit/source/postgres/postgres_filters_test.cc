#include "source/postgres/postgres_filters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace tidewire::source {
namespace {

using testing::ElementsAre;

FilterSettings Tables(std::vector<std::string> include, std::vector<std::string> exclude = {}) {
  FilterSettings out;
  out.table_include = std::move(include);
  out.table_exclude = std::move(exclude);
  return out;
}

TEST(SplitRegexList, SplitsOnlyAtCommasOutsideOfExpressions) {
  EXPECT_THAT(SplitRegexList(" a.b , c\\,d,(x,y)z,[,]e,f{1,2},, "),
              ElementsAre("a.b", "c\\,d", "(x,y)z", "[,]e", "f{1,2}"));
}

TEST(PostgresFilters, MatchWholeNamesWithoutRegardToCase) {
  const PostgresFilters filters(Tables({"public\\.Orders", "inventory\\..*"}));
  EXPECT_TRUE(filters.CapturesTable("PUBLIC", "orders"));
  EXPECT_FALSE(filters.CapturesTable("public", "orders2"));
  EXPECT_FALSE(filters.CapturesTable("xpublic", "orders"));
  EXPECT_TRUE(filters.CapturesTable("inventory", "anything"));
}

TEST(PostgresFilters, PlainNamesAreStillExpressions) {
  const PostgresFilters filters(Tables({"public.a"}));
  EXPECT_TRUE(filters.CapturesTable("public", "a"));
  EXPECT_TRUE(PatternList({"public.a"}, "p").Matches("publicxa"));
  EXPECT_FALSE(PatternList({"public.a"}, "p").Matches("public.ab"));
}

TEST(PostgresFilters, KeepBackReferencesOutOfTheCommonExpression) {
  const PatternList list({"(a)(b)c", "(x)\\1"}, "p");
  EXPECT_TRUE(list.Matches("xx"));
  EXPECT_TRUE(list.Matches("abc"));
  EXPECT_FALSE(list.Matches("xa"));
}

TEST(PostgresFilters, ExcludeListsWinOnlyOverWhatTheyName) {
  const PostgresFilters filters(Tables({}, {"public\\.secret.*"}));
  EXPECT_FALSE(filters.CapturesTable("public", "secrets"));
  EXPECT_TRUE(filters.CapturesTable("public", "open"));
}

TEST(PostgresFilters, CombineSchemaAndTableLists) {
  FilterSettings settings = Tables({".*\\.t"});
  settings.schema_include = {"a"};
  const PostgresFilters filters(settings);
  EXPECT_TRUE(filters.CapturesTable("a", "t"));
  EXPECT_FALSE(filters.CapturesTable("b", "t"));
  EXPECT_FALSE(filters.CapturesTable("a", "u"));
}

TEST(PostgresFilters, NeverCaptureTheServersOwnSchemas) {
  const PostgresFilters filters(Tables({".*"}));
  EXPECT_FALSE(filters.CapturesTable("pg_catalog", "pg_class"));
  EXPECT_FALSE(filters.CapturesTable("information_schema", "tables"));
  EXPECT_FALSE(filters.CapturesTable("", "pg_class"));
}

TEST(PostgresFilters, MatchColumnsByTheirFullName) {
  FilterSettings settings;
  settings.column_exclude = {"public\\.t\\.secret"};
  const PostgresFilters filters(settings);
  EXPECT_FALSE(filters.CapturesColumn("public", "t", "SECRET"));
  EXPECT_TRUE(filters.CapturesColumn("public", "u", "secret"));
  settings.column_exclude.clear();
  settings.column_include = {"public\\.t\\.(a|b)"};
  const PostgresFilters including(settings);
  EXPECT_TRUE(including.CapturesColumn("public", "t", "a"));
  EXPECT_FALSE(including.CapturesColumn("public", "t", "c"));
}

TEST(PostgresFilters, GiveKeyColumnsByTable) {
  FilterSettings settings;
  settings.message_key_columns = "public\\.a:x,y; (.*)\\.b:z";
  const PostgresFilters filters(settings);
  ASSERT_NE(filters.KeyColumns("public", "a"), nullptr);
  EXPECT_THAT(*filters.KeyColumns("public", "a"), ElementsAre("x", "y"));
  EXPECT_THAT(*filters.KeyColumns("other", "b"), ElementsAre("z"));
  EXPECT_EQ(filters.KeyColumns("public", "c"), nullptr);
}

TEST(PostgresFilters, RefuseWhatIsNoExpression) {
  EXPECT_THROW(PostgresFilters(Tables({"["})), ConfigError);
}

TEST(PostgresFilters, FindOneOfTenThousandPlainNames) {
  std::vector<std::string> names;
  for (int i = 0; i < 10'000; ++i) names.push_back(fmt::format("public.t{}", i));
  const PatternList list(names, "table.include.list");
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(list.Matches(fmt::format("public.t{}", i)));
  EXPECT_FALSE(list.Matches("public.t10000"));
}

}  // namespace
}  // namespace tidewire::source
