#include "source/postgres/postgres_preflight.h"

#include <charconv>

#include "base/error.h"
#include "source/postgres/postgres_filters.h"
#include "source/postgres/postgres_preflight_checks.h"

namespace tidewire::source {
namespace {

using config::Finding;

constexpr int kServerVersionMin = 130000;

int64_t Number(std::string_view text) {
  int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// One row of one column.
std::string Ask(PGconn* connection, const std::string& sql, std::string_view what) {
  const PgResultHandle row = PgExecute(connection, sql, what);
  return PQntuples(row.get()) == 0 ? "" : std::string(PgText(row.get(), 0, 0));
}

bool SlotExists(const PreflightContext& context) {
  const PgResultHandle row = PgExecute(
      context.connection, "SELECT 1 FROM pg_catalog.pg_replication_slots WHERE slot_name = $1",
      {context.settings.slot_name}, "look for the slot");
  return PQntuples(row.get()) != 0;
}

void CheckRoom(const PreflightContext& context, const char* setting, const char* used_sql,
               const char* noun, int64_t needed) {
  const int64_t most = Number(context.Setting(setting));
  const int64_t used = Number(Ask(context.connection, used_sql, "count what is in use"));
  if (used + needed <= most) return;
  context.Error(
      "slot.name",
      fmt::format("all {} {} of the server are in use ({} = {})", used, noun, setting, most),
      fmt::format("ALTER SYSTEM SET {} = {}; then restart the server", setting,
                  std::max<int64_t>(10, used + needed + 4)));
}

void CheckReplicationLogin(const PreflightContext& context) {
  try {
    PgConnect(context.settings.connection, PgSession::kReplication);
  } catch (const Error& error) {
    context.Error("database.user",
                  fmt::format("no replication session can be opened: {}", error.what()),
                  fmt::format("ALTER ROLE {} REPLICATION; and in pg_hba.conf a line for database "
                              "\"replication\" where the server asks for one",
                              context.Role()));
  }
}

}  // namespace

void PreflightContext::Error(std::string property, std::string message, std::string remedy) const {
  findings.push_back(
      {Finding::Severity::kError, std::move(property), std::move(message), std::move(remedy)});
}

void PreflightContext::Warn(std::string property, std::string message, std::string remedy) const {
  findings.push_back(
      {Finding::Severity::kWarning, std::move(property), std::move(message), std::move(remedy)});
}

std::string PreflightContext::Setting(const std::string& name) const {
  return Ask(connection, fmt::format("SELECT pg_catalog.current_setting('{}', true)", name),
             "read a setting");
}

std::string PreflightContext::Role() const { return PgQuoteIdentifier(PQuser(connection)); }

void CheckServer(const PreflightContext& context) {
  const int version = PQserverVersion(context.connection);
  if (version < kServerVersionMin) {
    context.Error("database.hostname",
                  fmt::format("the server is PostgreSQL {}; 13 is the oldest that is supported",
                              context.Setting("server_version")),
                  "upgrade the server");
  }
  if (const std::string level = context.Setting("wal_level"); level != "logical") {
    context.Error("database.hostname",
                  fmt::format("wal_level is {}: the server's log holds no logical changes", level),
                  "ALTER SYSTEM SET wal_level = logical; then restart the server (Amazon RDS: set "
                  "rds.logical_replication = 1 in the parameter group)");
  }
  if (!SlotExists(context)) {
    CheckRoom(context, "max_replication_slots",
              "SELECT count(*) FROM pg_catalog.pg_replication_slots", "replication slots", 1);
  }
  CheckRoom(context, "max_wal_senders", "SELECT count(*) FROM pg_catalog.pg_stat_replication",
            "WAL senders", 1);
  const std::string kept = context.Setting("max_slot_wal_keep_size");
  if (!kept.empty() && kept != "-1") {
    context.findings.push_back(
        {Finding::Severity::kInfo, "slot.name",
         fmt::format("the server gives the slot up when it is more than {} behind "
                     "(max_slot_wal_keep_size)",
                     kept),
         "ALTER SYSTEM SET max_slot_wal_keep_size = -1; SELECT pg_reload_conf();"});
  }
}

void CheckRole(const PreflightContext& context) {
  // Managed services give the right through a role of theirs.
  const std::string allowed =
      Ask(context.connection,
          "SELECT r.rolsuper OR r.rolreplication OR EXISTS (SELECT 1 FROM pg_catalog.pg_roles g"
          " WHERE g.rolname IN ('rds_replication', 'rds_superuser', 'cloudsqlsuperuser',"
          " 'azure_pg_admin') AND pg_catalog.pg_has_role(r.oid, g.oid, 'MEMBER'))"
          " FROM pg_catalog.pg_roles r WHERE r.rolname = current_user",
          "look at the role");
  if (allowed != "t") {
    context.Error("database.user", fmt::format("role {} may not replicate", context.Role()),
                  fmt::format("ALTER ROLE {0} REPLICATION; (Amazon RDS: GRANT rds_replication TO "
                              "{0};)",
                              context.Role()));
    return;
  }
  CheckReplicationLogin(context);
}

void CheckSlotAtServer(const PreflightContext& context) {
  const PgResultHandle row = PgExecute(
      context.connection,
      "SELECT s.plugin, s.database = pg_catalog.current_database(), s.active, s.active_pid,"
      " s.database, s.wal_status, s.slot_type FROM pg_catalog.pg_replication_slots s"
      " WHERE s.slot_name = $1",
      {context.settings.slot_name}, "look at the slot");
  if (PQntuples(row.get()) == 0) return;
  const std::string& name = context.settings.slot_name;
  const std::string drop = fmt::format(
      "choose another slot.name, or SELECT "
      "pg_drop_replication_slot({});",
      PgQuoteLiteral(name));
  const auto cell = [&](int column) { return std::string(PgText(row.get(), 0, column)); };
  if (cell(6) != "logical" || cell(0) != "pgoutput") {
    context.Error("slot.name",
                  fmt::format("slot {} has the plugin '{}' and not pgoutput", name, cell(0)), drop);
  } else if (cell(1) != "t") {
    context.Error("slot.name", fmt::format("slot {} belongs to database {}", name, cell(4)), drop);
  } else if (cell(5) == "lost") {
    context.Error(
        "slot.name",
        fmt::format("slot {} was invalidated: the server removed WAL that it needs", name),
        drop + " Then take a new snapshot (snapshot.mode=when_needed)");
  } else if (cell(2) == "t") {
    context.Warn("slot.name",
                 fmt::format("slot {} is in use by process {} of the server", name, cell(3)),
                 fmt::format("stop the other reader, choose another slot.name, or SELECT "
                             "pg_terminate_backend({});",
                             cell(3)));
  }
}

std::vector<Finding> PreflightPostgres(const config::Config& config, config::Depth depth) {
  PostgresSettings settings = PostgresSettings::FromConfig(config);
  const CaptureFilters filters = MakePostgresFilters(settings.filters);
  settings.connection.connect_timeout =
      std::chrono::milliseconds(config.GetInt("connection.validation.timeout.ms"));
  std::vector<Finding> findings;
  try {
    const PgConnectionHandle connection = PgConnect(settings.connection, PgSession::kQuery);
    if (depth == config::Depth::kConnect) return findings;
    UseEmptySearchPath(connection.get());
    const PreflightContext context{settings, connection.get(), findings};
    CheckServer(context);
    CheckRole(context);
    CheckSlotAtServer(context);
    const std::vector<PreflightTable> tables = ReadCapturedTables(context, filters);
    CheckGrants(context, tables);
    CheckPublication(context, tables);
    CheckKeys(context, tables, filters);
  } catch (const Error& error) {
    findings.push_back({Finding::Severity::kError, "database.hostname", error.what(),
                        "correct the database.… properties, or make the server reachable"});
  }
  return findings;
}

}  // namespace tidewire::source
