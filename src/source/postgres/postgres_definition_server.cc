// Reaching the server, its slot and its publication (group "Postgres").
#include "source/postgres/postgres_definition_rows.h"

namespace tidewire::source {
namespace {

using config::Importance;
using config::Support;
using config::Type;
using config::Width;

const PropertyRow kRows[] = {
    {"topic.prefix", Type::kString, nullptr, Importance::kHigh, "Postgres", 1, Width::kMedium,
     "Topic prefix", Support::kYes,
     "Names this server in topics, schemas and offsets; must differ from that of every other "
     "connector.",
     nullptr, CheckTopicPrefix},
    {"database.hostname", Type::kString, nullptr, Importance::kHigh, "Postgres", 2, Width::kMedium,
     "Hostname", Support::kYes, "Address of the PostgreSQL server.", nullptr, nullptr},
    {"database.port", Type::kInt, "5432", Importance::kHigh, "Postgres", 3, Width::kShort, "Port",
     Support::kYes, "Port of the PostgreSQL server.", nullptr, nullptr},
    {"database.user", Type::kString, nullptr, Importance::kHigh, "Postgres", 4, Width::kShort,
     "User", Support::kYes,
     "Role to log in as; it needs the REPLICATION attribute and SELECT on the captured tables.",
     nullptr, nullptr},
    {"database.password", Type::kPassword, nullptr, Importance::kHigh, "Postgres", 5, Width::kShort,
     "Password", Support::kYes, "The role's password.", nullptr, nullptr},
    {"database.dbname", Type::kString, nullptr, Importance::kHigh, "Postgres", 6, Width::kMedium,
     "Database", Support::kYes, "The database whose changes are captured.", nullptr, nullptr},
    {"database.query.timeout.ms", Type::kInt, "600000", Importance::kLow, "Postgres", 7,
     Width::kNone, "Query timeout", Support::kYes,
     "How long one statement outside the snapshot's reads may run, in milliseconds; 0: without "
     "limit.",
     nullptr, CheckNotNegative},
    {"plugin.name", Type::kString, "decoderbufs", Importance::kMedium, "Postgres", 8,
     Width::kMedium, "Plugin", Support::kNoEffect,
     "Logical decoding plugin. Here it is always pgoutput, which every server has; other values "
     "are read as pgoutput.",
     "decoderbufs,pgoutput", nullptr},
    {"slot.name", Type::kString, "debezium", Importance::kMedium, "Postgres", 9, Width::kMedium,
     "Slot", Support::kYes, "Name of the logical replication slot; it is made when it is missing.",
     nullptr, CheckSlotName},
    {"publication.name", Type::kString, "dbz_publication", Importance::kMedium, "Postgres", 10,
     Width::kMedium, "Publication", Support::kYes, "Name of the publication to read.", nullptr,
     nullptr},
    {"publication.autocreate.mode", Type::kString, "all_tables", Importance::kMedium, "Postgres",
     11, Width::kMedium, "Publication Auto Create Mode", Support::kYes,
     "How a missing publication is made: for all tables, for the captured ones (filtered), empty "
     "(no_tables), or not at all (disabled).",
     "no_tables,filtered,disabled,all_tables", nullptr},
    {"replica.identity.autoset.values", Type::kString, nullptr, Importance::kMedium, "Postgres", 12,
     Width::kLong, "Replica Identity Auto Set Values", Support::kNotYet,
     "Replica identities to give to tables at the start, as table-regex:identity pairs.", nullptr,
     nullptr},
    {"slot.drop.on.stop", Type::kBoolean, "false", Importance::kMedium, "Postgres", 13,
     Width::kNone, "Drop slot on stop", Support::kYes,
     "Drops the slot when the connector stops in good order. For tests: changes made while it is "
     "stopped are lost.",
     nullptr, nullptr},
    {"slot.failover", Type::kBoolean, "false", Importance::kMedium, "Postgres", 14, Width::kNone,
     "Create failover slot", Support::kNotYet,
     "Makes the slot one that PostgreSQL 17 and later keep in step on standby servers.", nullptr,
     nullptr},
    {"slot.stream.params", Type::kString, nullptr, Importance::kLow, "Postgres", 15, Width::kLong,
     "Stream parameters", Support::kNotYet,
     "Further options for START_REPLICATION, as name=value pairs with semicolons between.", nullptr,
     nullptr},
    {"database.initial.statements", Type::kString, nullptr, Importance::kLow, "Postgres", 16,
     Width::kLong, "Initial statements", Support::kYes,
     "SQL statements to run on each new session other than the replication session, with "
     "semicolons between; a doubled semicolon stands for one.",
     nullptr, nullptr},
    {"database.sslmode", Type::kString, "prefer", Importance::kMedium, "Postgres", 17,
     Width::kMedium, "SSL mode", Support::kYes,
     "Whether the connection is encrypted and how far the server's certificate is checked, as in "
     "libpq.",
     "allow,prefer,disable,verify-ca,require,verify-full", nullptr},
    {"database.sslcert", Type::kString, nullptr, Importance::kMedium, "Postgres", 18, Width::kLong,
     "SSL Client Certificate", Support::kYes, "File with the client's certificate.", nullptr,
     nullptr},
    {"database.sslpassword", Type::kPassword, nullptr, Importance::kMedium, "Postgres", 19,
     Width::kMedium, "SSL Client Key Password", Support::kYes,
     "Passphrase of the client's private key.", nullptr, nullptr},
    {"database.sslrootcert", Type::kString, nullptr, Importance::kMedium, "Postgres", 20,
     Width::kLong, "SSL Root Certificate", Support::kYes,
     "File with the certificates of trusted authorities.", nullptr, nullptr},
    {"database.sslkey", Type::kString, nullptr, Importance::kMedium, "Postgres", 21, Width::kLong,
     "SSL Client Key", Support::kYes, "File with the client's private key.", nullptr, nullptr},
    {"slot.max.retries", Type::kInt, "6", Importance::kLow, "Postgres", 22, Width::kNone,
     "Retry count", Support::kYes, "How often to try again when the slot cannot be taken.", nullptr,
     CheckNotNegative},
    {"slot.retry.delay.ms", Type::kLong, "10000", Importance::kLow, "Postgres", 23, Width::kNone,
     "Retry delay", Support::kYes, "Pause between two tries to take the slot, in milliseconds.",
     nullptr, CheckNotNegative},
    {"database.sslfactory", Type::kString, nullptr, Importance::kMedium, "Postgres", 24,
     Width::kLong, "SSL Root Certificate", Support::kNoEffect,
     "Java class for TLS sockets; there is no JVM here.", nullptr, nullptr},
    {"status.update.interval.ms", Type::kInt, "10000", Importance::kMedium, "Postgres", 25,
     Width::kShort, "Status update interval (ms)", Support::kYes,
     "At least this often the server is told how far the stream was read, in milliseconds.",
     nullptr, CheckPositive},
    {"lsn.flush.timeout.ms", Type::kLong, "30000", Importance::kMedium, "Postgres", 26,
     Width::kShort, "LSN flush timeout (ms)", Support::kNotYet,
     "How long confirming a position may take, in milliseconds.", nullptr, nullptr},
    {"lsn.flush.timeout.action", Type::kString, "fail", Importance::kMedium, "Postgres", 27,
     Width::kMedium, "LSN flush timeout action", Support::kNotYet,
     "What happens when confirming a position takes too long.", "fail,warn,ignore", nullptr},
    {"database.tcpKeepAlive", Type::kBoolean, "true", Importance::kMedium, "Postgres", 28,
     Width::kShort, "TCP keep-alive probe", Support::kYes,
     "Whether TCP probes keep an idle connection open.", nullptr, nullptr},
    {"xmin.fetch.interval.ms", Type::kLong, "0", Importance::kMedium, "Postgres", 29, Width::kShort,
     "Xmin fetch interval (ms)", Support::kNotYet,
     "How often the slot's xmin is read for the event's source block, in milliseconds; 0: never.",
     nullptr, nullptr},
    {"skipped.operations", Type::kList, "t", Importance::kLow, "Postgres", 30, Width::kShort,
     "Skipped Operations", Support::kYes,
     "Operations that give no events: c, u, d, t (create, update, delete, truncate), or none.",
     nullptr, CheckSkippedOperations},
    {"lsn.flush.mode", Type::kString, nullptr, Importance::kLow, "Postgres", 31, Width::kShort,
     "LSN flush mode", Support::kYes,
     "connector: durable positions are confirmed to the server. manual: they never are.",
     "connector_and_driver,connector,manual", nullptr},
    {"flush.lsn.source", Type::kBoolean, "true", Importance::kLow, "Postgres", 32, Width::kShort,
     "Flush LSN", Support::kYes, "Older form of lsn.flush.mode: false means manual.", nullptr,
     nullptr},
};

}  // namespace

std::span<const PropertyRow> ServerProperties() { return kRows; }

}  // namespace tidewire::source
