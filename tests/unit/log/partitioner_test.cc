#include "log/partitioner.h"

#include <gtest/gtest.h>

namespace tidewire::log {
namespace {

// The values that Kafka's own UtilsTest expects.
TEST(KafkaMurmur2, HashesAsKafkaDoes) {
  EXPECT_EQ(static_cast<int32_t>(KafkaMurmur2("21")), -973932308);
  EXPECT_EQ(static_cast<int32_t>(KafkaMurmur2("foobar")), -790332482);
  EXPECT_EQ(static_cast<int32_t>(KafkaMurmur2("a-little-bit-long-string")), -985981536);
  EXPECT_EQ(static_cast<int32_t>(KafkaMurmur2("a-little-bit-longer-string")), -1486304829);
  EXPECT_EQ(static_cast<int32_t>(KafkaMurmur2("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8")),
            -58897971);
  EXPECT_EQ(static_cast<int32_t>(KafkaMurmur2("abc")), 479470107);
}

TEST(PartitionOfKey, ClearsTheSignBeforeItDivides) {
  EXPECT_EQ(PartitionOfKey("21", 7), (-973932308 & 0x7fffffff) % 7);
  EXPECT_EQ(PartitionOfKey("anything", 1), 0);
}

}  // namespace
}  // namespace tidewire::log
