#include "source/snapshot_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidewire::source {
namespace {

using testing::ElementsAre;

TEST(ReferredFirst, LeavesTheOrderWithoutReferences) {
  EXPECT_THAT(ReferredFirst(3, {}), ElementsAre(0, 1, 2));
  EXPECT_THAT(ReferredFirst(0, {}), ElementsAre());
}

TEST(ReferredFirst, PullsReferredTablesForward) {
  EXPECT_THAT(ReferredFirst(4, {{0, 2}, {2, 3}}), ElementsAre(3, 2, 0, 1));
  EXPECT_THAT(ReferredFirst(3, {{1, 2}, {1, 0}}), ElementsAre(0, 2, 1));
}

TEST(ReferredFirst, CutsCycles) {
  EXPECT_THAT(ReferredFirst(3, {{0, 1}, {1, 0}, {2, 2}}), ElementsAre(1, 0, 2));
}

}  // namespace
}  // namespace tidewire::source
