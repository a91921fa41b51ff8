// The forms of values and the snapshot (group "Connector", second part).
#include "source/postgres/postgres_definition_rows.h"
#include "source/property_checks.h"

namespace tidewire::source {
namespace {

using config::Importance;
using config::Support;
using config::Type;
using config::Width;

constexpr PropertyEntry kEntries[] = {
    Shared("guardrail.collections.limit.action"),
    Shared("custom.sanitize.pattern"),
    Shared("decimal.handling.mode",
           {.documentation =
                "Form of numeric and money values: exact decimals (precise), double, or string."}),
    Shared("time.precision.mode"),
    Shared("snapshot.lock.timeout.ms",
           {.documentation = "How long to wait for table locks. The snapshot takes none that could "
                             "wait behind writers.",
            .support = Support::kNoEffect}),
    Own({"snapshot.mode", Type::kString, "initial", Importance::kMedium, Width::kShort,
         "Snapshot mode", Support::kYes,
         "When the captured tables are read before the stream: initial (no offset yet), always, "
         "initial_only (and no stream), no_data (never), when_needed (also when the position is "
         "gone).",
         "always,initial_only,configuration_based,when_needed,initial,custom,no_data"}),
    Own({"snapshot.isolation.mode", Type::kString, "serializable", Importance::kLow, Width::kShort,
         "Snapshot isolation mode", Support::kNoEffect,
         "Isolation of the snapshot's transaction. Here it is one exported snapshot, consistent "
         "with the stream.",
         "read_uncommitted,repeatable_read,read_committed,serializable"}),
    Shared("snapshot.query.mode"),
    Shared("snapshot.query.mode.custom.name"),
    Own({"snapshot.locking.mode.custom.name", Type::kString, nullptr, Importance::kMedium,
         Width::kMedium, "Snapshot Locking Mode Custom Name", Support::kNotYet,
         "Name of a locking mode of the user's own."}),
    Own({"snapshot.locking.mode", Type::kString, "none", Importance::kLow, Width::kShort,
         "Snapshot locking mode", Support::kNoEffect,
         "Table locks during the snapshot. None are needed.", "shared,custom,none"}),
    Own({"hstore.handling.mode", Type::kString, "json", Importance::kLow, Width::kMedium,
         "HStore Handling", Support::kYes, "Form of hstore values: JSON text or a map.",
         "json,map"}),
    Shared("binary.handling.mode",
           {.documentation =
                "Form of bytea values: bytes, or text as base64, base64-url-safe or hex."}),
    Shared("schema.name.adjustment.mode"),
    Own({"interval.handling.mode", Type::kString, "numeric", Importance::kLow, Width::kMedium,
         "Interval Handling", Support::kYes,
         "Form of intervals: microseconds (numeric) or ISO 8601 text (string).", "string,numeric"}),
    Own({"schema.refresh.mode", Type::kString, "columns_diff", Importance::kMedium, Width::kShort,
         "Schema refresh mode", Support::kNoEffect,
         "When Debezium reads a table's structure again. Here each relation message is honoured.",
         "columns_diff,columns_diff_exclude_unchanged_toast"}),
    Shared("incremental.snapshot.chunk.size"),
    Own({"unavailable.value.placeholder", Type::kString, "__debezium_unavailable_value",
         Importance::kMedium, Width::kMedium, "Unavailable value placeholder", Support::kYes,
         "What stands in events for a large value that the server did not send because it has not "
         "changed."}),
    Own({"message.prefix.include.list", Type::kList, nullptr, Importance::kMedium, Width::kLong,
         "Include Logical Decoding Message Prefixes", Support::kNotYet,
         "Regular expressions for the prefixes of logical messages to emit.", nullptr,
         CheckRegexList}),
    Own({"message.prefix.exclude.list", Type::kList, nullptr, Importance::kMedium, Width::kLong,
         "Exclude Logical Decoding Message Prefixes", Support::kNotYet,
         "Regular expressions for the prefixes of logical messages to leave out.", nullptr,
         CheckRegexList}),
    Own({"publish.via.partition.root", Type::kBoolean, "false", Importance::kMedium, Width::kShort,
         "Publish via partition root", Support::kYes,
         "Whether a publication made by the connector shows partitions under their root table."}),
};

}  // namespace

std::span<const PropertyEntry> ValueProperties() { return kEntries; }

}  // namespace tidewire::source
