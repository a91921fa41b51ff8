// What the source has to know of its server before it reads a table or an event.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client/mysql_connection.h"
#include "source/mysql/charset.h"
#include "source/mysql/gtid_set.h"
#include "source/mysql/mysql_collations.h"
#include "source/mysql/mysql_table.h"

namespace tidewire::source {

// As of the moment it was looked at.
struct MysqlServer {
  bool mariadb = false;
  uint32_t version = 0;     // "10.11.6" is 101106.
  bool checksums = false;   // binlog_checksum
  bool gtids = false;       // MariaDB: always; MySQL: gtid_mode=ON.
  bool fold_names = false;  // lower_case_table_names is not 0.
  bool explicit_timestamp_defaults = true;
  MysqlCharset defaults;
  std::map<uint64_t, std::string> collations;  // Number → name.

  GtidSet::Kind gtid_kind() const {
    return mariadb ? GtidSet::Kind::kMaria : GtidSet::Kind::kMysql;
  }
  // Of a collation's number; empty: not known.
  MysqlCharset CharsetOf(uint64_t collation) const;
};
MysqlServer LookAtMysqlServer(client::MysqlConnection& connection);

// A global variable's value; nothing: the server does not know it.
std::optional<std::string> MysqlVariable(client::MysqlConnection& connection,
                                         const std::string& name);

// Where the binlog ends. `gtids` is set where the server has them.
struct BinlogEnd {
  std::string file;
  uint64_t pos = 0;
  std::optional<std::string> gtids;
};
// Throws ConfigError when the server keeps no binlog.
BinlogEnd ReadBinlogEnd(client::MysqlConnection& connection, const MysqlServer& server);
// Names of the files that are there, the oldest first.
std::vector<std::string> ReadBinlogFiles(client::MysqlConnection& connection);

// The code points of a one-byte character set, as the server converts them.
Charset::Table LoadCharset(client::MysqlConnection& connection, const std::string& name);

// The answer to SHOW CREATE TABLE; nothing: there is no such table, or it is a view.
std::optional<std::string> ShowCreateTable(client::MysqlConnection& connection,
                                           const MysqlTableId& id);

}  // namespace tidewire::source
