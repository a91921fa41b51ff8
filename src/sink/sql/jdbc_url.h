// JDBC URLs, as the sinks' configurations hold them: taken apart, in no client library's terms.
// What the parameters mean says each dialect (postgres_url.h, mysql_url.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace tidewire::sink {

struct JdbcUrl {
  struct Host {
    std::string name;  // A name, an address, or the directory of a local socket.
    uint16_t port = 0;
    bool operator==(const Host&) const = default;
  };
  std::string subprotocol;  // "postgresql", "mysql", "mariadb".
  std::vector<Host> hosts;  // To be tried in this order; at least one.
  std::string database;     // Empty: none is named.
  std::string user;
  std::string password;
  // The others, decoded, in their order; names as they are written.
  std::vector<std::pair<std::string, std::string>> parameters;
};

// "jdbc:postgresql://h1:5432,[::1]:5433/db?sslmode=require" (jdbc.postgresql.org, "Connecting to
// the Database"), "jdbc:mysql://h:3306/db?useSSL=false" (MySQL Connector/J, "Connection URL
// Syntax"; also user:password@host and address=(host=…)(port=…)),
// "jdbc:mariadb:replication://h1,h2/db" (MariaDB Connector/J; of modes of high availability only
// the order of the hosts counts). The failure names what is wrong; it never repeats a password.
Result<JdbcUrl> ParseJdbcUrl(std::string_view url);

// "host:port/database": for messages.
std::string DescribeTarget(const JdbcUrl& url);

}  // namespace tidewire::sink
