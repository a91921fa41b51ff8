#include "runtime/source_session.h"

#include "base/failpoint.h"
#include "runtime/json_text.h"

namespace tidewire::runtime {
namespace {

// Bounds what is taken out of the queue at once, and so the memory behind it while it is appended.
constexpr size_t kGroupBytesMax = 8 * 1024 * 1024;

}  // namespace

SourceSession::SourceSession(SourceEnvironment& environment, std::stop_token stop,
                             std::function<void()> on_durable)
    : environment_(environment),
      stop_(std::move(stop)),
      on_durable_(std::move(on_durable)),
      queue_(environment.queue_bytes, environment.queue_records) {
  if (environment_.metrics != nullptr) {
    environment_.metrics->queue_capacity->Set(static_cast<double>(environment.queue_bytes));
  }
}

bool SourceSession::Emit(model::ChangeBatchPtr batch, source::Then then) {
  // Counted before it is queued: a waiter on another thread then waits for one batch too many,
  // never for one too few.
  emitted_.fetch_add(1, std::memory_order_acq_rel);
  const size_t bytes = batch->bytes(), records = batch->records.size();
  const bool wake = then == source::Then::kGoesOn;
  const bool taken = queue_.Push(std::move(batch), bytes, records, stop_, wake);
  if (taken && wake) return true;
  if (taken) CommitHere();
  if (const std::exception_ptr why = failure()) std::rethrow_exception(why);
  return taken;
}

bool SourceSession::WaitDurable() {
  const uint64_t target = emitted_.load(std::memory_order_acquire);
  std::unique_lock lock(mutex_);
  durable_.wait(lock, stop_, [&] { return failure_ != nullptr || committed_.load() >= target; });
  if (failure_) std::rethrow_exception(failure_);
  return committed_.load() >= target;
}

std::optional<std::string> SourceSession::LoadOffset(const std::string& partition) {
  const std::string wanted = CanonicalJson(partition);
  for (const auto& [stored, offset] : environment_.log->SourceOffsets(environment_.connector)) {
    if (CanonicalJson(stored) == wanted) return offset;
  }
  return {};
}

void SourceSession::ReadTopic(const std::string& topic,
                              const std::function<void(const model::GeneralRecord&)>& each) {
  constexpr size_t kFetchBytes = 1024 * 1024;
  log::Subscription subscription;
  subscription.topics = {topic};
  subscription.may_miss = true;
  const auto reader = environment_.log->OpenReader(subscription, {}, log::StartAt::kEarliest);
  for (;;) {
    const log::FetchedBatch fetched =
        reader->Fetch(kFetchBytes, std::chrono::steady_clock::now(), stop_);
    if (fetched.batch == nullptr) return;
    for (const model::Record& record : fetched.batch->records) {
      if (record.op == model::Op::kGeneral) each(fetched.batch->generals[record.general]);
    }
  }
}

void SourceSession::ReportSnapshot(const source::SnapshotProgress& progress) {
  if (environment_.metrics != nullptr) environment_.metrics->Snapshot(progress);
  if (environment_.on_snapshot) environment_.on_snapshot(progress);
}

void SourceSession::ReportLag(uint64_t bytes_behind, uint64_t retained_bytes,
                              int64_t last_commit_us) {
  if (environment_.metrics == nullptr) return;
  environment_.metrics->lag_bytes->Set(static_cast<double>(bytes_behind));
  environment_.metrics->retained_bytes->Set(static_cast<double>(retained_bytes));
  if (last_commit_us > 0 && bytes_behind == 0) environment_.metrics->lag_seconds->Set(0);
}

bool SourceSession::CommitSome() noexcept {
  // No stop token: what the source has emitted is drained even when the task is to stop.
  if (!queue_.WaitFilled()) return false;
  const std::lock_guard committing(committing_);
  return CommitQueued();
}

void SourceSession::CommitHere() {
  const std::unique_lock committing(committing_, std::try_to_lock);
  if (committing) {
    CommitQueued();
  } else {
    queue_.WakeUp();
  }
}

bool SourceSession::CommitQueued() noexcept {
  // Behind what could not be made durable nothing may be.
  if (failure()) return false;
  try {
    std::vector<model::ChangeBatchPtr> batches = queue_.Take(kGroupBytesMax);
    if (batches.empty()) return true;
    Append(batches);
    Publish(batches);
    return true;
  } catch (...) {
    Fail(std::current_exception());
    return false;
  }
}

void SourceSession::Append(std::vector<model::ChangeBatchPtr>& batches) {
  std::vector<log::PendingAppend> group;
  group.reserve(batches.size());
  for (const model::ChangeBatchPtr& batch : batches) {
    if (environment_.transforms != nullptr && !environment_.transforms->empty()) {
      environment_.transforms->Apply(*batch, nullptr);
    }
    // A batch may only carry a position to confirm: that needs no write, only its turn.
    if (batch->records.empty() && !batch->offset) continue;
    group.push_back({.connector = environment_.connector, .batch = batch.get()});
  }
  Failpoint("source.before_append");
  if (!group.empty()) environment_.log->Append(group);
  Failpoint("source.after_append");
}

void SourceSession::Publish(const std::vector<model::ChangeBatchPtr>& batches) {
  uint64_t confirm = durable_confirm_.load(std::memory_order_relaxed);
  for (const model::ChangeBatchPtr& batch : batches) confirm = std::max(confirm, batch->confirm);
  {
    std::lock_guard lock(mutex_);
    durable_confirm_.store(confirm, std::memory_order_release);
    committed_.fetch_add(batches.size(), std::memory_order_acq_rel);
  }
  durable_.notify_all();
  const int64_t now_us = environment_.clock->WallNanos() / 1000;
  for (const model::ChangeBatchPtr& batch : batches) {
    if (environment_.metrics != nullptr) environment_.metrics->Appended(*batch, now_us);
    if (environment_.topics != nullptr && !batch->records.empty()) environment_.topics->Add(*batch);
  }
  if (environment_.metrics != nullptr) {
    environment_.metrics->queue_bytes->Set(static_cast<double>(queue_.bytes()));
  }
  if (on_durable_) on_durable_();
}

void SourceSession::Fail(std::exception_ptr why) {
  {
    std::lock_guard lock(mutex_);
    failure_ = std::move(why);
  }
  durable_.notify_all();
  queue_.Close();
}

std::exception_ptr SourceSession::failure() const {
  std::lock_guard lock(mutex_);
  return failure_;
}

}  // namespace tidewire::runtime
