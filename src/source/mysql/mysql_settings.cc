#include "source/mysql/mysql_settings.h"

#include "base/error.h"
#include "source/mysql/mysql_definition.h"
#include "source/mysql/mysql_names.h"
#include "source/settings_reading.h"

namespace tidewire::source {
namespace {

using client::MysqlTls;
using config::Config;

MysqlTls ReadTls(const Config& config) {
  return OneOf<MysqlTls>(config, "database.ssl.mode",
                         {{"disabled", MysqlTls::kDisabled},
                          {"preferred", MysqlTls::kPreferred},
                          {"required", MysqlTls::kRequired},
                          {"verify_ca", MysqlTls::kVerifyCa},
                          {"verify_identity", MysqlTls::kVerifyIdentity},
                          {"disable", MysqlTls::kDisabled},
                          {"trust", MysqlTls::kRequired},
                          {"verify-ca", MysqlTls::kVerifyCa},
                          {"verify-full", MysqlTls::kVerifyIdentity}});
}

client::MysqlConnectionSettings ReadConnection(const Config& config) {
  client::MysqlConnectionSettings out;
  out.host = config.Get("database.hostname");
  out.port = static_cast<uint16_t>(config.GetInt("database.port"));
  out.user = config.Get("database.user");
  out.password = config.Get("database.password");
  out.tls = ReadTls(config);
  out.tls_ca = config.Get("database.ssl.truststore");
  out.tls_certificate = out.tls_key = config.Get("database.ssl.keystore");
  out.tls_key_password = config.Get("database.ssl.keystore.password");
  out.connect_timeout = Millis(config, "connect.timeout.ms");
  out.initial_statements = SplitStatements(config.Get("database.initial.statements"));
  return out;
}

OnFailure ReadOnFailure(const Config& config, std::string_view name) {
  return OneOf<OnFailure>(config, name,
                          {{"fail", OnFailure::kFail},
                           {"warn", OnFailure::kWarn},
                           {"skip", OnFailure::kSkip},
                           {"ignore", OnFailure::kSkip}});
}

void ReadSnapshot(const Config& config, MysqlSettings& out) {
  out.snapshot =
      SnapshotSettings::FromConfig(config, {{"initial", SnapshotMode::kInitial},
                                            {"always", SnapshotMode::kAlways},
                                            {"initial_only", SnapshotMode::kInitialOnly},
                                            {"no_data", SnapshotMode::kNoData},
                                            {"schema_only", SnapshotMode::kNoData},
                                            {"when_needed", SnapshotMode::kWhenNeeded},
                                            {"recovery", SnapshotMode::kRecovery},
                                            {"schema_only_recovery", SnapshotMode::kRecovery},
                                            {"never", SnapshotMode::kNever}});
  out.locking = OneOf<SnapshotLocking>(
      config, "snapshot.locking.mode",
      {{"minimal", SnapshotLocking::kMinimal},
       {"minimal_percona", SnapshotLocking::kPercona},
       {"minimal_percona_no_table_locks", SnapshotLocking::kPerconaNoTableLock},
       {"extended", SnapshotLocking::kExtended},
       {"none", SnapshotLocking::kNone}});
  out.lock_timeout = Millis(config, "snapshot.lock.timeout.ms");
  const std::string order = Lower(config.Get("snapshot.tables.order.by.row.count"));
  out.order_by_row_count = order == "ascending" || order == "descending";
  out.largest_first = order == "descending";
}

void ReadHistory(const Config& config, MysqlSettings& out) {
  const std::string store = config.Get("schema.history.internal");
  if (store.ends_with("FileSchemaHistory")) out.history = HistoryStore::kFile;
  if (store.ends_with("MemorySchemaHistory")) out.history = HistoryStore::kMemory;
  out.history_file = GivenOr(config.given(), "schema.history.internal.file.filename", "");
  // Debezium insists on a name; here there is always a log to keep it in.
  out.history_topic = GivenOr(config.given(), "schema.history.internal.kafka.topic",
                              out.events.topic_prefix + ".schema-history");
  out.history_captured_tables_only =
      config.GetBool("schema.history.internal.store.only.captured.tables.ddl");
  out.history_captured_databases_only =
      config.GetBool("schema.history.internal.store.only.captured.databases.ddl");
}

void ReadInvalidDates(const Config& config, MysqlSettings& out) {
  out.invalid_dates =
      ParseInvalidDates(config.Get("tidewire.invalid.dates")).value_or(InvalidDates::kAsDebezium);
  auto rules = ParseInvalidDatesColumns(config.Get("tidewire.invalid.dates.columns"));
  if (!rules) {
    throw ConfigError(
        fmt::format("The 'tidewire.invalid.dates.columns' value is invalid: {}", rules.error()));
  }
  out.invalid_dates_rules = std::move(*rules);
}

}  // namespace

MysqlSettings MysqlSettings::FromConfig(const Config& config, MysqlFlavour flavour) {
  const auto complaints = CheckMysqlTogether(config.given());
  if (!complaints.empty()) throw ConfigError(complaints.front().second);
  MysqlSettings out;
  out.flavour = flavour;
  out.events = EventSettings::FromConfig(config);
  out.connection = ReadConnection(config);
  out.query_timeout = Millis(config, "database.query.timeout.ms");
  out.server_id = static_cast<uint32_t>(config.GetInt("database.server.id"));
  out.filters = FilterSettings::FromConfig(config, "database");
  out.ignore_builtin = config.GetBool("table.ignore.builtin");
  ReadSnapshot(config, out);
  out.gtid_include = config.GetList("gtid.source.includes");
  out.gtid_exclude = config.GetList("gtid.source.excludes");
  out.gtid_filter_changes = config.GetBool("gtid.source.filter.dml.events");
  out.gtid_ignore_on_recovery = config.GetBool("gtid.ignore.on.recovery");
  out.keep_alive = config.GetBool("connect.keep.alive");
  out.keep_alive_interval = Millis(config, "connect.keep.alive.interval.ms");
  out.net_write_timeout = std::chrono::seconds(config.GetInt("binlog.net.write.timeout"));
  out.net_read_timeout = std::chrono::seconds(config.GetInt("binlog.net.read.timeout"));
  out.include_query = config.GetBool("include.query");
  out.include_schema_changes = config.GetBool("include.schema.changes");
  out.include_schema_comments = config.GetBool("include.schema.comments");
  out.time_adjuster = config.GetBool("enable.time.adjuster");
  out.unreadable_event = ReadOnFailure(config, "event.deserialization.failure.handling.mode");
  out.inconsistent_schema = ReadOnFailure(config, "inconsistent.schema.handling.mode");
  ReadHistory(config, out);
  ReadInvalidDates(config, out);
  return out;
}

bool IsMysqlSystemDatabase(std::string_view database) {
  for (const std::string_view name : {"mysql", "information_schema", "performance_schema", "sys"}) {
    if (SameName(database, name)) return true;
  }
  return false;
}

}  // namespace tidewire::source
