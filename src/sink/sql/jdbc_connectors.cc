#include "sink/sql/jdbc_connectors.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "sink/sql/dialect.h"
#include "sink/sql/jdbc_url.h"
#include "sink/sql/sql_sink_task.h"

namespace tidewire::sink {
namespace {

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

InsertMode InsertModeOf(const std::string& text) {
  const std::string mode = Lower(text);
  return mode == "upsert"   ? InsertMode::kUpsert
         : mode == "update" ? InsertMode::kUpdate
                            : InsertMode::kInsert;
}

KeyMode KeyModeOf(const std::string& text, const char* property) {
  const std::string mode = Lower(text);
  if (mode == "none") return KeyMode::kNone;
  if (mode == "kafka") return KeyMode::kKafka;
  if (mode == "record_key") return KeyMode::kRecordKey;
  if (mode == "record_value") return KeyMode::kRecordValue;
  throw ConfigError(fmt::format(
      "{}={} is not supported; use none, kafka, record_key or record_value", property, text));
}

// The URL's parser knows no subprotocol that has no dialect.
const Dialect& DialectOf(const SqlSinkOptions& options) {
  const Dialect* const dialect = FindDialect(options.connection.subprotocol);
  TW_CHECK(dialect != nullptr, "a URL was parsed for which there is no dialect");
  return *dialect;
}

void SetConnection(const config::Config& config, const char* user_property,
                   SqlSinkOptions& options) {
  auto url = ParseJdbcUrl(config.Get("connection.url"));
  if (!url) throw ConfigError("connection.url: " + url.error());
  options.connection = std::move(*url);
  if (std::string user = config.Get(user_property); !user.empty())
    options.connection.user = std::move(user);
  if (std::string password = config.Get("connection.password"); !password.empty())
    options.connection.password = std::move(password);
  const std::string wrong = DialectOf(options).CheckUrl(options.connection);
  if (!wrong.empty()) throw ConfigError("connection.url: " + wrong);
}

void SetCommon(const config::Config& config, SqlSinkOptions& options) {
  const auto name = config.given().find("name");
  options.connector = name == config.given().end() ? "tidewire" : name->second;
  options.insert_mode = InsertModeOf(config.Get("insert.mode"));
  options.deletes = config.GetBool("delete.enabled");
  options.snapshot_connections =
      static_cast<size_t>(config.GetInt("tidewire.snapshot.connections"));
  options.consistency = Lower(config.Get("tidewire.consistency")) == "row"
                            ? Consistency::kRow
                            : Consistency::kTransaction;
}

void CheckModes(const SqlSinkOptions& options, const char* key_property) {
  if (options.insert_mode != InsertMode::kInsert && options.key_mode == KeyMode::kNone) {
    throw ConfigError(fmt::format(
        "insert.mode=upsert and insert.mode=update need a key: set {}=record_key", key_property));
  }
  if (options.deletes && options.key_mode != KeyMode::kRecordKey) {
    throw ConfigError(
        fmt::format("delete.enabled=true needs the record's key: set {}=record_key", key_property));
  }
}

class JdbcSink final : public SinkConnector {
 public:
  using Options = std::function<SqlSinkOptions(const config::Config&)>;
  JdbcSink(config::Definition definition, Options options)
      : definition_(std::move(definition)), options_(std::move(options)) {}

  const config::Definition& definition() const override { return definition_; }

  std::unique_ptr<SinkTask> CreateTask(const config::Config& config) override {
    SqlSinkOptions options = options_(config);
    const Dialect& dialect = DialectOf(options);
    return std::make_unique<SqlSinkTask>(std::move(options), dialect);
  }

  std::vector<config::Finding> Preflight(const config::Config& config,
                                         config::Depth depth) override {
    try {
      const SqlSinkOptions options = options_(config);
      if (depth == config::Depth::kConfig) return {};
      return DialectOf(options).Preflight(options, depth);
    } catch (const ConfigError& error) {
      return {{config::Finding::Severity::kError, "", error.what(), ""}};
    }
  }

 private:
  config::Definition definition_;
  Options options_;
};

}  // namespace

SqlSinkOptions ConfluentJdbcOptions(const config::Config& config) {
  SqlSinkOptions options;
  SetCommon(config, options);
  SetConnection(config, "connection.user", options);
  options.key_mode = KeyModeOf(config.Get("pk.mode"), "pk.mode");
  options.key_fields = config.GetList("pk.fields");
  options.table_format = config.Get("table.name.format");
  options.naming = TableNaming::kSplitAtDots;
  options.include_fields = config.GetList("fields.whitelist");
  options.create_tables = config.GetBool("auto.create");
  options.evolve_tables = config.GetBool("auto.evolve");
  options.quote =
      Lower(config.Get("quote.sql.identifiers")) != "never" || !DialectOf(options).folds_names();
  CheckModes(options, "pk.mode");
  return options;
}

SqlSinkOptions DebeziumJdbcOptions(const config::Config& config) {
  SqlSinkOptions options;
  SetCommon(config, options);
  SetConnection(config, "connection.username", options);
  options.key_mode = KeyModeOf(config.Get("primary.key.mode"), "primary.key.mode");
  options.key_fields = config.GetList("primary.key.fields");
  const bool old_name = config.given().contains("table.name.format") &&
                        !config.given().contains("collection.name.format");
  options.table_format = config.Get(old_name ? "table.name.format" : "collection.name.format");
  options.naming = TableNaming::kDotsToUnderscores;
  options.include_fields = config.GetList("field.include.list");
  options.exclude_fields = config.GetList("field.exclude.list");
  if (!options.include_fields.empty() && !options.exclude_fields.empty()) {
    throw ConfigError(
        "field.include.list and field.exclude.list cannot be used together; remove one");
  }
  options.truncates = config.GetBool("truncate.enabled");
  options.create_tables = options.evolve_tables = Lower(config.Get("schema.evolution")) == "basic";
  options.quote = config.GetBool("quote.identifiers") || !DialectOf(options).folds_names();
  CheckModes(options, "primary.key.mode");
  return options;
}

std::unique_ptr<SinkConnector> MakeConfluentJdbcSink() {
  return std::make_unique<JdbcSink>(ConfluentJdbcDefinition(), ConfluentJdbcOptions);
}

std::unique_ptr<SinkConnector> MakeDebeziumJdbcSink() {
  return std::make_unique<JdbcSink>(DebeziumJdbcDefinition(), DebeziumJdbcOptions);
}

}  // namespace tidewire::sink
