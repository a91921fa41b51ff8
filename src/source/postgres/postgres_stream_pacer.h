// How long to wait between two reads of a busy stream.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tidewire::source {

// The walsender sends every message by itself. While we take each at once, every tiny send wakes us
// on the sender's time; when we take a bounded amount and pause, the kernel gathers the small sends
// and the sender needs a third of the CPU time (docs/decisions/0003-paced-reads.md). Which pause is
// best depends on the machine and on the network, so it is measured: most of the time the best
// known pause is used, now and then a neighbour is tried. No pause at all is one of the choices, so
// a paced stream does not stay slower than a plain one. One thread.
class PostgresStreamPacer {
 public:
  using Nanos = std::chrono::nanoseconds;
  using TimePoint = std::chrono::steady_clock::time_point;

  // The pause before the next read, after one that brought `bytes` (more than none). Zero while the
  // stream is not busy, so that a lone transaction waits for nothing.
  Nanos AfterRead(size_t bytes, TimePoint now);

  // The best known.
  Nanos current() const { return kPauses[best_]; }

 private:
  static constexpr std::array<Nanos, 7> kPauses = {Nanos{0},       Nanos{50'000},  Nanos{100'000},
                                                   Nanos{150'000}, Nanos{200'000}, Nanos{300'000},
                                                   Nanos{400'000}};
  static constexpr size_t kFirstArm = 4;
  // A stream is busy from this many bytes a second on; at half of what one sender reaches with
  // plain reads.
  static constexpr double kBusyBytesPerSecond = 8e6;
  static constexpr Nanos kBusyWindow{1'000'000};
  static constexpr size_t kWindowBytes = 4 << 20;
  static constexpr int kWindowsBetweenTrials = 16;
  // A neighbour must be better by this much, or noise would make us wander.
  static constexpr double kGain = 1.06;

  void MeasureLoad(size_t bytes, TimePoint now);
  void EndWindow(double bytes_per_second);

  size_t best_ = kFirstArm;
  size_t arm_ = kFirstArm;
  double best_rate_ = 0;  // Smoothed rate of best_; 0: not measured.
  double last_rate_ = 0;  // Of its last window.
  int windows_ = 0;
  bool try_up_ = false;
  bool busy_ = false;
  TimePoint load_start_;
  size_t load_bytes_ = 0;
  TimePoint window_start_;
  size_t window_bytes_ = 0;
};

}  // namespace tidewire::source
