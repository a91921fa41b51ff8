// Reaching the server, its slot and its publication (group "Postgres").
#include "source/postgres/postgres_definition_rows.h"
#include "source/property_checks.h"

namespace tidewire::source {
namespace {

using config::Importance;
using config::Support;
using config::Type;
using config::Width;

std::string CheckSlotName(const std::string& value) {
  for (const char c : value) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_') continue;
    return "Valid replication slot name must contain only digits, lowercase characters and "
           "underscores with length <= 63";
  }
  return value.size() <= 63 ? ""
                            : "Valid replication slot name must contain only digits, lowercase "
                              "characters and underscores with length <= 63";
}

constexpr PropertyEntry kEntries[] = {
    Shared("topic.prefix"),
    Shared("database.hostname", {.documentation = "Address of the PostgreSQL server."}),
    Shared("database.port",
           {.default_value = "5432", .documentation = "Port of the PostgreSQL server."}),
    Shared("database.user", {.documentation = "Role to log in as; it needs the REPLICATION "
                                              "attribute and SELECT on the captured tables."}),
    Shared("database.password", {.documentation = "The role's password."}),
    Own({"database.dbname", Type::kString, nullptr, Importance::kHigh, Width::kMedium, "Database",
         Support::kYes, "The database whose changes are captured."}),
    Shared("database.query.timeout.ms"),
    Own({"plugin.name", Type::kString, "decoderbufs", Importance::kMedium, Width::kMedium, "Plugin",
         Support::kNoEffect,
         "Logical decoding plugin. Here it is always pgoutput, which every server has; other "
         "values are read as pgoutput.",
         "decoderbufs,pgoutput"}),
    Own({"slot.name", Type::kString, "debezium", Importance::kMedium, Width::kMedium, "Slot",
         Support::kYes, "Name of the logical replication slot; it is made when it is missing.",
         nullptr, CheckSlotName}),
    Own({"publication.name", Type::kString, "dbz_publication", Importance::kMedium, Width::kMedium,
         "Publication", Support::kYes, "Name of the publication to read."}),
    Own({"publication.autocreate.mode", Type::kString, "all_tables", Importance::kMedium,
         Width::kMedium, "Publication Auto Create Mode", Support::kYes,
         "How a missing publication is made: for all tables, for the captured ones (filtered), "
         "empty (no_tables), or not at all (disabled).",
         "no_tables,filtered,disabled,all_tables"}),
    Own({"replica.identity.autoset.values", Type::kString, nullptr, Importance::kMedium,
         Width::kLong, "Replica Identity Auto Set Values", Support::kNotYet,
         "Replica identities to give to tables at the start, as table-regex:identity pairs."}),
    Own({"slot.drop.on.stop", Type::kBoolean, "false", Importance::kMedium, Width::kNone,
         "Drop slot on stop", Support::kYes,
         "Drops the slot when the connector stops in good order. For tests: changes made while it "
         "is stopped are lost."}),
    Own({"slot.failover", Type::kBoolean, "false", Importance::kMedium, Width::kNone,
         "Create failover slot", Support::kNotYet,
         "Makes the slot one that PostgreSQL 17 and later keep in step on standby servers."}),
    Own({"slot.stream.params", Type::kString, nullptr, Importance::kLow, Width::kLong,
         "Stream parameters", Support::kNotYet,
         "Further options for START_REPLICATION, as name=value pairs with semicolons between."}),
    Shared("database.initial.statements"),
    Own({"database.sslmode", Type::kString, "prefer", Importance::kMedium, Width::kMedium,
         "SSL mode", Support::kYes,
         "Whether the connection is encrypted and how far the server's certificate is checked, as "
         "in libpq.",
         "allow,prefer,disable,verify-ca,require,verify-full"}),
    Own({"database.sslcert", Type::kString, nullptr, Importance::kMedium, Width::kLong,
         "SSL Client Certificate", Support::kYes, "File with the client's certificate."}),
    Own({"database.sslpassword", Type::kPassword, nullptr, Importance::kMedium, Width::kMedium,
         "SSL Client Key Password", Support::kYes, "Passphrase of the client's private key."}),
    Own({"database.sslrootcert", Type::kString, nullptr, Importance::kMedium, Width::kLong,
         "SSL Root Certificate", Support::kYes,
         "File with the certificates of trusted authorities."}),
    Own({"database.sslkey", Type::kString, nullptr, Importance::kMedium, Width::kLong,
         "SSL Client Key", Support::kYes, "File with the client's private key."}),
    Own({"slot.max.retries", Type::kInt, "6", Importance::kLow, Width::kNone, "Retry count",
         Support::kYes, "How often to try again when the slot cannot be taken.", nullptr,
         CheckNotNegative}),
    Own({"slot.retry.delay.ms", Type::kLong, "10000", Importance::kLow, Width::kNone, "Retry delay",
         Support::kYes, "Pause between two tries to take the slot, in milliseconds.", nullptr,
         CheckNotNegative}),
    Own({"database.sslfactory", Type::kString, nullptr, Importance::kMedium, Width::kLong,
         "SSL Root Certificate", Support::kNoEffect,
         "Java class for TLS sockets; there is no JVM here."}),
    Own({"status.update.interval.ms", Type::kInt, "10000", Importance::kMedium, Width::kShort,
         "Status update interval (ms)", Support::kYes,
         "At least this often the server is told how far the stream was read, in milliseconds.",
         nullptr, CheckPositive}),
    Own({"lsn.flush.timeout.ms", Type::kLong, "30000", Importance::kMedium, Width::kShort,
         "LSN flush timeout (ms)", Support::kNotYet,
         "How long confirming a position may take, in milliseconds."}),
    Own({"lsn.flush.timeout.action", Type::kString, "fail", Importance::kMedium, Width::kMedium,
         "LSN flush timeout action", Support::kNotYet,
         "What happens when confirming a position takes too long.", "fail,warn,ignore"}),
    Own({"database.tcpKeepAlive", Type::kBoolean, "true", Importance::kMedium, Width::kShort,
         "TCP keep-alive probe", Support::kYes,
         "Whether TCP probes keep an idle connection open."}),
    Own({"xmin.fetch.interval.ms", Type::kLong, "0", Importance::kMedium, Width::kShort,
         "Xmin fetch interval (ms)", Support::kNotYet,
         "How often the slot's xmin is read for the event's source block, in milliseconds; 0: "
         "never."}),
    Shared("skipped.operations"),
    Own({"lsn.flush.mode", Type::kString, nullptr, Importance::kLow, Width::kShort,
         "LSN flush mode", Support::kYes,
         "connector: durable positions are confirmed to the server. manual: they never are.",
         "connector_and_driver,connector,manual"}),
    Own({"flush.lsn.source", Type::kBoolean, "true", Importance::kLow, Width::kShort, "Flush LSN",
         Support::kYes, "Older form of lsn.flush.mode: false means manual."}),
};

}  // namespace

std::span<const PropertyEntry> ServerProperties() { return kEntries; }

}  // namespace tidewire::source
