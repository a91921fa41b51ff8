// Named places where a test can make the process die or an operation fail. Off (one relaxed load)
// unless the environment variable TIDEWIRE_FAILPOINTS is set: "name=kill@3;other=error" kills at
// the third passing of `name` and throws RetriableError at each passing of `other`. Actions: kill
// (SIGKILL), error, sleep:<ms>.
#pragma once

#include <atomic>

namespace tidewire {

extern std::atomic<bool> failpoints_armed;
void PassFailpoint(const char* name);

inline void Failpoint(const char* name) {
  if (failpoints_armed.load(std::memory_order_relaxed)) [[unlikely]]
    PassFailpoint(name);
}

}  // namespace tidewire
