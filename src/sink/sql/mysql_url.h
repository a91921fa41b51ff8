// A JDBC URL of MySQL or MariaDB in the terms of our client.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "client/mysql_connection.h"
#include "sink/sql/jdbc_url.h"

namespace tidewire::sink {

struct MysqlTarget {
  client::MysqlConnectionSettings settings;  // Without host and port: the URL has several of them.
  // A SET statement with the URL's sessionVariables; empty: none. Runs before our own settings.
  std::string session_variables;
  std::vector<std::string> ignored;  // Parameters of the Java drivers that mean nothing here.
};

// Takes the words of both drivers, whichever the URL names; names count without regard to case. The
// failure names the parameter. Source: MySQL Connector/J, "Configuration Properties"; MariaDB,
// "About MariaDB Connector/J".
Result<MysqlTarget> ToMysql(const JdbcUrl& url);

}  // namespace tidewire::sink
