// Threads that come with the connections and go after them.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace tidewire::rest {

// Enqueue and Shutdown: from one thread.
class ConnectionThreads {
 public:
  // `on_full` is called when a job has to wait because `threads_max` are busy.
  ConnectionThreads(size_t threads_max, std::function<void()> on_full);
  ~ConnectionThreads() { Shutdown(); }

  void Enqueue(std::function<void()> job);
  // Runs what is queued, then ends all threads.
  void Shutdown();

 private:
  using Threads = std::list<std::jthread>;
  // False when the system gives none.
  bool StartThread();
  void Run(Threads::iterator self);
  // Threads that have ended by themselves.
  Threads TakeEnded();

  const size_t threads_max_;
  const std::function<void()> on_full_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  size_t waiting_ = 0;
  bool shutdown_ = false;
  Threads ended_;
  Threads threads_;
};

}  // namespace tidewire::rest
