#include "sink/sql/row_applier.h"

#include <algorithm>

#include "base/logging.h"

namespace tidewire::sink {
namespace {

// Up to so many rows of one table cost less as pipelined statements than as a staged merge.
constexpr size_t kFewRows = 24;
// After direct inserts met existing rows (a snapshot taken again, say) staging is tried for so many
// bulks at once.
constexpr int kStagedOnlyBulks = 64;

// Rows of other tables change with the deletes of this one, so the order against them counts.
bool OrderMatters(const std::vector<NetChanges>& changes) {
  return changes.size() > 1 &&
         std::any_of(changes.begin(), changes.end(), [](const NetChanges& table) {
           return table.plan->table->cascades && !table.deletes.empty();
         });
}

}  // namespace

std::vector<size_t> ParentsFirst(const std::vector<NetChanges>& changes) {
  std::vector<size_t> order;
  std::vector<bool> placed(changes.size(), false);
  const std::function<void(size_t)> place = [&](size_t i) {
    if (placed[i]) return;
    placed[i] = true;  // Set before the parents: cycles end here.
    for (const uint64_t parent : changes[i].plan->table->parents) {
      for (size_t j = 0; j < changes.size(); ++j) {
        if (changes[j].plan->table->id == parent) place(j);
      }
    }
    order.push_back(i);
  };
  for (size_t i = 0; i < changes.size(); ++i) place(i);
  return order;
}

void RowApplier::Apply(std::span<const RowEvent> events) {
  while (!events.empty()) {
    size_t stretch = 0;
    while (stretch < events.size() && events[stretch].op != RowOp::kTruncate) ++stretch;
    const auto rows = events.first(stretch);
    if (rows.size() <= options_.small_batch_max) {
      OneByOne(rows);
    } else {
      InBulk(rows);
    }
    events = events.subspan(stretch);
    size_t truncates = 0;
    while (truncates < events.size() && events[truncates].op == RowOp::kTruncate) ++truncates;
    if (truncates > 0) TruncateRun(events.first(truncates));
    events = events.subspan(truncates);
  }
}

void RowApplier::TruncateRun(std::span<const RowEvent> events) {
  std::vector<TargetTablePtr> tables;
  for (const RowEvent& event : events) tables.push_back(event.plan->table);
  session_.Truncate(tables);
}

void RowApplier::OneByOne(std::span<const RowEvent> events) {
  for (const RowEvent& event : events) {
    session_.Send(event);
    const bool deletes = event.op == RowOp::kDelete || event.op == RowOp::kMatchDelete;
    ++(deletes ? counts_.deleted : counts_.written);
  }
}

void RowApplier::InBulk(std::span<const RowEvent> events) {
  while (!events.empty()) {
    Fold fold;  // Here, so that nothing of it stays while the sink is idle.
    const size_t taken = fold.Add(events);
    const std::vector<NetChanges> changes = fold.Result();
    const auto stretch = events.first(std::max<size_t>(taken, 1));
    events = events.subspan(stretch.size());
    if (taken == 0 || stretch.size() <= options_.small_batch_max || OrderMatters(changes)) {
      OneByOne(stretch);
      continue;
    }
    const ApplyCounts before = counts_;
    bool done = false;
    for (const Level level : {Level::kDirect, Level::kStaged}) {
      if (level == Level::kDirect && staged_only_ > 0) {
        --staged_only_;
        continue;
      }
      session_.Savepoint();
      try {
        BulkStep(changes, level);
        session_.ReleaseSavepoint();
        done = true;
        break;
      } catch (const StatementError& error) {
        Logger("sink.sql").debug("{}: in bulk: {}", options_.connector, error.what());
        session_.RollbackToSavepoint();
        counts_ = before;
        if (level == Level::kDirect && error.reason() == StatementError::Reason::kDuplicateKey)
          staged_only_ = kStagedOnlyBulks;
      }
    }
    if (!done) {
      staged_only_ = 0;
      OneByOne(stretch);
    }
  }
}

void RowApplier::BulkStep(const std::vector<NetChanges>& changes, Level level) {
  const std::vector<size_t> order = ParentsFirst(changes);
  for (size_t i = order.size(); i-- > 0;) {
    const NetChanges& table = changes[order[i]];
    counts_.deleted += table.deletes.size();
    if (table.deletes.size() > kFewRows) {
      session_.DeleteRows(*table.plan, table.deletes);
    } else {
      for (const model::Datum* row : table.deletes)
        session_.Send({RowOp::kDelete, table.plan, nullptr, row, nullptr, nullptr});
    }
  }
  for (const size_t i : order) {
    const NetChanges& table = changes[i];
    for (const NetChanges::Partial& group : table.partial)
      Write(table, table.update_op, group.rows, group.available);
    if (level == Level::kStaged && table.insert_op == RowOp::kCreate &&
        table.update_op == RowOp::kUpsert) {
      NetChanges::Rows all = table.updates;
      all.insert(all.end(), table.inserts.begin(), table.inserts.end());
      Write(table, RowOp::kUpsert, all, {});
    } else {
      Write(table, table.update_op, table.updates, {});
      Write(table, table.insert_op, table.inserts, {});
    }
  }
  session_.Sync();
}

void RowApplier::Write(const NetChanges& table, RowOp op, const NetChanges::Rows& rows,
                       std::string_view available) {
  counts_.written += rows.size();
  if (rows.size() > kFewRows) {
    session_.WriteRows(*table.plan, op, rows, available);
    return;
  }
  for (const model::Datum* row : rows)
    session_.Send({op, table.plan, row, nullptr, nullptr, nullptr});
}

}  // namespace tidewire::sink
