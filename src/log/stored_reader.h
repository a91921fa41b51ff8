// A reader of a StoredLog.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "log/log.h"
#include "log/log_state.h"
#include "log/position.h"
#include "log/record_codec.h"

namespace tidewire::log {

// The first offset of the partition that stands at `position` or behind it. Needs no mutex; `start`
// and `next` are the partition's. Throws FatalError when the batch at the position is damaged.
int64_t OffsetAt(Store& store, uint32_t topic, int32_t partition, const PartitionState& state,
                 uint64_t sequence, uint32_t index);

// Whether retention deleted records of the partition that are still to be read at `position`.
bool Misses(const LogPosition& position, const PartitionName& name, const PartitionState& state);

// The stored batch; its checksum is verified. Throws FatalError naming the sequence.
StoredBatchPtr ParseStoredBatch(const Store& store, uint64_t sequence, std::string value);

// Throws FatalError with the remedy.
[[noreturn]] void BatchDamaged(const Store& store, uint64_t sequence, const char* why);

class StoredReader final : public Reader {
 public:
  StoredReader(LogState& state, const Subscription& subscription, LogPosition from);
  ~StoredReader() override;

  // Before the first Fetch. `resumes`: the position is one that a reader gave, so whatever was
  // deleted behind it is missed, which throws FatalError; otherwise it counts as read.
  void Begin(bool resumes);

  FetchedBatch Fetch(size_t bytes_max, std::chrono::steady_clock::time_point deadline,
                     std::stop_token stop) override;
  Position position() const override;
  uint64_t lag() const override;

 private:
  // One partition of a topic of the subscription.
  struct Wanted {
    int64_t from = 0;   // Below it, records count as read.
    int64_t next = -1;  // Behind the last record delivered or passed; -1: not known yet.
  };
  // A partition of the subscription, as it stood when asked.
  struct Subscribed {
    uint32_t topic = 0;
    int32_t partition = 0;
    PartitionState state;
    int64_t next = -1;  // As in Wanted.
    int64_t skip = 0;
  };

  // The next stored batch, and its sequence in next_; null when none came before the deadline.
  StoredBatchPtr NextStored(std::unique_ptr<StoreCursor>& cursor, bool wait,
                            std::chrono::steady_clock::time_point deadline, std::stop_token stop);
  StoredBatchPtr ReadStored(std::unique_ptr<StoreCursor>& cursor, uint64_t end);
  bool WaitForMore(std::unique_lock<std::mutex>& lock, bool wait,
                   std::chrono::steady_clock::time_point deadline, std::stop_token stop);
  // Makes decoder_ for the batch; false when no record of it is wanted.
  bool OpenDecoder(const StoredBatchPtr& stored);
  // Loads what OpenDecoder needs to know of the batch's topics.
  void LoadWanted(const BatchHeader& header);
  std::vector<Wanted> WantedOf(uint32_t topic) const;
  // Calls `use` with name and state of each partition of the subscription of which records are
  // missed. With the mutex held.
  template <class Use>
  void ForEachGap(Use use) const;
  // Throws FatalError where there is such a gap. With the mutex held.
  void CheckNothingMissed() const;
  // Forgets what no longer leaves anything out.
  void DropSkips(const BatchHeader& header);
  std::vector<Subscribed> SubscribedPartitions() const;
  void JumpToWanted();
  void PassUnwanted();
  void PassSlots(const BatchHeader& header);
  void PassBatch();
  void SetOpenSource(uint64_t source);

  LogState& log_;
  const bool may_miss_;
  ReaderState state_;
  LogPosition next_;
  uint64_t known_version_ = 0;
  // By topic number; empty: not of the subscription.
  std::unordered_map<uint32_t, std::vector<Wanted>> wanted_;
  StoredBatchPtr stored_;                  // Of decoder_.
  std::unique_ptr<BatchDecoder> decoder_;  // Set while a batch is partly delivered.
  size_t unwanted_ = 0;                    // Batches passed since the last one with wanted records.
};

}  // namespace tidewire::log
