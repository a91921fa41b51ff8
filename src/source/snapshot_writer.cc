#include "source/snapshot_writer.h"

#include "base/failpoint.h"

namespace tidewire::source {
namespace {

using model::SnapshotMark;

// Large enough for the log, small enough to keep the processor's cache.
constexpr size_t kBatchBytes = 512 * 1024;

size_t RowsMax(size_t batch_records_max, int64_t fetch_rows) {
  return fetch_rows > 0 ? std::min(batch_records_max, static_cast<size_t>(fetch_rows))
                        : batch_records_max;
}

}  // namespace

SnapshotWriter::SnapshotWriter(SnapshotLedger& ledger, size_t batch_records_max, int64_t fetch_rows,
                               Clock& clock)
    : ledger_(ledger), rows_max_(RowsMax(batch_records_max, fetch_rows)), clock_(clock) {
  NewBatch();
}

void SnapshotWriter::BeginChunk(size_t table) {
  table_ = table;
  any_ = false;
}

bool SnapshotWriter::IsFull() const {
  const size_t rows = batch_->records.size();
  return rows > 0 && (rows >= rows_max_ || batch_->bytes() >= kBatchBytes);
}

// Only before a further row, so that the last one is still at hand when its mark is known.
bool SnapshotWriter::MakeRoom() {
  if (!IsFull()) return true;
  Failpoint("snapshot.flush");
  const size_t rows = batch_->records.size();
  const bool taken = ledger_.Emit(std::move(batch_), finished_);
  finished_.clear();
  NewBatch();
  batch_->records.reserve(rows);  // The next one will be like it.
  if (any_) schema_index_ = batch_->SchemaIndex(ledger_.tables()[table_].schema);
  return taken;
}

void SnapshotWriter::Add(const model::Datum* row) {
  SnapshotMark mark = SnapshotMark::kTrue;
  if (!any_) {
    any_ = true;
    mark = FirstMark();
    schema_index_ = batch_->SchemaIndex(ledger_.tables()[table_].schema);
  }
  if (batch_->records.empty()) now_ns_ = clock_.WallNanos();
  model::Record& record = batch_->records.emplace_back();
  record.op = model::Op::kRead;
  record.snapshot = mark;
  record.schema = schema_index_;
  record.transaction = 0;
  record.position = ledger_.facts().position;
  record.ts_ns = now_ns_;
  record.after = row;
}

SnapshotMark SnapshotWriter::FirstMark() {
  const bool of_table = ledger_.TakeFirstOf(table_);
  if (ledger_.TakeFirst()) return SnapshotMark::kFirst;
  return of_table ? SnapshotMark::kFirstInDataCollection : SnapshotMark::kTrue;
}

void SnapshotWriter::FinishChunk() {
  finished_.push_back(table_);
  if (!ledger_.FinishReading(table_) || !any_) return;
  SnapshotMark& mark = batch_->records.back().snapshot;
  if (mark != SnapshotMark::kFirst) mark = SnapshotMark::kLastInDataCollection;
}

bool SnapshotWriter::Leave() { return ledger_.Leave(std::move(batch_), finished_); }

void SnapshotWriter::NewBatch() {
  batch_ = std::make_unique<model::ChangeBatch>();
  batch_->transactions.push_back(ledger_.facts().transaction);
}

}  // namespace tidewire::source
