#include "source/property_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidewire::source {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(NumberOr, ReadsWholeNumbersOnly) {
  EXPECT_EQ(NumberOr("-12", 7), -12);
  EXPECT_EQ(NumberOr("12x", 7), 7);
  EXPECT_EQ(NumberOr("", 7), 7);
  EXPECT_EQ(NumberOr("99999999999999999999", 7), 7);
}

TEST(PropertyChecks, LeaveWhatIsNoNumberToTheTypes) {
  EXPECT_EQ(CheckPositive("x"), "");
  EXPECT_NE(CheckPositive("0"), "");
  EXPECT_EQ(CheckNotNegative("0"), "");
  EXPECT_NE(CheckNotNegative("-1"), "");
  EXPECT_EQ(CheckRetries("-1"), "");
  EXPECT_NE(CheckRetries("-2"), "");
}

TEST(CheckListPairs, NamesEachExcludeListBesideItsIncludeList) {
  EXPECT_THAT(CheckListPairs({{"a.include.list", "x"},
                              {"a.exclude.list", "y"},
                              {"b.include.list", "x"},
                              {"b.exclude.list", " "},
                              {"c.include.list", "x"},
                              {"c.exclude.list", "y"}},
                             {"a", "b"}),
              ElementsAre(Pair("a.exclude.list",
                               "The 'a.exclude.list' value is invalid: 'a.include.list' is "
                               "already specified")));
  EXPECT_THAT(CheckListPairs({{"a.exclude.list", "y"}}, {"a"}), IsEmpty());
}

}  // namespace
}  // namespace tidewire::source
