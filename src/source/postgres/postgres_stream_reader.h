// The bytes of a replication stream: CopyData messages in, status updates out.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "source/postgres/pg_connection.h"

namespace tidewire::source {

// One thread. Errors of the server and lost connections are thrown as PgThrow says.
// Source: PostgreSQL documentation, "Streaming Replication Protocol" and "Message Formats".
class PostgresStreamReader {
 public:
  // libpq's own size, and the best of those that were measured.
  static constexpr size_t kReadBytes = 16 * 1024;
  // A read that brought as much left bytes behind, most likely.
  static constexpr size_t kFullBytes = kReadBytes - kReadBytes / 8;

  virtual ~PostgresStreamReader() = default;

  // Sends START_REPLICATION and waits until the server streams. Throws PgObjectInUse when the slot
  // is in use.
  static std::unique_ptr<PostgresStreamReader> Start(PgConnectionHandle connection,
                                                     const std::string& command);

  // The next complete message that has been read; false: none. `payload` is valid until the next
  // call.
  virtual bool Next(std::string_view& payload) = 0;
  // One bounded read that does not wait; the number of bytes that came, or an estimate that is 0
  // only when none did.
  virtual size_t Read() = 0;
  virtual void Send(std::string_view payload) = 0;
  virtual int socket() const = 0;
};

}  // namespace tidewire::source
