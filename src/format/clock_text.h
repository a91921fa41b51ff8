// The digits of an instant, as events have them three times.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

#include "format/json_text.h"

namespace tidewire::format {

// An instant's digits in milliseconds, microseconds and nanoseconds: each is the begin of the next,
// so one conversion serves all three.
class ClockText {
 public:
  explicit ClockText(int64_t ns) {
    // Small and negative values have no digits to share; only clocks that stand still give them.
    const int64_t shared = std::max(ns, kSharedMin);
    size_ =
        static_cast<size_t>(std::to_chars(digits_, digits_ + sizeof digits_, shared).ptr - digits_);
    if (ns < kSharedMin) size_ = 0;
    ns_ = ns;
  }
  void AppendMillis(std::string& out) const { Append(out, 6, 1'000'000); }
  void AppendMicros(std::string& out) const { Append(out, 3, 1000); }
  void AppendNanos(std::string& out) const { Append(out, 0, 1); }

 private:
  static constexpr int64_t kSharedMin = 1'000'000;
  void Append(std::string& out, size_t without, int64_t divisor) const {
    if (size_ > 0) {
      out.append(digits_, size_ - without);
    } else {
      AppendInteger(out, ns_ / divisor);
    }
  }

  char digits_[24];
  size_t size_ = 0;
  int64_t ns_ = 0;
};

}  // namespace tidewire::format
