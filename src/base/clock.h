// Time comes in from outside, so that tests can run on a clock of their own.
#pragma once

#include <chrono>
#include <cstdint>

namespace tidewire {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // Nanoseconds since 1970-01-01 UTC.
  virtual int64_t WallNanos() = 0;
  // For deadlines and durations; never goes back.
  virtual std::chrono::steady_clock::time_point Steady() = 0;

  int64_t WallMillis() { return WallNanos() / 1'000'000; }
};

// The machine's clock; lives as long as the process.
Clock& SystemClock();

}  // namespace tidewire
