#include "source/task_run.h"

#include <condition_variable>
#include <mutex>
#include <random>

namespace tidewire::source {

std::string NewRunId(Clock& clock) {
  std::random_device random;
  const auto bits = [&] { return uint64_t{random()} << 32 | random(); };
  const uint64_t high = static_cast<uint64_t>(clock.WallMillis()) << 16 | 0x7000 | (bits() & 0xFFF);
  const uint64_t low = (bits() >> 2) | uint64_t{1} << 63;
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xFFFF,
                     high & 0xFFFF, low >> 48, low & 0xFFFF'FFFF'FFFF);
}

void PauseFor(std::chrono::milliseconds time, std::stop_token stop) {
  if (time.count() <= 0) return;
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any never;
  never.wait_for(lock, stop, time, [] { return false; });
}

}  // namespace tidewire::source
