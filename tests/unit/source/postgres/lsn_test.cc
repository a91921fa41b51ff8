#include "source/postgres/lsn.h"

#include <gtest/gtest.h>

namespace tidewire::source {
namespace {

TEST(LsnText, ReadsAsTheServerPrintsIt) {
  EXPECT_EQ((Lsn{0x16'B374D848}).ToString(), "16/B374D848");
  EXPECT_EQ(Lsn::Parse("16/B374D848"), (Lsn{0x16'B374D848}));
  EXPECT_EQ(Lsn::Parse("0/0"), Lsn{});
  EXPECT_EQ(Lsn::Parse("FFFFFFFF/FFFFFFFF"), Lsn{UINT64_MAX});
}

TEST(LsnText, IsNothingWhenMalformed) {
  for (const char* text :
       {"", "/", "1/", "/1", "16B374D848", "1/2/3", "G/0", "100000000/0", "-1/0"}) {
    EXPECT_FALSE(Lsn::Parse(text)) << text;
  }
}

}  // namespace
}  // namespace tidewire::source
