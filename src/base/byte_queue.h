// The one kind of queue between two threads of a task: bounded in bytes, so that memory is bounded
// whatever a row's size, and in records where somebody wants that.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <stop_token>
#include <vector>

namespace tidewire {

// Push: any thread, blocks while full. Take: any thread, never blocks. WaitFilled: one thread.
// Close: any thread, once or more; wakes both sides. One item is always let in when the queue is
// empty, however large it is.
template <class T>
class ByteQueue {
 public:
  explicit ByteQueue(size_t bytes_max, size_t records_max = SIZE_MAX)
      : bytes_max_(bytes_max), records_max_(records_max) {}

  // False when closed or stopped: the item was not taken. Without `wake` the thread in WaitFilled
  // sleeps on until WakeUp(): the caller means to take the item out again itself.
  bool Push(T item, size_t bytes, size_t records, std::stop_token stop, bool wake) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, stop, [&] { return closed_ || HasRoom(bytes, records); });
    if (closed_ || (stop.stop_requested() && !HasRoom(bytes, records))) return false;
    bytes_ += bytes;
    records_ += records;
    items_.push_back({std::move(item), bytes, records});
    lock.unlock();
    if (wake) WakeUp();
    return true;
  }
  void WakeUp() { filled_.notify_one(); }

  // False: closed and drained.
  bool WaitFilled() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [&] { return closed_ || !items_.empty(); });
    return !items_.empty();
  }

  // What is queued, but at most `bytes_max` (at least one item where there is any).
  std::vector<T> Take(size_t bytes_max) {
    std::vector<T> out;
    {
      std::lock_guard lock(mutex_);
      size_t taken = 0;
      while (!items_.empty() && (out.empty() || taken + items_.front().bytes <= bytes_max)) {
        taken += items_.front().bytes;
        records_ -= items_.front().records;
        out.push_back(std::move(items_.front().item));
        items_.pop_front();
      }
      bytes_ -= taken;
    }
    room_.notify_all();
    return out;
  }

  void Close() {
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
    }
    filled_.notify_all();
    room_.notify_all();
  }

  size_t bytes() const {
    std::lock_guard lock(mutex_);
    return bytes_;
  }
  size_t size() const {
    std::lock_guard lock(mutex_);
    return items_.size();
  }
  size_t bytes_max() const { return bytes_max_; }

 private:
  struct Entry {
    T item;
    size_t bytes;
    size_t records;
  };
  bool HasRoom(size_t bytes, size_t records) const {
    return items_.empty() || (bytes_ + bytes <= bytes_max_ && records_ + records <= records_max_);
  }

  const size_t bytes_max_;
  const size_t records_max_;
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::condition_variable_any room_;
  std::deque<Entry> items_;
  size_t bytes_ = 0;
  size_t records_ = 0;
  bool closed_ = false;
};

}  // namespace tidewire
