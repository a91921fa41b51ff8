#include "base/failpoint.h"

#include <csignal>
#include <cstdlib>

#include "base/error.h"

namespace tidewire {
namespace {

struct Point {
  std::string action;
  long from_passing = 1;
  long passed = 0;
};

class Points {
 public:
  Points() {
    const char* spec = std::getenv("TIDEWIRE_FAILPOINTS");
    if (spec == nullptr) return;
    std::string_view rest = spec;
    while (!rest.empty()) {
      const auto end = std::min(rest.find(';'), rest.size());
      Add(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    failpoints_armed = !points_.empty();
  }

  void Pass(const char* name) {
    std::string action;
    {
      std::lock_guard lock(mutex_);
      const auto found = points_.find(name);
      if (found == points_.end() || ++found->second.passed < found->second.from_passing) return;
      action = found->second.action;
    }
    if (action == "kill") {
      std::raise(SIGKILL);
    } else if (action.starts_with("sleep:")) {
      std::this_thread::sleep_for(std::chrono::milliseconds(std::stol(action.substr(6))));
    } else {
      throw RetriableError(std::string("failpoint ") + name);
    }
  }

 private:
  void Add(std::string_view item) {
    const auto equals = item.find('=');
    if (equals == std::string_view::npos) return;
    Point point;
    const auto at = item.find('@', equals);
    point.action = item.substr(equals + 1, at == std::string_view::npos ? at : at - equals - 1);
    if (at != std::string_view::npos)
      point.from_passing = std::stol(std::string(item.substr(at + 1)));
    points_[std::string(item.substr(0, equals))] = point;
  }

  std::mutex mutex_;
  std::map<std::string, Point, std::less<>> points_;
};

Points& AllPoints() {
  static Points points;
  return points;
}
// Reads the environment before main, so that the first passing counts.
[[maybe_unused]] const Points& kLoaded = AllPoints();

}  // namespace

constinit std::atomic<bool> failpoints_armed{false};

void PassFailpoint(const char* name) { AllPoints().Pass(name); }

}  // namespace tidewire
