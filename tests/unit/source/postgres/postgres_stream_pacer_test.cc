#include "source/postgres/postgres_stream_pacer.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tidewire::source {
namespace {

using Nanos = PostgresStreamPacer::Nanos;
using namespace std::chrono_literals;

constexpr size_t kFull = 16 * 1024;

// A sender that makes `rate` bytes a second, into a socket that holds `socket_max`.
class Pacing : public testing::Test {
 protected:
  static constexpr double kSocketMax = 256 * 1024;

  // Reads for so long; the bytes that came.
  size_t ReadFor(Nanos time, double rate) {
    const PostgresStreamPacer::TimePoint end = now_ + time;
    size_t sum = 0;
    while (now_ < end) {
      const auto got = static_cast<size_t>(std::min(waiting_, double{kFull}));
      waiting_ -= static_cast<double>(got);
      sum += got;
      ++reads_;
      short_reads_ += got < kFull ? 1 : 0;
      pause_ = pacer_.AfterRead(got, got == kFull, now_);
      const Nanos step = pause_ + 20us;  // What a read costs.
      now_ += step;
      waiting_ =
          std::min(waiting_ + rate * std::chrono::duration<double>(step).count(), kSocketMax);
    }
    return sum;
  }

  PostgresStreamPacer pacer_;
  PostgresStreamPacer::TimePoint now_ = PostgresStreamPacer::TimePoint(1h);
  Nanos pause_{0};
  double waiting_ = 0;
  int reads_ = 0;
  int short_reads_ = 0;
};

TEST_F(Pacing, NeverDelaysALoneTransaction) {
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(pacer_.AfterRead(1000, false, now_), 0ns);
    now_ += 1ms;  // 1 MB/s.
  }
}

TEST_F(Pacing, PausesOnceTheStreamIsBusyAndStopsWhenItIsNot) {
  ReadFor(1s, 40e6);
  EXPECT_GT(pause_, 0ns);
  now_ += 1s;
  EXPECT_EQ(pacer_.AfterRead(100, false, now_), 0ns);
}

TEST_F(Pacing, TakesAllThatTheSenderMakes) {
  for (const double rate : {10e6, 20e6, 45e6, 150e6}) {
    ReadFor(1s, rate);
    EXPECT_GT(static_cast<double>(ReadFor(1s, rate)), rate * 0.97) << rate;
  }
}

TEST_F(Pacing, LeavesBytesInTheSocketMostOfTheTime) {
  ReadFor(1s, 40e6);
  reads_ = short_reads_ = 0;
  ReadFor(1s, 40e6);
  EXPECT_LT(short_reads_, reads_ / 6);
}

TEST_F(Pacing, EndsWithinAMillisecondHoweverSlowTheSender) {
  ReadFor(1s, 9e6);
  EXPECT_LE(pause_, 1ms);
}

}  // namespace
}  // namespace tidewire::source
