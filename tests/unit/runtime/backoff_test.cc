#include "runtime/backoff.h"

#include <gtest/gtest.h>

namespace tidewire::runtime {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, DoublesUpToTheLongestWait) {
  Backoff backoff(milliseconds(100), milliseconds(350), -1);
  EXPECT_EQ(backoff.Next(), milliseconds(100));
  EXPECT_EQ(backoff.Next(), milliseconds(200));
  EXPECT_EQ(backoff.Next(), milliseconds(350));
  EXPECT_EQ(backoff.Next(), milliseconds(350));
  backoff.Reset();
  EXPECT_EQ(backoff.Next(), milliseconds(100));
}

TEST(Backoff, GivesUpAfterItsTries) {
  Backoff backoff(milliseconds(1), milliseconds(1), 2);
  EXPECT_TRUE(backoff.Next().has_value());
  EXPECT_TRUE(backoff.Next().has_value());
  EXPECT_FALSE(backoff.Next().has_value());
}

TEST(Backoff, WithoutTriesGivesUpAtOnce) {
  EXPECT_FALSE(Backoff(milliseconds(1), milliseconds(1), 0).Next().has_value());
}

}  // namespace
}  // namespace tidewire::runtime
