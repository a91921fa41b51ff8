// Reaching the server (the group that is named after it).
#include "source/mysql/mysql_definition_rows.h"
#include "source/property_checks.h"

namespace tidewire::source {
namespace {

using config::Importance;
using config::Support;
using config::Type;
using config::Width;

std::string CheckServerId(const std::string& value) {
  constexpr int64_t kServerIdMax = 4'294'967'295;
  const int64_t id = NumberOr(value, 1);
  return id >= 1 && id <= kServerIdMax ? "" : "A number from 1 to 4294967295 is expected";
}

constexpr PropertyEntry kEntries[] = {
    Shared("topic.prefix"),
    Shared("database.hostname"),
    Shared("database.port", {.default_value = "3306"}),
    Shared("database.user",
           {.documentation = "User to log in as; it needs REPLICATION SLAVE, REPLICATION CLIENT, "
                             "and SELECT on the captured tables; for the snapshot's locks RELOAD "
                             "or LOCK TABLES."}),
    Shared("database.password"),
    Shared("database.query.timeout.ms"),
    Shared("database.initial.statements"),
    Own({"database.server.id", Type::kLong, nullptr, Importance::kHigh, Width::kLong, "Server ID",
         Support::kYes,
         "Id under which the connector reads the binlog, as replicas do. No other replica or "
         "connector of the same server may have it.",
         nullptr, CheckServerId}),
    Own({"database.server.id.offset", Type::kLong, "10000", Importance::kHigh, Width::kLong,
         "Server ID offset", Support::kNoEffect,
         "Distance of the ids of further sessions. Here only the one that reads the binlog has an "
         "id."}),
    Own({"database.ssl.keystore", Type::kString, nullptr, Importance::kMedium, Width::kLong,
         "SSL key store", Support::kYes, "File with the client's certificate and private key."}),
    Own({"database.ssl.keystore.password", Type::kPassword, nullptr, Importance::kMedium,
         Width::kMedium, "SSL key store password", Support::kYes,
         "Password of that file, or of the key in it."}),
    Own({"database.ssl.truststore", Type::kString, nullptr, Importance::kMedium, Width::kLong,
         "SSL trust store", Support::kYes, "File with the certificates of trusted authorities."}),
    Own({"database.ssl.truststore.password", Type::kPassword, nullptr, Importance::kMedium,
         Width::kMedium, "SSL trust store password", Support::kYes, "Password of that file."}),
};

}  // namespace

std::span<const PropertyEntry> MysqlServerProperties() { return kEntries; }

}  // namespace tidewire::source
