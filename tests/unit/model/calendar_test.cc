#include "model/calendar.h"

#include <gtest/gtest.h>

namespace tidewire::model {
namespace {

TEST(Calendar, GoesThereAndBackFromEndToEnd) {
  for (int64_t days = DaysFromCivil({kMinYear, 1, 1});
       days <= DaysFromCivil({kMaxDateYear, 12, 31}); days += 9973) {
    ASSERT_EQ(DaysFromCivil(CivilFromDays(days)), days);
    ASSERT_TRUE(InRange(CivilFromDays(days), kMaxDateYear)) << days;
  }
}

TEST(Calendar, KnowsWhatCannotBe) {
  EXPECT_TRUE(InRange({2024, 2, 29}, kMaxTimestampYear));
  EXPECT_FALSE(InRange({2024, 0, 1}, kMaxTimestampYear));
  EXPECT_FALSE(InRange({2024, 13, 1}, kMaxTimestampYear));
  EXPECT_FALSE(InRange({2024, 1, 0}, kMaxTimestampYear));
  EXPECT_FALSE(InRange({2024, 1, 32}, kMaxTimestampYear));
  EXPECT_FALSE(InRange({kMaxTimestampYear + 1, 1, 1}, kMaxTimestampYear));
  EXPECT_FALSE(InRange({kMinYear - 1, 12, 31}, kMaxTimestampYear));
}

}  // namespace
}  // namespace tidewire::model
