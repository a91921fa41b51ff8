// The server's side of the binlog: the dump command, and the events that come.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "client/mysql_connection.h"
#include "source/mysql/gtid_set.h"

namespace tidewire::source {

// The server has not (any more) what is asked for: purged, or another server. The message says why.
class BinlogGone : public FatalError {
 public:
  using FatalError::FatalError;
};

// The first event of a file stands behind its magic number.
inline constexpr uint64_t kBinlogBegin = 4;

// Where a dump begins: behind a set of transactions, or at a place in a file.
struct BinlogStart {
  bool by_gtid = false;
  GtidSet gtids;
  std::string file;
  uint64_t position = kBinlogBegin;
};

struct BinlogDumpOptions {
  uint32_t server_id = 0;                       // Of this reader; no other replica may have it.
  std::chrono::milliseconds heartbeat{15'000};  // What an idle server lets be heard.
  bool annotate = false;                        // MariaDB: send the SQL of row events.
  std::chrono::seconds net_write_timeout{0};    // 0: as the server has it.
  std::chrono::seconds net_read_timeout{0};
};

// One thread. Source: MySQL client/server protocol, "COM_BINLOG_DUMP_GTID"; MariaDB Knowledge Base,
// "COM_BINLOG_DUMP".
class BinlogConnection {
 public:
  // A read that brought as much left bytes behind, most likely.
  static constexpr size_t kReadBytes = 64 * 1024;
  static constexpr size_t kFullBytes = kReadBytes - kReadBytes / 8;

  virtual ~BinlogConnection() = default;

  // Sends the dump command over the session. Throws RetriableError, ConfigError.
  static std::unique_ptr<BinlogConnection> Start(
      std::unique_ptr<client::MysqlConnection> connection, const BinlogStart& start,
      const BinlogDumpOptions& options);

  // The next complete event (with header and checksum) that has been read; false: none. `event` is
  // valid until the next call. Throws BinlogGone, ConfigError (another reader with the same
  // server_id), RetriableError (connection lost, server stops).
  virtual bool Next(std::string_view& event) = 0;
  // One bounded read that does not wait; the number of bytes that came, or an estimate that is 0
  // only when none did. Throws RetriableError.
  virtual size_t Read() = 0;
  virtual int socket() const = 0;
};

}  // namespace tidewire::source
