#include "source/postgres/postgres_stream_pacer.h"

#include <gtest/gtest.h>

namespace tidewire::source {
namespace {

using Nanos = PostgresStreamPacer::Nanos;
using namespace std::chrono_literals;

constexpr size_t kFull = 16 * 1024;

class Pacing : public testing::Test {
 protected:
  // A sender of which each read costs `base` beside the pause.
  template <class Cost>
  void Read(int count, Cost cost) {
    for (int i = 0; i < count; ++i) {
      const Nanos pause = pacer_.AfterRead(kFull, now_);
      now_ += cost(pause);
    }
  }

  PostgresStreamPacer pacer_;
  PostgresStreamPacer::TimePoint now_ = PostgresStreamPacer::TimePoint(1h);
};

TEST_F(Pacing, NeverDelaysALoneTransaction) {
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(pacer_.AfterRead(1000, now_), 0ns);
    now_ += 1ms;  // 1 MB/s.
  }
}

TEST_F(Pacing, PausesOnceTheStreamIsBusyAndStopsWhenItIsNot) {
  Read(50, [](Nanos pause) { return pause + 100us; });
  EXPECT_EQ(pacer_.AfterRead(kFull, now_), 200us);
  now_ += 1s;
  EXPECT_EQ(pacer_.AfterRead(100, now_), 0ns);
}

TEST_F(Pacing, FindsThatNoPauseIsBestWhereTheSenderGainsNothing) {
  Read(200'000, [](Nanos pause) { return pause + 100us; });
  EXPECT_EQ(pacer_.current(), 0ns);
}

TEST_F(Pacing, FindsALongerPauseWhereItPays) {
  // The sender needs less time the longer it is left alone, up to 400 µs.
  Read(200'000, [](Nanos pause) { return 2000us - 5 * pause + pause; });
  EXPECT_GE(pacer_.current(), 300us);
}

TEST_F(Pacing, StaysWhereAllPausesAreEqual) {
  Read(200'000, [](Nanos) { return 300us; });
  EXPECT_EQ(pacer_.current(), 200us);
}

}  // namespace
}  // namespace tidewire::source
