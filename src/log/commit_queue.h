// Group commit: changes of several threads share one durable write, as in LevelDB's writer queue.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>

#include "log/store.h"

namespace tidewire::log {

// One caller's part of a group. All methods are called with the log's mutex held, by the thread
// that leads the group.
class Commit {
 public:
  virtual ~Commit() = default;
  // Adds the changes. What it throws fails this commit alone; it must then have left no trace in
  // memory.
  virtual void Build(StoreChanges& changes) = 0;
  // The changes are durable: make them visible.
  virtual void Publish() noexcept {}
  // The write failed: take back what Build reserved.
  virtual void Abandon() noexcept {}
};

class CommitQueue {
 public:
  CommitQueue(Store& store, std::mutex& mutex, size_t group_bytes_max)
      : store_(store), mutex_(mutex), group_bytes_max_(group_bytes_max) {}

  // Returns when the commit is durable and published; commits are published in the order of these
  // calls. Throws what Build or Store::Commit threw. Any thread, without the mutex.
  void Run(Commit& commit);

 private:
  struct Waiter {
    Commit* commit;
    std::condition_variable turn;
    std::exception_ptr error;
    bool done = false;
  };
  void Lead(std::unique_lock<std::mutex>& lock);
  std::exception_ptr Write(const StoreChanges& changes, bool& written);

  Store& store_;
  std::mutex& mutex_;
  const size_t group_bytes_max_;
  std::deque<Waiter*> waiting_;  // The front one leads.
};

}  // namespace tidewire::log
