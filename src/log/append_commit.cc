#include "log/append_commit.h"

#include <xxhash.h>

namespace tidewire::log {
namespace {

uint64_t SourceId(std::string_view connector) {
  return connector.empty() ? 0 : XXH3_64bits(connector.data(), connector.size());
}

// Finds or adds the slot of a topic-partition; topics are few in a batch, and each schema asks
// once.
uint32_t SlotOf(std::vector<Slot>& slots, std::unordered_map<uint64_t, uint32_t>& known,
                uint32_t topic, int32_t partition) {
  const uint64_t key = (uint64_t{topic} << 32) | static_cast<uint32_t>(partition);
  const auto [found, added] = known.try_emplace(key, static_cast<uint32_t>(slots.size()));
  if (added) {
    Slot& slot = slots.emplace_back();
    slot.topic = topic;
    slot.partition = partition;
  }
  return found->second;
}

}  // namespace

std::vector<Slot> AppendCommit::Route(const model::ChangeBatch& batch, Partitioner& partitioner,
                                      Routing& routing) {
  std::vector<Slot> slots;
  std::unordered_map<uint64_t, uint32_t> known;
  std::vector<std::pair<uint32_t, int32_t>> topics(batch.schemas.size());
  routing.slot_of_schema.assign(batch.schemas.size(), Routing::kByRecord);
  bool by_record = false;
  std::vector<uint8_t> used(batch.schemas.size());
  for (const model::Record& record : batch.records) used[record.schema] = 1;
  for (size_t i = 0; i < batch.schemas.size(); ++i) {
    if (used[i] == 0) continue;
    topics[i] = partitioner.TopicOf(batch.schemas[i]->topic);
    if (topics[i].second == 1) {
      routing.slot_of_schema[i] = SlotOf(slots, known, topics[i].first, 0);
    } else {
      by_record = true;
    }
  }
  if (by_record) {
    routing.slot_of_record.resize(batch.records.size());
    for (size_t i = 0; i < batch.records.size(); ++i) {
      const model::Record& record = batch.records[i];
      if (routing.slot_of_schema[record.schema] != Routing::kByRecord) continue;
      const auto [topic, partitions] = topics[record.schema];
      const int32_t partition = partitioner.PartitionOf(batch, record, partitions);
      routing.slot_of_record[i] = SlotOf(slots, known, topic, partition);
    }
  }
  routing.slots = slots.size();
  return slots;
}

void AppendCommit::Add(const PendingAppend& append, Partitioner& partitioner) {
  const model::ChangeBatch& batch = *append.batch;
  Prepared prepared;
  prepared.batch = &batch;
  if (batch.offset) prepared.offset_key = OffsetKey(append.connector, batch.offset->partition);
  prepared.header.source = SourceId(append.connector);
  prepared.header.open_transaction = batch.open_transaction;
  prepared.header.records = static_cast<uint32_t>(batch.records.size());
  if (!batch.records.empty()) {
    for (const auto& schema : batch.schemas)
      prepared.header.schemas.push_back(state_.schemas.HashOf(schema));
  }
  Routing routing;
  prepared.header.slots = Route(batch, partitioner, routing);
  prepared.body = EncodeRecords(batch, routing);
  for (size_t i = 0; i < prepared.header.slots.size(); ++i) {
    prepared.header.slots[i].count = prepared.body.shares[i].count;
    prepared.header.slots[i].bytes = prepared.body.shares[i].bytes;
  }
  batches_.push_back(std::move(prepared));
}

void AppendCommit::CheckTopics() const {
  for (const Prepared& prepared : batches_) {
    for (const Slot& slot : prepared.header.slots) {
      const TopicState* topic = state_.FindTopic(slot.topic);
      if (topic == nullptr || topic->stored.deleted) throw StaleRouting{};
    }
  }
}

void AppendCommit::Build(StoreChanges& changes) {
  CheckTopics();
  for (Prepared& prepared : batches_) {
    const BatchHeader& header = prepared.header;
    // A batch without records is stored only when it may end an open transaction: readers wait for
    // that. The open one may be of this very group, or of an earlier life of the process.
    const bool ends = !header.open_transaction && !state_.closed_sources.contains(header.source);
    if (header.records > 0 || ends) Place(prepared, changes);
    if (!prepared.offset_key.empty()) {
      changes.Put(Table::kMeta, prepared.offset_key, prepared.batch->offset->offset);
    }
  }
}

void AppendCommit::Place(Prepared& prepared, StoreChanges& changes) {
  BatchHeader& header = prepared.header;
  prepared.sequence = state_.next_sequence++;
  state_.last_append_ms = std::max(state_.last_append_ms, clock_.WallMillis());
  header.appended_ms = state_.last_append_ms;
  if (header.open_transaction) {
    state_.closed_sources.erase(header.source);
  } else {
    state_.closed_sources.insert(header.source);
  }
  for (Slot& slot : header.slots) {
    PartitionState& partition =
        state_.FindTopic(slot.topic)->partitions[static_cast<size_t>(slot.partition)];
    slot.base_offset = partition.assigned;
    partition.assigned += slot.count;
    const IndexEntry entry{slot.base_offset,   prepared.sequence,
                           slot.count,         slot.bytes,
                           header.appended_ms, static_cast<uint32_t>(header.slots.size())};
    changes.Put(Table::kIndex, IndexKey(slot.topic, slot.partition, slot.base_offset),
                IndexValue(entry));
  }
  PutSchemas(prepared, changes);
  changes.Put(Table::kBatches, BatchKey(prepared.sequence),
              EncodeBatchHeader(header, prepared.body.hash), prepared.body.bytes.view());
}

void AppendCommit::PutSchemas(const Prepared& prepared, StoreChanges& changes) {
  for (size_t i = 0; i < prepared.header.schemas.size(); ++i) {
    const uint64_t hash = prepared.header.schemas[i];
    const auto [known, added] = state_.schema_last_use.try_emplace(hash, prepared.sequence);
    known->second = prepared.sequence;
    if (!added) continue;
    new_schemas_.push_back(hash);
    changes.Put(Table::kSchemas, SchemaKey(hash),
                model::EncodeTopicSchema(*prepared.batch->schemas[i]));
  }
}

void AppendCommit::Publish() noexcept {
  for (Prepared& prepared : batches_) {
    if (prepared.sequence == 0) continue;
    for (const Slot& slot : prepared.header.slots) {
      PartitionState& partition =
          state_.FindTopic(slot.topic)->partitions[static_cast<size_t>(slot.partition)];
      partition.next = slot.base_offset + slot.count;
      partition.last_sequence = prepared.sequence;
    }
    prepared.body.bytes.Shrink();
    state_.BatchAppended(prepared.sequence,
                         std::make_shared<const StoredBatch>(std::move(prepared.header),
                                                             std::move(prepared.body.bytes)));
  }
}

void AppendCommit::Abandon() noexcept {
  // The whole group failed, so all that was reserved goes back to what is durable.
  for (const Prepared& prepared : batches_) {
    state_.closed_sources.erase(prepared.header.source);
    for (const Slot& slot : prepared.header.slots) {
      if (TopicState* topic = state_.FindTopic(slot.topic)) {
        PartitionState& partition = topic->partitions[static_cast<size_t>(slot.partition)];
        partition.assigned = partition.next;
      }
    }
  }
  for (const uint64_t hash : new_schemas_) state_.schema_last_use.erase(hash);
  state_.next_sequence = state_.end_sequence;
}

}  // namespace tidewire::log
