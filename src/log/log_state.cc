#include "log/log_state.h"

#include "base/bytes.h"

namespace tidewire::log {
namespace {

constexpr uint64_t kFormatVersion = 1;

// Calls `use` with key (without the prefix letter) and value of each meta entry with that letter.
template <class Use>
void ForEachMeta(Store& store, char prefix, Use use) {
  const auto cursor = store.NewCursor(Table::kMeta);
  const std::string begin(1, prefix);
  for (bool more = cursor->Seek(begin); more && cursor->key().starts_with(begin);
       more = cursor->Next()) {
    use(cursor->key().substr(1), cursor->value());
  }
}

}  // namespace

TopicFilter::TopicFilter(const Subscription& subscription)
    : topics_(subscription.topics.begin(), subscription.topics.end()) {
  if (subscription.topics_regex.empty()) return;
  auto compiled = Regex::Compile(subscription.topics_regex);
  if (!compiled) {
    throw ConfigError(
        fmt::format("topics.regex {}: {}", subscription.topics_regex, compiled.error()));
  }
  regex_ = std::move(*compiled);
}

bool TopicFilter::Matches(const std::string& topic) const {
  return topics_.contains(topic) || (regex_ && regex_->FullMatch(topic));
}

void LogState::Load(const std::string& new_id) {
  const auto version_text = store.Get(Table::kMeta, kVersionKey);
  if (version_text && ParseNumber(*version_text) != kFormatVersion) {
    throw FatalError(fmt::format(
        "log {}: its format has version {}, this program reads {}: use the matching release",
        store.name(), ParseNumber(*version_text), kFormatVersion));
  }
  if (!version_text && !store.read_only()) {
    StoreChanges changes;
    changes.Put(Table::kMeta, std::string(kVersionKey), NumberValue(kFormatVersion));
    changes.Put(Table::kMeta, std::string(kIdKey), new_id);
    store.Commit(changes);
  }
  id_ = store.Get(Table::kMeta, kIdKey).value_or("");
  if (const auto floor = store.Get(Table::kMeta, kNextSequenceKey))
    end_sequence = ParseNumber(*floor);
  const auto cursor = store.NewCursor(Table::kBatches);
  if (cursor->SeekBefore(std::string(sizeof(uint64_t) + 1, '\xff'))) {
    end_sequence = std::max(end_sequence, SequenceOfKey(cursor->key()) + 1);
  }
  next_sequence = loaded_end = end_sequence;
  LoadTopics();
}

void LogState::LoadTopics() {
  if (const auto next = store.Get(Table::kMeta, kNextTopicKey)) {
    next_topic = static_cast<uint32_t>(ParseNumber(*next));
  }
  ForEachMeta(store, kTopicPrefix, [&](std::string_view key, std::string_view value) {
    auto topic = std::make_unique<TopicState>();
    topic->id = LoadBigEndian<uint32_t>(key.data());
    topic->stored = ParseTopic(value);
    topic->partitions.resize(static_cast<size_t>(topic->stored.partitions));
    AddTopic(std::move(topic));
  });
  ForEachMeta(store, kPartitionPrefix, [&](std::string_view key, std::string_view value) {
    TopicState* topic = FindTopic(LoadBigEndian<uint32_t>(key.data()));
    const auto partition = LoadBigEndian<uint32_t>(key.data() + sizeof(uint32_t));
    if (topic == nullptr || partition >= topic->partitions.size()) return;
    const StoredPartition stored = ParsePartition(value);
    topic->partitions[partition].start = topic->partitions[partition].expired_start = stored.start;
    topic->partitions[partition].expired_to = stored.expired_to;
    topic->partitions[partition].next = stored.next;
    topic->partitions[partition].compacted_to = stored.compacted_to;
  });
  for (const auto& [id, topic] : topics_) LoadEnds(*topic);
}

void LogState::LoadEnds(TopicState& topic) {
  for (size_t i = 0; i < topic.partitions.size(); ++i) {
    PartitionState& partition = topic.partitions[i];
    if (const auto last = IndexCursor(store, topic.id, static_cast<int32_t>(i)).Last()) {
      partition.next = std::max(partition.next, last->end_offset());
      partition.last_sequence = last->sequence;
      last_append_ms = std::max(last_append_ms, last->appended_ms);
    }
    partition.assigned = partition.next;
  }
}

TopicState* LogState::FindTopic(std::string_view name) {
  const auto found = names_.find(name);
  return found == names_.end() ? nullptr : found->second;
}

TopicState* LogState::FindTopic(uint32_t id) {
  const auto found = topics_.find(id);
  return found == topics_.end() ? nullptr : found->second.get();
}

void LogState::AddTopic(std::unique_ptr<TopicState> topic) {
  TopicState& added = *topic;
  topics_[added.id] = std::move(topic);
  if (added.stored.deleted) return;
  names_[added.stored.name] = &added;
  for (ReaderState* reader : readers_) {
    if (!reader->filter.Matches(added.stored.name)) continue;
    reader->topics.push_back(added.id);
    added.readers.push_back(reader);
  }
}

std::vector<TopicState*> LogState::LiveTopics() {
  std::vector<TopicState*> out;
  out.reserve(names_.size());
  for (const auto& [name, topic] : names_) out.push_back(topic);
  return out;
}

std::vector<TopicState*> LogState::AllTopics() {
  std::vector<TopicState*> out;
  out.reserve(topics_.size());
  for (const auto& [id, topic] : topics_) out.push_back(topic.get());
  return out;
}

void LogState::HideTopic(TopicState& topic) {
  topic.stored.deleted = true;
  names_.erase(topic.stored.name);
  for (ReaderState* reader : topic.readers) std::erase(reader->topics, topic.id);
  topic.readers.clear();
  ++version;
}

void LogState::AddReader(ReaderState& reader) {
  readers_.push_back(&reader);
  for (const auto& [name, topic] : names_) {
    if (!reader.filter.Matches(name)) continue;
    reader.topics.push_back(topic->id);
    topic->readers.push_back(&reader);
  }
}

void LogState::SetOpenSource(ReaderState& reader, uint64_t source) {
  if (reader.open_source == 0 && source != 0) open_readers_.push_back(&reader);
  if (reader.open_source != 0 && source == 0) std::erase(open_readers_, &reader);
  reader.open_source = source;
}

void LogState::RemoveReader(ReaderState& reader) {
  std::erase(open_readers_, &reader);
  std::erase(readers_, &reader);
  for (const uint32_t id : reader.topics) {
    if (TopicState* topic = FindTopic(id)) std::erase(topic->readers, &reader);
  }
}

void LogState::BatchAppended(uint64_t sequence, StoredBatchPtr batch) {
  const auto concern = [&](ReaderState& reader) {
    if (!reader.caught_up || reader.first_new != 0) return;
    reader.first_new = sequence;
    reader.wake.notify_one();
  };
  const BatchHeader& header = batch->header();
  for (const Slot& slot : header.slots) {
    TopicState* topic = FindTopic(slot.topic);
    if (topic == nullptr) continue;
    for (ReaderState* reader : topic->readers) concern(*reader);
  }
  for (ReaderState* reader : open_readers_) {
    if (reader->open_source == header.source) concern(*reader);
  }
  end_sequence = sequence + 1;
  tail_bytes_ += batch->memory_bytes();
  tail_.push_back(std::move(batch));
  while (tail_bytes_ > tail_bytes_max_ && !tail_.empty()) {
    tail_bytes_ -= tail_.front()->memory_bytes();
    tail_.pop_front();
  }
}

StoredBatchPtr LogState::FromTail(uint64_t sequence) const {
  const uint64_t first = FirstInTail();
  if (sequence < first || sequence >= end_sequence) return nullptr;
  return tail_[sequence - first];
}

uint64_t LogState::FirstSequence() {
  uint64_t end;
  {
    // Before the look into the store: what is appended meanwhile lies behind it.
    std::lock_guard lock(mutex);
    end = end_sequence;
  }
  const auto cursor = store.NewCursor(Table::kBatches);
  return cursor->Seek({}) ? std::min(SequenceOfKey(cursor->key()), end) : end;
}

std::vector<model::TopicSchemaPtr> LogState::SchemasOf(uint64_t sequence,
                                                       const BatchHeader& header) {
  std::vector<model::TopicSchemaPtr> out;
  out.reserve(header.schemas.size());
  for (const uint64_t hash : header.schemas) {
    model::TopicSchemaPtr schema = schemas.Find(hash);
    if (!schema) {
      const auto encoded = store.Get(Table::kSchemas, SchemaKey(hash));
      if (!encoded) {
        throw FatalError(fmt::format(
            "log {}: schema {:016x} of batch {} is missing: restore the directory from a copy",
            store.name(), hash, sequence));
      }
      schema = schemas.Add(hash, *encoded);
    }
    out.push_back(std::move(schema));
  }
  return out;
}

}  // namespace tidewire::log
