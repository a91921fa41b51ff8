#include "source/change_writer.h"

#include "base/error.h"

namespace tidewire::source {
namespace {

using model::ChangeBatch;
using model::Datum;
using model::DatumState;
using model::Op;
using model::Record;

bool SameValue(const model::ColumnType& type, const Datum& a, const Datum& b) {
  if (a.state != b.state) return false;
  if (!a.has_value()) return true;
  return model::HoldsView(type.kind) ? a.view() == b.view() : a.integer == b.integer;
}

}  // namespace

ChangeWriter::ChangeWriter(const EventSettings& settings,
                           std::shared_ptr<const model::RenderOptions> render)
    : settings_(settings),
      partition_(settings.Partition()),
      events_(settings, std::move(render)),
      batch_(std::make_unique<ChangeBatch>()) {}

void ChangeWriter::BeginTransaction(model::Transaction transaction) {
  transaction_ = std::move(transaction);
  in_transaction_ = true;
  transaction_index_ = model::kNoTransaction;
  ++transaction_serial_;
  total_order_ = 0;
  counted_.clear();
}

void ChangeWriter::EndTransaction() {
  in_transaction_ = false;
  transaction_index_ = model::kNoTransaction;
}

void ChangeWriter::AddBegin(const std::string& id, int64_t ts_ms, Place at) {
  Complete(events_.AddBegin(*batch_, id, ts_ms), at);
}

void ChangeWriter::AddEnd(const std::string& id, int64_t ts_ms, Place at) {
  CollectionCounts counts;
  for (const Collection* collection : counted_) {
    counts.emplace_back(collection->name(), collection->changes_);
  }
  Complete(events_.AddEnd(*batch_, id, ts_ms, total_order_, std::move(counts)), at);
}

void ChangeWriter::Create(Table& table, const Datum* after, Place at) {
  AddRecord(table, Op::kCreate, at).after = after;
}

void ChangeWriter::Update(Table& table, const Datum* before, const Datum* after, Place at) {
  const model::TableSchema& schema = table.table();
  const bool key_changed =
      before != nullptr && std::any_of(schema.key.begin(), schema.key.end(), [&](uint32_t column) {
        return before[column].state != DatumState::kAbsent &&
               !SameValue(schema.columns[column].type, before[column], after[column]);
      });
  if (key_changed) return AddKeyChange(table, before, after, at);
  Record& record = AddRecord(table, Op::kUpdate, at);
  record.before = before;
  record.after = after;
}

void ChangeWriter::AddKeyChange(Table& table, const Datum* before, const Datum* after, Place at) {
  const std::vector<uint32_t>& key = table.table().key;
  Datum* const old_key = batch_->arena.AllocateArray<Datum>(key.size());
  Datum* const new_key = batch_->arena.AllocateArray<Datum>(key.size());
  for (size_t i = 0; i < key.size(); ++i) {
    old_key[i] = before[key[i]];
    new_key[i] = after[key[i]];
  }
  Record& removed = AddRecord(table, Op::kDelete, at);
  removed.before = before;
  removed.key_header = model::KeyHeader::kNewKey;
  removed.other_key = new_key;
  AddTombstone(removed);
  Record& created = AddRecord(table, Op::kCreate, at);
  created.after = after;
  created.key_header = model::KeyHeader::kOldKey;
  created.other_key = old_key;
}

void ChangeWriter::Delete(Table& table, const Datum* before, Place at) {
  Record& record = AddRecord(table, Op::kDelete, at);
  record.before = before;
  AddTombstone(record);
}

void ChangeWriter::Truncate(Table& table, Place at) { AddRecord(table, Op::kTruncate, at); }

void ChangeWriter::AddHeartbeat(uint64_t position) {
  TW_CHECK(!in_transaction_, "a heartbeat would stand inside a transaction");
  SetPlace(events_.AddHeartbeat(*batch_, now_ns_ / 1'000'000), {position});
}

Record& ChangeWriter::AddRecord(Table& table, Op op, Place at) {
  if (table.batch_serial_ != batch_serial_) {
    table.schema_index_ = batch_->SchemaIndex(table.schema_);
    table.batch_serial_ = batch_serial_;
  }
  Record& record = batch_->records.emplace_back();
  record.op = op;
  record.schema = table.schema_index_;
  Complete(record, at);
  if (settings_.provide_transaction_metadata) {
    const Order order = Count(table);
    record.total_order = order.total;
    record.collection_order = order.collection;
  }
  return record;
}

// By value: the vector that holds the record may grow.
void ChangeWriter::AddTombstone(Record of) {
  if (!settings_.tombstones_on_delete) return;
  of.op = Op::kTombstone;
  batch_->records.push_back(of);
}

void ChangeWriter::Complete(Record& record, Place at) {
  record.transaction = TransactionIndex();
  SetPlace(record, at);
}

void ChangeWriter::SetPlace(Record& record, Place at) const {
  record.position = at.position;
  record.row = at.row;
  record.statement = at.statement;
  record.ts_ns = now_ns_;
}

uint32_t ChangeWriter::TransactionIndex() {
  if (transaction_index_ != model::kNoTransaction) return transaction_index_;
  batch_->transactions.push_back(transaction_);
  transaction_index_ = static_cast<uint32_t>(batch_->transactions.size() - 1);
  return transaction_index_;
}

ChangeWriter::Order ChangeWriter::Count(Collection& collection) {
  if (collection.transaction_serial_ != transaction_serial_) {
    collection.transaction_serial_ = transaction_serial_;
    collection.changes_ = 0;
    counted_.push_back(&collection);
  }
  return {++total_order_, ++collection.changes_};
}

// The rows' bytes stay in the arena until it is full of such; then it is emptied, so that leaving
// out millions of changes takes no memory.
void ChangeWriter::DropSince(const Mark& mark) {
  batch_->records.resize(mark.records);
  batch_->generals.resize(mark.generals);
  constexpr size_t kDroppedBytesMax = 1 << 20;
  if (mark.records == 0 && batch_->arena.allocated_bytes() > kDroppedBytesMax) Renew();
}

model::ChangeBatchPtr ChangeWriter::Take(std::string offset, uint64_t confirm) {
  batch_->open_transaction = in_transaction_;
  batch_->offset = model::SourceOffset{partition_, std::move(offset)};
  batch_->confirm = confirm;
  return Renew();
}

// The next batch will be like the last one.
model::ChangeBatchPtr ChangeWriter::Renew() {
  const size_t hint = std::min<size_t>(batch_->records.size(), 1 << 16);
  model::ChangeBatchPtr out = std::exchange(batch_, std::make_unique<ChangeBatch>());
  if (hint > 64) batch_->records.reserve(hint + hint / 8);
  ++batch_serial_;
  transaction_index_ = model::kNoTransaction;
  return out;
}

}  // namespace tidewire::source
