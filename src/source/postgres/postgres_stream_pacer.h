// How long to wait between two reads of a busy stream.
#pragma once

#include <chrono>
#include <cstddef>

namespace tidewire::source {

// The walsender sends every message by itself. While we take each at once, every tiny send wakes us
// on the sender's time; while some bytes always wait in the socket, the window is nearly closed,
// the kernel gathers the small sends, and the sender needs a third of the CPU time
// (docs/decisions/0003-paced-reads.md). So a busy stream is read in bounded pieces with a pause
// between, and the pause follows the sender: a read that drains the socket makes the next pause
// longer, one that leaves bytes behind makes it shorter. A sender that is slow for other reasons
// loses nothing, because bytes that gather while we pause come with the next read. One thread.
class PostgresStreamPacer {
 public:
  using Nanos = std::chrono::nanoseconds;
  using TimePoint = std::chrono::steady_clock::time_point;

  // The pause before the next read, after one that brought `bytes`; `full`: as many as one read may
  // bring. Zero while the stream is not busy, so that a lone transaction waits for nothing.
  Nanos AfterRead(size_t bytes, bool full, TimePoint now);

 private:
  static constexpr Nanos kPauseMin{50'000};
  static constexpr Nanos kPauseMax{1'000'000};
  static constexpr Nanos kPauseFirst{250'000};
  // About one read in nine may drain the socket before the pause grows.
  static constexpr int kShrink = 64;
  static constexpr int kGrow = 8;
  // A stream is busy from this many bytes a second on; at half of what one sender reaches with
  // plain reads.
  static constexpr double kBusyBytesPerSecond = 8e6;
  static constexpr Nanos kBusyWindow{2'000'000};

  void MeasureLoad(size_t bytes, TimePoint now);

  Nanos pause_ = kPauseFirst;
  bool busy_ = false;
  TimePoint load_start_;
  size_t load_bytes_ = 0;
};

}  // namespace tidewire::source
