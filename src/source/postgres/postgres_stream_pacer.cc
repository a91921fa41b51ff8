#include "source/postgres/postgres_stream_pacer.h"

#include <algorithm>

namespace tidewire::source {

PostgresStreamPacer::Nanos PostgresStreamPacer::AfterRead(size_t bytes, bool full, TimePoint now) {
  MeasureLoad(bytes, now);
  if (!busy_) return Nanos{0};
  pause_ = full ? std::max(pause_ - pause_ / kShrink, kPauseMin)
                : std::min(pause_ + pause_ / kGrow, kPauseMax);
  return pause_;
}

void PostgresStreamPacer::MeasureLoad(size_t bytes, TimePoint now) {
  load_bytes_ += bytes;
  const Nanos elapsed = now - load_start_;
  if (elapsed < kBusyWindow) return;
  const double seconds = std::chrono::duration<double>(elapsed).count();
  busy_ = static_cast<double>(load_bytes_) > kBusyBytesPerSecond * seconds;
  load_start_ = now;
  load_bytes_ = 0;
}

}  // namespace tidewire::source
