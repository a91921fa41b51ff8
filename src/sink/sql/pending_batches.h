// What was put but not applied, and where in it a commit may stand.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "sink/sink.h"
#include "sink/sql/options.h"

namespace tidewire::sink {

// Invariant: a commit stands only where no source is in the middle of a transaction
// (consistency=transaction), or behind any record (row). Used by one thread.
class PendingBatches {
 public:
  explicit PendingBatches(Consistency consistency) : consistency_(consistency) {}

  struct Item {
    SinkBatch sink;
    size_t next = 0;  // First record not yet applied.
    std::optional<size_t>
        whole;  // A commit may stand in front of this record; empty: nowhere in this batch.
    size_t bytes = 0;
  };

  // Returns true when the batch tells that what was applied before it ended a transaction whose end
  // was not seen (the rest of it was of other topics): a commit may stand right in front of the
  // batch.
  bool Add(SinkBatch batch);

  // Up to where a commit may stand: items [0, count), the last of them up to its `whole`. 0:
  // nowhere.
  size_t WholeItems() const;
  // In front of the record at `index` of the item.
  static std::string PositionBefore(const Item& item, size_t index);
  // True while some transaction's end has not come.
  bool in_transaction() const { return !open_.empty(); }

  std::deque<Item>& items() { return items_; }
  // Takes all items away; only when all are whole. PutBack gives them back, in front of what came
  // since.
  std::deque<Item> TakeAll();
  void PutBack(std::deque<Item> items);
  void DropFront();
  void Clear();
  size_t records() const { return records_; }
  size_t bytes() const { return bytes_; }
  void Applied(size_t records) { records_ -= records; }

 private:
  const Consistency consistency_;
  std::deque<Item> items_;
  std::map<std::string, std::string> open_;  // Source → identity of its open transaction.
  size_t records_ = 0;
  size_t bytes_ = 0;
};

}  // namespace tidewire::sink
