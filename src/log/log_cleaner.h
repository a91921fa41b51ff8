// Retention: forgets records that are too old or too many. Batches go as a whole, when none of
// their records is wanted any more. Offsets and sequences never move back, whatever is deleted.
#pragma once

#include <set>
#include <stop_token>
#include <vector>

#include "log/commit_queue.h"
#include "log/log_policy.h"
#include "log/log_state.h"
#include "log/stored_log.h"

namespace tidewire::log {

// A step of the cleaner as one commit: batches and index entries to delete, partitions that begin
// later. Build reads the partitions' ends with the mutex held, so that it never races with appends.
class CleanCommit final : public Commit {
 public:
  explicit CleanCommit(LogState& state) : state_(state) {}

  void DeleteBatch(uint64_t sequence) { batches_.insert(sequence); }
  void RewriteBatch(uint64_t sequence, std::string value) {
    rewritten_.emplace_back(sequence, std::move(value));
  }
  void DeleteIndex(uint32_t topic, int32_t partition, int64_t base_offset);
  // Records below `start` go, the last of them with the batch `sequence`.
  void MoveStart(uint32_t topic, int32_t partition, int64_t start, uint64_t sequence);
  void MoveCompacted(uint32_t topic, int32_t partition, int64_t compacted_to);
  void ForgetTopic(uint32_t topic) { forgotten_.push_back(topic); }
  size_t batches() const { return batches_.size(); }

  void Build(StoreChanges& changes) override;
  void Publish() noexcept override;
  void Abandon() noexcept override;

 private:
  struct Moved {
    uint32_t topic = 0;
    int32_t partition = 0;
    int64_t start = -1;  // -1: as it is.
    int64_t compacted_to = -1;
    uint64_t expired_to = 0;
    // What Build changed in memory, as it was.
    int64_t expired_start_before = 0;
    uint64_t expired_to_before = 0;
  };
  // Null: the topic is gone.
  PartitionState* StateOf(const Moved& moved);
  Moved& MovedOf(uint32_t topic, int32_t partition);

  LogState& state_;
  std::set<uint64_t> batches_;
  std::vector<std::pair<uint64_t, std::string>> rewritten_;
  std::vector<std::string> index_keys_;
  std::vector<Moved> moved_;
  std::vector<uint32_t> forgotten_;
};

// A partition and its topic's settings, as they stood when the pass began.
struct CleanTarget {
  uint32_t topic = 0;
  int32_t partition = 0;
  bool deleted = false;
  PartitionState state;
  LogPolicy policy;
};

class LogCleaner {
 public:
  LogCleaner(LogState& state, CommitQueue& queue, const StoredLogOptions& options)
      : state_(state), queue_(queue), options_(options) {}

  // One pass; stops early between steps. Batches below `schemas_before` were gone in the pass
  // before this one: schemas that only they named are deleted.
  CleanResult Run(uint64_t schemas_before, std::stop_token stop);
  // The first batch that is left.
  uint64_t first_sequence() const { return first_sequence_; }

 private:
  std::vector<CleanTarget> Targets();
  void Expire(const CleanTarget& target, std::stop_token stop);
  bool ExpireSome(const CleanTarget& target, int64_t& start, int64_t& surplus_bytes);
  bool OnlyOwner(const CleanTarget& target, const IndexEntry& entry);
  int64_t SurplusBytes(const CleanTarget& target);
  void ForgetDeletedTopics(std::stop_token stop);
  void LimitTotal(std::stop_token stop);
  uint64_t DropOldest(uint64_t surplus);
  void DeleteSchemas(uint64_t before);

  LogState& state_;
  CommitQueue& queue_;
  const StoredLogOptions& options_;
  CleanResult result_;
  int64_t now_ms_ = 0;
  uint64_t first_sequence_ = 0;
};

}  // namespace tidewire::log
