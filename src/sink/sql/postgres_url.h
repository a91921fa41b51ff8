// A JDBC URL of PostgreSQL in libpq's terms.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sink/sql/jdbc_url.h"

namespace tidewire::sink {

struct LibpqKeywords {
  std::map<std::string, std::string> values;  // host, port, dbname, user, sslmode, …
  std::vector<std::string> ignored;  // Parameters of the Java driver that mean nothing here.
};

// Source: jdbc.postgresql.org, "Connection Parameters"; PostgreSQL's manual, "Parameter Key Words".
LibpqKeywords ToLibpq(const JdbcUrl& url);

}  // namespace tidewire::sink
