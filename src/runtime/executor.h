// One thread that runs what is posted, in order: the owner of the herder's state.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <type_traits>

#include "runtime/thread.h"

namespace tidewire::runtime {

// Post, PostAt and Call: any thread. What is posted must not throw; what is called may, and the
// caller gets it.
class Executor {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  Executor();
  // Runs what was posted before, then ends; timers that are not due are forgotten.
  ~Executor();

  void Post(std::function<void()> work);
  // Once `due`; not before.
  void PostAt(TimePoint due, std::function<void()> work);

  // Runs `work` on the executor's thread and returns its answer, or throws what it threw.
  template <class Work>
  auto Call(Work&& work) -> std::invoke_result_t<Work> {
    std::packaged_task<std::invoke_result_t<Work>()> task(std::forward<Work>(work));
    auto answer = task.get_future();
    Post([&task] { task(); });
    return answer.get();
  }

 private:
  void Run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> work_;
  std::multimap<TimePoint, std::function<void()>> timers_;
  bool ending_ = false;
  Thread thread_;  // Last: it uses all the others.
};

}  // namespace tidewire::runtime
