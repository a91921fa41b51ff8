// Where the stream stands, as the stored offset keeps it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "source/postgres/lsn.h"

namespace tidewire::source {

// A value. The keys lsn, lsn_proc, lsn_commit, txId, ts_usec and messageType are Debezium's, so
// that either can go on where the other stopped; ours begin with "tidewire_".
// docs/connectors/postgresql.md has the table of positions.
struct PostgresPosition {
  // tidewire_end: every transaction that committed before is wholly in the log; replication starts
  // here. Behind a commit record, or a keepalive's WAL end.
  Lsn end;
  // tidewire_commit, tidewire_skip: the transaction with that commit LSN is in the log up to and
  // with its first `open_messages` change messages. Unset when the last batch ended with a
  // transaction.
  Lsn open_commit;
  uint64_t open_messages = 0;

  Lsn event;        // lsn, lsn_proc: of the last record.
  Lsn last_commit;  // lsn_commit: the end of the last commit seen; unset before the first.
  int64_t transaction_id = 0;  // txId; 0: none.
  int64_t commit_ts_us = 0;    // ts_usec
  std::string
      message_type;  // INSERT, UPDATE, DELETE, TRUNCATE, MESSAGE; empty before the first record.

  // The offset has none of our keys: it was written by Debezium or by hand, and `end` was derived
  // from its keys.
  bool foreign = false;
  // Debezium's snapshot, whose end the offset does not say.
  bool foreign_snapshot_running = false;

  // From a stored offset. Throws ConfigError when it is no JSON object or says no position.
  static PostgresPosition FromJson(std::string_view json);
  // A compact JSON object; `more` is further members without braces, or empty.
  std::string ToJson(std::string_view more = {}) const;
};

}  // namespace tidewire::source
