#include "source/postgres/postgres_settings.h"

#include <charconv>

#include "base/error.h"
#include "source/postgres/postgres_definition.h"
#include "source/render_settings.h"
#include "source/settings_reading.h"

namespace tidewire::source {
namespace {

using config::Config;
using config::Properties;

PgConnectionSettings ReadConnection(const Config& config) {
  PgConnectionSettings out;
  out.host = config.Get("database.hostname");
  out.port = static_cast<uint16_t>(config.GetInt("database.port"));
  out.user = config.Get("database.user");
  out.password = config.Get("database.password");
  out.database = config.Get("database.dbname");
  out.sslmode = Lower(config.Get("database.sslmode"));
  out.sslcert = config.Get("database.sslcert");
  out.sslkey = config.Get("database.sslkey");
  out.sslpassword = config.Get("database.sslpassword");
  out.sslrootcert = config.Get("database.sslrootcert");
  out.tcp_keepalive = config.GetBool("database.tcpKeepAlive");
  out.initial_statements = SplitStatements(config.Get("database.initial.statements"));
  return out;
}

void ReadSlot(const Config& config, PostgresSettings& out) {
  out.slot_name = config.Get("slot.name");
  out.slot_drop_on_stop = config.GetBool("slot.drop.on.stop");
  out.slot_retries_max = static_cast<int>(config.GetInt("slot.max.retries"));
  out.slot_retry_delay = Millis(config, "slot.retry.delay.ms");
  out.publication_name = config.Get("publication.name");
  out.publication_mode = OneOf<PublicationMode>(config, "publication.autocreate.mode",
                                                {{"disabled", PublicationMode::kDisabled},
                                                 {"all_tables", PublicationMode::kAllTables},
                                                 {"filtered", PublicationMode::kFiltered},
                                                 {"no_tables", PublicationMode::kNoTables}});
  out.publish_via_partition_root = config.GetBool("publish.via.partition.root");
  out.status_update_interval = Millis(config, "status.update.interval.ms");
  const bool manual = Lower(config.Get("lsn.flush.mode")) == "manual" ||
                      (config.Get("lsn.flush.mode").empty() && !config.GetBool("flush.lsn.source"));
  out.lsn_flush_mode = manual ? LsnFlushMode::kManual : LsnFlushMode::kConnector;
}

// "never" is an old name of no_data.
SnapshotSettings ReadSnapshot(const Config& config) {
  return SnapshotSettings::FromConfig(config, {{"initial", SnapshotMode::kInitial},
                                               {"always", SnapshotMode::kAlways},
                                               {"initial_only", SnapshotMode::kInitialOnly},
                                               {"no_data", SnapshotMode::kNoData},
                                               {"never", SnapshotMode::kNoData},
                                               {"when_needed", SnapshotMode::kWhenNeeded}});
}

int32_t ReadMoneyDigits(const Properties& given) {
  const std::string text = GivenOr(given, "money.fraction.digits", "2");
  int32_t digits = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), digits);
  if (error != std::errc() || end != text.data() + text.size() || digits < 0) {
    throw ConfigError(
        fmt::format("The 'money.fraction.digits' value is invalid: a non-negative integer is "
                    "expected, got '{}'",
                    text));
  }
  return digits;
}

}  // namespace

PostgresSettings PostgresSettings::FromConfig(const Config& config) {
  const auto complaints = CheckPostgresTogether(config.given());
  if (!complaints.empty()) throw ConfigError(complaints.front().second);
  PostgresSettings out;
  out.connection = ReadConnection(config);
  out.query_timeout = Millis(config, "database.query.timeout.ms");
  out.filters = FilterSettings::FromConfig(config, "schema");
  ReadSlot(config, out);
  out.snapshot = ReadSnapshot(config);
  out.events = EventSettings::FromConfig(config);
  return out;
}

std::string PostgresSettings::MessageTopic() const {
  return SanitizeTopicName(fmt::format("{}{}message", events.topic_prefix, events.topic_delimiter));
}

std::shared_ptr<const model::RenderOptions> MakePostgresRenderOptions(
    const PostgresSettings& settings, const Config& config, std::string run_id) {
  auto out = MakeRenderOptions(settings.events, config, "postgresql", std::move(run_id));
  out->money_fraction_digits = ReadMoneyDigits(config.given());
  out->include_unknown_datatypes = config.GetBool("include.unknown.datatypes");
  return out;
}

}  // namespace tidewire::source
