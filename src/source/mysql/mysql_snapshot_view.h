// A view of the tables that is tied to a place in the binlog.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "client/mysql_connection.h"
#include "source/mysql/mysql_server.h"
#include "source/mysql/mysql_settings.h"
#include "source/mysql/mysql_table.h"

namespace tidewire::source {

// Sessions that all see the same rows: those of all transactions up to `end`, and of none behind.
struct MysqlSnapshotView {
  BinlogEnd end;
  int64_t ts_us = 0;  // When it was taken, by the server's clock.
  std::vector<std::unique_ptr<client::MysqlConnection>> sessions;
  // Holds the lock for as long as the view is read (snapshot.locking.mode=extended); may be null.
  std::unique_ptr<client::MysqlConnection> lock;
};

// Takes the view with up to `threads` sessions (fewer where no lock may be taken). `under_lock` is
// called with one of them, while nothing can change where there is a lock, so that what it reads of
// the tables' structures fits the view. `tables`: the captured tables, to be locked one by one
// where the server refuses to lock all. Throws RetriableError (a lock was not granted in time),
// ConfigError (rights are missing).
MysqlSnapshotView TakeMysqlView(const MysqlSettings& settings, const MysqlServer& server,
                                const std::vector<MysqlTableId>& tables, size_t threads,
                                const std::function<void(client::MysqlConnection&)>& under_lock);

}  // namespace tidewire::source
