#include "log/commit_queue.h"

#include "base/failpoint.h"

namespace tidewire::log {

void CommitQueue::Run(Commit& commit) {
  Waiter self{.commit = &commit, .turn = {}, .error = {}, .done = false};
  std::unique_lock lock(mutex_);
  waiting_.push_back(&self);
  self.turn.wait(lock, [&] { return self.done || waiting_.front() == &self; });
  if (!self.done) Lead(lock);
  if (self.error) std::rethrow_exception(self.error);
}

void CommitQueue::Lead(std::unique_lock<std::mutex>& lock) {
  StoreChanges changes;
  size_t taken = 0;
  std::vector<Waiter*> group;
  for (; taken < waiting_.size() && (taken == 0 || changes.bytes() < group_bytes_max_); ++taken) {
    Waiter* waiter = waiting_[taken];
    const size_t before = changes.size();
    try {
      waiter->commit->Build(changes);
      group.push_back(waiter);
    } catch (...) {
      changes.Truncate(before);
      waiter->error = std::current_exception();
    }
  }
  bool written = false;
  lock.unlock();
  const std::exception_ptr error = Write(changes, written);
  lock.lock();
  for (Waiter* waiter : group) {
    written ? waiter->commit->Publish() : waiter->commit->Abandon();
    waiter->error = error;
  }
  for (; taken > 0; --taken) {
    Waiter* waiter = waiting_.front();
    waiting_.pop_front();
    waiter->done = true;
    waiter->turn.notify_one();
  }
  if (!waiting_.empty()) waiting_.front()->turn.notify_one();
}

// `written` and an error: the changes are durable, but the callers are told otherwise (only a
// failpoint does that).
std::exception_ptr CommitQueue::Write(const StoreChanges& changes, bool& written) {
  try {
    Failpoint("log.before_write");
    if (changes.size() > 0) store_.Commit(changes);
    written = true;
    Failpoint("log.after_write");
  } catch (...) {
    return std::current_exception();
  }
  return {};
}

}  // namespace tidewire::log
