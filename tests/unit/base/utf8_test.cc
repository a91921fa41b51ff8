#include "base/utf8.h"

#include <gtest/gtest.h>

namespace tidewire {
namespace {

TEST(Utf8, MeasuresWellFormedSequences) {
  EXPECT_EQ(Utf8SequenceLength("a"), 1u);
  EXPECT_EQ(Utf8SequenceLength("\xc3\xa4x"), 2u);
  EXPECT_EQ(Utf8SequenceLength("\xe2\x82\xac"), 3u);
  EXPECT_EQ(Utf8SequenceLength("\xf0\x9f\x98\x80"), 4u);
}

TEST(Utf8, RefusesOverlongCutAndImpossibleOnes) {
  for (const char* wrong : {"\x80", "\xc0\xaf", "\xc1\xbf", "\xc3", "\xe0\x9f\xbf", "\xed\xa0\x80",
                            "\xe2\x82", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xff"}) {
    EXPECT_EQ(Utf8SequenceLength(wrong), 0u);
  }
}

}  // namespace
}  // namespace tidewire
