// The replication slot at the server.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "source/postgres/lsn.h"
#include "source/postgres/pg_connection.h"
#include "source/postgres/postgres_settings.h"
#include "source/postgres/postgres_stream_reader.h"

namespace tidewire::source {

// What pg_replication_slots says.
struct SlotState {
  std::string plugin;
  std::string database;
  bool active = false;
  int32_t active_pid = 0;
  Lsn restart;
  Lsn confirmed;
  // The server removed WAL that the slot needs, or invalidated it for another reason; empty:
  // usable.
  std::string lost_because;
};

// A slot that was just made.
struct MadeSlot {
  Lsn consistent_point;
  std::string
      snapshot_name;  // Exported; lives until the session's next command. Empty: not asked for.
};

// Creates, looks at, opens and drops one slot. One thread. Throws as PgThrow says, with the slot's
// name and the remedy.
class PostgresSlot {
 public:
  // `settings` must outlive this object.
  explicit PostgresSlot(const PostgresSettings& settings) : settings_(settings) {}

  // Nothing: there is no slot of that name. Throws ConfigError when it is another plugin's or
  // database's.
  std::optional<SlotState> Look(PGconn* connection) const;
  // `replication` is a replication session. `export_snapshot`: let others read the database as of
  // the consistent point.
  MadeSlot Create(PGconn* replication, bool export_snapshot) const;
  // Opens a session and streams from `start`. A slot that another session holds is retried for
  // slot.max.retries times slot.retry.delay.ms: after a crash the server takes a moment to notice.
  // Null when stopped meanwhile.
  std::unique_ptr<PostgresStreamReader> Open(Lsn start, Clock& clock, std::stop_token stop) const;
  // Does nothing when there is none. Waits for the session that held it a moment ago.
  void Drop(Clock& clock) const;

 private:
  const PostgresSettings& settings_;
};

}  // namespace tidewire::source
