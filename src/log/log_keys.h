// Keys and small values of the stored log's tables: docs/decisions/0002-embedded-log.md. Integers
// in keys are big-endian, so that bytes sort as numbers do.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "log/store.h"

namespace tidewire::log {

std::string BatchKey(uint64_t sequence);
uint64_t SequenceOfKey(std::string_view key);
std::string SchemaKey(uint64_t hash);

// Table::kIndex: topic, partition, base offset → where those records are.
struct IndexEntry {
  int64_t base_offset = 0;
  uint64_t sequence = 0;
  uint32_t count = 0;
  uint64_t bytes = 0;
  int64_t appended_ms = 0;
  uint32_t owners = 1;  // Topic-partitions that the batch has records of.
  int64_t end_offset() const { return base_offset + count; }
};
std::string IndexKey(uint32_t topic, int32_t partition, int64_t base_offset);
std::string IndexValue(const IndexEntry& entry);

// Walks the entries of one topic-partition in the order of offsets, which is that of sequences.
// Used by one thread.
class IndexCursor {
 public:
  IndexCursor(Store& store, uint32_t topic, int32_t partition);
  // To the entry that holds `offset`, or the first one behind it.
  std::optional<IndexEntry> SeekOffset(int64_t offset);
  // To the first entry whose batch is `sequence` or behind it; `next_offset` is the partition's
  // end.
  std::optional<IndexEntry> SeekSequence(uint64_t sequence, int64_t start_offset,
                                         int64_t next_offset);
  std::optional<IndexEntry> Next();
  std::optional<IndexEntry> Last();

 private:
  std::optional<IndexEntry> Current(bool valid) const;

  const std::string prefix_;
  const std::string end_;
  std::unique_ptr<StoreCursor> cursor_;
};

// Table::kMeta. Each kind of key begins with a letter of its own.
inline constexpr std::string_view kVersionKey = "v";
inline constexpr std::string_view kIdKey = "i";
inline constexpr std::string_view kNextSequenceKey = "f";  // A floor: batches below it existed.
inline constexpr std::string_view kNextTopicKey = "n";
inline constexpr char kTopicPrefix = 't';
inline constexpr char kPartitionPrefix = 'p';
inline constexpr char kOffsetPrefix = 'o';
inline constexpr char kStatePrefix = 's';

struct StoredTopic {
  std::string name;
  int32_t partitions = 1;
  bool deleted = false;  // Its records wait for the cleaner.
  std::map<std::string, std::string> config;
};
std::string TopicKey(uint32_t topic);
std::string TopicValue(const StoredTopic& topic);
StoredTopic ParseTopic(std::string_view value);

// What must not be forgotten when index entries go.
struct StoredPartition {
  int64_t start = 0;         // The first offset that may be read.
  int64_t next = 0;          // A floor of the next offset.
  int64_t compacted_to = 0;  // Below it, keys are unique.
  uint64_t expired_to = 0;   // Retention took records of batches below this sequence.
};
std::string PartitionKey(uint32_t topic, int32_t partition);
std::string PartitionValue(const StoredPartition& partition);
StoredPartition ParsePartition(std::string_view value);

std::string OffsetKey(std::string_view connector, std::string_view partition);
std::string NumberValue(uint64_t value);
uint64_t ParseNumber(std::string_view value);
// The first key behind all those that begin with `prefix`.
std::string PrefixEnd(std::string prefix);

}  // namespace tidewire::log
