#include "source/postgres/postgres_stream_lag.h"

#include "base/error.h"
#include "base/logging.h"

namespace tidewire::source {
namespace {

using namespace std::chrono_literals;

constexpr auto kBusyInterval = 10s;
constexpr auto kIdleInterval = 300s;
// The stream stands still while it asks.
constexpr auto kConnectTimeout = 2s;

}  // namespace

void PostgresStreamLag::Refresh(uint64_t progress, TimePoint now) {
  const auto interval = progress == progress_ ? kIdleInterval : kBusyInterval;
  if (asked_ != TimePoint{} && now - asked_ < interval) return;
  asked_ = now;
  progress_ = progress;
  try {
    PgConnectionSettings settings = settings_.connection;
    settings.connect_timeout = kConnectTimeout;
    settings.initial_statements.clear();
    const PgConnectionHandle connection = PgConnect(settings, PgSession::kQuery);
    const PgResultHandle row = PgExecute(
        connection.get(),
        "SELECT CASE WHEN pg_catalog.pg_is_in_recovery() "
        "THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_lsn() END, "
        "restart_lsn FROM pg_catalog.pg_replication_slots WHERE slot_name = $1",
        {settings_.slot_name}, "look at the slot's lag");
    if (PQntuples(row.get()) == 0) return;
    server_end_ = Lsn::Parse(PgText(row.get(), 0, 0)).value_or(Lsn{});
    restart_ = Lsn::Parse(PgText(row.get(), 0, 1)).value_or(Lsn{});
  } catch (const Error& error) {
    Logger("source.postgres")
        .debug("slot {}: no figures about its lag: {}", settings_.slot_name, error.what());
  }
}

}  // namespace tidewire::source
