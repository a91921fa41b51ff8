#include "runtime/thread.h"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

#include "base/error.h"

namespace tidewire::runtime {
namespace {

// Below the 2 MB of a huge page: a kernel that backs stacks with huge pages would otherwise make
// each of a thousand idle sinks cost that much memory.
constexpr size_t kStackBytes = 1024 * 1024;

struct StartBlock {
  std::string name;
  std::function<void(std::stop_token)> body;
  std::stop_token stop;
};

void* RunBody(void* argument) {
  const std::unique_ptr<StartBlock> block(static_cast<StartBlock*>(argument));
  pthread_setname_np(pthread_self(), block->name.substr(0, 15).c_str());
  block->body(block->stop);
  return nullptr;
}

}  // namespace

Thread::Thread(const std::string& name, std::function<void(std::stop_token)> body) {
  stop_ = std::stop_source();
  auto block = std::make_unique<StartBlock>(
      StartBlock{.name = name, .body = std::move(body), .stop = stop_.get_token()});
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  const int error = pthread_create(&handle_, &attributes, RunBody, block.get());
  pthread_attr_destroy(&attributes);
  if (error != 0) {
    throw RetriableError("no thread for " + name + ": " + std::to_string(error) +
                         " from pthread_create; raise the limit of threads (ulimit -u)");
  }
  static_cast<void>(block.release());
  joinable_ = true;
}

Thread::Thread(Thread&& other) noexcept
    : stop_(std::move(other.stop_)),
      handle_(other.handle_),
      joinable_(std::exchange(other.joinable_, false)) {}

Thread& Thread::operator=(Thread&& other) noexcept {
  if (this != &other) {
    Join();
    stop_ = std::move(other.stop_);
    handle_ = other.handle_;
    joinable_ = std::exchange(other.joinable_, false);
  }
  return *this;
}

void Thread::Join() {
  if (!joinable_) return;
  stop_.request_stop();
  Wait();
}

void Thread::Wait() {
  if (!std::exchange(joinable_, false)) return;
  pthread_join(handle_, nullptr);
}

bool WaitFor(const std::stop_token& stop, std::chrono::nanoseconds duration) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, duration, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace tidewire::runtime
