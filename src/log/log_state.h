// What a stored log keeps in memory, guarded by one mutex: topics, ends, the tail, and who waits
// for what.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/regex.h"
#include "log/batch_header.h"
#include "log/log.h"
#include "log/log_keys.h"
#include "log/schema_cache.h"
#include "log/store.h"

namespace tidewire::log {

struct PartitionState {
  int64_t start = 0;     // First offset that may be read.
  int64_t next = 0;      // Behind the last durable record.
  int64_t assigned = 0;  // Behind the last record that is being written.
  int64_t compacted_to = 0;
  uint64_t last_sequence = 0;  // The last batch with records of it; 0: none.
  // Retention has deleted, or is deleting at this moment, the records below this offset: of batches
  // below this sequence. Set before the store changes, so that whoever misses a batch there finds
  // out why.
  int64_t expired_start = 0;
  uint64_t expired_to = 0;
};

struct ReaderState;

struct TopicState {
  uint32_t id = 0;
  StoredTopic stored;
  std::vector<PartitionState> partitions;
  std::vector<ReaderState*> readers;  // Those whose subscription holds the topic.
};

// Compiled once. Throws ConfigError for a bad expression.
class TopicFilter {
 public:
  explicit TopicFilter(const Subscription& subscription);
  bool Matches(const std::string& topic) const;

 private:
  std::unordered_set<std::string> topics_;
  std::optional<Regex> regex_;
};

// A reader as the appenders see it.
struct ReaderState {
  explicit ReaderState(const Subscription& subscription) : filter(subscription) {}
  const TopicFilter filter;
  std::vector<uint32_t> topics;  // That it matches, by id.
  std::condition_variable_any wake;
  // The reader has seen all before the end; since then the first batch that concerns it is
  // `first_new` (0: none).
  bool caught_up = false;
  uint64_t first_new = 0;
  // The transaction of this source goes on behind what the reader delivered: any batch of the
  // source concerns it. 0: none. Set by LogState::SetOpenSource.
  uint64_t open_source = 0;
};

// Methods need the mutex held, except where they say otherwise.
class LogState {
 public:
  LogState(Store& opened_store, size_t tail_bytes_max)
      : store(opened_store), tail_bytes_max_(tail_bytes_max) {}

  // Reads topics and ends; gives a new log its id. Throws FatalError when the store is of another
  // format.
  void Load(const std::string& new_id);
  const std::string& id() const { return id_; }

  TopicState* FindTopic(std::string_view name);
  TopicState* FindTopic(uint32_t id);
  void AddTopic(std::unique_ptr<TopicState> topic);
  // Not deleted ones, in the order of names.
  std::vector<TopicState*> LiveTopics();
  // Takes it out of sight; its records wait for the cleaner.
  void HideTopic(TopicState& topic);
  void ForgetTopic(uint32_t id) { topics_.erase(id); }
  std::vector<TopicState*> AllTopics();

  void AddReader(ReaderState& reader);
  void RemoveReader(ReaderState& reader);
  void SetOpenSource(ReaderState& reader, uint64_t source);
  // A batch became durable: keeps it for readers at the tail and wakes those whom it concerns.
  void BatchAppended(uint64_t sequence, StoredBatchPtr batch);
  // Null: not in memory.
  StoredBatchPtr FromTail(uint64_t sequence) const;

  // The oldest batch that readers may still take from memory.
  uint64_t FirstInTail() const { return end_sequence - tail_.size(); }

  // Without the mutex. The first batch that is published; where the next one goes when there is
  // none.
  uint64_t FirstSequence();

  // Without the mutex. Throws FatalError naming the sequence and the schema when it is missing or
  // damaged.
  std::vector<model::TopicSchemaPtr> SchemasOf(uint64_t sequence, const BatchHeader& header);

  Store& store;
  mutable std::mutex mutex;
  SchemaCache schemas;
  std::unordered_map<uint64_t, uint64_t>
      schema_last_use;  // Stored schemas by hash → the last batch that names them.
  // Whose last batch, the one being written included, leaves no transaction open. Of the others it
  // is not known: nothing of theirs was appended since the log was opened, or a write failed.
  std::unordered_set<uint64_t> closed_sources;
  uint64_t end_sequence = 1;   // Behind the last durable batch.
  uint64_t next_sequence = 1;  // Behind the last one that is being written.
  uint64_t loaded_end = 1;     // end_sequence when the log was opened.
  uint32_t next_topic = 1;
  int64_t last_append_ms = 0;
  // Counts changes that readers' own notes must follow: topics deleted, first offsets moved.
  std::atomic<uint64_t> version{0};

 private:
  void LoadTopics();
  void LoadEnds(TopicState& topic);

  const size_t tail_bytes_max_;
  std::string id_;
  std::map<uint32_t, std::unique_ptr<TopicState>> topics_;
  std::map<std::string, TopicState*, std::less<>> names_;
  std::vector<ReaderState*> readers_;
  std::vector<ReaderState*> open_readers_;  // Those with an open_source.
  std::deque<StoredBatchPtr> tail_;         // Sequences end_sequence - size … end_sequence - 1.
  size_t tail_bytes_ = 0;
};

}  // namespace tidewire::log
