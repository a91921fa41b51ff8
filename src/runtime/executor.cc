#include "runtime/executor.h"

namespace tidewire::runtime {

Executor::Executor() : thread_("herder", [this](std::stop_token) { Run(); }) {}

Executor::~Executor() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  thread_.Join();
}

void Executor::Post(std::function<void()> work) {
  {
    std::lock_guard lock(mutex_);
    work_.push_back(std::move(work));
  }
  wake_.notify_one();
}

void Executor::PostAt(TimePoint due, std::function<void()> work) {
  {
    std::lock_guard lock(mutex_);
    timers_.emplace(due, std::move(work));
  }
  wake_.notify_one();
}

void Executor::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (!timers_.empty() && timers_.begin()->first <= std::chrono::steady_clock::now()) {
      work_.push_back(std::move(timers_.begin()->second));
      timers_.erase(timers_.begin());
    }
    if (!work_.empty()) {
      const std::function<void()> next = std::move(work_.front());
      work_.pop_front();
      lock.unlock();
      next();
      lock.lock();
    } else if (ending_) {
      return;
    } else if (timers_.empty()) {
      wake_.wait(lock);
    } else {
      wake_.wait_until(lock, timers_.begin()->first);
    }
  }
}

}  // namespace tidewire::runtime
