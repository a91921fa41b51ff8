// JDBC URLs, as the sinks' configurations hold them, in the terms of the native client libraries.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tidewire::sink {

struct JdbcUrl {
  std::string subprotocol;  // "postgresql"
  std::map<std::string, std::string>
      libpq;                         // libpq's keywords: host, port, dbname, user, sslmode, …
  std::vector<std::string> ignored;  // Parameters of the Java driver that mean nothing here.
};

// "jdbc:postgresql://h1:5432,[::1]:5433/db?sslmode=require&currentSchema=a" (jdbc.postgresql.org,
// "Connecting to the Database"). The failure names what is wrong; it never repeats a password.
Result<JdbcUrl> ParseJdbcUrl(std::string_view url);

}  // namespace tidewire::sink
