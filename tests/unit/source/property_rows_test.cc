#include "source/property_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "source/common_properties.h"

namespace tidewire::source {
namespace {

using config::Importance;
using config::Support;
using config::Type;
using config::Width;
using testing::ElementsAre;

std::string Refuse(const std::string&) { return "no"; }

constexpr PropertyRow kRow = {"own",         Type::kString, nullptr,       Importance::kLow,
                              Width::kShort, "Own",         Support::kYes, "A row of its own.",
                              "first,second"};

TEST(AddProperties, CountsPlacesInsideTheGroup) {
  constexpr PropertyEntry kFirst[] = {Shared("topic.prefix"), Own(kRow)};
  constexpr PropertyEntry kOther[] = {Shared("max.batch.size")};
  constexpr PropertyEntry kLast[] = {Shared("converters")};
  config::Definition definition;
  AddProperties("Server", kFirst, definition);
  AddProperties("Connector", kOther, definition);
  AddProperties("Server", kLast, definition);
  std::vector<std::string> places;
  for (const auto& one : definition.properties) {
    places.push_back(fmt::format("{} {} {}", one.group, one.order, one.name));
  }
  EXPECT_THAT(places, ElementsAre("Server 1 topic.prefix", "Server 2 own",
                                  "Connector 1 max.batch.size", "Server 3 converters"));
}

TEST(AddProperties, TakesWhatIsOtherwise) {
  constexpr PropertyEntry kEntries[] = {Own(kRow), Own(kRow, {.default_value = "second",
                                                              .documentation = "Another text.",
                                                              .support = Support::kNotYet,
                                                              .width = Width::kLong,
                                                              .allowed = "second,third",
                                                              .check = Refuse,
                                                              .dependents = "a, b"})};
  config::Definition definition;
  AddProperties("Server", kEntries, definition);
  const config::Property& as_it_is = definition.properties[0];
  EXPECT_EQ(as_it_is.default_value, std::nullopt);
  EXPECT_EQ(as_it_is.documentation, "A row of its own.");
  EXPECT_EQ(as_it_is.support, Support::kYes);
  EXPECT_EQ(as_it_is.width, Width::kShort);
  EXPECT_THAT(as_it_is.allowed, ElementsAre("first", "second"));
  EXPECT_FALSE(as_it_is.check);
  EXPECT_TRUE(as_it_is.dependents.empty());
  const config::Property& otherwise = definition.properties[1];
  EXPECT_EQ(otherwise.default_value, "second");
  EXPECT_EQ(otherwise.documentation, "Another text.");
  EXPECT_EQ(otherwise.support, Support::kNotYet);
  EXPECT_EQ(otherwise.width, Width::kLong);
  EXPECT_THAT(otherwise.allowed, ElementsAre("second", "third"));
  EXPECT_EQ(otherwise.check("x"), "no");
  EXPECT_THAT(otherwise.dependents, ElementsAre("a", "b"));
}

TEST(AddProperties, DiesOfASharedNameThatNobodyDeclares) {
  constexpr PropertyEntry kEntries[] = {Shared("no.such.row")};
  config::Definition definition;
  EXPECT_DEATH(AddProperties("Server", kEntries, definition), "no.such.row");
}

TEST(Require, MarksDeclaredProperties) {
  constexpr PropertyEntry kEntries[] = {Shared("topic.prefix"), Own(kRow)};
  config::Definition definition;
  AddProperties("Server", kEntries, definition);
  Require(definition, {"own"});
  EXPECT_FALSE(definition.Find("topic.prefix")->required);
  EXPECT_TRUE(definition.Find("own")->required);
  EXPECT_DEATH(Require(definition, {"no.such.property"}), "no.such.property");
}

TEST(CommonProperties, HaveEachNameOnce) {
  std::set<std::string> names;
  for (const auto rows : {CommonRunProperties(), CommonEventProperties()}) {
    for (const PropertyRow& row : rows) EXPECT_TRUE(names.insert(row.name).second) << row.name;
  }
}

}  // namespace
}  // namespace tidewire::source
