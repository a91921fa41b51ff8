#include "sink/sql/postgres_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "base/logging.h"
#include "sink/sql/postgres_url.h"
#include "sink/sql/value_error.h"

namespace tidewire::sink {
namespace {

using model::Datum;

constexpr std::chrono::milliseconds kConnectPatience{10'000};
// libpq sends in pieces of this size; larger chunks only cost memory.
constexpr size_t kChunkBytes = 64 * 1024;
// Each staging table is truncated at every commit, used or not: past so many all are dropped and
// made as needed.
constexpr size_t kStagesMax = 200;

// Of libpq, unless the URL says otherwise. A dead host is noticed within about ten seconds.
constexpr std::pair<const char*, const char*> kKeywordDefaults[] = {
    {"connect_timeout", "10"}, {"keepalives_idle", "5"},      {"keepalives_interval", "2"},
    {"keepalives_count", "3"}, {"tcp_user_timeout", "10000"}, {"client_encoding", "UTF8"}};

// What our statements rely on, whatever the role's or database's settings. Plans: staged rows are
// always looked up through the key's index; the planner knows nothing of the fresh staging table
// and might read all of a large target instead.
constexpr const char* kSessionSettings =
    "SET standard_conforming_strings = on; SET DateStyle = 'ISO, YMD'; SET TimeZone = 'UTC'; SET "
    "lc_monetary = 'C';"
    "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0; "
    "SET jit = off;"
    "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_seqscan = off; SET "
    "bytea_output = 'hex'";

// SQLSTATE of "data exception": a value that does not fit, found out before it was sent.
constexpr const char* kDataException = "22000";

// Two sinks may make the same thing at once: the second waits, and finds it.
constexpr const char* kCreationLock = "SELECT pg_advisory_xact_lock(5842601)";

}  // namespace

PostgresSession::PostgresSession(const SqlSinkOptions& options)
    : options_(options), target_(DescribeTarget(options.connection)) {}

PostgresConnection& PostgresSession::connection() {
  if (!connection_) throw RetriableError(fmt::format("not connected to {}", target_));
  return *connection_;
}

std::string PostgresSession::Connect() {
  Close();
  std::map<std::string, std::string> keywords = ToLibpq(options_.connection).values;
  for (const auto& [name, value] : kKeywordDefaults) keywords.try_emplace(name, value);
  keywords.try_emplace("application_name", "tidewire " + options_.connector);
  connection_ =
      std::make_unique<PostgresConnection>(keywords, target_, &interrupter_, kConnectPatience);
  types_ = std::make_unique<PostgresTypes>(*connection_);
  connection_->OnFailedPipeline([this](uint64_t pipeline) { ForgetStatements(pipeline); });
  connection_->Execute(kSessionSettings);
  PreparePositionTable();
  return StoredPosition();
}

void PostgresSession::PreparePositionTable() {
  const auto found =
      connection().Row("SELECT current_schema(), to_regclass('tidewire_offsets')::oid");
  const std::string schema = found.empty() || !found[0] ? "public" : *found[0];
  position_table_ = QuoteTable({found.size() > 1 && found[1] ? "" : schema, "tidewire_offsets"});
  const std::string connector = QuoteLiteral(options_.connector);
  if (found.size() < 2 || !found[1]) {
    connection().Execute(
        fmt::format("BEGIN; {}; CREATE TABLE IF NOT EXISTS {} (connector text PRIMARY KEY,"
                    " position text NOT NULL, updated_at timestamptz NOT NULL DEFAULT now())"
                    " WITH (fillfactor = 50); COMMIT",
                    kCreationLock, position_table_));
  }
  connection().Execute(
      fmt::format("INSERT INTO {} (connector, position) VALUES ({}, '') ON CONFLICT DO NOTHING",
                  position_table_, connector));
  // Plain SQL has no way to fail on "no row was updated"; a division by the count does.
  connection().SendPrepare(
      "tw_position",
      fmt::format("WITH moved AS (UPDATE {} SET position = $2, updated_at = now()"
                  " WHERE connector = $1 AND position = $3 RETURNING 1)"
                  " SELECT 1 / (SELECT count(*) FROM moved)",
                  position_table_),
      {25, 25, 25});
  connection().FinishPipeline();
}

std::string PostgresSession::StoredPosition() {
  // The lock waits for a commit that a former connection of this connector left behind in the
  // server.
  const auto row =
      connection().Row(fmt::format("SELECT position FROM {} WHERE connector = {} FOR UPDATE",
                                   position_table_, QuoteLiteral(options_.connector)));
  return row.empty() || !row[0] ? "" : *row[0];
}

void PostgresSession::StorePosition(const std::string& position) {
  connection().Execute(
      fmt::format("UPDATE {} SET position = {}, updated_at = now() WHERE connector = {}",
                  position_table_, QuoteLiteral(position), QuoteLiteral(options_.connector)));
}

void PostgresSession::Close() noexcept {
  connection_.reset();
  types_.reset();
  plans_.clear();
  stages_in_transaction_.clear();
  stages_ = 0;
  state_ = State::kNone;
  deferrable_ = false;
  std::string().swap(chunk_);
  parameters_ = {};
}

TargetTablePtr PostgresSession::Describe(const TableName& name) {
  TargetTablePtr table = DescribePostgresTable(connection(), name);
  if (table) deferrable_ = deferrable_ || table->deferrable;
  return table;
}

void PostgresSession::CreateTable(const TableName& name, const std::vector<WantedColumn>& columns) {
  std::vector<std::string> types;
  types.reserve(columns.size());
  for (const WantedColumn& column : columns) types.push_back(types_->TypeFor(column));
  std::vector<std::string> statements;
  if (!name.schema.empty() && !HasSchema(name.schema)) {
    Run(kCreationLock);
    statements.push_back("CREATE SCHEMA IF NOT EXISTS " + QuoteIdentifier(name.schema));
  }
  statements.push_back(CreateTableStatement(name, columns, types));
  Alter(statements);
}

// CREATE SCHEMA IF NOT EXISTS wants the right to make schemas even where there is nothing to make.
bool PostgresSession::HasSchema(const std::string& name) {
  return !connection()
              .Row("SELECT 1 FROM pg_namespace WHERE nspname = " + QuoteLiteral(name))
              .empty();
}

std::vector<std::string> PostgresSession::EvolutionOf(const TargetTable& table,
                                                      const std::vector<WantedColumn>& columns) {
  std::vector<std::string> types;
  types.reserve(columns.size());
  for (const WantedColumn& column : columns) types.push_back(types_->TypeFor(column));
  return EvolutionStatements(table, columns, types);
}

void PostgresSession::Alter(const std::vector<std::string>& statements) {
  for (const std::string& sql : statements) {
    Logger("sink.sql").info("{}: {}", options_.connector, sql);
    Run(sql);
  }
}

void PostgresSession::Begin() {
  if (state_ != State::kNone) return;
  connection().SendSimple("BEGIN");
  if (deferrable_) connection().SendSimple("SET CONSTRAINTS ALL DEFERRED");
  state_ = State::kOpen;
}

void PostgresSession::Run(const std::string& sql) {
  Begin();
  connection().Execute(sql);
}

PostgresSession::PlanState& PostgresSession::StateOf(const RowPlan& plan) {
  PlanState& state = plans_[plan.id];
  if (state.codecs.empty()) {
    for (const PlannedField& field : plan.fields) {
      state.codecs.push_back(ChoosePostgresCodec(field.kind, plan.table->columns[field.target]));
    }
  }
  return state;
}

const PostgresSession::Prepared& PostgresSession::Prepare(const RowPlan& plan, PlanState& state,
                                                          RowOp op, std::string_view row,
                                                          std::string_view old) {
  std::string id(1, static_cast<char>('a' + static_cast<int>(op)));
  id.append(row).append("/").append(old);
  const auto it = state.statements.find(id);
  if (it != state.statements.end()) return it->second;
  SqlStatement statement = RowStatement(op, plan, row, old);
  Prepared& prepared = state.statements[id];
  prepared.parameters = std::move(statement.parameters);
  if (statement.sql.empty()) return prepared;
  std::vector<Oid> types;
  for (const SqlParameter& parameter : prepared.parameters) {
    types.push_back(plan.table->columns[plan.fields[parameter.field].target].type_id);
  }
  prepared.name = fmt::format("tw{}", next_name_++);
  connection().SendPrepare(prepared.name, statement.sql, types);
  prepared.pipeline = connection().pipeline();
  return prepared;
}

// The server skips what stands behind a failure, PREPARE included.
void PostgresSession::ForgetStatements(uint64_t pipeline) {
  for (auto& [id, state] : plans_) {
    std::erase_if(state.statements, [&](const auto& entry) {
      return !entry.second.name.empty() && entry.second.pipeline == pipeline;
    });
  }
}

void PostgresSession::Send(const RowEvent& event) {
  Begin();
  const RowPlan& plan = *event.plan;
  PlanState& state = StateOf(plan);
  // Whole rows, by far the most, need no mask.
  std::string row_mask;
  if (event.row != nullptr && LacksValues(plan, event.row))
    row_mask = RowMask(plan, event.row, false);
  const bool match = event.op == RowOp::kMatchUpdate || event.op == RowOp::kMatchDelete;
  const std::string old_mask = match ? RowMask(plan, event.old, true) : "";
  const Prepared& prepared = Prepare(plan, state, event.op, row_mask, old_mask);
  if (prepared.name.empty()) return;
  parameters_.Clear();
  for (const SqlParameter& parameter : prepared.parameters) {
    const PlannedField& field = plan.fields[parameter.field];
    const Datum& datum = (parameter.old ? event.old : event.row)[field.source];
    if (!datum.has_value()) {
      parameters_.AddNull();
      continue;
    }
    const PostgresCodec codec = state.codecs[parameter.field];
    try {
      parameters_.Add(!IsTextCodec(codec), [&](std::string& out) {
        if (IsTextCodec(codec)) {
          AppendTextField(codec, field.kind, datum, out);
        } else {
          AppendBinaryField(codec, datum, out);
        }
      });
    } catch (const ValueError& error) {
      throw StatementError(DescribeValueError(error, plan, parameter.field, &event), kDataException,
                           StatementError::Reason::kOther, event);
    }
  }
  connection().SendPrepared(prepared.name, parameters_, &event);
}

void PostgresSession::Sync() { connection().FinishPipeline(); }

std::string PostgresSession::Stage(const RowPlan& plan, PlanState& state, bool keys) {
  std::string& name = keys ? state.key_stage : state.row_stage;
  bool& used = keys ? state.key_stage_used : state.row_stage_used;
  if (name.empty()) {
    name = fmt::format("pg_temp.tw_stage_{}", next_name_++);
    stages_in_transaction_.emplace_back(plan.id, keys);
    ++stages_;
    Run(StageStatement(name.substr(8), plan, keys ? plan.key : MaskedFields(plan, "")));
  } else if (used) {
    Run("TRUNCATE " + name);
  }
  used = true;
  return name;
}

void PostgresSession::Copy(const std::string& table, const RowPlan& plan, const PlanState& state,
                           const std::vector<uint32_t>& fields,
                           std::span<const Datum* const> rows) {
  Begin();
  const bool binary = std::all_of(fields.begin(), fields.end(),
                                  [&](uint32_t f) { return !IsTextCodec(state.codecs[f]); });
  connection().BeginCopy(CopyStatement(table, plan, fields, binary));
  chunk_.clear();
  if (binary) {
    chunk_.append("PGCOPY\n\377\r\n\0", 11);
    chunk_.append(8, '\0');  // No flags, no header extension.
  }
  uint32_t field = 0;
  try {
    for (const Datum* row : rows) {
      if (binary) AppendBigEndian(chunk_, static_cast<int16_t>(fields.size()));
      for (const uint32_t f : fields) {
        field = f;
        const Datum& datum = row[plan.fields[f].source];
        if (binary) {
          AppendBinaryField(state.codecs[f], datum, chunk_);
        } else {
          AppendCopyText(state.codecs[f], plan.fields[f].kind, datum, chunk_);
          chunk_ += '\t';
        }
      }
      if (!binary) chunk_.back() = '\n';
      if (chunk_.size() >= kChunkBytes) {
        connection().CopyChunk(chunk_);
        chunk_.clear();
      }
    }
  } catch (const ValueError& error) {
    connection().AbortCopy();
    throw StatementError(DescribeValueError(error, plan, field, nullptr), kDataException,
                         StatementError::Reason::kOther, {});
  }
  if (binary) AppendBigEndian(chunk_, int16_t{-1});
  connection().CopyChunk(chunk_);
  connection().EndCopy();
  // One huge value must not be held for ever.
  if (chunk_.capacity() > 16 * kChunkBytes) std::string().swap(chunk_);
}

void PostgresSession::Merge(const RowPlan& plan, const std::string& statements) {
  if (statements.empty()) return;
  // Without an index a nested loop would read the target once for each row.
  Run(plan.unique_key
          ? statements
          : "SET LOCAL enable_hashjoin = on; SET LOCAL enable_nestloop = off; " + statements +
                "; SET LOCAL enable_hashjoin = off; SET LOCAL enable_nestloop = on");
}

void PostgresSession::DeleteRows(const RowPlan& plan, std::span<const Datum* const> rows) {
  PlanState& state = StateOf(plan);
  const std::string stage = Stage(plan, state, true);
  Copy(stage, plan, state, plan.key, rows);
  Merge(plan, DeleteStatement(stage, plan));
}

void PostgresSession::WriteRows(const RowPlan& plan, RowOp op, std::span<const Datum* const> rows,
                                std::string_view available) {
  PlanState& state = StateOf(plan);
  const std::vector<uint32_t> fields = MaskedFields(plan, available);
  if (op == RowOp::kInsert || op == RowOp::kCreate) {
    Copy(QuoteTable(plan.table->name), plan, state, fields, rows);
    return;
  }
  const std::string stage = Stage(plan, state, false);
  Copy(stage, plan, state, fields, rows);
  Merge(plan, MergeStatements(op, stage, plan, available));
}

void PostgresSession::Truncate(std::span<const TargetTablePtr> tables) {
  std::string list;
  for (const TargetTablePtr& table : tables)
    list += (list.empty() ? "" : ", ") + QuoteTable(table->name);
  Savepoint();
  try {
    Run("TRUNCATE " + list);
  } catch (const StatementError& error) {
    // 0A000: another table refers to one of these. Rows can still be deleted one table after the
    // other.
    if (error.code() != "0A000") throw;
    RollbackToSavepoint();
    for (size_t i = tables.size(); i-- > 0;) Run("DELETE FROM " + QuoteTable(tables[i]->name));
  }
  ReleaseSavepoint();
}

void PostgresSession::Savepoint() {
  Run("SAVEPOINT tw");
  stages_at_savepoint_ = stages_in_transaction_.size();
}
void PostgresSession::ReleaseSavepoint() { Run("RELEASE SAVEPOINT tw"); }
void PostgresSession::RollbackToSavepoint() {
  Run("ROLLBACK TO SAVEPOINT tw");
  ForgetStages(stages_at_savepoint_);
}

// Those made since then are gone with what was rolled back.
void PostgresSession::ForgetStages(size_t keep) {
  while (stages_in_transaction_.size() > keep) {
    const auto [plan, keys] = stages_in_transaction_.back();
    stages_in_transaction_.pop_back();
    PlanState& state = plans_[plan];
    (keys ? state.key_stage : state.row_stage).clear();
    (keys ? state.key_stage_used : state.row_stage_used) = false;
    --stages_;
  }
}

void PostgresSession::Commit(const std::string& from, const std::string& to) {
  Begin();
  parameters_.Clear();
  parameters_.AddText(options_.connector);
  parameters_.AddText(to);
  parameters_.AddText(from);
  connection().SendPrepared("tw_position", parameters_, nullptr);
  connection().SendSimple("COMMIT");
  try {
    connection().FinishPipeline();
  } catch (const StatementError& error) {
    // 22012, division by zero: the stored position is not `from`.
    if (error.code() != "22012" || error.event()) throw;
    throw RetriableError(fmt::format(
        "{}: the position stored in {} has been moved by somebody else (another worker, or a "
        "commit whose answer was lost); starting again from there",
        options_.connector, target_));
  }
  state_ = State::kNone;
  stages_in_transaction_.clear();
  for (auto& [id, state] : plans_) state.row_stage_used = state.key_stage_used = false;
  if (stages_ > kStagesMax) {
    connection().Execute("DISCARD TEMPORARY");
    for (auto& [id, state] : plans_) {
      state.row_stage.clear();
      state.key_stage.clear();
    }
    stages_ = 0;
  }
}

void PostgresSession::Rollback() noexcept {
  if (state_ == State::kNone) return;
  try {
    try {
      connection().FinishPipeline();
    } catch (const StatementError&) {
      // What failed is rolled back with the rest.
    }
    connection().Execute("ROLLBACK");
    ForgetStages(0);
    state_ = State::kNone;
  } catch (const Error&) {
    Close();
  }
}

}  // namespace tidewire::sink
