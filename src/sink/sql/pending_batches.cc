#include "sink/sql/pending_batches.h"

#include <fmt/format.h>

#include <utility>

namespace tidewire::sink {
namespace {

std::string SourceOf(const model::ChangeBatch& batch) {
  if (batch.schemas.empty()) return "";
  const size_t schema = batch.records.empty() ? 0 : batch.records.back().schema;
  const auto& render = batch.schemas[schema]->render;
  return render ? render->connector_kind + '/' + render->logical_name : "";
}

std::string IdentityOf(const model::ChangeBatch& batch, uint32_t transaction) {
  if (transaction == model::kNoTransaction) return "none";
  const model::Transaction& t = batch.transactions[transaction];
  return fmt::format("{}/{}/{}", t.id, t.commit_position, t.name);
}

// Index of the first record of the transaction that the batch ends in.
size_t LastTransactionBegin(const model::ChangeBatch& batch) {
  size_t begin = batch.records.size();
  while (begin > 0 && batch.records[begin - 1].transaction == batch.records.back().transaction)
    --begin;
  return begin;
}

}  // namespace

bool PendingBatches::Add(SinkBatch sink) {
  const model::ChangeBatch& batch = *sink.batch;
  const size_t count = batch.records.size();
  Item item;
  item.bytes = batch.bytes();
  item.whole = count;
  bool ended_before = false;
  if (consistency_ == Consistency::kTransaction) {
    const std::string source = SourceOf(batch);
    const auto open = open_.find(source);
    if (open != open_.end() && count > 0 &&
        open->second != IdentityOf(batch, batch.records.front().transaction)) {
      open_.erase(open);
      ended_before = open_.empty();
    }
    if (batch.open_transaction && count > 0) {
      const size_t begin = LastTransactionBegin(batch);
      const bool others_open = open_.size() > open_.count(source);
      item.whole.reset();
      if (!others_open && begin > 0) item.whole = begin;
      open_[source] = IdentityOf(batch, batch.records.back().transaction);
    } else if (!batch.open_transaction) {
      // A batch without records says only that its source's transaction has ended; without schemas,
      // of which source is clear when only one is open.
      if (source.empty() && open_.size() == 1) {
        open_.clear();
      } else {
        open_.erase(source);
      }
    }
    if (!batch.open_transaction && !open_.empty()) item.whole.reset();
    if (batch.open_transaction && count == 0) item.whole.reset();
  }
  if (ended_before && !items_.empty())
    items_.back().whole = items_.back().sink.batch->records.size();
  records_ += count;
  bytes_ += item.bytes;
  item.sink = std::move(sink);
  items_.push_back(std::move(item));
  return ended_before;
}

size_t PendingBatches::WholeItems() const {
  for (size_t i = items_.size(); i-- > 0;) {
    const Item& item = items_[i];
    if (item.whole && (*item.whole > item.next || item.sink.batch->records.empty())) return i + 1;
  }
  return 0;
}

std::string PendingBatches::PositionBefore(const Item& item, size_t index) {
  return index >= item.sink.batch->records.size() ? item.sink.end : item.sink.behind(index - 1);
}

std::deque<PendingBatches::Item> PendingBatches::TakeAll() {
  records_ = bytes_ = 0;
  return std::exchange(items_, {});
}

void PendingBatches::PutBack(std::deque<Item> items) {
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    records_ += item->sink.batch->records.size() - item->next;
    bytes_ += item->bytes;
    items_.push_front(std::move(*item));
  }
}

void PendingBatches::DropFront() {
  bytes_ -= items_.front().bytes;
  items_.pop_front();
}

void PendingBatches::Clear() {
  items_.clear();
  open_.clear();
  records_ = 0;
  bytes_ = 0;
}

}  // namespace tidewire::sink
