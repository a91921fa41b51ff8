#include "log/log_keys.h"

#include "base/bytes.h"

namespace tidewire::log {
namespace {

std::string PartitionBytes(std::string out, uint32_t topic, int32_t partition) {
  AppendBigEndian(out, topic);
  AppendBigEndian(out, static_cast<uint32_t>(partition));
  return out;
}

IndexEntry ParseIndex(std::string_view key, std::string_view value) {
  IndexEntry entry;
  entry.base_offset = LoadBigEndian<int64_t>(key.data() + key.size() - sizeof(int64_t));
  ByteReader in(value);
  entry.sequence = in.Varint();
  entry.count = static_cast<uint32_t>(in.Varint());
  entry.bytes = in.Varint();
  entry.appended_ms = in.Signed();
  entry.owners = static_cast<uint32_t>(in.Varint());
  return entry;
}

}  // namespace

std::string BatchKey(uint64_t sequence) {
  std::string key;
  AppendBigEndian(key, sequence);
  return key;
}
uint64_t SequenceOfKey(std::string_view key) { return LoadBigEndian<uint64_t>(key.data()); }
std::string SchemaKey(uint64_t hash) { return BatchKey(hash); }

std::string IndexKey(uint32_t topic, int32_t partition, int64_t base_offset) {
  std::string key = PartitionBytes({}, topic, partition);
  AppendBigEndian(key, base_offset);
  return key;
}

std::string IndexValue(const IndexEntry& entry) {
  std::string value;
  AppendVarint(value, entry.sequence);
  AppendVarint(value, entry.count);
  AppendVarint(value, entry.bytes);
  AppendSigned(value, entry.appended_ms);
  AppendVarint(value, entry.owners);
  return value;
}

IndexCursor::IndexCursor(Store& store, uint32_t topic, int32_t partition)
    : prefix_(PartitionBytes({}, topic, partition)),
      end_(PrefixEnd(prefix_)),
      cursor_(store.NewCursor(Table::kIndex)) {}

std::optional<IndexEntry> IndexCursor::Current(bool valid) const {
  if (!valid || !cursor_->key().starts_with(prefix_)) return std::nullopt;
  return ParseIndex(cursor_->key(), cursor_->value());
}

std::optional<IndexEntry> IndexCursor::SeekOffset(int64_t offset) {
  std::string behind = prefix_;
  AppendBigEndian(behind, offset + 1);
  const auto entry = Current(cursor_->SeekBefore(behind));
  if (entry && entry->end_offset() > offset) return entry;
  return Current(cursor_->Seek(behind));
}

std::optional<IndexEntry> IndexCursor::SeekSequence(uint64_t sequence, int64_t start_offset,
                                                    int64_t next_offset) {
  // Entries in front of `low` are before the sequence; entries from `high` on are not.
  int64_t low = start_offset;
  int64_t high = next_offset;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    const auto entry = SeekOffset(middle);
    if (entry && entry->sequence < sequence) {
      low = entry->end_offset();
    } else {
      high = middle;
    }
  }
  return SeekOffset(low);
}

std::optional<IndexEntry> IndexCursor::Next() { return Current(cursor_->Next()); }
std::optional<IndexEntry> IndexCursor::Last() { return Current(cursor_->SeekBefore(end_)); }

std::string TopicKey(uint32_t topic) {
  std::string key(1, kTopicPrefix);
  AppendBigEndian(key, topic);
  return key;
}

std::string TopicValue(const StoredTopic& topic) {
  std::string value;
  AppendString(value, topic.name);
  AppendVarint(value, static_cast<uint64_t>(topic.partitions));
  value.push_back(topic.deleted ? 1 : 0);
  AppendVarint(value, topic.config.size());
  for (const auto& [name, setting] : topic.config) {
    AppendString(value, name);
    AppendString(value, setting);
  }
  return value;
}

StoredTopic ParseTopic(std::string_view value) {
  ByteReader in(value);
  StoredTopic topic;
  topic.name = in.String();
  topic.partitions = static_cast<int32_t>(in.Varint());
  topic.deleted = in.Byte() != 0;
  for (uint64_t n = in.Varint(); n > 0; --n) {
    std::string name(in.String());
    topic.config[std::move(name)] = in.String();
  }
  return topic;
}

std::string PartitionKey(uint32_t topic, int32_t partition) {
  return PartitionBytes(std::string(1, kPartitionPrefix), topic, partition);
}

std::string PartitionValue(const StoredPartition& partition) {
  std::string value;
  AppendSigned(value, partition.start);
  AppendSigned(value, partition.next);
  AppendSigned(value, partition.compacted_to);
  AppendVarint(value, partition.expired_to);
  return value;
}

StoredPartition ParsePartition(std::string_view value) {
  ByteReader in(value);
  StoredPartition partition;
  partition.start = in.Signed();
  partition.next = in.Signed();
  partition.compacted_to = in.Signed();
  partition.expired_to = in.Varint();
  return partition;
}

std::string OffsetKey(std::string_view connector, std::string_view partition) {
  std::string key(1, kOffsetPrefix);
  AppendString(key, connector);
  return key.append(partition);
}

std::string NumberValue(uint64_t value) {
  std::string out;
  AppendVarint(out, value);
  return out;
}

uint64_t ParseNumber(std::string_view value) { return ByteReader(value).Varint(); }

std::string PrefixEnd(std::string prefix) {
  while (!prefix.empty() && static_cast<uint8_t>(prefix.back()) == 0xff) prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(prefix.back() + 1);
  return prefix;
}

}  // namespace tidewire::log
