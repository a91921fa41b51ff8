#include "sink/sql/mysql_session.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/logging.h"
#include "sink/sql/mysql_bulk.h"
#include "sink/sql/mysql_url.h"
#include "sink/sql/value_error.h"

namespace tidewire::sink {
namespace {

using model::Datum;
using Role = MysqlPipeline::Role;

// The URL's connectTimeout may make it shorter.
constexpr std::chrono::milliseconds kConnectPatience{10'000};
constexpr std::string_view kPositionTable = "`tidewire_offsets`";
constexpr unsigned kOutOfRange = 1690;
constexpr unsigned kDuplicateColumn = 1060;

// Text is quoted without backslashes, numbers are taken as they are, what does not fit is an error.
// Whatever the server's own mode: it is no part of what we send.
constexpr std::string_view kSqlMode =
    "STRICT_TRANS_TABLES,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_BACKSLASH_ESCAPES,"
    "NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION";
constexpr std::string_view kStrictDates = ",NO_ZERO_DATE,NO_ZERO_IN_DATE";
// A source that delivers such dates as text means them.
constexpr std::string_view kAnyDate = ",ALLOW_INVALID_DATES";

// What our statements rely on, whatever the server's settings. READ COMMITTED: no locks on gaps, so
// neither do bulks of different rows wait for each other, nor do other writers for us. Waiting for
// a table's definition has a bound: meanwhile nobody else gets at the table.
std::string SessionSettings(const MysqlFacts& facts) {
  return fmt::format(
      "SET NAMES utf8mb4 COLLATE utf8mb4_bin; SET SESSION sql_mode = '{}{}', time_zone = '+00:00', "
      "autocommit = 1, unique_checks = 1, sql_safe_updates = 0, sql_auto_is_null = 0, "
      "sql_select_limit = DEFAULT, lock_wait_timeout = 20, {} = 0{}; "
      "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; "
      "SET SESSION TRANSACTION READ WRITE",
      kSqlMode, kStrictDates, facts.mariadb ? "max_statement_time" : "max_execution_time",
      facts.mariadb ? ", check_constraint_checks = 1" : "");
}

bool IsReadOnly(client::MysqlConnection& connection) {
  return connection.Value("SELECT @@global.read_only", "look at read_only").value_or("0") != "0";
}

std::string Quoted(std::string_view text) {
  std::string out;
  AppendMysqlQuoted(text, out);
  return out;
}

}  // namespace

MysqlFacts FactsOf(const client::MysqlConnection& connection) {
  return {connection.is_mariadb(), connection.version()};
}

std::unique_ptr<client::MysqlConnection> ConnectMysql(const JdbcUrl& url,
                                                      std::chrono::milliseconds patience) {
  const auto target = ToMysql(url);
  if (!target) throw ConfigError("connection.url: " + target.error());
  std::unique_ptr<client::MysqlConnection> reader;
  for (const JdbcUrl::Host& host : url.hosts) {
    const bool last = &host == &url.hosts.back();
    client::MysqlConnectionSettings settings = target->settings;
    settings.host = host.name;
    settings.port = host.port;
    settings.found_rows = true;
    settings.connect_timeout = std::min(settings.connect_timeout, patience);
    try {
      auto connection = std::make_unique<client::MysqlConnection>(settings);
      if (!target->session_variables.empty())
        connection->Execute(target->session_variables, "set the URL's sessionVariables");
      if (url.hosts.size() == 1 || !IsReadOnly(*connection)) return connection;
      if (!reader) reader = std::move(connection);
    } catch (const RetriableError&) {
      if (last && !reader) throw;
    }
  }
  return reader;
}

MysqlSession::MysqlSession(const SqlSinkOptions& options)
    : options_(options), target_(DescribeTarget(options.connection)) {}

MysqlPipeline& MysqlSession::pipeline() {
  if (!connected()) throw RetriableError(fmt::format("not connected to {}", target_));
  return *pipeline_;
}

void MysqlSession::Login() {
  const auto stop = [this] {
    if (interrupted_)
      throw RetriableError(fmt::format("{}: interrupted because the task is to stop", target_));
  };
  stop();
  auto connection = ConnectMysql(options_.connection, kConnectPatience);
  {
    std::lock_guard lock(mutex_);
    connection_ = std::move(connection);
  }
  stop();
}

std::string MysqlSession::Connect() {
  Close();
  Login();
  facts_ = FactsOf(*connection_);
  connection_->Execute(SessionSettings(facts_), "set up the session");
  arrays_ = TakesArrays(*connection_);
  pipeline_ = std::make_unique<MysqlPipeline>(*connection_, target_);
  pipeline_->set_careful(careful_);
  catalog_ = std::make_unique<MysqlCatalog>(*pipeline_, facts_, options_.connection.database);
  PreparePositionTable();
  return StoredPosition();
}

void MysqlSession::PreparePositionTable() {
  // CREATE … IF NOT EXISTS wants the right to make tables even where there is nothing to make.
  if (!catalog_->Describe({"", "tidewire_offsets"})) {
    pipeline().Run(
        fmt::format(
            "CREATE TABLE IF NOT EXISTS {} (connector VARCHAR(255) CHARACTER SET utf8mb4 "
            "COLLATE utf8mb4_bin NOT NULL PRIMARY KEY, position MEDIUMTEXT CHARACTER SET "
            "utf8mb4 COLLATE utf8mb4_bin NOT NULL, updated_at TIMESTAMP(6) NOT NULL DEFAULT "
            "CURRENT_TIMESTAMP(6)) ENGINE = InnoDB",
            kPositionTable),
        "make the table of positions");
  }
  pipeline().Run(fmt::format("INSERT IGNORE INTO {} (connector, position) VALUES ({}, '')",
                             kPositionTable, Quoted(options_.connector)),
                 "write the first position");
}

std::string MysqlSession::StoredPosition() {
  // The lock waits for a commit that a former connection of this connector left behind in the
  // server.
  auto rows =
      pipeline().Query(fmt::format("SELECT position FROM {} WHERE connector = {} FOR UPDATE",
                                   kPositionTable, Quoted(options_.connector)),
                       "read the stored position");
  const client::MysqlRow row = rows.Next();
  return row ? row.text(0) : "";
}

std::string MysqlSession::PositionUpdate(const std::string& to, const std::string* from) const {
  return fmt::format(
      "UPDATE {} SET position = {}, updated_at = CURRENT_TIMESTAMP(6) WHERE connector = {}{}",
      kPositionTable, Quoted(to), Quoted(options_.connector),
      from == nullptr ? "" : " AND position = " + Quoted(*from));
}

void MysqlSession::StorePosition(const std::string& position) {
  pipeline().Run(PositionUpdate(position, nullptr), "write the position");
}

void MysqlSession::Close() noexcept {
  if (pipeline_) careful_ = pipeline_->careful();
  catalog_.reset();
  pipeline_.reset();
  {
    std::lock_guard lock(mutex_);
    connection_.reset();
  }
  plans_.clear();
  open_ = false;
  any_date_ = false;
}

void MysqlSession::Interrupt() noexcept {
  interrupted_ = true;
  std::lock_guard lock(mutex_);
  if (connection_) connection_->Interrupt();
}

TargetTablePtr MysqlSession::Describe(const TableName& name) {
  pipeline().Flush();
  return catalog_->Describe(name);
}

void MysqlSession::CreateTable(const TableName& name, const std::vector<WantedColumn>& columns) {
  std::vector<std::string> statements;
  if (!name.schema.empty() && !catalog_->HasDatabase(name.schema))
    statements.push_back("CREATE DATABASE IF NOT EXISTS " + MysqlName(name.schema));
  statements.push_back(MysqlCreateTable(name, columns, facts_));
  RunDdl(statements, true);
}

std::vector<std::string> MysqlSession::EvolutionOf(const TargetTable& table,
                                                   const std::vector<WantedColumn>& columns) {
  pipeline().Flush();
  return catalog_->EvolutionOf(table, columns);
}

void MysqlSession::Alter(const std::vector<std::string>& statements) {
  // Rows that were planned by the former key would be written as if it were still unique.
  const bool rekeyed = std::any_of(
      statements.begin(), statements.end(),
      [](const std::string& sql) { return sql.find("ADD PRIMARY KEY") != std::string::npos; });
  RunDdl(statements, !rekeyed);
}

void MysqlSession::RunDdl(const std::vector<std::string>& statements, bool plans_survive) {
  const bool was_open = open_;
  if (was_open) Rollback();
  for (const std::string& sql : statements) {
    Logger("sink.sql").info("{}: {}", options_.connector, sql);
    try {
      pipeline().Run(sql, "change the target's tables");
    } catch (const StatementError& error) {
      // MySQL has no IF NOT EXISTS here.
      if (pipeline().failed().code != kDuplicateColumn) throw;
      throw RetriableError(fmt::format("{}: somebody else is changing the table: {}",
                                       options_.connector, error.what()));
    }
  }
  if (plans_survive && !was_open) return;
  throw RetriableError(fmt::format(
      "{}: a table was changed inside of a transaction, which begins again", options_.connector));
}

void MysqlSession::Begin() {
  if (open_) return;
  pipeline().Queue(Role::kOther, "START TRANSACTION");
  open_ = true;
}

MysqlPlan& MysqlSession::PlanOf(const RowPlan& plan) {
  std::unique_ptr<MysqlPlan>& known = plans_[plan.id];
  if (!known) known = std::make_unique<MysqlPlan>(plan, facts_);
  if (known->wants_any_date() && !any_date_) {
    pipeline().Queue(Role::kOther,
                     fmt::format("SET SESSION sql_mode = '{}{}'", kSqlMode, kAnyDate));
    any_date_ = true;
  }
  return *known;
}

void MysqlSession::Send(const RowEvent& event) {
  Begin();
  MysqlPlan& plan = PlanOf(*event.plan);
  std::string& sql = pipeline().Begin();
  size_t statements = 0;
  try {
    statements = plan.AppendEvent(event, sql);
  } catch (const ValueError& error) {
    pipeline().Drop();
    ThrowUnfit(error, plan, &event);
  }
  if (statements == 0) {
    pipeline().Drop();
    return;
  }
  const bool upsert = event.op == RowOp::kUpsert || event.op == RowOp::kCreate;
  pipeline().Queue(upsert && plan.guarded() ? Role::kUpsert : Role::kRow, statements, &event);
}

void MysqlSession::Sync() { pipeline().Flush(); }

void MysqlSession::DeleteRows(const RowPlan& plan, std::span<const Datum* const> rows) {
  Begin();
  MysqlPlan& state = PlanOf(plan);
  const size_t most = state.delete_rows_max();
  while (!rows.empty()) {
    const auto some = rows.first(std::min(most, rows.size()));
    std::string& sql = pipeline().Begin();
    try {
      state.AppendDelete(some, sql);
    } catch (const ValueError& error) {
      pipeline().Drop();
      ThrowUnfit(error, state, nullptr);
    }
    pipeline().Queue(Role::kRow);
    rows = rows.subspan(some.size());
  }
  pipeline().Flush();
}

void MysqlSession::WriteRows(const RowPlan& plan, RowOp op, std::span<const Datum* const> rows,
                             std::string_view available) {
  Begin();
  MysqlPlan& state = PlanOf(plan);
  const bool upsert = op == RowOp::kUpsert || op == RowOp::kCreate;
  if (op == RowOp::kUpdate || (upsert && !state.CanUpsert(available))) {
    for (const Datum* row : rows) Send({op, &plan, row, nullptr, nullptr, nullptr});
    pipeline().Flush();
    return;
  }
  const std::vector<uint32_t> fields = state.MaskedFields(available);
  const std::string tail = upsert ? state.UpsertTail(fields) : "";
  const Role role = upsert && state.guarded() ? Role::kUpsert : Role::kRow;
  if (arrays_ && !fields.empty()) {
    WriteAsArrays(*connection_, pipeline(), state, role, tail, fields, rows);
  } else {
    WriteAsText(pipeline(), state, role, tail, fields, rows);
  }
}

void MysqlSession::Truncate(std::span<const TargetTablePtr> tables) {
  Begin();
  for (size_t i = tables.size(); i-- > 0;)
    pipeline().Queue(Role::kOther, "DELETE FROM " + MysqlName(tables[i]->name));
  pipeline().Flush();
}

void MysqlSession::Savepoint() {
  Begin();
  pipeline().Queue(Role::kOther, "SAVEPOINT tw");
  pipeline().Flush();
}

void MysqlSession::ReleaseSavepoint() { pipeline().Queue(Role::kOther, "RELEASE SAVEPOINT tw"); }

void MysqlSession::RollbackToSavepoint() {
  pipeline().Discard();
  pipeline().Run("ROLLBACK TO SAVEPOINT tw", "roll back to the savepoint");
}

void MysqlSession::Commit(const std::string& from, const std::string& to) {
  try {
    Begin();
    pipeline().Queue(Role::kOther, PositionUpdate(to, &from));
    // SQL has no way to fail on "no row was found"; a sum beyond 64 bits does.
    pipeline().Queue(Role::kCheck, "SELECT 9223372036854775807 + (1 - ROW_COUNT())");
    pipeline().Queue(Role::kCommit, "COMMIT");
    pipeline().Flush();
  } catch (const StatementError&) {
    const MysqlPipeline::Failed failed = pipeline().failed();
    if (failed.role != Role::kCheck || failed.code != kOutOfRange) throw;
    throw RetriableError(fmt::format(
        "{}: the position stored in {} has been moved by somebody else (another worker, or a "
        "commit whose answer was lost); starting again from there",
        options_.connector, target_));
  }
  open_ = false;
}

void MysqlSession::Rollback() noexcept {
  if (pipeline_ && pipeline_->lost()) return Close();
  if (!open_ || !pipeline_) return;
  try {
    pipeline_->Discard();
    pipeline_->Run("ROLLBACK", "roll back");
    open_ = false;
  } catch (const Error&) {
    Close();
  }
}

}  // namespace tidewire::sink
