// Where the stream stands, as the stored offset keeps it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "source/mysql/schema_history.h"

namespace tidewire::source {

// A value. The keys file, pos, gtids, event, row, server_id, ts_sec and snapshot are Debezium's,
// with its meaning, so that either can go on where the other stopped. docs/connectors/mysql.md has
// the table of positions.
struct MysqlPosition {
  // Where reading begins: behind a transaction, or where the one begins that is in the log in part.
  std::string file;
  uint64_t pos = 0;
  // All transactions that are wholly in the log; nothing: the server had no GTIDs.
  std::optional<std::string> gtids;
  // Of the transaction that begins at `pos`: so many events, its begin included, are in the log,
  // and so many rows of the next one.
  uint64_t events = 0;
  uint64_t rows = 0;
  // tidewire_skip: the same counted in changes of captured tables, which is the same on every
  // server of a replication group; tidewire_gtid: that transaction, where it has a name.
  uint64_t changes = 0;
  std::string open_gtid;
  uint32_t server_id = 0;  // That wrote the last event; 0: not known.
  int64_t ts_sec = 0;      // Of the last event.

  // The offset was written in a snapshot that did not end. Debezium's begins anew; ours has a
  // state.
  bool snapshot_running = false;

  // From a stored offset. Throws ConfigError when it is no JSON object or says no position.
  static MysqlPosition FromJson(std::string_view json);
  // A compact JSON object; `more` is further members without braces, or empty.
  std::string ToJson(std::string_view more = {}) const;

  HistoryPosition ForHistory() const;
  // "binlog.000003:1594985", and the GTIDs where there are some: for messages.
  std::string ToString() const;
};

// A place in a server's binlog as one number that grows: the file's number above the offset in it.
// Throws DataError for a file name without a number.
uint64_t BinlogPlace(std::string_view file, uint64_t pos);

}  // namespace tidewire::source
