#include "source/postgres/postgres_snapshot_ledger.h"

#include "base/failpoint.h"
#include "base/logging.h"

namespace tidewire::source {
namespace {

// Small enough to keep all connections busy until the end, large enough that a COPY's start does
// not count: 8 to 128 MB.
constexpr uint64_t kChunkPagesMin = 1024;
constexpr uint64_t kChunkPagesMax = 16 * 1024;
constexpr int kTidRangeScans = 140000;  // PostgreSQL 14.

}  // namespace

model::Transaction TransactionOf(const SnapshotPoint& point) {
  model::Transaction out;
  out.id = point.transaction_id;
  out.begin_position = point.view.value;
  out.commit_position = point.view.value;
  out.commit_ts_us = point.ts_us;
  return out;
}

std::deque<SnapshotChunk> PlanChunks(const std::vector<SnapshotTable>& tables, int threads,
                                     int server_version) {
  std::deque<SnapshotChunk> out;
  for (size_t i = 0; i < tables.size(); ++i) {
    SnapshotChunk chunk;
    chunk.table = i;
    const uint64_t pages = tables[i].pages;
    const uint64_t size =
        std::clamp(pages / (static_cast<uint64_t>(threads) * 8), kChunkPagesMin, kChunkPagesMax);
    if (threads < 2 || server_version < kTidRangeScans || tables[i].partitioned ||
        pages < 2 * size) {
      out.push_back(chunk);
      continue;
    }
    chunk.whole = false;
    for (uint64_t page = 0; page < pages; page += size) {
      chunk.first_page = page;
      // The last one is open: the table may have grown since its size was read.
      chunk.end_page = page + size < pages ? page + size : 0;
      out.push_back(chunk);
    }
  }
  return out;
}

PostgresSnapshotLedger::PostgresSnapshotLedger(SourceContext& context, std::string partition,
                                               std::vector<SnapshotTable> tables,
                                               PostgresSnapshotState state,
                                               PostgresPosition position, SnapshotPoint point,
                                               Clock& clock)
    : context_(context),
      partition_(std::move(partition)),
      tables_(std::move(tables)),
      position_(std::move(position)),
      point_(point),
      clock_(clock),
      state_(std::move(state)),
      progress_(tables_.size()) {
  const SnapshotTable* first = nullptr;  // By name, of those behind.
  for (size_t i = tables_.size(); i-- > 0;) {
    const SnapshotTable& table = tables_[i];
    const auto name = [](const SnapshotTable& t) { return std::tie(t.schema, t.name); };
    progress_[i].ahead = first != nullptr && name(*first) < name(table);
    if (!progress_[i].ahead) first = &table;
  }
}

void PostgresSnapshotLedger::SetChunks(std::deque<SnapshotChunk> chunks, int workers) {
  const std::lock_guard lock(mutex_);
  chunks_ = std::move(chunks);
  workers_ = workers;
  for (const SnapshotChunk& chunk : chunks_) {
    ++progress_[chunk.table].unread;
    ++progress_[chunk.table].unemitted;
  }
}

std::optional<SnapshotChunk> PostgresSnapshotLedger::Next() {
  const std::lock_guard lock(mutex_);
  if (chunks_.empty()) return std::nullopt;
  const SnapshotChunk chunk = chunks_.front();
  chunks_.pop_front();
  if (std::exchange(progress_[chunk.table].begun, true)) return chunk;
  const SnapshotTable& table = tables_[chunk.table];
  const TableName name{table.schema, table.name};
  const bool restart = table.table->schema().key.empty() && state_.MayHaveRows(name);
  state_.BeginTable(name, progress_[chunk.table].ahead);
  if (restart && !Restart(table)) return std::nullopt;
  return chunk;
}

bool PostgresSnapshotLedger::Restart(const SnapshotTable& table) {
  Logger("source.postgres")
      .warn(
          "table {}.{} has no key and rows of it are in the log from before: it is read again "
          "behind a truncate event; a target that ignores truncates keeps the rows twice",
          table.schema, table.name);
  state_.RestartTable({table.schema, table.name});
  auto batch = std::make_unique<model::ChangeBatch>();
  batch->transactions.push_back(TransactionOf(point_));
  model::Record& record = batch->records.emplace_back();
  record.op = model::Op::kTruncate;
  record.snapshot = model::SnapshotMark::kTrue;
  record.schema = batch->SchemaIndex(table.table->topic_schema);
  record.transaction = 0;
  record.position = point_.view.value;
  record.ts_ns = clock_.WallNanos();
  return EmitLocked(std::move(batch), {}, false);
}

bool PostgresSnapshotLedger::TakeFirstOf(size_t table) {
  const std::lock_guard lock(mutex_);
  return !std::exchange(progress_[table].first_taken, true);
}

bool PostgresSnapshotLedger::FinishReading(const SnapshotChunk& chunk) {
  const std::lock_guard lock(mutex_);
  return --progress_[chunk.table].unread == 0;
}

bool PostgresSnapshotLedger::Emit(model::ChangeBatchPtr batch,
                                  const std::vector<size_t>& finished) {
  const std::lock_guard lock(mutex_);
  return EmitLocked(std::move(batch), finished, false);
}

bool PostgresSnapshotLedger::Leave(model::ChangeBatchPtr batch,
                                   const std::vector<size_t>& finished) {
  const std::lock_guard lock(mutex_);
  const bool last = --workers_ == 0;
  if (last && !batch->records.empty()) batch->records.back().snapshot = model::SnapshotMark::kLast;
  return EmitLocked(std::move(batch), finished, last);
}

bool PostgresSnapshotLedger::EmitLocked(model::ChangeBatchPtr batch,
                                        const std::vector<size_t>& finished, bool last) {
  for (const size_t table : finished) {
    if (--progress_[table].unemitted != 0) continue;
    state_.FinishTable({tables_[table].schema, tables_[table].name});
    tables_done_.fetch_add(1, std::memory_order_relaxed);
  }
  if (last) state_.Complete();
  const bool rows = !batch->records.empty() && batch->records.front().op == model::Op::kRead;
  if (rows) rows_.fetch_add(batch->records.size(), std::memory_order_relaxed);
  batch->offset = model::SourceOffset{partition_, OffsetJson(last)};
  Failpoint("postgres_snapshot_emit");
  return context_.Emit(std::move(batch));
}

std::string PostgresSnapshotLedger::OffsetJson(bool last) const {
  std::string more = fmt::format(
      R"("snapshot":"INITIAL","last_snapshot_record":{0},"snapshot_completed":{0})", last);
  const std::string state = state_.JsonMember();
  if (!state.empty()) more += "," + state;
  return position_.ToJson(more);
}

}  // namespace tidewire::source
