#include "source/mysql/mysql_snapshot_view.h"

#include <fmt/format.h>

#include <charconv>

#include "base/error.h"
#include "base/logging.h"

namespace tidewire::source {
namespace {

using client::MysqlConnection;
using client::MysqlRow;

constexpr const char* kBeginView = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";
constexpr std::string_view kTakeView = "take the snapshot's view";
// How often sessions without a lock are tried until all see the same.
constexpr int kUnlockedTries = 20;

auto Log() { return Logger("source.mysql"); }

std::unique_ptr<MysqlConnection> OpenSession(const MysqlSettings& settings) {
  auto out = std::make_unique<MysqlConnection>(settings.connection);
  // Texts as they are stored, times in UTC, and a session that is not ended while it waits.
  out->Execute(
      "SET SESSION sql_mode = '', time_zone = '+00:00', wait_timeout = 28800,"
      " net_write_timeout = 3600, net_read_timeout = 3600;"
      "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
      kTakeView);
  return out;
}

int64_t Now(MysqlConnection& connection) {
  const auto text =
      connection.Value("SELECT CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED)", "tell the time");
  int64_t out = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), out);
  return out;
}

// False: the server refuses a lock of everything, for the user may not.
bool LockAll(MysqlConnection& lock, const MysqlSettings& settings) {
  const bool percona = settings.locking == SnapshotLocking::kPercona ||
                       settings.locking == SnapshotLocking::kPerconaNoTableLock;
  try {
    if (percona) {
      lock.Execute("LOCK TABLES FOR BACKUP", "lock its tables for the snapshot's view");
    } else {
      lock.Execute("FLUSH TABLES WITH READ LOCK", "lock its tables for the snapshot's view");
    }
    return true;
  } catch (const ConfigError& error) {
    if (percona) throw;
    Log().warn(
        "connector {}: {}; the captured tables are locked one by one instead (GRANT RELOAD "
        "ON *.* TO the user, or set snapshot.locking.mode=none)",
        settings.events.connector_name, error.what());
    return false;
  }
}

void LockTables(MysqlConnection& lock, const std::vector<MysqlTableId>& tables) {
  std::string sql;
  for (const MysqlTableId& table : tables) {
    sql += sql.empty() ? "LOCK TABLES " : ", ";
    sql += client::MysqlQuote(table.first, table.second) + " READ";
  }
  if (!sql.empty()) lock.Execute(sql, "lock the captured tables for the snapshot's view");
}

MysqlSnapshotView ViewUnderLock(const MysqlSettings& settings, const MysqlServer& server,
                                const std::vector<MysqlTableId>& tables, size_t threads,
                                const std::function<void(MysqlConnection&)>& under_lock) {
  MysqlSnapshotView out;
  auto lock = OpenSession(settings);
  const auto seconds =
      std::max<int64_t>(1, std::chrono::ceil<std::chrono::seconds>(settings.lock_timeout).count());
  lock->Execute(fmt::format("SET SESSION lock_wait_timeout = {}", seconds), kTakeView);
  if (!LockAll(*lock, settings)) LockTables(*lock, tables);
  for (size_t i = 0; i < threads; ++i) {
    out.sessions.push_back(OpenSession(settings));
    out.sessions.back()->Execute(kBeginView, kTakeView);
  }
  out.end = ReadBinlogEnd(*lock, server);
  out.ts_us = Now(*lock);
  under_lock(*out.sessions.front());
  if (settings.locking == SnapshotLocking::kExtended) {
    out.lock = std::move(lock);
  } else {
    lock->Execute("UNLOCK TABLES", "unlock its tables");
  }
  return out;
}

// MariaDB (and Percona Server) tell which place of the binlog a view stands at.
std::optional<BinlogEnd> PlaceOfView(MysqlConnection& session, const MysqlServer& server) {
  auto rows = session.Query("SHOW STATUS LIKE 'binlog_snapshot_%'", kTakeView);
  BinlogEnd out;
  while (const MysqlRow row = rows.Next()) {
    if (row[0] == "Binlog_snapshot_file") out.file = row.text(1);
    if (row[0] == "Binlog_snapshot_position") {
      std::from_chars(row[1].data(), row[1].data() + row[1].size(), out.pos);
    }
  }
  if (out.file.empty()) return std::nullopt;
  if (server.mariadb) {
    out.gtids = session
                    .Value(fmt::format("SELECT BINLOG_GTID_POS({}, {})", session.Literal(out.file),
                                       out.pos),
                           "tell the GTIDs of its binlog")
                    .value_or("");
  }
  return out;
}

// What commits while the view is taken may be seen or not, so the stream begins before: rows of it
// may come twice, and end as they should.
MysqlSnapshotView ViewByWatermark(const MysqlSettings& settings, const MysqlServer& server,
                                  const std::function<void(MysqlConnection&)>& under_lock) {
  MysqlSnapshotView out;
  auto session = OpenSession(settings);
  out.end = ReadBinlogEnd(*session, server);
  if (server.gtids) {
    // Unlike the binlog's end, this set has only what its engine has committed.
    out.end.gtids = session->Value("SELECT @@GLOBAL.gtid_executed", kTakeView).value_or("");
  }
  session->Execute(kBeginView, kTakeView);
  Log().info(
      "connector {}: the view is taken without a lock: what commits at this moment may come "
      "once as a snapshot's row and once more as a change",
      settings.events.connector_name);
  out.ts_us = Now(*session);
  under_lock(*session);
  out.sessions.push_back(std::move(session));
  return out;
}

MysqlSnapshotView ViewWithoutLock(const MysqlSettings& settings, const MysqlServer& server,
                                  size_t threads,
                                  const std::function<void(MysqlConnection&)>& under_lock) {
  for (int tries = 0; tries < kUnlockedTries; ++tries) {
    MysqlSnapshotView out;
    // A busy server leaves no moment between two views; one session needs none.
    const size_t wanted = tries + 1 < kUnlockedTries ? threads : 1;
    bool same = true;
    for (size_t i = 0; i < wanted && same; ++i) {
      auto session = OpenSession(settings);
      session->Execute(kBeginView, kTakeView);
      const auto place = PlaceOfView(*session, server);
      if (!place) return ViewByWatermark(settings, server, under_lock);
      same = i == 0 || (place->file == out.end.file && place->pos == out.end.pos);
      out.end = *place;
      out.sessions.push_back(std::move(session));
    }
    if (!same) continue;
    out.ts_us = Now(*out.sessions.front());
    under_lock(*out.sessions.front());
    return out;
  }
  throw RetriableError("no view of the tables could be taken");
}

}  // namespace

MysqlSnapshotView TakeMysqlView(const MysqlSettings& settings, const MysqlServer& server,
                                const std::vector<MysqlTableId>& tables, size_t threads,
                                const std::function<void(MysqlConnection&)>& under_lock) {
  if (settings.locking == SnapshotLocking::kNone) {
    return ViewWithoutLock(settings, server, threads, under_lock);
  }
  return ViewUnderLock(settings, server, tables, threads, under_lock);
}

}  // namespace tidewire::source
