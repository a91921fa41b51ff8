// One run of the MySQL or MariaDB source: snapshot, history, stream.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "config/config.h"
#include "source/mysql/binlog_connection.h"
#include "source/mysql/mysql_history.h"
#include "source/mysql/mysql_position.h"
#include "source/mysql/mysql_settings.h"
#include "source/mysql/mysql_tables.h"
#include "source/snapshot_state.h"
#include "source/source.h"

namespace tidewire::source {

class MysqlTask final : public SourceTask {
 public:
  MysqlTask(const config::Config& config, MysqlFlavour flavour, Clock& clock);

  void Run(SourceContext& context, std::stop_token stop) override;

 private:
  // Where to go on, and how the snapshot stands.
  struct Start {
    MysqlPosition position;
    std::optional<SnapshotState> snapshot;
    bool has_offset = false;
  };
  // What one run works with.
  struct Session {
    std::shared_ptr<const model::RenderOptions> render;
    MysqlTables tables;
    MysqlHistory history;
    SourceContext& context;
  };

  Start LoadStart(SourceContext& context) const;
  bool WantsSnapshot(const Start& start) const;
  // False: stopped.
  bool Prepare(Start& start, Session& session, std::stop_token stop);
  bool TakeSnapshot(Start& start, Session& session, bool rows, std::stop_token stop);
  void RecoverStructures(const Start& start, Session& session) const;
  BinlogStart StartOf(const MysqlPosition& position, Session& session) const;
  void Stream(const Start& start, Session& session, std::stop_token stop);
  // Whether the transaction's changes of the table are in the snapshot's rows already.
  static bool IsInSnapshot(const SnapshotState& snapshot, const MysqlTableId& table,
                           const std::string& file, uint64_t pos, const GtidEvent& gtid,
                           GtidSet::Kind kind);

  const config::Config config_;
  const MysqlSettings settings_;
  Clock& clock_;
  bool snapshot_taken_ = false;  // snapshot.mode=always means once a start, not once a retry.
};

}  // namespace tidewire::source
