// What is captured and emitted (group "Events").
#include "source/mysql/mysql_definition_rows.h"
#include "source/property_checks.h"

namespace tidewire::source {
namespace {

using config::Importance;
using config::Support;
using config::Type;
using config::Width;

constexpr const char* kFailureModes = "warn,fail,ignore,skip";

constexpr PropertyEntry kEntries[] = {
    Shared("converters"),
    Shared("post.processors"),
    Shared("tombstones.on.delete"),
    Shared("heartbeat.interval.ms"),
    Shared("heartbeat.topics.prefix"),
    Shared("signal.data.collection"),
    Shared("signal.poll.interval.ms"),
    Shared("signal.enabled.channels"),
    Shared("topic.naming.strategy"),
    Shared("notification.enabled.channels"),
    Shared("notification.sink.topic.name"),
    Shared("transaction.metadata.factory"),
    Shared("custom.metric.tags"),
    Shared("column.include.list",
           {.documentation = "Regular expressions for the columns to emit, as "
                             "database.table.column. Key columns are always emitted."}),
    Shared("column.exclude.list",
           {.documentation = "Regular expressions for the columns to leave out, as "
                             "database.table.column. Key columns are always emitted."}),
    Shared("table.include.list",
           {.documentation = "Regular expressions for the tables to capture, as database.table."}),
    Shared(
        "table.exclude.list",
        {.documentation = "Regular expressions for the tables to leave out, as database.table."}),
    Shared("message.key.columns"),
    Shared("snapshot.select.statement.overrides"),
    Shared("column.mask.hash.([^.]+).with.salt.(.+)"),
    Shared("column.mask.with.(d+).chars"),
    Shared("column.truncate.to.(d+).chars"),
    Own({"include.schema.changes", Type::kBoolean, "true", Importance::kMedium, Width::kShort,
         "Include schema changes", Support::kYes,
         "Whether each statement that changes a captured table gives an event on the topic that is "
         "named as topic.prefix."}),
    Shared("include.schema.comments"),
    Shared("column.propagate.source.type"),
    Shared("datatype.propagate.source.type"),
    Shared("internal.snapshot.scan.all.columns.force"),
    Shared("snapshot.tables.order.by.row.count"),
    Shared("heartbeat.action.query"),
    Own({"include.query", Type::kBoolean, "false", Importance::kMedium, Width::kShort,
         "Include the statement", Support::kYes,
         "Whether events carry the statement that changed the row; the server has to log it: "
         "binlog_rows_query_log_events (MySQL), binlog_annotate_row_events (MariaDB)."}),
    Shared("table.ignore.builtin", {.dependents = "database.include.list"}),
    Own({"database.include.list", Type::kList, nullptr, Importance::kHigh, Width::kLong,
         "Include Databases", Support::kYes, "Regular expressions for the databases to capture.",
         nullptr, CheckRegexList, "table.include.list"}),
    Own({"database.exclude.list", Type::kList, nullptr, Importance::kMedium, Width::kLong,
         "Exclude Databases", Support::kYes, "Regular expressions for the databases to leave out.",
         nullptr, CheckRegexList}),
    Own({"binlog.buffer.size", Type::kInt, "0", Importance::kMedium, Width::kMedium,
         "Binlog look-ahead", Support::kNoEffect,
         "How many events are held back to find transactions that were rolled back. Nothing is "
         "held back here."}),
    Own({"event.deserialization.failure.handling.mode", Type::kString, "fail", Importance::kMedium,
         Width::kShort, "Unreadable events", Support::kYes,
         "What happens to a binlog event that cannot be read: the task fails, or the event is left "
         "out, with a word in the log (warn) or without one (skip, ignore).",
         kFailureModes}),
    Own({"inconsistent.schema.handling.mode", Type::kString, "fail", Importance::kMedium,
         Width::kShort, "Events of unknown tables", Support::kYes,
         "What happens to an event of a table whose structure is not known: the task fails, or the "
         "event is left out, with a word in the log (warn) or without one (skip, ignore).",
         kFailureModes}),
    Own({"gtid.source.filter.dml.events", Type::kBoolean, "true", Importance::kMedium,
         Width::kShort, "Filter events by GTID", Support::kYes,
         "Whether gtid.source.includes and gtid.source.excludes also decide which transactions "
         "give "
         "events, and not only where the stream begins."}),
    Own({"gtid.source.includes", Type::kList, nullptr, Importance::kHigh, Width::kLong,
         "Include GTID sources", Support::kYes,
         "Regular expressions for the sources of transactions whose GTIDs count: a server's UUID "
         "(MySQL), domain-server (MariaDB).",
         nullptr, CheckRegexList, "table.include.list"}),
    Own({"gtid.source.excludes", Type::kString, nullptr, Importance::kMedium, Width::kLong,
         "Exclude GTID sources", Support::kYes,
         "Regular expressions for the sources of transactions whose GTIDs do not count: a server's "
         "UUID (MySQL), domain-server (MariaDB).",
         nullptr, CheckRegexList}),
};

constexpr PropertyEntry kFurther[] = {
    Own({"gtid.ignore.on.recovery", Type::kBoolean, "false", Importance::kLow, Width::kShort,
         "Ignore GTIDs at the start", Support::kYes,
         "Whether the stream goes on from the stored binlog file and position although the GTIDs "
         "are known, too. On another server that is another place."}),
};

}  // namespace

std::span<const PropertyEntry> MysqlEventProperties() { return kEntries; }
std::span<const PropertyEntry> MysqlFurtherEventProperties() { return kFurther; }

}  // namespace tidewire::source
