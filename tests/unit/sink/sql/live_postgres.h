// A PostgreSQL server of the tests' own, in a temporary directory.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "batch_maker.h"
#include "sink/sql/options.h"
#include "sink/sql/postgres_connection.h"
#include "sink/sql/postgres_url.h"
#include "sink/sql/sql_sink_task.h"
#include "support/temp_directory.h"

namespace tidewire::sink {

// Started once for the whole test program.
class LivePostgres {
 public:
  // Throws, and so fails the test, when no server can be started.
  static LivePostgres& Get() {
    static const std::unique_ptr<LivePostgres> server = Start();
    return *server;
  }
  ~LivePostgres() { Run("pg_ctl -D " + dir_ + "/data -m immediate -w stop"); }
  JdbcUrl Url() const {
    JdbcUrl url;
    url.subprotocol = "postgresql";
    url.hosts = {{dir_, 5432}};
    url.database = url.user = "postgres";
    return url;
  }
  bool Run(const std::string& command) const {
    // A server refuses to run as root.
    const std::string as =
        geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups " : "";
    return std::system(
               (as + "/usr/lib/postgresql/15/bin/" + command + " >/dev/null 2>&1").c_str()) == 0;
  }
  void MustRun(const std::string& command) const {
    if (Run(command)) return;
    throw std::runtime_error("cannot run " + command +
                             "; tools/install-deps.sh installs PostgreSQL 15");
  }
  const std::string& dir() const { return dir_; }

 private:
  static std::unique_ptr<LivePostgres> Start() {
    auto server = std::make_unique<LivePostgres>();
    const std::string& dir = server->dir_;
    std::filesystem::permissions(dir, std::filesystem::perms::all);
    server->MustRun("initdb -D " + dir + "/data -A trust -U postgres --no-sync --locale=C.UTF-8");
    server->MustRun("pg_ctl -D " + dir + "/data -w -o '-k " + dir +
                    " -c listen_addresses= -c fsync=off -c max_connections=40' -l /dev/null start");
    return server;
  }
  const test::TempDirectory made_;
  const std::string dir_ = made_.path();
};

inline std::unique_ptr<PostgresConnection> ConnectLive() {
  return std::make_unique<PostgresConnection>(ToLibpq(LivePostgres::Get().Url()).values,
                                              "test server", nullptr, std::chrono::seconds(10));
}

// All rows of a query: columns joined by '|', NULL as "∅", one row a line, in the query's order.
inline std::string Table(PostgresConnection& connection, const std::string& query) {
  const auto results = connection.Execute(query);
  std::string out;
  for (int row = 0; row < PQntuples(results.back().get()); ++row) {
    for (int column = 0; column < PQnfields(results.back().get()); ++column) {
      if (column > 0) out += '|';
      out += PQgetisnull(results.back().get(), row, column)
                 ? "∅"
                 : PQgetvalue(results.back().get(), row, column);
    }
    out += '\n';
  }
  return out;
}

inline SqlSinkOptions LiveOptions(const std::string& connector) {
  SqlSinkOptions options;
  options.connector = connector;
  options.connection = LivePostgres::Get().Url();
  options.insert_mode = InsertMode::kUpsert;
  options.key_mode = KeyMode::kRecordKey;
  options.deletes = true;
  options.create_tables = true;
  options.evolve_tables = true;
  options.naming = TableNaming::kSplitAtDots;
  return options;
}

inline std::unique_ptr<SqlSinkTask> LiveTask(SqlSinkOptions options) {
  return std::make_unique<SqlSinkTask>(std::move(options), *FindDialect("postgresql"));
}

}  // namespace tidewire::sink
