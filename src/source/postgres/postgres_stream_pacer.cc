#include "source/postgres/postgres_stream_pacer.h"

namespace tidewire::source {

PostgresStreamPacer::Nanos PostgresStreamPacer::AfterRead(size_t bytes, TimePoint now) {
  MeasureLoad(bytes, now);
  if (!busy_) return Nanos{0};
  window_bytes_ += bytes;
  if (window_bytes_ >= kWindowBytes) {
    const double seconds = std::chrono::duration<double>(now - window_start_).count();
    EndWindow(static_cast<double>(window_bytes_) / std::max(seconds, 1e-9));
    window_start_ = now;
    window_bytes_ = 0;
  }
  return kPauses[arm_];
}

void PostgresStreamPacer::MeasureLoad(size_t bytes, TimePoint now) {
  load_bytes_ += bytes;
  const Nanos elapsed = now - load_start_;
  if (elapsed < kBusyWindow) return;
  const double seconds = std::chrono::duration<double>(elapsed).count();
  const bool busy = static_cast<double>(load_bytes_) > kBusyBytesPerSecond * seconds;
  load_start_ = now;
  load_bytes_ = 0;
  if (busy && !busy_) {
    // What was measured before the stream ran dry says nothing.
    arm_ = best_;
    window_start_ = now;
    window_bytes_ = 0;
  }
  busy_ = busy;
}

void PostgresStreamPacer::EndWindow(double bytes_per_second) {
  if (arm_ != best_) {
    if (bytes_per_second > std::max(best_rate_, last_rate_) * kGain) {
      best_ = arm_;
      best_rate_ = bytes_per_second;
    } else {
      try_up_ = !try_up_;
    }
    arm_ = best_;
    return;
  }
  last_rate_ = bytes_per_second;
  best_rate_ = best_rate_ == 0 ? bytes_per_second : best_rate_ * 0.75 + bytes_per_second * 0.25;
  if (++windows_ % kWindowsBetweenTrials != 0) return;
  if (try_up_ && best_ + 1 == kPauses.size()) try_up_ = false;
  if (!try_up_ && best_ == 0) try_up_ = true;
  arm_ = try_up_ ? best_ + 1 : best_ - 1;
}

}  // namespace tidewire::source
