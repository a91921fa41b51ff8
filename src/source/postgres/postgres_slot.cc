#include "source/postgres/postgres_slot.h"

#include <condition_variable>
#include <mutex>

#include "base/error.h"
#include "base/logging.h"

namespace tidewire::source {
namespace {

using std::chrono::milliseconds;

constexpr int kVersion14 = 140000;
constexpr milliseconds kBusyRetry{100};
constexpr milliseconds kDropWait{5'000};

void PauseFor(milliseconds time, std::stop_token stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any never;
  never.wait_for(lock, stop, time, [] { return false; });
}

// Walsender commands know no E'' form: a backslash is a backslash there.
std::string QuotePlain(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += c;
    out += c;
  }
  return out + '\'';
}

Lsn LsnOf(const PGresult* result, int column) {
  return Lsn::Parse(PgText(result, 0, column)).value_or(Lsn{});
}

}  // namespace

std::optional<SlotState> PostgresSlot::Look(PGconn* connection) const {
  // Columns differ between versions; to_jsonb takes what is there.
  const PgResultHandle rows = PgExecute(
      connection,
      "SELECT plugin, database, active, active_pid, restart_lsn, confirmed_flush_lsn, "
      "to_jsonb(s)->>'wal_status', to_jsonb(s)->>'invalidation_reason', current_database() "
      "FROM pg_catalog.pg_replication_slots s WHERE slot_name = $1",
      {settings_.slot_name}, fmt::format("look at slot {}", settings_.slot_name));
  if (PQntuples(rows.get()) == 0) return std::nullopt;
  SlotState state;
  state.plugin = PgText(rows.get(), 0, 0);
  state.database = PgText(rows.get(), 0, 1);
  state.active = PgText(rows.get(), 0, 2) == "t";
  state.active_pid = std::atoi(PQgetvalue(rows.get(), 0, 3));
  state.restart = LsnOf(rows.get(), 4);
  state.confirmed = LsnOf(rows.get(), 5);
  if (state.plugin != "pgoutput" || state.database != PgText(rows.get(), 0, 8)) {
    throw ConfigError(fmt::format(
        "slot {} is of plugin '{}' and database '{}'; set slot.name to another name, or drop it: "
        "SELECT pg_drop_replication_slot({})",
        settings_.slot_name, state.plugin, state.database, PgQuoteLiteral(settings_.slot_name)));
  }
  const std::string_view wal = PgText(rows.get(), 0, 6);
  const std::string_view reason = PgText(rows.get(), 0, 7);
  if (reason == "wal_removed" || (reason.empty() && (wal == "lost" || !state.restart.is_set()))) {
    state.lost_because = "WAL that it needs was removed (max_slot_wal_keep_size)";
  } else if (reason == "idle_timeout") {
    state.lost_because = "it was not used for too long (idle_replication_slot_timeout)";
  } else {
    state.lost_because = reason;
  }
  return state;
}

MadeSlot PostgresSlot::Create(PGconn* replication, bool export_snapshot) const {
  const std::string sql = fmt::format("CREATE_REPLICATION_SLOT {} LOGICAL pgoutput {}",
                                      PgQuoteIdentifier(settings_.slot_name),
                                      export_snapshot ? "EXPORT_SNAPSHOT" : "NOEXPORT_SNAPSHOT");
  const PgResultHandle row =
      PgExecute(replication, sql, fmt::format("create slot {}", settings_.slot_name));
  MadeSlot made;
  made.consistent_point = LsnOf(row.get(), 1);
  if (export_snapshot) made.snapshot_name = PgText(row.get(), 0, 2);
  Logger("source.postgres")
      .info("created slot {} at {}", settings_.slot_name, made.consistent_point.ToString());
  return made;
}

std::unique_ptr<PostgresStreamReader> PostgresSlot::Open(Lsn start, Clock& clock,
                                                         std::stop_token stop) const {
  const auto deadline =
      clock.Steady() + settings_.slot_retry_delay * std::max(1, settings_.slot_retries_max);
  while (!stop.stop_requested()) {
    PgConnectionHandle connection = PgConnect(settings_.connection, PgSession::kReplication);
    const std::string command = fmt::format(
        "START_REPLICATION SLOT {} LOGICAL {} (proto_version '1', publication_names {}{})",
        PgQuoteIdentifier(settings_.slot_name), start.ToString(),
        QuotePlain(PgQuoteIdentifier(settings_.publication_name)),
        PQserverVersion(connection.get()) >= kVersion14 ? ", messages 'true'" : "");
    try {
      return PostgresStreamReader::Start(std::move(connection), command);
    } catch (const PgObjectInUse& busy) {
      if (clock.Steady() >= deadline) throw;
      Logger("source.postgres").debug("waiting for slot {}: {}", settings_.slot_name, busy.what());
    }
    PauseFor(kBusyRetry, stop);
  }
  return nullptr;
}

void PostgresSlot::Drop(Clock& clock) const {
  const PgConnectionHandle connection = PgConnect(settings_.connection, PgSession::kQuery);
  const auto deadline = clock.Steady() + kDropWait;
  while (true) {
    try {
      PgExecute(connection.get(),
                "SELECT pg_catalog.pg_drop_replication_slot(slot_name) "
                "FROM pg_catalog.pg_replication_slots WHERE slot_name = $1",
                {settings_.slot_name}, fmt::format("drop slot {}", settings_.slot_name));
      return;
    } catch (const PgObjectInUse&) {
      if (clock.Steady() >= deadline) throw;
    }
    PauseFor(kBusyRetry, {});
  }
}

}  // namespace tidewire::source
