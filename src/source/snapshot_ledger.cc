#include "source/snapshot_ledger.h"

#include "base/failpoint.h"
#include "base/logging.h"

namespace tidewire::source {

SnapshotLedger::SnapshotLedger(SourceContext& context, SnapshotFacts facts,
                               std::vector<Table> tables, std::vector<size_t> chunks,
                               size_t workers, SnapshotState state, Clock& clock)
    : context_(context),
      facts_(std::move(facts)),
      tables_(std::move(tables)),
      chunks_(std::move(chunks)),
      clock_(clock),
      state_(std::move(state)),
      progress_(tables_.size()),
      workers_(workers) {
  const TableName* first = nullptr;  // By name, of those behind.
  for (size_t i = tables_.size(); i-- > 0;) {
    const TableName& name = tables_[i].name;
    progress_[i].ahead = first != nullptr && *first < name;
    if (!progress_[i].ahead) first = &name;
  }
  for (const size_t table : chunks_) {
    ++progress_[table].unread;
    ++progress_[table].unemitted;
  }
}

std::optional<size_t> SnapshotLedger::Next() {
  const std::lock_guard lock(mutex_);
  if (next_chunk_ == chunks_.size()) return std::nullopt;
  const size_t chunk = next_chunk_++;
  Progress& progress = progress_[chunks_[chunk]];
  if (std::exchange(progress.begun, true)) return chunk;
  const Table& table = tables_[chunks_[chunk]];
  const bool restart = table.schema->table->key.empty() && state_.MayHaveRows(table.name);
  state_.BeginTable(table.name, progress.ahead);
  if (restart && !Restart(table)) return std::nullopt;
  return chunk;
}

bool SnapshotLedger::Restart(const Table& table) {
  Logger(facts_.logger)
      .warn(
          "table {}.{} has no key and rows of it are in the log from before: it is read again "
          "behind a truncate event; a target that ignores truncates keeps the rows twice",
          table.name.first, table.name.second);
  state_.RestartTable(table.name);
  auto batch = std::make_unique<model::ChangeBatch>();
  batch->transactions.push_back(facts_.transaction);
  model::Record& record = batch->records.emplace_back();
  record.op = model::Op::kTruncate;
  record.snapshot = model::SnapshotMark::kTrue;
  record.schema = batch->SchemaIndex(table.schema);
  record.transaction = 0;
  record.position = facts_.position;
  record.ts_ns = clock_.WallNanos();
  return EmitLocked(std::move(batch), {}, false);
}

bool SnapshotLedger::TakeFirstOf(size_t table) {
  const std::lock_guard lock(mutex_);
  return !std::exchange(progress_[table].first_taken, true);
}

bool SnapshotLedger::FinishReading(size_t table) {
  const std::lock_guard lock(mutex_);
  return --progress_[table].unread == 0;
}

bool SnapshotLedger::Emit(model::ChangeBatchPtr batch, const std::vector<size_t>& finished) {
  const std::lock_guard lock(mutex_);
  return EmitLocked(std::move(batch), finished, false);
}

bool SnapshotLedger::Leave(model::ChangeBatchPtr batch, const std::vector<size_t>& finished) {
  const std::lock_guard lock(mutex_);
  const bool last = --workers_ == 0;
  if (last && !batch->records.empty()) batch->records.back().snapshot = model::SnapshotMark::kLast;
  return EmitLocked(std::move(batch), finished, last);
}

bool SnapshotLedger::EmitLocked(model::ChangeBatchPtr batch, const std::vector<size_t>& finished,
                                bool last) {
  for (const size_t table : finished) {
    if (--progress_[table].unemitted != 0) continue;
    state_.FinishTable(tables_[table].name);
    tables_done_.fetch_add(1, std::memory_order_relaxed);
  }
  if (last) state_.Complete();
  const bool rows = !batch->records.empty() && batch->records.front().op == model::Op::kRead;
  if (rows) rows_.fetch_add(batch->records.size(), std::memory_order_relaxed);
  batch->offset = model::SourceOffset{facts_.partition, facts_.offset(state_.JsonMember(), last)};
  Failpoint("snapshot.emit");
  return context_.Emit(std::move(batch));
}

}  // namespace tidewire::source
