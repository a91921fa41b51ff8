// Compaction by key: of the records of a partition with the same key, only the newest stays;
// tombstones go when they are old. Offsets and the order of all that stays are as they were.
#pragma once

#include <optional>
#include <unordered_map>

#include "log/log_cleaner.h"
#include "log/record_codec.h"

namespace tidewire::log {

// Identifies the key of a record: equal for equal keys, whatever the version of the table. Nothing:
// no key.
struct KeyHash {
  uint64_t low = 0;
  uint64_t high = 0;
  bool operator==(const KeyHash&) const = default;
};
std::optional<KeyHash> HashKey(const model::ChangeBatch& batch, const model::Record& record);
// Kafka would hold a null value.
bool IsTombstone(const model::ChangeBatch& batch, const model::Record& record);

// One pass over one partition. Never touches batches that readers at the tail may hold in memory,
// nor any younger than min.compaction.lag.ms.
class Compactor {
 public:
  Compactor(LogState& state, CommitQueue& queue, const StoredLogOptions& options,
            const CleanTarget& target, int64_t now_ms)
      : state_(state), queue_(queue), options_(options), target_(target), now_ms_(now_ms) {}

  void Run(CleanResult& result, std::stop_token stop);

 private:
  struct Hasher {
    size_t operator()(const KeyHash& key) const { return key.low; }
  };
  struct Decoded {
    StoredBatchPtr stored;
    std::vector<model::TopicSchemaPtr> schemas;  // In the order of the header.
    model::ChangeBatch batch;
    RecordPlaces places;
    uint32_t slot = UINT32_MAX;  // Of the target; UINT32_MAX: has none.
  };

  bool WorthIt();
  void ReadKeys(std::stop_token stop);
  std::unique_ptr<Decoded> Read(uint64_t sequence);
  void Rewrite(const IndexEntry& entry, CleanResult& result);
  bool Superseded(const Decoded& decoded, const model::Record& record) const;
  std::string Encode(const Decoded& decoded) const;

  LogState& state_;
  CommitQueue& queue_;
  const StoredLogOptions& options_;
  const CleanTarget& target_;
  const int64_t now_ms_;
  uint64_t sequence_end_ = 0;  // Batches from here on are not touched.
  int64_t keys_end_ = 0;       // The keys below it, from compacted_to on, are in newest_.
  std::unordered_map<KeyHash, int64_t, Hasher> newest_;
};

}  // namespace tidewire::log
