#include "log/log_cleaner.h"

#include "base/error.h"
#include "base/logging.h"
#include "log/compactor.h"
#include "log/stored_reader.h"

namespace tidewire::log {
namespace {

// Bounds what one step of the cleaner writes, so that appends behind it do not wait.
constexpr size_t kEntriesPerStep = 2'000;

class DeleteSchemasCommit final : public Commit {
 public:
  DeleteSchemasCommit(LogState& state, uint64_t before, std::vector<uint64_t> hashes)
      : state_(state), before_(before), hashes_(std::move(hashes)) {}
  uint64_t deleted = 0;

  void Build(StoreChanges& changes) override {
    for (const uint64_t hash : hashes_) {
      const auto used = state_.schema_last_use.find(hash);
      // Not used since the log was opened: by the last batch of that time at the latest.
      const uint64_t last_use =
          used == state_.schema_last_use.end() ? state_.loaded_end - 1 : used->second;
      if (last_use >= before_) continue;
      if (used != state_.schema_last_use.end()) state_.schema_last_use.erase(used);
      changes.Delete(Table::kSchemas, SchemaKey(hash));
      ++deleted;
    }
  }

 private:
  LogState& state_;
  const uint64_t before_;
  const std::vector<uint64_t> hashes_;
};

}  // namespace

CleanCommit::Moved& CleanCommit::MovedOf(uint32_t topic, int32_t partition) {
  for (Moved& moved : moved_) {
    if (moved.topic == topic && moved.partition == partition) return moved;
  }
  return moved_.emplace_back(Moved{.topic = topic, .partition = partition});
}

void CleanCommit::DeleteIndex(uint32_t topic, int32_t partition, int64_t base_offset) {
  index_keys_.push_back(IndexKey(topic, partition, base_offset));
  MovedOf(topic, partition);  // Its next offset must be kept.
}

void CleanCommit::MoveStart(uint32_t topic, int32_t partition, int64_t start, uint64_t sequence) {
  Moved& moved = MovedOf(topic, partition);
  moved.start = std::max(moved.start, start);
  moved.expired_to = std::max(moved.expired_to, sequence + 1);
}

void CleanCommit::MoveCompacted(uint32_t topic, int32_t partition, int64_t compacted_to) {
  MovedOf(topic, partition).compacted_to = compacted_to;
}

PartitionState* CleanCommit::StateOf(const Moved& moved) {
  TopicState* topic = state_.FindTopic(moved.topic);
  return topic == nullptr ? nullptr : &topic->partitions[static_cast<size_t>(moved.partition)];
}

void CleanCommit::Build(StoreChanges& changes) {
  for (const uint64_t sequence : batches_) changes.Delete(Table::kBatches, BatchKey(sequence));
  for (const auto& [sequence, value] : rewritten_)
    changes.Put(Table::kBatches, BatchKey(sequence), value);
  for (const std::string& key : index_keys_) changes.Delete(Table::kIndex, key);
  for (Moved& moved : moved_) {
    PartitionState* const partition = StateOf(moved);
    if (partition == nullptr) continue;
    moved.expired_start_before = partition->expired_start;
    moved.expired_to_before = partition->expired_to;
    partition->expired_start = std::max(partition->expired_start, moved.start);
    partition->expired_to = std::max(partition->expired_to, moved.expired_to);
    changes.Put(
        Table::kMeta, PartitionKey(moved.topic, moved.partition),
        PartitionValue({.start = std::max(partition->start, moved.start),
                        .next = partition->next,
                        .compacted_to = std::max(partition->compacted_to, moved.compacted_to),
                        .expired_to = partition->expired_to}));
  }
  for (const uint32_t id : forgotten_) {
    const TopicState* topic = state_.FindTopic(id);
    if (topic == nullptr) continue;
    changes.Delete(Table::kMeta, TopicKey(id));
    for (size_t i = 0; i < topic->partitions.size(); ++i) {
      changes.Delete(Table::kMeta, PartitionKey(id, static_cast<int32_t>(i)));
    }
  }
  if (!batches_.empty()) {
    changes.Put(Table::kMeta, std::string(kNextSequenceKey), NumberValue(state_.end_sequence));
  }
}

void CleanCommit::Publish() noexcept {
  for (const Moved& moved : moved_) {
    PartitionState* const partition = StateOf(moved);
    if (partition == nullptr) continue;
    if (moved.start > partition->start) ++state_.version;
    partition->start = std::max(partition->start, moved.start);
    partition->compacted_to = std::max(partition->compacted_to, moved.compacted_to);
  }
  for (const uint32_t id : forgotten_) state_.ForgetTopic(id);
}

void CleanCommit::Abandon() noexcept {
  for (const Moved& moved : moved_) {
    PartitionState* const partition = StateOf(moved);
    if (partition == nullptr) continue;
    partition->expired_start = moved.expired_start_before;
    partition->expired_to = moved.expired_to_before;
  }
}

CleanResult LogCleaner::Run(uint64_t schemas_before, std::stop_token stop) {
  now_ms_ = options_.clock->WallMillis();
  for (const CleanTarget& target : Targets()) {
    if (stop.stop_requested()) return result_;
    if (target.deleted || target.policy.remove) Expire(target, stop);
  }
  for (const CleanTarget& target : Targets()) {
    if (stop.stop_requested()) return result_;
    if (target.policy.compact && !target.deleted) {
      Compactor(state_, queue_, options_, target, now_ms_).Run(result_, stop);
    }
  }
  ForgetDeletedTopics(stop);
  LimitTotal(stop);
  first_sequence_ = state_.FirstSequence();
  if (result_.batches_deleted > 0) state_.store.Reclaim(BatchKey(first_sequence_));
  if (schemas_before > 0) DeleteSchemas(schemas_before);
  return result_;
}

std::vector<CleanTarget> LogCleaner::Targets() {
  std::vector<CleanTarget> out;
  std::lock_guard lock(state_.mutex);
  for (const TopicState* topic : state_.AllTopics()) {
    const LogPolicy policy = LogPolicy::Of(topic->stored.name, topic->stored.config, options_);
    for (size_t i = 0; i < topic->partitions.size(); ++i) {
      out.push_back({topic->id, static_cast<int32_t>(i), topic->stored.deleted,
                     topic->partitions[i], policy});
    }
  }
  return out;
}

// Bytes of the partition beyond what it may hold.
int64_t LogCleaner::SurplusBytes(const CleanTarget& target) {
  if (target.policy.retention_bytes < 0) return 0;
  int64_t bytes = 0;
  IndexCursor cursor(state_.store, target.topic, target.partition);
  for (auto entry = cursor.SeekOffset(target.state.start); entry; entry = cursor.Next()) {
    bytes += static_cast<int64_t>(entry->bytes);
  }
  return bytes - target.policy.retention_bytes;
}

void LogCleaner::Expire(const CleanTarget& target, std::stop_token stop) {
  int64_t surplus = target.deleted ? 0 : SurplusBytes(target);
  int64_t start = target.state.start;
  while (!stop.stop_requested() && ExpireSome(target, start, surplus)) {
  }
}

// One step; true when there may be more.
bool LogCleaner::ExpireSome(const CleanTarget& target, int64_t& start, int64_t& surplus_bytes) {
  CleanCommit commit(state_);
  const bool by_time = target.policy.retention_ms >= 0;
  IndexCursor cursor(state_.store, target.topic, target.partition);
  size_t entries = 0;
  uint64_t last = 0;
  auto entry = cursor.SeekOffset(start);
  for (; entry && entries < kEntriesPerStep; entry = cursor.Next(), ++entries) {
    const bool old = by_time && entry->appended_ms < now_ms_ - target.policy.retention_ms;
    // As in Kafka: bytes go only while what stays is not less than the limit.
    const bool surplus = surplus_bytes >= static_cast<int64_t>(entry->bytes) && surplus_bytes > 0;
    if (!target.deleted && !old && !surplus) break;
    surplus_bytes -= static_cast<int64_t>(entry->bytes);
    start = entry->end_offset();
    last = entry->sequence;
    commit.DeleteIndex(target.topic, target.partition, entry->base_offset);
    if (entry->owners == 1 || OnlyOwner(target, *entry)) commit.DeleteBatch(entry->sequence);
  }
  if (entries == 0) return false;
  commit.MoveStart(target.topic, target.partition, start, last);
  queue_.Run(commit);
  result_.batches_deleted += commit.batches();
  return entries == kEntriesPerStep;
}

// The other topic-partitions of the batch have forgotten their records in it.
bool LogCleaner::OnlyOwner(const CleanTarget& target, const IndexEntry& entry) {
  auto value = state_.store.Get(Table::kBatches, BatchKey(entry.sequence));
  if (!value) return false;
  const StoredBatchPtr stored = ParseStoredBatch(state_.store, entry.sequence, std::move(*value));
  std::lock_guard lock(state_.mutex);
  for (const Slot& slot : stored->header().slots) {
    if (slot.topic == target.topic && slot.partition == target.partition) continue;
    const TopicState* topic = state_.FindTopic(slot.topic);
    if (topic == nullptr) continue;
    const auto& partition = topic->partitions[static_cast<size_t>(slot.partition)];
    if (slot.base_offset + slot.count > partition.start) return false;
  }
  return true;
}

void LogCleaner::ForgetDeletedTopics(std::stop_token stop) {
  std::map<uint32_t, bool> empty;
  for (const CleanTarget& target : Targets()) {
    if (!target.deleted || stop.stop_requested()) continue;
    const bool none = !IndexCursor(state_.store, target.topic, target.partition).Last();
    const auto [found, added] = empty.try_emplace(target.topic, none);
    if (!added) found->second = found->second && none;
  }
  CleanCommit commit(state_);
  bool any = false;
  for (const auto& [topic, none] : empty) {
    if (none) commit.ForgetTopic(topic);
    any |= none;
  }
  if (any) queue_.Run(commit);
}

void LogCleaner::LimitTotal(std::stop_token stop) {
  while (options_.total_bytes_max >= 0 && !stop.stop_requested()) {
    first_sequence_ = state_.FirstSequence();
    const uint64_t bytes = state_.store.BatchBytes(BatchKey(first_sequence_));
    const auto limit = static_cast<uint64_t>(options_.total_bytes_max);
    if (bytes <= limit) return;
    const uint64_t dropped = DropOldest(bytes - limit);
    if (dropped == 0) return;
    Logger("log").warn("log {}: over its limit of {} bytes; its {} oldest batches were deleted",
                       state_.store.name(), limit, dropped);
  }
}

// At most one step's worth; the newest batch stays. Returns the batches deleted.
uint64_t LogCleaner::DropOldest(uint64_t surplus) {
  uint64_t end;
  {
    std::lock_guard lock(state_.mutex);
    end = state_.end_sequence;
  }
  CleanCommit commit(state_);
  const auto cursor = state_.store.NewCursor(Table::kBatches);
  uint64_t bytes = 0;
  for (bool more = cursor->Seek({}); more && bytes < surplus && commit.batches() < kEntriesPerStep;
       more = cursor->Next()) {
    const uint64_t sequence = SequenceOfKey(cursor->key());
    if (sequence + 1 >= end) break;
    const auto stored = ParseStoredBatch(state_.store, sequence, std::string(cursor->value()));
    bytes += cursor->value().size();
    commit.DeleteBatch(sequence);
    for (const Slot& slot : stored->header().slots) {
      commit.DeleteIndex(slot.topic, slot.partition, slot.base_offset);
      commit.MoveStart(slot.topic, slot.partition, slot.base_offset + slot.count, sequence);
    }
  }
  if (commit.batches() > 0) queue_.Run(commit);
  result_.batches_deleted += commit.batches();
  return commit.batches();
}

void LogCleaner::DeleteSchemas(uint64_t before) {
  std::vector<uint64_t> hashes;
  const auto cursor = state_.store.NewCursor(Table::kSchemas);
  for (bool more = cursor->Seek({}); more; more = cursor->Next())
    hashes.push_back(SequenceOfKey(cursor->key()));
  DeleteSchemasCommit commit(state_, before, std::move(hashes));
  queue_.Run(commit);
  result_.schemas_deleted = commit.deleted;
}

}  // namespace tidewire::log
