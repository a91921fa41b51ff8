// The log on an ordered key-value store: what EmbeddedLog and MemoryLog share.
// docs/decisions/0002-embedded-log.md.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "log/commit_queue.h"
#include "log/log.h"
#include "log/log_state.h"
#include "log/position.h"
#include "log/store.h"

namespace tidewire::log {

// Appends the key of a record as its key converter writes it; false: null key. Used by one thread
// at a time.
using RenderKey =
    std::function<bool(const model::ChangeBatch&, const model::Record&, std::string& out)>;
using MakeRenderKey = std::function<RenderKey()>;

// Settings of a topic (its `config`) that are left out come from here; they mean what Kafka's do.
struct StoredLogOptions {
  // Tells a log that is made here from all others, in its positions.
  std::string new_id;
  int32_t default_partitions = 1;
  std::string cleanup_policy = "delete";
  int64_t retention_ms = 7 * 24 * 3600 * int64_t{1000};  // -1: for ever.
  int64_t retention_bytes = -1;                          // Of a partition; -1: any.
  int64_t delete_retention_ms = 24 * 3600 * int64_t{1000};
  int64_t min_compaction_lag_ms = 60'000;
  // Of the whole log, on disk; the oldest batches go first, whatever their topics say. -1: any.
  int64_t total_bytes_max = -1;

  size_t tail_bytes_max = 8 << 20;   // Of the newest batches, in memory for live readers.
  size_t group_bytes_max = 8 << 20;  // Of one durable write.
  size_t compaction_keys_max =
      200'000;  // Keys that one pass over a partition tells apart; 24 bytes each.

  // Only topics with more than one partition need it.
  MakeRenderKey make_render_key;
  Clock* clock = &SystemClock();
};

// What one pass of the cleaner did.
struct CleanResult {
  uint64_t batches_deleted = 0;
  uint64_t batches_rewritten = 0;
  uint64_t records_dropped = 0;
  uint64_t schemas_deleted = 0;
};

class StoredLog final : public Log {
 public:
  // Throws FatalError when the store is of another format or damaged.
  StoredLog(std::shared_ptr<Store> store, StoredLogOptions options);
  ~StoredLog() override;

  void Append(std::span<const PendingAppend> batches) override;
  std::unique_ptr<Reader> OpenReader(const Subscription& subscription, const Position& from,
                                     StartAt start) override;
  std::vector<TopicPartitionOffset> OffsetsOf(const Subscription& subscription,
                                              const Position& position) override;
  Position WithOffsets(const Subscription& subscription, const Position& position,
                       std::span<const TopicPartitionOffset> offsets) override;
  std::map<std::string, std::string> SourceOffsets(std::string_view connector) override;
  void AlterSourceOffsets(std::string_view connector,
                          const std::map<std::string, std::string>& changes) override;
  std::map<std::string, std::string> ReadState(std::string_view prefix) override;
  void WriteState(const std::map<std::string, std::optional<std::string>>& changes) override;
  std::vector<TopicInfo> Topics() override;
  void CreateTopic(const std::string& name, int32_t partitions,
                   const std::map<std::string, std::string>& config) override;
  void DeleteTopic(const std::string& name) override;
  uint64_t SizeBytes() override;

  // Retention and compaction, once. One thread at a time.
  CleanResult Clean(std::stop_token stop = {});

 private:
  class RecordPartitioner;

  void CheckWritable() const;
  std::map<std::string, std::string> Scan(const std::string& prefix);
  // Number and partitions of a topic, or nothing.
  std::optional<std::pair<uint32_t, int32_t>> LookUp(const std::string& topic);
  // Nothing read yet, where the text is empty or a position of another log.
  LogPosition PositionHere(const Position& text) const;
  struct Place;
  std::vector<Place> PlacesOf(const Subscription& subscription, const LogPosition& position);

  const StoredLogOptions options_;
  const std::shared_ptr<Store> store_;
  LogState state_;
  CommitQueue queue_;
  std::mutex creating_;  // Held by the thread that makes a topic.
  std::mutex render_mutex_;
  std::vector<RenderKey> render_keys_;  // Idle ones.
  std::atomic<uint32_t> sticky_{0};     // Spreads records without a key.
  uint64_t cleaned_first_ = 0;          // The first batch that the last pass of the cleaner left.
};

}  // namespace tidewire::log
