// The threads of tasks: as std::jthread, with a name for top and gdb and with a stack of a chosen
// size.
#pragma once

#include <pthread.h>

#include <functional>
#include <stop_token>
#include <string>

namespace tidewire::runtime {

// Owned and used by one thread. Declared last in its class: the destructor asks the body to stop
// and waits for it.
class Thread {
 public:
  Thread() = default;
  // Starts at once. `body` must not throw. Throws RetriableError when the system has no thread to
  // give.
  Thread(const std::string& name, std::function<void(std::stop_token)> body);
  Thread(Thread&& other) noexcept;
  Thread& operator=(Thread&& other) noexcept;
  ~Thread() { Join(); }

  void RequestStop() { stop_.request_stop(); }
  // Asks to stop, and waits for the end; harmless when there is nothing to wait for.
  void Join();
  // Waits for the end without asking for it.
  void Wait();
  bool joinable() const { return joinable_; }

 private:
  std::stop_source stop_{std::nostopstate};
  pthread_t handle_{};
  bool joinable_ = false;
};

// Waits until `stop` or for `nanoseconds`, whichever is first; true when the time passed without a
// stop.
bool WaitFor(const std::stop_token& stop, std::chrono::nanoseconds duration);

}  // namespace tidewire::runtime
