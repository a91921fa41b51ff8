#include <fmt/format.h>

#include "sink/sql/dialect.h"
#include "sink/sql/jdbc_connectors.h"
#include "sink/sql/jdbc_url.h"

namespace tidewire::sink {
namespace {

using config::Importance;
using config::Property;
using config::Support;
using config::Type;

Property Make(const char* group, const char* name, Type type, std::optional<std::string> value,
              Importance importance, Support support, const char* documentation) {
  Property property;
  property.name = name;
  property.type = type;
  property.default_value = std::move(value);
  property.importance = importance;
  property.documentation = documentation;
  property.group = group;
  property.display_name = name;
  property.support = support;
  return property;
}

// Collects one definition; each Add returns the property for further settings.
class DefinitionMaker {
 public:
  DefinitionMaker(const char* plugin, const char* group) : group_(group) {
    definition_.plugin = plugin;
  }
  DefinitionMaker& Group(const char* group) {
    group_ = group;
    return *this;
  }
  Property& Add(const char* name, Type type, std::optional<std::string> value,
                Importance importance, Support support, const char* documentation) {
    definition_.properties.push_back(
        Make(group_, name, type, std::move(value), importance, support, documentation));
    return definition_.properties.back();
  }
  config::Definition Take() { return std::move(definition_); }

