// What is captured and emitted (group "Events").
#include "source/postgres/postgres_definition_rows.h"
#include "source/property_checks.h"

namespace tidewire::source {
namespace {

using config::Importance;
using config::Support;
using config::Type;
using config::Width;

constexpr PropertyEntry kEntries[] = {
    Shared("converters"),
    Shared("post.processors"),
    Shared("tombstones.on.delete"),
    Shared("heartbeat.interval.ms"),
    Shared("heartbeat.topics.prefix"),
    Shared("signal.data.collection"),
    Shared("signal.poll.interval.ms"),
    Shared("signal.enabled.channels"),
    Shared("topic.naming.strategy",
           {.documentation =
                "Java class that makes topic names. Here they are prefix, schema and table."}),
    Shared("notification.enabled.channels"),
    Shared("notification.sink.topic.name"),
    Shared("transaction.metadata.factory"),
    Shared("custom.metric.tags"),
    Shared("column.include.list"),
    Shared("column.exclude.list"),
    Shared("table.include.list"),
    Shared("table.exclude.list"),
    Shared("table.ignore.builtin",
           {.documentation = "Whether the server's own tables are left out. They are not "
                             "published, so they always are.",
            .support = Support::kNoEffect}),
    Own({"schema.include.list", Type::kList, nullptr, Importance::kHigh, Width::kLong,
         "Include Schemas", Support::kYes, "Regular expressions for the schemas to capture.",
         nullptr, CheckRegexList, "table.include.list"}),
    Own({"schema.exclude.list", Type::kList, nullptr, Importance::kMedium, Width::kLong,
         "Exclude Schemas", Support::kYes, "Regular expressions for the schemas to leave out.",
         nullptr, CheckRegexList}),
    Shared("message.key.columns"),
    Shared("snapshot.select.statement.overrides"),
    Shared("column.mask.hash.([^.]+).with.salt.(.+)"),
    Shared("column.mask.with.(d+).chars"),
    Shared("column.truncate.to.(d+).chars"),
    Shared("include.schema.comments", {.support = Support::kNotYet}),
    Shared("column.propagate.source.type"),
    Shared("datatype.propagate.source.type"),
    Shared("internal.snapshot.scan.all.columns.force"),
    Shared("snapshot.tables.order.by.row.count", {.support = Support::kNotYet}),
    Shared("heartbeat.action.query"),
    Own({"include.unknown.datatypes", Type::kBoolean, "false", Importance::kMedium, Width::kShort,
         "Include unknown datatypes", Support::kYes,
         "Whether events show columns whose type has no documented form as bytes of their text, as "
         "Debezium does, and not as the text itself. Sinks get the text in any case."}),
    Shared("sourceinfo.struct.maker",
           {.default_value = "io.debezium.connector.postgresql.PostgresSourceInfoStructMaker"}),
};

}  // namespace

std::span<const PropertyEntry> EventProperties() { return kEntries; }

}  // namespace tidewire::source
