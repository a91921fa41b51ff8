#include "source/mysql/mysql_preflight.h"

#include <fmt/format.h>

#include "base/error.h"
#include "client/mysql_connection.h"
#include "source/mysql/mysql_server.h"

namespace tidewire::source {
namespace {

using client::MysqlConnection;
using client::MysqlRow;
using config::Finding;

class Preflight {
 public:
  Preflight(const MysqlSettings& settings, MysqlConnection& connection,
            std::vector<Finding>& findings)
      : settings_(settings), connection_(connection), findings_(findings) {}

  void Look() {
    CheckKind();
    CheckBinlog();
    CheckGrants();
    CheckServerId();
  }

 private:
  void Add(Finding::Severity severity, const char* property, std::string message,
           std::string remedy) {
    findings_.push_back({severity, property, std::move(message), std::move(remedy)});
  }
  std::string Variable(const std::string& name) {
    return MysqlVariable(connection_, name).value_or("");
  }

  void CheckKind() {
    const bool wants_maria = settings_.flavour == MysqlFlavour::kMariadb;
    if (connection_.is_mariadb() == wants_maria) return;
    Add(Finding::Severity::kWarning, "connector.class",
        fmt::format("the server is {}", connection_.server_text()),
        wants_maria ? "connector.class=io.debezium.connector.mysql.MySqlConnector"
                    : "connector.class=io.debezium.connector.mariadb.MariaDbConnector");
  }

  void CheckBinlog() {
    const bool maria = connection_.is_mariadb();
    if (Variable("log_bin") != "ON") {
      Add(Finding::Severity::kError, "database.hostname", "the server keeps no binlog (log_bin)",
          fmt::format("in its configuration: log_bin = binlog, server_id = {}; then restart it",
                      settings_.server_id == 1 ? 2 : 1));
      return;
    }
    if (const std::string format = Variable("binlog_format"); !format.empty() && format != "ROW") {
      Add(Finding::Severity::kError, "database.hostname",
          fmt::format("binlog_format is {}: statements are logged instead of rows", format),
          "SET GLOBAL binlog_format = 'ROW'; and binlog_format = ROW in its configuration; "
          "sessions "
          "that are open keep the old one");
    }
    if (const std::string image = Variable("binlog_row_image"); image != "FULL") {
      Add(Finding::Severity::kWarning, "database.hostname",
          fmt::format("binlog_row_image is {}: events lack what a change left as it was", image),
          "SET GLOBAL binlog_row_image = 'FULL';");
    }
    if (const std::string metadata = Variable("binlog_row_metadata"); metadata != "FULL") {
      Add(Finding::Severity::kInfo, "database.hostname",
          fmt::format("binlog_row_metadata is {}: tables are known by following DDL alone",
                      metadata.empty() ? "not known to this server" : metadata),
          "SET GLOBAL binlog_row_metadata = 'FULL'; makes rows explain themselves");
    }
    CheckExpiry(maria);
  }

  // A snapshot that takes longer than binlogs are kept cannot be followed by the stream.
  void CheckExpiry(bool maria) {
    constexpr double kDay = 86'400;
    const std::string seconds = Variable("binlog_expire_logs_seconds");
    const std::string days = Variable("expire_logs_days");
    double kept = seconds.empty() ? 0 : std::strtod(seconds.c_str(), nullptr);
    if (kept == 0 && !days.empty()) kept = std::strtod(days.c_str(), nullptr) * kDay;
    if (kept == 0 || kept >= kDay) return;
    Add(Finding::Severity::kWarning, "database.hostname",
        fmt::format("binlogs are kept for {:.0f} s: a snapshot or a stop must not take longer",
                    kept),
        maria ? "SET GLOBAL expire_logs_days = 7;"
              : "SET GLOBAL binlog_expire_logs_seconds = 604800;");
  }

  void CheckGrants() {
    std::string grants;
    auto rows = connection_.Query("SHOW GRANTS", "tell the user's rights");
    while (const MysqlRow row = rows.Next()) grants += row.text(0) + '\n';
    const std::string user = connection_.Value("SELECT CURRENT_USER()", "tell the user")
                                 .value_or(settings_.connection.user);
    const auto has = [&](std::string_view right) {
      return grants.find(right) != std::string::npos ||
             grants.find("ALL PRIVILEGES ON *.*") != std::string::npos;
    };
    const auto name = [&] {
      const size_t at = user.rfind('@');
      return fmt::format("'{}'@'{}'", user.substr(0, at),
                         at == std::string::npos ? "%" : user.substr(at + 1));
    };
    if (!has("REPLICATION SLAVE") && !has("REPLICATION REPLICA")) {
      Add(Finding::Severity::kError, "database.user",
          fmt::format("user {} may not read the binlog", user),
          fmt::format("GRANT REPLICATION SLAVE ON *.* TO {};", name()));
    }
    if (!has("REPLICATION CLIENT") && !has("BINLOG MONITOR")) {
      Add(Finding::Severity::kError, "database.user",
          fmt::format("user {} may not ask where the binlog ends", user),
          connection_.is_mariadb() ? fmt::format("GRANT BINLOG MONITOR ON *.* TO {};", name())
                                   : fmt::format("GRANT REPLICATION CLIENT ON *.* TO {};", name()));
    }
    const bool locks = settings_.locking != SnapshotLocking::kNone &&
                       settings_.snapshot.mode != SnapshotMode::kNever;
    if (locks && !has("RELOAD") && !has("FLUSH_TABLES")) {
      Add(Finding::Severity::kWarning, "snapshot.locking.mode",
          fmt::format("user {} may not lock all tables for a moment; they are locked one by one",
                      user),
          fmt::format("GRANT RELOAD ON *.* TO {};", name()));
    }
  }

  void CheckServerId() {
    if (Variable("server_id") == std::to_string(settings_.server_id)) {
      Add(Finding::Severity::kError, "database.server.id",
          fmt::format("{} is the server's own id", settings_.server_id),
          "choose a number that neither the server nor another replica or connector of it has");
      return;
    }
    const bool renamed = !connection_.is_mariadb() && connection_.version() >= 80022;
    try {
      auto rows =
          connection_.Query(renamed ? "SHOW REPLICAS" : "SHOW SLAVE HOSTS", "list its replicas");
      while (const MysqlRow row = rows.Next()) {
        if (row.text(0) != std::to_string(settings_.server_id)) continue;
        Add(Finding::Severity::kWarning, "database.server.id",
            fmt::format("{} reads the server's binlog under the id {} already", row.text(1),
                        settings_.server_id),
            "unless that is this connector, choose another number: the server ends one of two "
            "readers with the same id");
      }
    } catch (const Error&) {
      return;  // Not allowed to ask.
    }
  }

  const MysqlSettings& settings_;
  MysqlConnection& connection_;
  std::vector<Finding>& findings_;
};

}  // namespace

std::vector<Finding> PreflightMysql(const config::Config& config, MysqlFlavour flavour,
                                    config::Depth depth) {
  MysqlSettings settings = MysqlSettings::FromConfig(config, flavour);
  settings.connection.connect_timeout =
      std::chrono::milliseconds(config.GetInt("connection.validation.timeout.ms"));
  std::vector<Finding> findings;
  try {
    MysqlConnection connection(settings.connection);
    if (depth == config::Depth::kConnect) return findings;
    Preflight(settings, connection, findings).Look();
  } catch (const Error& error) {
    findings.push_back({Finding::Severity::kError, "database.hostname", error.what(),
                        "correct the database.… properties, or make the server reachable"});
  }
  return findings;
}

}  // namespace tidewire::source
