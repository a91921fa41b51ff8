#include "source/capture_filters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace tidewire::source {
namespace {

using testing::ElementsAre;

bool IsSystem(std::string_view name) { return name == "sys"; }

FilterSettings Tables(std::vector<std::string> include, std::vector<std::string> exclude = {}) {
  FilterSettings out;
  out.table_include = std::move(include);
  out.table_exclude = std::move(exclude);
  return out;
}

TEST(CaptureFilters, MatchWholeNamesWithoutRegardToCase) {
  const CaptureFilters filters(Tables({"public\\.Orders", "inventory\\..*"}), IsSystem);
  EXPECT_TRUE(filters.CapturesTable("PUBLIC", "orders"));
  EXPECT_FALSE(filters.CapturesTable("public", "orders2"));
  EXPECT_FALSE(filters.CapturesTable("xpublic", "orders"));
  EXPECT_TRUE(filters.CapturesTable("inventory", "anything"));
}

TEST(CaptureFilters, ExcludeListsWinOnlyOverWhatTheyName) {
  const CaptureFilters filters(Tables({}, {"public\\.secret.*"}), IsSystem);
  EXPECT_FALSE(filters.CapturesTable("public", "secrets"));
  EXPECT_TRUE(filters.CapturesTable("public", "open"));
}

TEST(CaptureFilters, CombineNamespaceAndTableLists) {
  FilterSettings settings = Tables({".*\\.t"});
  settings.namespace_include = {"a"};
  const CaptureFilters filters(settings, IsSystem);
  EXPECT_TRUE(filters.CapturesTable("a", "t"));
  EXPECT_FALSE(filters.CapturesTable("b", "t"));
  EXPECT_FALSE(filters.CapturesTable("a", "u"));
}

TEST(CaptureFilters, CaptureNamespacesByTheirListsAlone) {
  FilterSettings settings = Tables({"a\\.t"});
  settings.namespace_exclude = {"b"};
  const CaptureFilters filters(settings, IsSystem);
  EXPECT_TRUE(filters.CapturesNamespace("a"));
  EXPECT_TRUE(filters.CapturesNamespace("c"));
  EXPECT_FALSE(filters.CapturesNamespace("B"));
  EXPECT_FALSE(filters.CapturesNamespace("sys"));
}

TEST(CaptureFilters, LeaveOutTheServersOwnTablesUnlessTold) {
  const CaptureFilters filters(Tables({".*"}), IsSystem);
  EXPECT_FALSE(filters.CapturesTable("sys", "t"));
  EXPECT_TRUE(filters.CapturesTable("system", "t"));
  EXPECT_TRUE(CaptureFilters(Tables({".*"}), nullptr).CapturesTable("sys", "t"));
}

TEST(CaptureFilters, MatchColumnsByTheirFullName) {
  FilterSettings settings;
  settings.column_exclude = {"public\\.t\\.secret"};
  const CaptureFilters filters(settings, IsSystem);
  EXPECT_FALSE(filters.CapturesColumn("public", "t", "SECRET"));
  EXPECT_TRUE(filters.CapturesColumn("public", "u", "secret"));
  settings.column_exclude.clear();
  settings.column_include = {"public\\.t\\.(a|b)"};
  const CaptureFilters including(settings, IsSystem);
  EXPECT_TRUE(including.CapturesColumn("public", "t", "a"));
  EXPECT_FALSE(including.CapturesColumn("public", "t", "c"));
}

TEST(CaptureFilters, GiveKeyColumnsByTable) {
  FilterSettings settings;
  settings.message_key_columns = "public\\.a:x,y; (.*)\\.b:z";
  const CaptureFilters filters(settings, IsSystem);
  ASSERT_NE(filters.KeyColumns("public", "a"), nullptr);
  EXPECT_THAT(*filters.KeyColumns("public", "a"), ElementsAre("x", "y"));
  EXPECT_THAT(*filters.KeyColumns("other", "b"), ElementsAre("z"));
  EXPECT_EQ(filters.KeyColumns("public", "c"), nullptr);
}

TEST(CaptureFilters, NameTheListThatCannotBeRead) {
  EXPECT_THROW(CaptureFilters(Tables({"["}), IsSystem), ConfigError);
  FilterSettings settings;
  settings.namespace_word = "database";
  settings.namespace_include = {"["};
  try {
    CaptureFilters(settings, IsSystem);
    FAIL() << "no error";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("'database.include.list'"));
  }
}

TEST(FilterSettings, ReadTheListsOfTheirNamespace) {
  config::Definition definition;
  for (const char* name : {"database.include.list", "database.exclude.list", "table.include.list",
                           "table.exclude.list", "column.include.list", "column.exclude.list",
                           "snapshot.include.collection.list", "message.key.columns"}) {
    config::Property property;
    property.name = name;
    definition.properties.push_back(std::move(property));
  }
  const auto settings = FilterSettings::FromConfig(
      {definition, {{"database.include.list", "a,b"}, {"table.exclude.list", "a\\.t{1,2}"}}},
      "database");
  EXPECT_EQ(settings.namespace_word, "database");
  EXPECT_THAT(settings.namespace_include, ElementsAre("a", "b"));
  EXPECT_THAT(settings.table_exclude, ElementsAre("a\\.t{1,2}"));
  EXPECT_THAT(settings.namespace_exclude, ElementsAre());
}

}  // namespace
}  // namespace tidewire::source
