// One call of Append: batches are routed and encoded by the calling thread, then get their places
// from the thread that leads the group. Internal to StoredLog.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "log/commit_queue.h"
#include "log/log.h"
#include "log/log_state.h"
#include "log/record_codec.h"
#include "log/stored_log.h"

namespace tidewire::log {

// A topic was deleted between routing and commit: route again.
struct StaleRouting {};

// Which partition each record of a batch goes to. Implemented by StoredLog.
class Partitioner {
 public:
  virtual ~Partitioner() = default;
  // Partitions of `topic`, which is made when it is missing, and its number.
  virtual std::pair<uint32_t, int32_t> TopicOf(const std::string& topic) = 0;
  // Of a record of a topic with more than one partition.
  virtual int32_t PartitionOf(const model::ChangeBatch& batch, const model::Record& record,
                              int32_t partitions) = 0;
};

class AppendCommit final : public Commit {
 public:
  AppendCommit(LogState& state, Clock& clock) : state_(state), clock_(clock) {}

  // Without the mutex; the batch stays unchanged until the commit is done.
  void Add(const PendingAppend& append, Partitioner& partitioner);
  bool empty() const { return batches_.empty(); }

  void Build(StoreChanges& changes) override;
  void Publish() noexcept override;
  void Abandon() noexcept override;

 private:
  struct Prepared {
    const model::ChangeBatch* batch = nullptr;
    BatchHeader header;  // Without what the place decides: base offsets, time.
    EncodedBody body;
    std::string offset_key;  // Empty: no source offset.
    uint64_t sequence = 0;   // 0: nothing but an offset.
  };
  static std::vector<Slot> Route(const model::ChangeBatch& batch, Partitioner& partitioner,
                                 Routing& routing);
  void CheckTopics() const;
  void Place(Prepared& prepared, StoreChanges& changes);
  void PutSchemas(const Prepared& prepared, StoreChanges& changes);

  LogState& state_;
  Clock& clock_;
  std::vector<Prepared> batches_;
  std::vector<uint64_t> new_schemas_;
};

}  // namespace tidewire::log
