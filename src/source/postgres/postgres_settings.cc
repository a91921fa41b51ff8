#include "source/postgres/postgres_settings.h"

#include <charconv>

#include "base/error.h"
#include "source/postgres/postgres_definition.h"
#include "source/postgres/postgres_filters.h"

namespace tidewire::source {
namespace {

using config::Config;
using config::Properties;
using std::chrono::milliseconds;

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// Of properties that the definition knows by pattern only.
std::string GivenOr(const Properties& given, const std::string& name, std::string otherwise) {
  const auto it = given.find(name);
  if (it == given.end()) return otherwise;
  std::string text = config::Trimmed(it->second);
  return text.empty() ? otherwise : text;
}

milliseconds Millis(const Config& config, std::string_view name) {
  return milliseconds(config.GetInt(name));
}

template <class T>
T OneOf(const Config& config, std::string_view name,
        std::initializer_list<std::pair<std::string_view, T>> choices) {
  const std::string value = Lower(config.Get(name));
  for (const auto& [text, choice] : choices) {
    if (value == text) return choice;
  }
  throw ConfigError(
      fmt::format("The '{}' value is invalid: '{}' is not supported", name, config.Get(name)));
}

// At single semicolons; a doubled one stands for itself.
std::vector<std::string> SplitStatements(const std::string& text) {
  std::vector<std::string> out;
  std::string statement;
  const auto finish = [&] {
    std::string trimmed = config::Trimmed(statement);
    if (!trimmed.empty()) out.push_back(std::move(trimmed));
    statement.clear();
  };
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != ';') {
      statement += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == ';') {
      statement += text[i++];
    } else {
      finish();
    }
  }
  finish();
  return out;
}

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

FilterSettings ReadFilters(const Config& config) {
  FilterSettings out;
  const auto list = [&](std::string_view name) { return SplitRegexList(config.Get(name)); };
  out.schema_include = list("schema.include.list");
  out.schema_exclude = list("schema.exclude.list");
  out.table_include = list("table.include.list");
  out.table_exclude = list("table.exclude.list");
  out.column_include = list("column.include.list");
  out.column_exclude = list("column.exclude.list");
  out.snapshot_include = list("snapshot.include.collection.list");
  out.message_key_columns = config.Get("message.key.columns");
  return out;
}

