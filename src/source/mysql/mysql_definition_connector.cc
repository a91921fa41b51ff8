// Queues, the run of the task, the snapshot, the forms of values (group "Connector") and the schema
// history (group "History Storage").
#include "source/mysql/mysql_definition_rows.h"
#include "source/mysql/mysql_invalid_dates.h"
#include "source/property_checks.h"

namespace tidewire::source {
namespace {

using config::Importance;
using config::Support;
using config::Type;
using config::Width;

std::string CheckTimePrecision(const std::string& value) {
  std::string lower = value;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower == "adaptive" ? "'adaptive' has no room for every TIME; use "
                               "adaptive_time_microseconds"
                             : "";
}

std::string CheckSchemaHistory(const std::string& value) {
  for (const char* name : {"io.debezium.storage.kafka.history.KafkaSchemaHistory",
                           "io.debezium.storage.file.history.FileSchemaHistory",
                           "io.debezium.relational.history.MemorySchemaHistory"}) {
    if (value == name) return "";
  }
  return fmt::format(
      "Class {} is not supported; io.debezium.storage.kafka.history.KafkaSchemaHistory, "
      "io.debezium.storage.file.history.FileSchemaHistory and "
      "io.debezium.relational.history.MemorySchemaHistory are",
      value);
}

std::string CheckInvalidDatesColumns(const std::string& value) {
  const auto rules = ParseInvalidDatesColumns(value);
  return rules ? "" : rules.error();
}

constexpr PropertyEntry kEntries[] = {
    Shared("event.processing.failure.handling.mode"),
    Shared("max.batch.size"),
    Shared("max.queue.size"),
    Shared("poll.interval.ms"),
    Shared("max.queue.size.in.bytes"),
    Shared("provide.transaction.metadata"),
    Shared("skipped.operations"),
    Shared("snapshot.delay.ms"),
    Shared("streaming.delay.ms"),
    Shared("snapshot.include.collection.list"),
    Shared("snapshot.fetch.size"),
    Shared("snapshot.max.threads"),
    Shared("snapshot.max.threads.multiplier"),
    Shared("internal.legacy.snapshot.max.threads"),
    Shared("snapshot.mode.custom.name"),
    Shared("snapshot.mode.configuration.based.snapshot.data"),
    Shared("snapshot.mode.configuration.based.snapshot.schema"),
    Shared("snapshot.mode.configuration.based.start.stream"),
    Shared("snapshot.mode.configuration.based.snapshot.on.schema.error"),
    Shared("snapshot.mode.configuration.based.snapshot.on.data.error"),
    Shared("retriable.restart.connector.wait.ms"),
    Shared("query.fetch.size"),
    Shared("errors.max.retries"),
    Shared("incremental.snapshot.watermarking.strategy"),
    Shared("internal.log.position.check.enable"),
    Shared("internal.advanced.metrics.enable"),
    Shared("connection.validation.timeout.ms"),
    Shared("executor.shutdown.timeout.ms"),
    Shared("openlineage.integration.enabled"),
    Shared("openlineage.integration.config.file.path"),
    Shared("openlineage.integration.job.namespace"),
    Shared("openlineage.integration.job.description"),
    Shared("openlineage.integration.job.tags"),
    Shared("openlineage.integration.job.owners"),
    Shared("openlineage.integration.dataset.kafka.bootstrap.servers"),
    Shared("extended.headers.enabled"),
    Shared("guardrail.collections.max"),
    Shared("guardrail.collections.limit.action"),
    Shared("custom.sanitize.pattern"),
    Shared("decimal.handling.mode"),
    Shared("snapshot.lock.timeout.ms", {.check = CheckNotNegative}),
    Own({"connect.timeout.ms", Type::kInt, "30000", Importance::kMedium, Width::kShort,
         "Connection timeout (ms)", Support::kYes,
         "How long connecting to the server may take, in milliseconds.", nullptr, CheckPositive}),
    Own({"connect.keep.alive", Type::kBoolean, "true", Importance::kLow, Width::kShort,
         "Keep the connection alive", Support::kYes,
         "Whether a binlog session that has gone silent is looked after, and made anew when it is "
         "dead."}),
    Own({"connect.keep.alive.interval.ms", Type::kLong, "60000", Importance::kLow, Width::kShort,
         "Keep-alive interval (ms)", Support::kYes,
         "How long the binlog session may be silent until then, in milliseconds.", nullptr,
         CheckPositive}),
    Own({"use.nongraceful.disconnect", Type::kBoolean, "false", Importance::kMedium, Width::kShort,
         "Disconnect at once", Support::kNoEffect,
         "Whether the socket of a dead session is closed without waiting; it always is."}),
    Own({"binlog.net.write.timeout", Type::kLong, "0", Importance::kMedium, Width::kShort,
         "Binlog write timeout (s)", Support::kYes,
         "net_write_timeout of the binlog session: how many seconds the server waits for what it "
         "sends to be taken; 0: as the server is set.",
         nullptr, CheckNotNegative}),
    Own({"binlog.net.read.timeout", Type::kLong, "0", Importance::kMedium, Width::kShort,
         "Binlog read timeout (s)", Support::kYes,
         "net_read_timeout of the binlog session, in seconds; 0: as the server is set.", nullptr,
         CheckNotNegative}),
    Own({"snapshot.mode", Type::kString, "initial", Importance::kLow, Width::kShort,
         "Snapshot mode", Support::kYes,
         "What is read before the stream: structures and rows at the first start (initial), at "
         "every start (always), or whenever the position is gone (when_needed); the same as "
         "initial without a stream (initial_only); structures alone, at the first start (no_data) "
         "or for a lost schema history (recovery); nothing, the binlog holds all (never).",
         "always,never,initial_only,configuration_based,when_needed,initial,custom,no_data,"
         "recovery"}),
    Shared("snapshot.query.mode"),
    Shared("snapshot.query.mode.custom.name"),
    Own({"bigint.unsigned.handling.mode", Type::kString, "long", Importance::kMedium, Width::kShort,
         "Unsigned BIGINT handling", Support::kYes,
         "Form of BIGINT UNSIGNED values: 64 bits, which are negative from 2^63 on (long), or "
         "exact "
         "decimals (precise).",
         "precise,long"}),
    Shared("time.precision.mode",
           {.default_value = "adaptive_time_microseconds",
            .documentation = "Form of dates and times: by the column's precision, but TIME in "
                             "microseconds (adaptive_time_microseconds), a fixed unit, Kafka "
                             "Connect's types (connect), or ISO text.",
            .check = CheckTimePrecision}),
    Own({"enable.time.adjuster", Type::kBoolean, "true", Importance::kLow, Width::kShort,
         "Adjust two-digit years", Support::kYes,
         "Whether the years 0 to 99 of dates are taken for 1970 to 2069, as MySQL takes years of "
         "two digits."}),
    Shared("schema.name.adjustment.mode"),
    Own({"min.row.count.to.stream.results", Type::kInt, "1000", Importance::kLow, Width::kMedium,
         "Rows of a streamed result", Support::kNoEffect,
         "Tables from so many rows on are read as a stream. Here all are."}),
    Shared("incremental.snapshot.chunk.size"),
    Own({"incremental.snapshot.allow.schema.changes", Type::kBoolean, "false", Importance::kLow,
         Width::kShort, "Allow schema changes in incremental snapshots", Support::kNotYet,
         "Whether tables may change while an incremental snapshot reads them."}),
};

constexpr PropertyEntry kHistory[] = {
    Own({"schema.history.internal", Type::kClass,
         "io.debezium.storage.kafka.history.KafkaSchemaHistory", Importance::kLow, Width::kLong,
         "Schema history class", Support::kYes,
         "Where the history of the tables' structures is kept: a topic (KafkaSchemaHistory, "
         "schema.history.internal.kafka.topic), a file (FileSchemaHistory, "
         "schema.history.internal.file.filename) or memory alone (MemorySchemaHistory).",
         nullptr, CheckSchemaHistory}),
    Own({"schema.history.internal.skip.unparseable.ddl", Type::kBoolean, "false", Importance::kLow,
         Width::kShort, "Skip unreadable DDL", Support::kYes,
         "Whether a statement on a table that cannot be understood is passed over, in place of "
         "being an error."}),
    Own({"schema.history.internal.store.only.captured.tables.ddl", Type::kBoolean, "false",
         Importance::kLow, Width::kShort, "Keep DDL of captured tables only", Support::kYes,
         "Whether the history leaves out statements on tables that are not captured."}),
    Own({"schema.history.internal.store.only.captured.databases.ddl", Type::kBoolean, "false",
         Importance::kLow, Width::kShort, "Keep DDL of captured databases only", Support::kYes,
         "Whether the history leaves out statements on databases that are not captured."}),
};

constexpr PropertyEntry kFurther[] = {
    Shared("binary.handling.mode"),
    Own({"tidewire.invalid.dates", Type::kString, nullptr, Importance::kMedium, Width::kShort,
         "Invalid dates", Support::kYes,
         "What dates that no calendar has (0000-00-00, 2024-02-30) become: null, the epoch "
         "(1970-01-01), their text, or an error (fail). When not given, null where the column may "
         "be NULL, and else the epoch, as with Debezium.",
         kInvalidDatesNames}),
    Own({"tidewire.invalid.dates.columns", Type::kString, nullptr, Importance::kMedium,
         Width::kLong, "Invalid dates by column", Support::kYes,
         "The same for single columns: pairs of a regular expression for database.table.column and "
         "what its dates become, as regex:text;regex:null. The first that matches counts, before "
         "tidewire.invalid.dates.",
         nullptr, CheckInvalidDatesColumns}),
};

}  // namespace

std::span<const PropertyEntry> MysqlConnectorProperties() { return kEntries; }
std::span<const PropertyEntry> MysqlHistoryProperties() { return kHistory; }
std::span<const PropertyEntry> MysqlFurtherConnectorProperties() { return kFurther; }

}  // namespace tidewire::source
