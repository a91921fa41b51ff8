#include "sink/sql/sql_sink_task.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"

namespace tidewire::sink {
namespace {

// How often a position alone, without rows, is written to the target.
constexpr std::chrono::seconds kPositionInterval{5};
// After trouble between bulks that were applied side by side, so many are applied one by one.
constexpr int kBulksAlone = 64;

}  // namespace

SqlSinkTask::SqlSinkTask(SqlSinkOptions options, const Dialect& dialect)
    : options_(std::move(options)),
      lane_(options_, dialect),
      pending_(options_.consistency),
      lanes_(options_, dialect, lane_) {}

std::string SqlSinkTask::Open() {
  lanes_.Settle();
  pending_.Clear();
  part_applied_ = false;
  unsaved_position_.clear();
  committed_ = lane_.Connect();
  return committed_;
}

void SqlSinkTask::EnsureConnected() {
  if (lane_.session().connected()) return;
  if (part_applied_ || lane_.changed()) {
    throw RetriableError(fmt::format(
        "{}: the connection to the target was lost inside of a transaction", options_.connector));
  }
  if (lane_.Connect() == committed_) return;
  lane_.session().Close();
  throw RetriableError(fmt::format(
      "{}: the position in the target has changed while the sink was idle", options_.connector));
}

template <class Work>
void SqlSinkTask::Guarded(Work&& work) {
  try {
    EnsureConnected();
    work();
  } catch (const StatementError& error) {
    lane_.Rollback();
    FailData(error);
  } catch (...) {
    lane_.Rollback();
    throw;
  }
}

void SqlSinkTask::FailData(const StatementError& error) {
  std::string stored;
  stored = lane_.session().connected() ? lane_.session().StoredPosition() : committed_;
  // Somebody else's commit explains any complaint about the data.
  if (stored != committed_) {
    throw RetriableError(fmt::format("{}: the position in the target was moved by somebody else",
                                     options_.connector));
  }
  throw DataError(fmt::format(
      "{}: {}. Mend the row or the table; the sink goes on from here when it is restarted",
      options_.connector, error.what()));
}

void SqlSinkTask::Put(SinkBatch batch, bool more) {
  if (!batch.batch) return;
  if (pending_.Add(std::move(batch)) && part_applied_ && pending_.items().size() == 1) {
    // The rest of the transaction was not for this sink.
    Guarded([&] { Commit(applied_end_); });
  }
  if (pending_.records() >= options_.snapshot_bulk_records || Full()) GiveToLanes();
  if (!more || Full()) Drain();
}

void SqlSinkTask::Flush() { Drain(); }

bool SqlSinkTask::Full() const {
  return pending_.records() >= options_.batch_records_max ||
         pending_.bytes() >= options_.batch_bytes_max;
}

void SqlSinkTask::Drain() {
  SettleLanes();
  DrainWhole();
  if (part_applied_ || Full()) DrainPart();
}

void SqlSinkTask::GiveToLanes() {
  if (!lanes_.useful() || part_applied_) return;
  if (alone_ > 0) {
    --alone_;
    return;
  }
  if (!lanes_.busy() && table_changes_ != lane_.table_changes()) {
    table_changes_ = lane_.table_changes();
    lanes_.ForgetTables();
  }
  std::deque<PendingBatches::Item>& items = pending_.items();
  if (!std::all_of(items.begin(), items.end(), [&](const auto& item) { return SuitsLanes(item); }))
    return;
  const std::string end = items.back().sink.end;
  std::deque<PendingBatches::Item> taken = pending_.TakeAll();
  if (!lanes_.Submit(taken, end, committed_)) {
    pending_.PutBack(std::move(taken));
    alone_ = kBulksAlone;
    return;
  }
  unsaved_position_.clear();
  NoteProgress(lanes_.TakeProgress());
}

// The known tables are looked up in `lane_`'s planner, which its thread only reads meanwhile.
bool SqlSinkTask::SuitsLanes(const PendingBatches::Item& item) const {
  const model::ChangeBatch& batch = *item.sink.batch;
  if (item.whole != batch.records.size()) return false;
  std::optional<uint32_t> suits;
  for (size_t i = item.next; i < batch.records.size(); ++i) {
    const model::Record& record = batch.records[i];
    if (record.op != model::Op::kRead) return false;
    if (suits == record.schema) continue;
    const RowPlan* plan = lane_.planner().Find(batch.schemas[record.schema]);
    // A table that is to be made is made once. A row's parent may be in the bulk before.
    if (plan == nullptr || !plan->table->parents.empty()) return false;
    if (plan->has_key() && !plan->unique_key) return false;
    suits = record.schema;
  }
  return true;
}

void SqlSinkTask::SettleLanes() {
  if (!lanes_.busy()) return;
  SnapshotLanes::Items returned = lanes_.Settle();
  NoteProgress(lanes_.TakeProgress());
  if (returned.empty()) return;
  alone_ = kBulksAlone;
  pending_.PutBack(std::move(returned));
}

void SqlSinkTask::NoteProgress(SnapshotLanes::Progress progress) {
  committed_ = std::move(progress.committed);
  counters_.transactions += progress.bulks;
  counters_.records += progress.records;
  NoteRows(progress.rows);
}

void SqlSinkTask::NoteRows(const ApplyCounts& rows) {
  counters_.rows_written += rows.written;
  counters_.rows_deleted += rows.deleted;
}

void SqlSinkTask::DrainWhole() {
  const size_t count = pending_.WholeItems();
  if (count == 0) return;
  std::string position;
  Guarded([&] {
    for (size_t i = 0; i < count; ++i) {
      PendingBatches::Item& item = pending_.items()[i];
      const size_t all = item.sink.batch->records.size();
      const size_t to = i + 1 == count ? *item.whole : all;
      ApplyUpTo(item, to);
      if (i + 1 == count) position = PendingBatches::PositionBefore(item, to);
    }
    ApplyGathered();
    if (lane_.changed() || part_applied_) {
      Commit(position);
    } else {
      unsaved_position_ = position;
    }
  });
  lane_.Clear();
  while (!pending_.items().empty() &&
         pending_.items().front().next == pending_.items().front().sink.batch->records.size()) {
    pending_.DropFront();
  }
  if (!unsaved_position_.empty() && std::chrono::steady_clock::now() >= position_due_) {
    Guarded([&] { Commit(unsaved_position_); });
  }
}

// A transaction too large to be gathered: its beginning goes into the target's transaction, which
// stays open.
void SqlSinkTask::DrainPart() {
  Guarded([&] {
    for (PendingBatches::Item& item : pending_.items()) {
      const size_t all = item.sink.batch->records.size();
      size_t to = all;
      // The two halves of a change of a key are looked at together.
      while (to > item.next && pending_.in_transaction() &&
             item.sink.batch->records[to - 1].key_header == model::KeyHeader::kNewKey) {
        --to;
      }
      if (to == item.next && to < all) to = all;
      ApplyUpTo(item, to);
      if (to > 0) applied_end_ = PendingBatches::PositionBefore(item, to);
    }
    ApplyGathered();
    lane_.session().Sync();
    part_applied_ = true;
  });
  lane_.Clear();
  while (!pending_.items().empty() &&
         pending_.items().front().next == pending_.items().front().sink.batch->records.size()) {
    pending_.DropFront();
  }
}

void SqlSinkTask::ApplyUpTo(PendingBatches::Item& item, size_t to) {
  if (to <= item.next) return;
  const model::ChangeBatch& batch = *item.sink.batch;
  lane_.Gather(batch, item.next, to);
  NoteRecord(batch, batch.records[to - 1]);
  counters_.records += to - item.next;
  pending_.Applied(to - item.next);
  item.next = to;
}

void SqlSinkTask::NoteRecord(const model::ChangeBatch& batch, const model::Record& record) {
  if (record.transaction != model::kNoTransaction)
    newest_commit_us_ = batch.transactions[record.transaction].commit_ts_us;
}

void SqlSinkTask::ApplyGathered() {
  lane_.ApplyGathered();
  NoteRows(lane_.TakeCounts());
}

void SqlSinkTask::Commit(const std::string& position) {
  lane_.Commit(committed_, position);
  committed_ = position;
  part_applied_ = false;
  unsaved_position_.clear();
  position_due_ = std::chrono::steady_clock::now() + kPositionInterval;
  ++counters_.transactions;
  if (newest_commit_us_ > 0)
    counters_.last_commit_lag_us = SystemClock().WallNanos() / 1000 - newest_commit_us_;
}

void SqlSinkTask::Idle() {
  // With a part of a transaction in it, the connection cannot be given back.
  if (part_applied_) return;
  if (!unsaved_position_.empty()) Guarded([&] { Commit(unsaved_position_); });
  if (!pending_.items().empty()) return;
  lanes_.Release();
  lane_.Release();
}

void SqlSinkTask::AlterPosition(const std::string& position) {
  lane_.Connect();
  lane_.session().StorePosition(position);
  committed_ = position;
  lane_.Release();
}

}  // namespace tidewire::sink
