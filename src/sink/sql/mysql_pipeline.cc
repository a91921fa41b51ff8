#include "sink/sql/mysql_pipeline.h"

#include <fmt/format.h>
#include <mysql.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/logging.h"
#include "sink/sql/mysql_sql.h"

namespace tidewire::sink {
namespace {

// Packets are sent when they have so much; a statement that is larger makes one of its own.
constexpr size_t kPacketBytes = 1024 * 1024;
constexpr size_t kStatementsMax = 1000;
// Past so much the memory is given back: one huge value must not be held for ever.
constexpr size_t kKeptBytes = 16 * kPacketBytes;

constexpr unsigned kDuplicateEntry = 1062;
constexpr unsigned kDuplicateEntryWithName = 1586;
constexpr unsigned kForeignDuplicateKey = 1761;

// What a server that rounds, cuts or replaces a value says, as a warning or note (ER_…): bad null,
// out of range, truncated, wrong value, cut, no default, bad characters, division.
constexpr std::array<unsigned, 12> kChanges{
    {1048, 1263, 1264, 1265, 1292, 1300, 1364, 1365, 1366, 1406, 1411, 1441}};

std::optional<RowEvent> Copy(const RowEvent* event) {
  return event == nullptr ? std::nullopt : std::optional<RowEvent>(*event);
}

// Why a row may be in the way of one with another key, for messages.
std::string KeyHint(const RowEvent* event) {
  std::string collations;
  if (event != nullptr) {
    for (const uint32_t k : event->plan->key) {
      const TargetColumn& column = event->plan->table->columns[event->plan->fields[k].target];
      if (column.collation.empty() || column.collation.ends_with("nopad_bin") ||
          column.collation.ends_with("0900_bin")) {
        continue;
      }
      collations += fmt::format(
          "; the collation {} of column \"{}\" takes different keys for equal (case, accents, "
          "blanks at the end): ALTER TABLE … MODIFY … COLLATE utf8mb4_nopad_bin (MariaDB), "
          "utf8mb4_0900_bin (MySQL)",
          column.collation, column.name);
    }
  }
  return collations;
}

}  // namespace

MysqlPipeline::MysqlPipeline(client::MysqlConnection& connection, std::string target)
    : connection_(connection), target_(std::move(target)) {
  const std::string text =
      connection_.Value("SELECT @@max_allowed_packet", "look at max_allowed_packet").value_or("0");
  std::from_chars(text.data(), text.data() + text.size(), packet_max_);
}

std::string& MysqlPipeline::Begin() {
  if (!packet_.empty()) packet_ += ';';
  begun_ = packet_.size();
  return packet_;
}

void MysqlPipeline::Drop() { packet_.resize(begun_ == 0 ? 0 : begun_ - 1); }

void MysqlPipeline::Queue(Role role, size_t statements, const RowEvent* event) {
  CheckSize(event);
  for (size_t i = 0; i < statements; ++i) items_.push_back({role, Copy(event)});
  if (careful_ || packet_.size() >= kPacketBytes || items_.size() >= kStatementsMax) Flush();
}

void MysqlPipeline::Queue(Role role, std::string_view sql) {
  Begin() += sql;
  Queue(role);
}

// Only the last statement can be too large: all before it would have been sent.
void MysqlPipeline::CheckSize(const RowEvent* event) {
  if (packet_max_ == 0 || packet_.size() + 1 < packet_max_) return;
  const std::string statement = packet_.substr(begun_);
  Drop();
  if (statement.size() + 1 >= packet_max_) {
    const std::string text = fmt::format(
        "{} takes statements of at most {} bytes, and the row's has {}; SET GLOBAL "
        "max_allowed_packet = {} at the target (1 GB at most), and restart the connector",
        target_, packet_max_, statement.size(), statement.size() * 2);
    throw StatementError(event == nullptr ? text : DescribeEvent(*event) + ": " + text, "08S01",
                         StatementError::Reason::kOther, Copy(event));
  }
  Flush();
  Begin() += statement;
}

void MysqlPipeline::Discard() {
  packet_.clear();
  items_.clear();
  if (packet_.capacity() > kKeptBytes) std::string().swap(packet_);
}

bool MysqlPipeline::TakeResult() {
  if (MYSQL_RES* const result = mysql_store_result(connection_.raw())) mysql_free_result(result);
  return mysql_errno(connection_.raw()) == 0;
}

void MysqlPipeline::Flush() {
  if (items_.empty()) return;
  MYSQL* const session = connection_.raw();
  std::optional<size_t> warned;
  size_t at = 0;
  int next = mysql_real_query(session, packet_.data(), packet_.size());
  for (; next == 0; next = mysql_next_result(session), ++at) {
    if (!TakeResult()) {
      next = 1;
      break;
    }
    const bool row =
        at < items_.size() && (items_[at].role == Role::kRow || items_[at].role == Role::kUpsert);
    if (row && !warned && mysql_warning_count(session) > 0) warned = at;
  }
  if (next > 0) {
    const Item failed = items_[std::min(at, items_.size() - 1)];
    Fail(failed.role, failed.event ? &*failed.event : nullptr, "write to the target");
  }
  std::vector<Item> items;
  items.swap(items_);
  Discard();
  if (warned) NoteWarning(items, *warned);
  items.clear();
  if (items_.empty()) items_.swap(items);
}

// What the warnings say is lost behind the next statement. Values are checked before they are sent,
// so there is hardly ever one; when there is, everything is written again with a look at each.
void MysqlPipeline::NoteWarning(const std::vector<Item>& items, size_t first) {
  const RowEvent* const event = items[first].event ? &*items[first].event : nullptr;
  if (first + 1 == items.size()) return CheckWarnings(event);
  const std::string text =
      fmt::format("{} warned about a change of a row{}{}", target_, event == nullptr ? "" : ": ",
                  event == nullptr ? "" : DescribeEvent(*event));
  if (careful_) throw StatementError(text, "01000", StatementError::Reason::kOther, Copy(event));
  careful_ = true;
  if (items.back().role != Role::kCommit) {
    lost_ = true;
    throw RetriableError(text + "; writing again, one row at a time");
  }
  Logger("sink.sql").error("{}; it was committed. From now on each row goes by itself", text);
}

void MysqlPipeline::Run(std::string_view sql, std::string_view what) {
  Flush();
  if (mysql_real_query(connection_.raw(), sql.data(), sql.size()) != 0 || !TakeResult())
    Fail(Role::kOther, nullptr, what);
}

client::MysqlConnection::Rows MysqlPipeline::Query(std::string_view sql, std::string_view what) {
  Flush();
  try {
    return connection_.Query(sql, what);
  } catch (const RetriableError&) {
    lost_ = true;
    throw;
  } catch (const client::MysqlStatementError& error) {
    throw StatementError(error.what(), error.state(), StatementError::Reason::kOther, {});
  }
}

void MysqlPipeline::RunBulk(Role role, std::string_view sql) {
  Flush();
  if (packet_max_ != 0 && sql.size() + 1 >= packet_max_) {
    throw StatementError(fmt::format("{} takes no statement of {} bytes", target_, sql.size()),
                         "08S01", StatementError::Reason::kOther, {});
  }
  if (mysql_real_query(connection_.raw(), sql.data(), sql.size()) != 0 || !TakeResult())
    Fail(role, nullptr, "write rows in bulk");
  if (mysql_warning_count(connection_.raw()) > 0) CheckWarnings(nullptr);
}

void MysqlPipeline::CheckWarnings(const RowEvent* event) {
  auto rows = connection_.Query("SHOW WARNINGS", "look at the warnings");
  while (const client::MysqlRow row = rows.Next()) {
    unsigned code = 0;
    const std::string_view text = row[1];
    std::from_chars(text.data(), text.data() + text.size(), code);
    if (std::find(kChanges.begin(), kChanges.end(), code) == kChanges.end()) continue;
    throw StatementError(
        fmt::format("{}{} would change a value: {} ({})",
                    event == nullptr ? "" : DescribeEvent(*event) + ": ", target_, row[2], code),
        "01000", StatementError::Reason::kOther, Copy(event));
  }
}

void MysqlPipeline::Fail(Role role, const RowEvent* given, std::string_view what) {
  const std::optional<RowEvent> event = Copy(given);
  failed_ = {role, mysql_errno(connection_.raw())};
  Discard();
  try {
    connection_.Throw(what);
  } catch (const RetriableError&) {
    lost_ = true;
    throw;
  } catch (const client::MysqlStatementError& error) {
    std::string text = event ? DescribeEvent(*event) + ": " : "";
    text += fmt::format("{}: {}", target_, error.what());
    const bool guard = role == Role::kUpsert && error.code() == MysqlPlan::kGuardError;
    const bool duplicate = guard || error.code() == kDuplicateEntry ||
                           error.code() == kDuplicateEntryWithName ||
                           error.code() == kForeignDuplicateKey;
    if (guard) {
      text +=
          "; the row would have been written over one with another key, which is equal to it in a "
          "unique index";
    }
    if (duplicate) text += KeyHint(given == nullptr ? nullptr : &*event);
    throw StatementError(
        text, error.state(),
        duplicate ? StatementError::Reason::kDuplicateKey : StatementError::Reason::kOther, event);
  }
}

}  // namespace tidewire::sink
