#include "log/compactor.h"

#include <xxhash.h>

#include "base/bytes.h"
#include "log/stored_reader.h"

namespace tidewire::log {
namespace {

// The newest batches are never touched: more than the tail in memory ever holds of large ones.
constexpr uint64_t kNewestKept = 64;

}  // namespace

std::optional<KeyHash> HashKey(const model::ChangeBatch& batch, const model::Record& record) {
  std::string bytes;
  const model::TopicSchema& schema = *batch.schemas[record.schema];
  if (record.op == model::Op::kGeneral) {
    const model::ConnectValue& key = batch.generals[record.general].key;
    if (key.is_null()) return std::nullopt;
    model::EncodeConnectValue(key, bytes);
  } else {
    const model::Datum* row = record.key_row();
    if (row == nullptr || !schema.table || schema.table->key.empty()) return std::nullopt;
    for (const uint32_t k : schema.table->key) {
      bytes.push_back(static_cast<char>(row[k].state));
      if (!row[k].has_value()) continue;
      if (model::HoldsView(schema.table->columns[k].type.kind)) {
        AppendString(bytes, row[k].view());
      } else {
        AppendSigned(bytes, row[k].integer);
      }
    }
  }
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return KeyHash{hash.low64, hash.high64};
}

bool IsTombstone(const model::ChangeBatch& batch, const model::Record& record) {
  if (record.op == model::Op::kTombstone) return true;
  if (record.op == model::Op::kGeneral) return batch.generals[record.general].value.is_null();
  const auto& unwrap = batch.schemas[record.schema]->unwrap;
  return record.op == model::Op::kDelete && unwrap &&
         unwrap->deletes == model::Unwrap::Deletes::kDeleteToTombstone;
}

void Compactor::Run(CleanResult& result, std::stop_token stop) {
  {
    std::lock_guard lock(state_.mutex);
    sequence_end_ = state_.FirstInTail();
    sequence_end_ =
        std::min(sequence_end_, state_.end_sequence - std::min(state_.end_sequence, kNewestKept));
  }
  if (!WorthIt()) return;
  ReadKeys(stop);
  IndexCursor cursor(state_.store, target_.topic, target_.partition);
  for (auto entry = cursor.SeekOffset(target_.state.start); entry && entry->base_offset < keys_end_;
       entry = cursor.Next()) {
    if (stop.stop_requested()) return;
    Rewrite(*entry, result);
  }
  CleanCommit commit(state_);
  commit.MoveCompacted(target_.topic, target_.partition, keys_end_);
  queue_.Run(commit);
}

// As Kafka's min.cleanable.dirty.ratio=0.5: at least as much was added as there is of compacted
// records.
bool Compactor::WorthIt() {
  uint64_t clean = 0;
  uint64_t dirty = 0;
  IndexCursor cursor(state_.store, target_.topic, target_.partition);
  for (auto entry = cursor.SeekOffset(target_.state.start); entry; entry = cursor.Next()) {
    if (entry->base_offset < target_.state.compacted_to) {
      clean += entry->bytes;
    } else if (entry->sequence < sequence_end_ &&
               entry->appended_ms <= now_ms_ - target_.policy.min_compaction_lag_ms) {
      dirty += entry->bytes;
    }
  }
  return dirty > 0 && dirty >= clean;
}

void Compactor::ReadKeys(std::stop_token stop) {
  keys_end_ = target_.state.compacted_to;
  IndexCursor cursor(state_.store, target_.topic, target_.partition);
  for (auto entry = cursor.SeekOffset(std::max(keys_end_, target_.state.start)); entry;
       entry = cursor.Next()) {
    if (entry->sequence >= sequence_end_ || newest_.size() >= options_.compaction_keys_max) return;
    if (entry->appended_ms > now_ms_ - target_.policy.min_compaction_lag_ms ||
        stop.stop_requested())
      return;
    const auto decoded = Read(entry->sequence);
    for (size_t i = 0; decoded && i < decoded->batch.records.size(); ++i) {
      const model::Record& record = decoded->batch.records[i];
      if (decoded->places.dropped[i] != 0 || decoded->places.slots[i] != decoded->slot) continue;
      if (const auto key = HashKey(decoded->batch, record)) newest_[*key] = record.offset;
    }
    keys_end_ = entry->end_offset();
  }
}

// All records of the batch; null when it is gone.
std::unique_ptr<Compactor::Decoded> Compactor::Read(uint64_t sequence) {
  auto value = state_.store.Get(Table::kBatches, BatchKey(sequence));
  if (!value) return nullptr;
  auto decoded = std::make_unique<Decoded>();
  decoded->stored = ParseStoredBatch(state_.store, sequence, std::move(*value));
  const BatchHeader& header = decoded->stored->header();
  for (size_t i = 0; i < header.slots.size(); ++i) {
    const Slot& slot = header.slots[i];
    if (slot.topic == target_.topic && slot.partition == target_.partition) {
      decoded->slot = static_cast<uint32_t>(i);
    }
  }
  decoded->schemas = state_.SchemasOf(sequence, header);
  try {
    BatchDecoder decoder(sequence, decoded->stored, decoded->schemas,
                         std::vector<int64_t>(header.slots.size(), 0), 0, &decoded->places);
    std::vector<IndexRun> indexes;
    decoder.Decode(SIZE_MAX, decoded->batch, indexes);
  } catch (const DataError& error) {
    BatchDamaged(state_.store, sequence, error.what());
  }
  return decoded;
}

bool Compactor::Superseded(const Decoded& decoded, const model::Record& record) const {
  const auto key = HashKey(decoded.batch, record);
  if (!key) return false;
  const auto newest = newest_.find(*key);
  if (newest != newest_.end() && newest->second > record.offset) return true;
  return IsTombstone(decoded.batch, record) &&
         record.timestamp_ms < now_ms_ - target_.policy.delete_retention_ms;
}

void Compactor::Rewrite(const IndexEntry& entry, CleanResult& result) {
  const auto decoded = Read(entry.sequence);
  if (!decoded) return;
  uint64_t dropped = 0;
  bool any_left = false;
  for (size_t i = 0; i < decoded->batch.records.size(); ++i) {
    uint8_t& gone = decoded->places.dropped[i];
    if (gone == 0 && decoded->places.slots[i] == decoded->slot &&
        Superseded(*decoded, decoded->batch.records[i])) {
      gone = 1;
      ++dropped;
    }
    any_left |= gone == 0;
  }
  if (dropped == 0) return;
  CleanCommit commit(state_);
  if (any_left) {
    commit.RewriteBatch(entry.sequence, Encode(*decoded));
    ++result.batches_rewritten;
  } else {
    commit.DeleteBatch(entry.sequence);
    for (const Slot& slot : decoded->stored->header().slots) {
      commit.DeleteIndex(slot.topic, slot.partition, slot.base_offset);
    }
    ++result.batches_deleted;
  }
  queue_.Run(commit);
  result.records_dropped += dropped;
}

std::string Compactor::Encode(const Decoded& decoded) const {
  Routing routing;
  routing.slots = decoded.stored->header().slots.size();
  routing.slot_of_schema.assign(decoded.batch.schemas.size(), Routing::kByRecord);
  routing.slot_of_record = decoded.places.slots;
  const EncodedBody body = EncodeRecords(decoded.batch, routing, decoded.places.dropped);
  BatchHeader header = decoded.stored->header();
  header.version = kBatchVersion;
  header.schemas.clear();
  for (const auto& schema : decoded.batch.schemas) {
    const auto found = std::find(decoded.schemas.begin(), decoded.schemas.end(), schema);
    header.schemas.push_back(
        decoded.stored->header().schemas[static_cast<size_t>(found - decoded.schemas.begin())]);
  }
  for (size_t i = 0; i < header.slots.size(); ++i) header.slots[i].bytes = body.shares[i].bytes;
  return EncodeBatchHeader(header, body.hash).append(body.bytes.view());
}

}  // namespace tidewire::log