 private:
  config::Definition definition_;
  const char* group_;
};

std::string CheckUrl(const std::string& url) {
  const auto parsed = ParseJdbcUrl(url);
  if (!parsed) return parsed.error();
  return FindDialect(parsed->subprotocol)->CheckUrl(*parsed);
}

std::string CheckConnections(const std::string& text) {
  const long count = std::atol(text.c_str());
  return count >= 1 && count <= 16 ? "" : "Must be between 1 and 16";
}

void AddOwn(DefinitionMaker& d) {
  Property& consistency = d.Add(
      "tidewire.consistency", Type::kString, "transaction", Importance::kMedium, Support::kYes,
      "What a commit at the target holds: whole transactions of the source across all tables, in "
      "their "
      "order (transaction), or any number of changes in their order (row).");
  consistency.allowed = {"transaction", "row"};
  d.Add("tidewire.snapshot.connections", Type::kInt, "2", Importance::kLow, Support::kYes,
        "How many connections apply the rows of a snapshot side by side; their commits keep the "
        "rows' order. Changes behind it always go through one.")
      .check = CheckConnections;
}

void AddConfluentConnection(DefinitionMaker& d) {
  Property& url = d.Add("connection.url", Type::kString, {}, Importance::kHigh, Support::kYes,
                        "JDBC URL of the target: jdbc:postgresql://host:5432/database, "
                        "jdbc:mysql://host:3306/database or jdbc:mariadb://host:3306/database.");
  url.required = true;
  url.check = CheckUrl;
  d.Add("connection.user", Type::kString, {}, Importance::kHigh, Support::kYes,
        "Role to log in as.");
  d.Add("connection.password", Type::kPassword, {}, Importance::kHigh, Support::kYes,
        "Password of that role.");
  d.Add("dialect.name", Type::kString, "", Importance::kLow, Support::kNoEffect,
        "Kind of the target; the URL says it already.")
      .allowed = {"", "PostgreSqlDatabaseDialect", "MySqlDatabaseDialect"};
  d.Add("connection.attempts", Type::kInt, "3", Importance::kLow, Support::kNoEffect,
        "Connecting is tried again until it succeeds, whatever is set here.");
  d.Add("connection.backoff.ms", Type::kLong, "10000", Importance::kLow, Support::kNoEffect,
        "The pause between such tries is chosen by the worker, so that a target that is back is "
        "used within a second.");
}

void AddConfluentWrites(DefinitionMaker& d) {
  d.Group("Writes");
  d.Add("insert.mode", Type::kString, "insert", Importance::kHigh, Support::kYes,
        "How rows are written: insert, upsert (insert or update by key) or update (only rows that "
        "are there).")
      .allowed = {"insert", "upsert", "update"};
  d.Add("batch.size", Type::kInt, "3000", Importance::kMedium, Support::kNoEffect,
        "Batches are sized by what waits in the log and bounded in bytes.");
  d.Add("delete.enabled", Type::kBoolean, "false", Importance::kMedium, Support::kYes,
        "Whether a null value deletes the row of its key; needs pk.mode=record_key.");
  d.Group("Data Mapping");
  d.Add("table.types", Type::kList, "TABLE", Importance::kLow, Support::kNoEffect,
        "Which kinds of relations may be written; any that takes the statements is written.");
  d.Add("table.name.format", Type::kString, "${topic}", Importance::kMedium, Support::kYes,
        "Name of the table of a topic; ${topic} stands for the topic. Dots part schema and table.");
  d.Add("pk.mode", Type::kString, "none", Importance::kHigh, Support::kYes,
        "Where the key comes from: none, kafka (topic, partition, offset), record_key or "
        "record_value.")
      .allowed = {"none", "kafka", "record_key", "record_value"};
  d.Add("pk.fields", Type::kList, "", Importance::kMedium, Support::kYes,
        "Fields of the key; empty: all fields of the record's key (record_key) or value "
        "(record_value).");
  d.Add("fields.whitelist", Type::kList, "", Importance::kMedium, Support::kYes,
        "Fields to be written besides the key; empty: all.");
  d.Add("db.timezone", Type::kString, "UTC", Importance::kMedium, Support::kNoEffect,
        "Times are written exactly as the source has them, with their zone where they have one.");
  d.Add("date.timezone", Type::kString, "DB_TIMEZONE", Importance::kLow, Support::kNoEffect,
        "Dates are written as the source has them.");
  d.Add("date.calendar.system", Type::kString, "LEGACY", Importance::kLow, Support::kNoEffect,
        "Dates are written as the source has them.");
  d.Add("timestamp.fields.list", Type::kList, "", Importance::kLow, Support::kNotYet,
        "Integer fields that are to be written as timestamps.");
  d.Add("timestamp.precision.mode", Type::kString, "microseconds", Importance::kLow,
        Support::kNoEffect, "Timestamps keep their full precision.");
  d.Add("replace.null.with.default", Type::kBoolean, "true", Importance::kLow, Support::kNoEffect,
        "A NULL of the source is written as NULL: the replica is equal to it.");
}

}  // namespace

config::Definition ConfluentJdbcDefinition() {
  DefinitionMaker d("io.confluent.connect.jdbc.JdbcSinkConnector", "Connection");
  AddConfluentConnection(d);
  AddConfluentWrites(d);
  d.Group("DDL Support");
  d.Add("auto.create", Type::kBoolean, "false", Importance::kMedium, Support::kYes,
        "Whether a missing table is created, with the source's types.");
  d.Add("auto.evolve", Type::kBoolean, "false", Importance::kMedium, Support::kYes,
        "Whether missing columns are added, and columns widened without loss, when the source's "
        "table has changed.");
  d.Add("quote.sql.identifiers", Type::kString, "always", Importance::kMedium, Support::kYes,
        "Whether names are taken as they are (always) or fold their case as unquoted ones do "
        "(never).")
      .allowed = {"always", "never"};
  d.Group("Retries");
  d.Add("max.retries", Type::kInt, "10", Importance::kMedium, Support::kNoEffect,
        "Faults that may pass are retried until they do, whatever is set here.");
  d.Add("retry.backoff.ms", Type::kInt, "3000", Importance::kMedium, Support::kNoEffect,
        "The pause between such tries is chosen by the worker.");
  d.Add("mssql.use.merge.holdlock", Type::kBoolean, "true", Importance::kLow, Support::kNoEffect,
        "Matters for SQL Server only.");
  d.Add("string.output.value.column.name", Type::kString, "record_value", Importance::kLow,
        Support::kNotYet, "Column for values that are plain text instead of rows.");
  d.Add("trim.sensitive.log", Type::kBoolean, "false", Importance::kLow, Support::kNoEffect,
        "Logs never hold passwords.");
  d.Group("Tidewire");
  AddOwn(d);
  return d.Take();
}

namespace {

void AddDebeziumConnection(DefinitionMaker& d) {
  d.Add("connection.url", Type::kString, {}, Importance::kHigh, Support::kYes,
        "JDBC URL of the target: jdbc:postgresql://host:5432/database, "
        "jdbc:mysql://host:3306/database or jdbc:mariadb://host:3306/database.")
      .check = CheckUrl;
  d.Add("connection.username", Type::kString, {}, Importance::kHigh, Support::kYes,
        "Role to log in as.");
  d.Add("connection.password", Type::kPassword, {}, Importance::kHigh, Support::kYes,
        "Password of that role.");
  constexpr const char* kPool =
      "The sink uses one connection, given back when idle; pool settings change nothing.";
  d.Add("connection.pool.min_size", Type::kInt, "5", Importance::kLow, Support::kNoEffect, kPool);
  d.Add("connection.pool.max_size", Type::kInt, "32", Importance::kLow, Support::kNoEffect, kPool);
  d.Add("connection.pool.acquire_increment", Type::kInt, "32", Importance::kLow, Support::kNoEffect,
        kPool);
  d.Add("connection.pool.timeout", Type::kLong, "1800", Importance::kLow, Support::kNoEffect,
        kPool);
}

void AddDebeziumWrites(DefinitionMaker& d) {
  d.Add("insert.mode", Type::kString, "insert", Importance::kLow, Support::kYes,
        "How rows are written: insert, upsert (insert or update by key) or update (only rows that "
        "are there).")
      .allowed = {"insert", "upsert", "update"};
  d.Add("delete.enabled", Type::kBoolean, "false", Importance::kLow, Support::kYes,
        "Whether deletes and tombstones delete the row of their key.");
  d.Add("truncate.enabled", Type::kBoolean, "false", Importance::kLow, Support::kYes,
        "Whether a TRUNCATE at the source empties the table; the source must not skip it "
        "(skipped.operations=none).");
  d.Add("collection.name.format", Type::kString, "${topic}", Importance::kMedium, Support::kYes,
        "Name of the table: ${topic} (dots become underscores) and ${source.db|schema|table}. A "
        "dot parts schema and table.");
  d.Add("table.name.format", Type::kString, "${topic}", Importance::kMedium, Support::kYes,
        "Older name of collection.name.format.");
  d.Add("primary.key.mode", Type::kString, "none", Importance::kHigh, Support::kYes,
        "Where the key comes from: none, kafka (topic, partition, offset), record_key or "
        "record_value.")
      .allowed = {"none", "kafka", "record_key", "record_value"};
  d.Add("primary.key.fields", Type::kString, {}, Importance::kLow, Support::kYes,
        "Comma-separated fields of the key; empty: all fields of the record's key (record_key) or "
        "value (record_value).");
  d.Add("schema.evolution", Type::kString, "none", Importance::kLow, Support::kYes,
        "basic: missing tables are created, missing columns added, columns widened without loss. "
        "none: they must be there.")
      .allowed = {"none", "basic"};
  d.Add("quote.identifiers", Type::kBoolean, "false", Importance::kLow, Support::kYes,
        "Whether names are taken as they are or fold their case as unquoted ones do.");
  d.Add("collection.naming.strategy", Type::kClass,
        "io.debezium.sink.naming.DefaultCollectionNamingStrategy", Importance::kLow,
        Support::kNotYet, "A Java class that names tables; only the default one is known.");
  d.Add("table.naming.strategy", Type::kClass,
        "io.debezium.sink.naming.DefaultCollectionNamingStrategy", Importance::kLow,
        Support::kNotYet, "Older name of collection.naming.strategy.");
  d.Add("column.naming.strategy", Type::kClass,
        "io.debezium.connector.jdbc.naming.DefaultColumnNamingStrategy", Importance::kLow,
        Support::kNotYet, "A Java class that names columns; only the default one is known.");
  d.Add("collection.table.format", Type::kString, "${table}", Importance::kMedium, Support::kNotYet,
        "A further format over the table's name.");
}

}  // namespace

config::Definition DebeziumJdbcDefinition() {
  DefinitionMaker d("io.debezium.connector.jdbc.JdbcSinkConnector", "Connector");
  AddDebeziumConnection(d);
  AddDebeziumWrites(d);
  constexpr const char* kZone =
      "Times are written exactly as the source has them, with their zone where they have one.";
  d.Add("use.time.zone", Type::kString, "UTC", Importance::kMedium, Support::kNoEffect, kZone);
  d.Add("database.time_zone", Type::kString, "UTC", Importance::kMedium, Support::kNoEffect, kZone);
  d.Add("dialect.postgres.postgis.schema", Type::kString, "public", Importance::kLow,
        Support::kNoEffect, "Types of extensions are found through the search path.");
  d.Add("dialect.postgres.unnest.insert.enabled", Type::kBoolean, "false", Importance::kMedium,
        Support::kNoEffect, "Rows go in bulk already.");
  d.Add("dialect.sqlserver.identity.insert", Type::kBoolean, "false", Importance::kLow,
        Support::kNoEffect, "Matters for SQL Server only.");
  d.Add("batch.size", Type::kInt, "500", Importance::kMedium, Support::kNoEffect,
        "Batches are sized by what waits in the log and bounded in bytes.");
  d.Add("field.include.list", Type::kList, {}, Importance::kMedium, Support::kYes,
        "Fields to be written besides the key, as field or topic:field; empty: all.");
  d.Add("field.exclude.list", Type::kList, {}, Importance::kMedium, Support::kYes,
        "Fields that are not written, as field or topic:field.");
  d.Add("flush.max.retries", Type::kInt, "5", Importance::kLow, Support::kNoEffect,
        "Faults that may pass are retried until they do, whatever is set here.");
  d.Add("flush.retry.delay.ms", Type::kLong, "1000", Importance::kLow, Support::kNoEffect,
        "The pause between such tries is chosen by the worker.");
  d.Add("connection.restart.on.errors", Type::kBoolean, "false", Importance::kLow,
        Support::kNoEffect, "Lost connections are always made again.");
  d.Add("cloud.events.schema.name.pattern", Type::kString, ".*CloudEvents\\.Envelope$",
        Importance::kLow, Support::kNotYet, "Which schemas are CloudEvents.");
  AddOwn(d);
  config::Definition definition = d.Take();
  // Accepted by the real connector, but not in the list of properties that it shows.
  definition.patterns = {{"connection\\.provider", Support::kNoEffect},
                         {"use\\.reduction\\.buffer", Support::kNoEffect},
                         {"hibernate\\..*", Support::kNoEffect}};
  return definition;
}

}  // namespace tidewire::sink