SkippedOperations ReadSkipped(const Config& config) {
  SkippedOperations out;
  for (const std::string& item : config.GetList("skipped.operations")) {
    if (item == "c") out.creates = true;
    if (item == "u") out.updates = true;
    if (item == "d") out.deletes = true;
    if (item == "t") out.truncates = true;
  }
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

void ReadSnapshot(const Config& config, PostgresSettings& out) {
  out.snapshot_mode = OneOf<SnapshotMode>(config, "snapshot.mode",
                                          {{"initial", SnapshotMode::kInitial},
                                           {"always", SnapshotMode::kAlways},
                                           {"initial_only", SnapshotMode::kInitialOnly},
                                           {"no_data", SnapshotMode::kNoData},
                                           {"never", SnapshotMode::kNoData},
                                           {"when_needed", SnapshotMode::kWhenNeeded}});
  out.snapshot_threads = static_cast<int>(config.GetInt("snapshot.max.threads"));
  out.snapshot_fetch_rows =
      config.Has("snapshot.fetch.size") ? config.GetInt("snapshot.fetch.size") : 0;
  out.snapshot_delay = Millis(config, "snapshot.delay.ms");
  out.streaming_delay = Millis(config, "streaming.delay.ms");
}

void ReadEvents(const Config& config, PostgresSettings& out) {
  const Properties& given = config.given();
  out.batch_records_max = static_cast<size_t>(config.GetInt("max.batch.size"));
  out.heartbeat_interval = Millis(config, "heartbeat.interval.ms");
  out.topic_prefix = config.Get("topic.prefix");
  out.topic_delimiter = GivenOr(given, "topic.delimiter", ".");
  out.heartbeat_topics_prefix =
      GivenOr(given, "topic.heartbeat.prefix", config.Get("heartbeat.topics.prefix"));
  out.transaction_topic_name = GivenOr(given, "topic.transaction", "transaction");
  out.tombstones_on_delete = config.GetBool("tombstones.on.delete");
  out.provide_transaction_metadata = config.GetBool("provide.transaction.metadata");
  out.skipped = ReadSkipped(config);
  out.unavailable_placeholder = config.Get("unavailable.value.placeholder");
}

model::Converter ReadConverter(const Properties& given, const std::string& prefix) {
  model::Converter out;
  const std::string name = GivenOr(given, prefix, "JsonConverter");
  const std::string simple = name.substr(name.rfind('.') + 1);
  if (simple == "StringConverter") out.kind = model::ConverterKind::kString;
  if (simple == "ByteArrayConverter") out.kind = model::ConverterKind::kByteArray;
  const auto is = [&](const char* property, const char* otherwise, const char* text) {
    return Lower(GivenOr(given, prefix + "." + property, otherwise)) == text;
  };
  out.schemas_enable = is("schemas.enable", "true", "true");
  out.decimal_numeric = is("decimal.format", "base64", "numeric");
  out.replace_null_with_default = is("replace.null.with.default", "true", "true");
  return out;
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

void ReadHandlingModes(const Config& config, model::RenderOptions& out) {
  using model::BinaryMode;
  using model::DecimalMode;
  using model::HstoreMode;
  using model::IntervalMode;
  using model::TimeMode;
  out.decimal = OneOf<DecimalMode>(config, "decimal.handling.mode",
                                   {{"precise", DecimalMode::kPrecise},
                                    {"string", DecimalMode::kString},
                                    {"double", DecimalMode::kDouble}});
  out.time = OneOf<TimeMode>(config, "time.precision.mode",
                             {{"adaptive", TimeMode::kAdaptive},
                              {"adaptive_time_microseconds", TimeMode::kAdaptiveMicroseconds},
                              {"connect", TimeMode::kConnect},
                              {"isostring", TimeMode::kIsoString},
                              {"microseconds", TimeMode::kMicroseconds},
                              {"nanoseconds", TimeMode::kNanoseconds}});
  out.binary = OneOf<BinaryMode>(config, "binary.handling.mode",
                                 {{"bytes", BinaryMode::kBytes},
                                  {"base64", BinaryMode::kBase64},
                                  {"base64-url-safe", BinaryMode::kBase64UrlSafe},
                                  {"hex", BinaryMode::kHex}});
  out.interval =
      OneOf<IntervalMode>(config, "interval.handling.mode",
                          {{"numeric", IntervalMode::kNumeric}, {"string", IntervalMode::kString}});
  out.hstore = OneOf<HstoreMode>(config, "hstore.handling.mode",
                                 {{"json", HstoreMode::kJson}, {"map", HstoreMode::kMap}});
}

}  // namespace

PostgresSettings PostgresSettings::FromConfig(const Config& config) {
  const auto complaints = CheckPostgresTogether(config.given());
  if (!complaints.empty()) throw ConfigError(complaints.front().second);
  PostgresSettings out;
  out.connector_name = GivenOr(config.given(), "name", "");
  out.connection = ReadConnection(config);
  out.query_timeout = Millis(config, "database.query.timeout.ms");
  out.filters = ReadFilters(config);
  ReadSlot(config, out);
  ReadSnapshot(config, out);
  ReadEvents(config, out);
  return out;
}

std::string PostgresSettings::TopicOf(std::string_view schema, std::string_view table) const {
  return SanitizeTopicName(
      fmt::format("{0}{1}{2}{1}{3}", topic_prefix, topic_delimiter, schema, table));
}

std::string PostgresSettings::HeartbeatTopic() const {
  return SanitizeTopicName(
      fmt::format("{}{}{}", heartbeat_topics_prefix, topic_delimiter, topic_prefix));
}

std::string PostgresSettings::TransactionTopic() const {
  return SanitizeTopicName(
      fmt::format("{}{}{}", topic_prefix, topic_delimiter, transaction_topic_name));
}

std::string PostgresSettings::MessageTopic() const {
  return SanitizeTopicName(fmt::format("{}{}message", topic_prefix, topic_delimiter));
}

std::string SanitizeTopicName(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) == 0x80) continue;  // Continues a character that has its '_' already.
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
        c == '_' || c == '-') {
      out += c;
    } else {
      out += '_';
      if (byte >= 0xf0) out += '_';  // Two UTF-16 units.
    }
  }
  return out;
}

std::shared_ptr<const model::RenderOptions> MakeRenderOptions(const PostgresSettings& settings,
                                                              const Config& config,
                                                              std::string run_id) {
  auto out = std::make_shared<model::RenderOptions>();
  out->connector_kind = "postgresql";
  // What consumers of source.version expect: the version of Debezium whose form this is.
  out->version = "3.5.0.Final";
  out->logical_name = settings.topic_prefix;
  out->run_id = std::move(run_id);
  out->context_headers = config.GetBool("extended.headers.enabled");
  ReadHandlingModes(config, *out);
  out->money_fraction_digits = ReadMoneyDigits(config.given());
  out->include_unknown_datatypes = config.GetBool("include.unknown.datatypes");
  out->unavailable_placeholder = settings.unavailable_placeholder;
  out->key_converter = ReadConverter(config.given(), "key.converter");
  out->value_converter = ReadConverter(config.given(), "value.converter");
  return out;
}

}  // namespace tidewire::source
