#include "base/error.h"

#include <cstdio>
#include <cstdlib>

namespace tidewire {

void CheckFailed(const char* file, int line, const char* condition, const char* why) {
  std::fprintf(stderr, "FATAL %s:%d: check failed: %s (%s)\n", file, line, condition, why);
  std::abort();
}

}  // namespace tidewire
