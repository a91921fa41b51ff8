#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "sink/sql/dialects.h"
#include "sink/sql/mysql_session.h"
#include "sink/sql/mysql_url.h"

namespace tidewire::sink {
namespace {

using client::MysqlConnection;
using config::Finding;

constexpr std::chrono::milliseconds kLookPatience{5'000};
constexpr uint64_t kPacketBytes = 16 * 1024 * 1024;
constexpr uint64_t kLockWaitSeconds = 5;

std::string Quoted(std::string_view text) {
  std::string out;
  AppendMysqlQuoted(text, out);
  return out;
}

// Looks at one server; changes nothing.
class Look {
 public:
  Look(MysqlConnection& connection, const SqlSinkOptions& options, std::vector<Finding>& out)
      : connection_(connection), options_(options), out_(out) {}

  void Run() {
    Writable();
    Binlog();
    Rights();
    Limits();
  }

 private:
  std::string Value(const std::string& sql) {
    return connection_.Value(sql, "look at " + sql).value_or("");
  }
  uint64_t Number(const std::string& sql) {
    const std::string text = Value(sql);
    uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
  }
  void Add(Finding::Severity severity, const char* property, std::string message,
           std::string remedy) {
    out_.push_back({severity, property, std::move(message), std::move(remedy)});
  }

  void Writable() {
    if (Number("SELECT @@global.read_only") == 0) return;
    Add(Finding::Severity::kError, "connection.url", "the target is read-only (read_only is ON)",
        "point connection.url to the server that takes writes, or SET GLOBAL read_only = OFF;");
  }

  // InnoDB cannot write statements to the binlog at READ COMMITTED.
  void Binlog() {
    if (Number("SELECT @@global.log_bin") == 0) return;
    if (Value("SELECT @@global.binlog_format") != "STATEMENT") return;
    Add(Finding::Severity::kError, "connection.url",
        "the target writes its binlog with binlog_format = STATEMENT, which InnoDB refuses at "
        "READ COMMITTED, the level that the sink uses",
        "SET GLOBAL binlog_format = 'ROW'; and the same in the server's configuration file");
  }

  void Rights() {
    std::set<std::string> wanted{"SELECT", "INSERT", "UPDATE"};
    if (options_.deletes || options_.truncates) wanted.insert("DELETE");
    if (options_.create_tables || !HasPositionTable()) wanted.insert("CREATE");
    if (options_.evolve_tables) wanted.insert("ALTER");
    for (const std::string& right : Held()) wanted.erase(right);
    if (wanted.empty()) return;
    std::string list;
    for (const std::string& right : wanted) list += (list.empty() ? "" : ", ") + right;
    const bool confluent = options_.naming == TableNaming::kSplitAtDots;
    const std::string user = Value("SELECT CURRENT_USER()");
    const size_t at = user.rfind('@');
    // Rights on single tables, or by a role, may be enough.
    const bool other = Number(
                           "SELECT COUNT(*) FROM information_schema.TABLE_PRIVILEGES WHERE "
                           "TABLE_SCHEMA = DATABASE()") > 0 ||
                       !Value("SELECT NULLIF(CURRENT_ROLE(), 'NONE')").empty();
    Add(other ? Finding::Severity::kWarning : Finding::Severity::kError,
        confluent ? "connection.user" : "connection.username",
        fmt::format("user {} has no {} right on the database {}", user, list,
                    options_.connection.database),
        fmt::format("GRANT {} ON {}.* TO {}@{};", list, MysqlName(options_.connection.database),
                    Quoted(user.substr(0, at)),
                    at == std::string::npos ? "'%'" : Quoted(user.substr(at + 1))));
  }

  bool HasPositionTable() {
    return Number(
               "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND "
               "TABLE_NAME = 'tidewire_offsets'") > 0;
  }

  // Of the whole server or of the database. Names of databases are patterns there.
  std::set<std::string> Held() {
    std::set<std::string> out;
    auto rows = connection_.Query(
        "SELECT PRIVILEGE_TYPE FROM information_schema.USER_PRIVILEGES UNION "
        "SELECT PRIVILEGE_TYPE FROM information_schema.SCHEMA_PRIVILEGES WHERE DATABASE() LIKE "
        "TABLE_SCHEMA",
        "look at the user's rights");
    while (const client::MysqlRow row = rows.Next()) out.insert(row.text(0));
    return out;
  }

  void Limits() {
    const uint64_t packet = Number("SELECT @@global.max_allowed_packet");
    if (packet < kPacketBytes) {
      Add(Finding::Severity::kWarning, "connection.url",
          fmt::format("the target takes statements of at most {} bytes (max_allowed_packet), so a "
                      "larger row is an error",
                      packet),
          fmt::format("SET GLOBAL max_allowed_packet = {};", kPacketBytes * 4));
    }
    const uint64_t wait = Number("SELECT @@global.innodb_lock_wait_timeout");
    if (wait < kLockWaitSeconds) {
      Add(Finding::Severity::kWarning, "connection.url",
          fmt::format(
              "the target gives up waiting for a lock after {} s (innodb_lock_wait_timeout); "
              "what was written is then rolled back and written again",
              wait),
          "SET GLOBAL innodb_lock_wait_timeout = 50;");
    }
  }

  MysqlConnection& connection_;
  const SqlSinkOptions& options_;
  std::vector<Finding>& out_;
};

class MysqlDialect final : public Dialect {
 public:
  std::unique_ptr<TargetSession> MakeSession(const SqlSinkOptions& options) const override {
    return std::make_unique<MysqlSession>(options);
  }

  std::vector<Finding> Preflight(const SqlSinkOptions& options,
                                 config::Depth depth) const override {
    std::vector<Finding> out;
    try {
      const auto connection = ConnectMysql(options.connection, kLookPatience);
      if (depth == config::Depth::kFull) Look(*connection, options, out).Run();
    } catch (const Error& error) {
      out.push_back({Finding::Severity::kError, "connection.url", error.what(),
                     "check connection.url, user and password, and that the server runs and admits "
                     "this user from this host (CREATE USER … , bind_address)"});
    }
    return out;
  }

  std::string CheckUrl(const JdbcUrl& url) const override {
    const auto target = ToMysql(url);
    return target ? "" : target.error();
  }

  bool folds_names() const override { return false; }
};

}  // namespace

const Dialect& MysqlTargets() {
  static const MysqlDialect dialect;
  return dialect;
}

}  // namespace tidewire::sink
