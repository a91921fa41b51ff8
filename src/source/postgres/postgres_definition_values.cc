// The forms of values and the snapshot (group "Connector", second part).
#include "source/postgres/postgres_definition_rows.h"

namespace tidewire::source {
namespace {

using config::Importance;
using config::Support;
using config::Type;
using config::Width;

const PropertyRow kRows[] = {
    {"guardrail.collections.limit.action", Type::kString, "warn", Importance::kMedium, "Connector",
     37, Width::kShort, "Guardrail collections limit action", Support::kNotYet,
     "What happens when more tables than that are captured.", "warn,fail", nullptr},
    {"custom.sanitize.pattern", Type::kString,
     ".*secret$|.*password$|.*sasl\\.jaas\\.config$|.*basic\\.auth\\.user\\.info|.*registry\\."
     "auth\\.client-secret",
     Importance::kLow, "Connector", 38, Width::kLong, "Secret name pattern", Support::kNoEffect,
     "Which property names hold secrets in Debezium's own logs. Here all passwords are hidden.",
     nullptr, nullptr},
    {"decimal.handling.mode", Type::kString, "precise", Importance::kMedium, "Connector", 39,
     Width::kShort, "Decimal Handling", Support::kYes,
     "Form of numeric and money values: exact decimals (precise), double, or string.",
     "string,double,precise", nullptr},
    {"time.precision.mode", Type::kString, "adaptive", Importance::kMedium, "Connector", 40,
     Width::kShort, "Time Precision", Support::kYes,
     "Form of dates and times: by the column's precision (adaptive), a fixed unit, Kafka Connect's "
     "types (connect), or ISO text.",
     "adaptive,adaptive_time_microseconds,isostring,microseconds,nanoseconds,connect", nullptr},
    {"snapshot.lock.timeout.ms", Type::kLong, "10000", Importance::kMedium, "Connector", 41,
     Width::kLong, "Snapshot lock timeout (ms)", Support::kNoEffect,
     "How long to wait for table locks. The snapshot takes none that could wait behind writers.",
     nullptr, nullptr},
    {"snapshot.mode", Type::kString, "initial", Importance::kMedium, "Connector", 42, Width::kShort,
     "Snapshot mode", Support::kYes,
     "When the captured tables are read before the stream: initial (no offset yet), always, "
     "initial_only (and no stream), no_data (never), when_needed (also when the position is gone).",
     "always,initial_only,configuration_based,when_needed,initial,custom,no_data", nullptr},
    {"snapshot.isolation.mode", Type::kString, "serializable", Importance::kLow, "Connector", 43,
     Width::kShort, "Snapshot isolation mode", Support::kNoEffect,
     "Isolation of the snapshot's transaction. Here it is one exported snapshot, consistent with "
     "the stream.",
     "read_uncommitted,repeatable_read,read_committed,serializable", nullptr},
    {"snapshot.query.mode", Type::kString, "select_all", Importance::kLow, "Connector", 44,
     Width::kShort, "Snapshot query mode", Support::kNotYet,
     "Where the statements come from that read the tables.", "custom,select_all", nullptr},
    {"snapshot.query.mode.custom.name", Type::kString, nullptr, Importance::kMedium, "Connector",
     45, Width::kMedium, "Snapshot Query Mode Custom Name", Support::kNotYet,
     "Name of a source of such statements of the user's own.", nullptr, nullptr},
    {"snapshot.locking.mode.custom.name", Type::kString, nullptr, Importance::kMedium, "Connector",
     46, Width::kMedium, "Snapshot Locking Mode Custom Name", Support::kNotYet,
     "Name of a locking mode of the user's own.", nullptr, nullptr},
    {"snapshot.locking.mode", Type::kString, "none", Importance::kLow, "Connector", 47,
     Width::kShort, "Snapshot locking mode", Support::kNoEffect,
     "Table locks during the snapshot. None are needed.", "shared,custom,none", nullptr},
    {"hstore.handling.mode", Type::kString, "json", Importance::kLow, "Connector", 48,
     Width::kMedium, "HStore Handling", Support::kYes, "Form of hstore values: JSON text or a map.",
     "json,map", nullptr},
    {"binary.handling.mode", Type::kString, "bytes", Importance::kLow, "Connector", 49,
     Width::kMedium, "Binary Handling", Support::kYes,
     "Form of bytea values: bytes, or text as base64, base64-url-safe or hex.",
     "bytes,base64,hex,base64-url-safe", nullptr},
    {"schema.name.adjustment.mode", Type::kString, "none", Importance::kLow, "Connector", 50,
     Width::kMedium, "Schema Name Adjustment", Support::kNotYet,
     "How schema names are changed to suit Avro.", "none,avro_unicode,avro", nullptr},
    {"interval.handling.mode", Type::kString, "numeric", Importance::kLow, "Connector", 51,
     Width::kMedium, "Interval Handling", Support::kYes,
     "Form of intervals: microseconds (numeric) or ISO 8601 text (string).", "string,numeric",
     nullptr},
    {"schema.refresh.mode", Type::kString, "columns_diff", Importance::kMedium, "Connector", 52,
     Width::kShort, "Schema refresh mode", Support::kNoEffect,
     "When Debezium reads a table's structure again. Here each relation message is honoured.",
     "columns_diff,columns_diff_exclude_unchanged_toast", nullptr},
    {"incremental.snapshot.chunk.size", Type::kInt, "1024", Importance::kMedium, "Connector", 53,
     Width::kMedium, "Incremental snapshot chunk size", Support::kNotYet,
     "Rows of one chunk of an incremental snapshot.", nullptr, nullptr},
    {"unavailable.value.placeholder", Type::kString, "__debezium_unavailable_value",
     Importance::kMedium, "Connector", 54, Width::kMedium, "Unavailable value placeholder",
     Support::kYes,
     "What stands in events for a large value that the server did not send because it has not "
     "changed.",
     nullptr, nullptr},
    {"message.prefix.include.list", Type::kList, nullptr, Importance::kMedium, "Connector", 55,
     Width::kLong, "Include Logical Decoding Message Prefixes", Support::kNotYet,
     "Regular expressions for the prefixes of logical messages to emit.", nullptr, CheckRegexList},
    {"message.prefix.exclude.list", Type::kList, nullptr, Importance::kMedium, "Connector", 56,
     Width::kLong, "Exclude Logical Decoding Message Prefixes", Support::kNotYet,
     "Regular expressions for the prefixes of logical messages to leave out.", nullptr,
     CheckRegexList},
    {"publish.via.partition.root", Type::kBoolean, "false", Importance::kMedium, "Connector", 57,
     Width::kShort, "Publish via partition root", Support::kYes,
     "Whether a publication made by the connector shows partitions under their root table.",
     nullptr, nullptr},
};

}  // namespace

std::span<const PropertyRow> ValueProperties() { return kRows; }

}  // namespace tidewire::source
