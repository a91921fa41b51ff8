// How long to wait before the next try, and when to give up.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

namespace tidewire::runtime {

// Doubles from `first` to `longest`. Used by one thread.
class Backoff {
 public:
  // `tries_max`: failures in a row after which it gives up; negative: never.
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds longest, int64_t tries_max)
      : first_(std::min(first, longest)), longest_(longest), tries_max_(tries_max), next_(first_) {}

  // After a failure: the wait before the next try, or nothing when there is to be none.
  std::optional<std::chrono::milliseconds> Next() {
    if (tries_max_ >= 0 && tries_ >= tries_max_) return {};
    ++tries_;
    return std::exchange(next_, std::min(next_ * 2, longest_));
  }

  // After progress: the next failure is the first again.
  void Reset() {
    tries_ = 0;
    next_ = first_;
  }

  int64_t tries() const { return tries_; }

 private:
  const std::chrono::milliseconds first_;
  const std::chrono::milliseconds longest_;
  const int64_t tries_max_;
  std::chrono::milliseconds next_;
  int64_t tries_ = 0;
};

}  // namespace tidewire::runtime
