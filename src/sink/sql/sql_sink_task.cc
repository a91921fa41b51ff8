#include "sink/sql/sql_sink_task.h"

#include <fmt/format.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/logging.h"

namespace tidewire::sink {
namespace {

// How often a position alone, without rows, is written to the target.
constexpr std::chrono::seconds kPositionInterval{5};

}  // namespace

SqlSinkTask::SqlSinkTask(SqlSinkOptions options, const Dialect& dialect)
    : options_(std::move(options)),
      session_(dialect.MakeSession(options_)),
      planner_(options_, *session_, [this] { ApplyEvents(); }),
      events_maker_(options_, planner_),
      applier_(options_, *session_),
      pending_(options_.consistency) {}

std::string SqlSinkTask::Open() {
  pending_.Clear();
  events_.clear();
  planner_.Clear();
  arena_.Clear();
  part_applied_ = changed_ = false;
  unsaved_position_.clear();
  committed_ = session_->Connect();
  return committed_;
}

void SqlSinkTask::EnsureConnected() {
  if (session_->connected()) return;
  if (part_applied_ || changed_) {
    throw RetriableError(fmt::format(
        "{}: the connection to the target was lost inside of a transaction", options_.connector));
  }
  planner_.Clear();
  if (session_->Connect() == committed_) return;
  session_->Close();
  throw RetriableError(fmt::format(
      "{}: the position in the target has changed while the sink was idle", options_.connector));
}

template <class Work>
void SqlSinkTask::Guarded(Work&& work) {
  try {
    EnsureConnected();
    work();
  } catch (const StatementError& error) {
    session_->Rollback();
    FailData(error);
  } catch (...) {
    session_->Rollback();
    throw;
  }
}

void SqlSinkTask::FailData(const StatementError& error) {
  std::string stored;
  stored = session_->connected() ? session_->StoredPosition() : committed_;
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
  const bool full = pending_.records() >= options_.batch_records_max ||
                    pending_.bytes() >= options_.batch_bytes_max;
  if (!more || full) Drain();
}

void SqlSinkTask::Flush() { Drain(); }

void SqlSinkTask::Drain() {
  DrainWhole();
  if (part_applied_ || pending_.records() >= options_.batch_records_max ||
      pending_.bytes() >= options_.batch_bytes_max) {
    DrainPart();
  }
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
    ApplyEvents();
    if (changed_ || part_applied_) {
      Commit(position);
    } else {
      unsaved_position_ = position;
    }
  });
  arena_.Clear();
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
    ApplyEvents();
    session_->Sync();
    part_applied_ = true;
  });
  arena_.Clear();
  while (!pending_.items().empty() &&
         pending_.items().front().next == pending_.items().front().sink.batch->records.size()) {
    pending_.DropFront();
  }
}

void SqlSinkTask::ApplyUpTo(PendingBatches::Item& item, size_t to) {
  if (to <= item.next) return;
  const model::ChangeBatch& batch = *item.sink.batch;
  events_maker_.Make(batch, item.next, to, arena_, events_);
  NoteRecord(batch, batch.records[to - 1]);
  counters_.records += to - item.next;
  pending_.Applied(to - item.next);
  item.next = to;
}

void SqlSinkTask::NoteRecord(const model::ChangeBatch& batch, const model::Record& record) {
  if (record.transaction != model::kNoTransaction)
    newest_commit_us_ = batch.transactions[record.transaction].commit_ts_us;
}

void SqlSinkTask::ApplyEvents() {
  if (events_.empty()) return;
  applier_.Apply(events_);
  Failpoint("sink.mid_apply");
  events_.clear();
  changed_ = true;
}

void SqlSinkTask::Commit(const std::string& position) {
  Failpoint("sink.before_commit");
  session_->Commit(committed_, position);
  Failpoint("sink.after_commit");
  committed_ = position;
  part_applied_ = changed_ = false;
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
  session_->Close();
  planner_.Clear();
  events_.shrink_to_fit();
  arena_ = Arena();
}

SinkCounters SqlSinkTask::counters() const {
  SinkCounters out = counters_;
  out.rows_written = applier_.counts().written;
  out.rows_deleted = applier_.counts().deleted;
  return out;
}

void SqlSinkTask::AlterPosition(const std::string& position) {
  session_->Connect();
  session_->StorePosition(position);
  committed_ = position;
  session_->Close();
}

}  // namespace tidewire::sink
