#include "rest/connection_threads.h"

#include <chrono>

namespace tidewire::rest {
namespace {

// Long enough for clients that ask again and again without keeping their connection.
constexpr std::chrono::seconds kIdleThread{5};

}  // namespace

ConnectionThreads::ConnectionThreads(size_t threads_max, std::function<void()> on_full)
    : threads_max_(threads_max), on_full_(std::move(on_full)) {}

void ConnectionThreads::Enqueue(std::function<void()> job) {
  Threads ended;
  bool full = false;
  {
    std::lock_guard lock(mutex_);
    ended = TakeEnded();
    jobs_.push_back(std::move(job));
    if (jobs_.size() > waiting_) {
      full = threads_.size() >= threads_max_ || !StartThread();
    }
  }
  if (full) on_full_();
  changed_.notify_one();
}

bool ConnectionThreads::StartThread() {
  threads_.emplace_back();
  const auto self = std::prev(threads_.end());
  try {
    *self = std::jthread([this, self] { Run(self); });
    return true;
  } catch (const std::system_error&) {
    // The system gives no further thread: the job waits for one that is there.
    threads_.erase(self);
    return false;
  }
}

void ConnectionThreads::Run(Threads::iterator self) {
  std::unique_lock lock(mutex_);
  while (true) {
    ++waiting_;
    changed_.wait_for(lock, kIdleThread, [&] { return shutdown_ || !jobs_.empty(); });
    --waiting_;
    if (jobs_.empty()) break;
    const auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    lock.lock();
  }
  ended_.splice(ended_.end(), threads_, self);
  changed_.notify_all();
}

ConnectionThreads::Threads ConnectionThreads::TakeEnded() {
  Threads out;
  out.splice(out.end(), ended_);
  return out;
}

void ConnectionThreads::Shutdown() {
  std::unique_lock lock(mutex_);
  shutdown_ = true;
  changed_.notify_all();
  changed_.wait(lock, [&] { return threads_.empty(); });
  Threads ended = TakeEnded();
  lock.unlock();
}

}  // namespace tidewire::rest
