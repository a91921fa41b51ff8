// A MariaDB server of the tests' own, in a temporary directory, reached by its socket.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "batch_maker.h"
#include "sink/sql/mysql_session.h"
#include "sink/sql/options.h"
#include "sink/sql/sql_sink_task.h"
#include "support/temp_directory.h"

namespace tidewire::sink {

// Started once for the whole test program. With TIDEWIRE_TEST_MYSQL_SOCKET the tests use the server
// behind that socket, which may be MySQL; its user `root` needs no password there.
class LiveMysql {
 public:
  // Throws, and so fails the test, when no server can be started.
  static LiveMysql& Get() {
    static LiveMysql server;
    return server;
  }
  ~LiveMysql() {
    if (process_ <= 0) return;
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  JdbcUrl Url() const {
    JdbcUrl url;
    url.subprotocol = "mariadb";
    url.hosts = {{"localhost", 3306}};
    url.database = "tw";
    url.user = "root";
    url.parameters = {{"localSocket", socket_}};
    return url;
  }

 private:
  LiveMysql() {
    if (const char* const socket = std::getenv("TIDEWIRE_TEST_MYSQL_SOCKET")) {
      socket_ = socket;
    } else {
      Start();
    }
    client::MysqlConnectionSettings settings;
    settings.socket = socket_;
    settings.user = "root";
    for (int i = 0; i < 200 && !connected_; ++i) {
      try {
        client::MysqlConnection connection(settings);
        connection.Execute("CREATE DATABASE IF NOT EXISTS tw", "make the database");
        connected_ = true;
      } catch (const Error&) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
      }
    }
    if (!connected_) throw std::runtime_error("no MariaDB answers at " + socket_);
  }
  void Start() {
    const std::string dir = made_.path();
    socket_ = dir + "/s";
    const std::string user = geteuid() == 0 ? " --user=root" : "";
    const std::string install =
        "mariadb-install-db --no-defaults --auth-root-authentication-method=normal "
        "--skip-test-db --datadir=" +
        dir + "/data" + user + " >/dev/null 2>&1";
    if (std::system(install.c_str()) != 0)
      throw std::runtime_error("mariadb-install-db fails; tools/install-deps.sh installs MariaDB");
    std::vector<std::string> words{"mariadbd",
                                   "--no-defaults",
                                   "--datadir=" + dir + "/data",
                                   "--socket=" + socket_,
                                   "--skip-networking",
                                   "--innodb-flush-log-at-trx-commit=0",
                                   "--innodb-buffer-pool-size=64M",
                                   "--sql-mode=ANSI_QUOTES,PIPES_AS_CONCAT",
                                   "--log-error=" + dir + "/log"};
    if (!user.empty()) words.emplace_back("--user=root");
    process_ = fork();
    if (process_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    execvp("mariadbd", arguments.data());
    _exit(127);
  }

  const test::TempDirectory made_;
  std::string socket_;
  pid_t process_ = 0;
  bool connected_ = false;
};

inline std::unique_ptr<client::MysqlConnection> ConnectLiveMysql() {
  return ConnectMysql(LiveMysql::Get().Url(), std::chrono::seconds(10));
}

// Empties the database.
inline void ResetLiveMysql(client::MysqlConnection& connection) {
  connection.Execute("DROP DATABASE tw; CREATE DATABASE tw CHARACTER SET utf8mb4; USE tw",
                     "empty the database");
}

// All rows of a query: columns joined by '|', NULL as "∅", one row a line, in the query's order.
inline std::string MysqlRows(client::MysqlConnection& connection, const std::string& query) {
  auto rows = connection.Query(query, "run " + query);
  std::string out;
  while (const client::MysqlRow row = rows.Next()) {
    for (unsigned i = 0; i < row.size(); ++i) {
      if (i > 0) out += '|';
      out += row.is_null(i) ? "∅" : row.text(i);
    }
    out += '\n';
  }
  return out;
}

inline SqlSinkOptions LiveMysqlOptions(const std::string& connector) {
  SqlSinkOptions options;
  options.connector = connector;
  options.connection = LiveMysql::Get().Url();
  options.insert_mode = InsertMode::kUpsert;
  options.key_mode = KeyMode::kRecordKey;
  options.deletes = true;
  options.create_tables = true;
  options.evolve_tables = true;
  return options;
}

inline std::unique_ptr<SqlSinkTask> LiveMysqlTask(SqlSinkOptions options) {
  return std::make_unique<SqlSinkTask>(std::move(options), *FindDialect("mariadb"));
}

}  // namespace tidewire::sink
