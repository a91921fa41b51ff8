// Where the connectors for MySQL and for MariaDB differ.
#include "source/mysql/mysql_definition_rows.h"

namespace tidewire::source {
namespace {

using config::Importance;
using config::Support;
using config::Type;
using config::Width;

constexpr PropertyRow kSslMode = {
    "database.ssl.mode",
    Type::kString,
    nullptr,
    Importance::kMedium,
    Width::kMedium,
    "SSL mode",
    Support::kYes,
    "Whether the session is encrypted, and whether the server's certificate, and the name in it, "
    "are checked."};

constexpr PropertyRow kLockingMode = {
    "snapshot.locking.mode",
    Type::kString,
    "minimal",
    Importance::kLow,
    Width::kShort,
    "Snapshot locking mode",
    Support::kYes,
    "What the snapshot locks: everything while it takes its view (minimal), everything to its end "
    "(extended), or nothing (none)."};

constexpr PropertyEntry kMysqlServer[] = {
    Own({"database.jdbc.driver", Type::kClass, "com.mysql.cj.jdbc.Driver", Importance::kLow,
         Width::kMedium, "JDBC driver", Support::kNoEffect,
         "Java class of the database driver; there is no JVM here."}),
    Own({"database.protocol", Type::kString, "jdbc:mysql", Importance::kLow, Width::kMedium,
         "JDBC protocol", Support::kNoEffect,
         "What the Java driver's URL begins with; there is no such URL here."}),
    Own(kSslMode, {.default_value = "preferred",
                   .allowed = "verify_identity,disabled,preferred,required,verify_ca"}),
};

constexpr PropertyEntry kMysqlLocking[] = {
    Own(kLockingMode,
        {.documentation =
             "What the snapshot locks: everything while it takes its view (minimal), everything to "
             "its end (extended), or nothing (none). The minimal_percona modes take Percona "
             "Server's backup lock, which leaves writers alone.",
         .allowed = "minimal,minimal_percona,custom,none,minimal_percona_no_table_locks,extended"}),
};

constexpr PropertyEntry kMysqlEvents[] = {
    Shared("sourceinfo.struct.maker",
           {.default_value = "io.debezium.connector.mysql.MySqlSourceInfoStructMaker"}),
};

constexpr PropertyEntry kMariadbServer[] = {
    Own(kSslMode, {.default_value = "disable", .allowed = "trust,disable,verify-ca,verify-full"}),
};

constexpr PropertyEntry kMariadbLocking[] = {
    Own(kLockingMode, {.width = Width::kNone, .allowed = "minimal,custom,none,extended"}),
};

constexpr PropertyEntry kMariadbEvents[] = {
    Shared("sourceinfo.struct.maker",
           {.default_value = "io.debezium.connector.mariadb.MariaDbSourceInfoStructMaker"}),
};

}  // namespace

constexpr MysqlVariant kMysqlVariant = {"io.debezium.connector.mysql.MySqlConnector", "MySQL",
                                        kMysqlServer, kMysqlLocking, kMysqlEvents};
constexpr MysqlVariant kMariadbVariant = {"io.debezium.connector.mariadb.MariaDbConnector",
                                          "MariaDB", kMariadbServer, kMariadbLocking,
                                          kMariadbEvents};

}  // namespace tidewire::source
