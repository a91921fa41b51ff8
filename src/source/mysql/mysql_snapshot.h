// Reads all captured tables at one place of the binlog.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "source/mysql/mysql_history.h"
#include "source/mysql/mysql_position.h"
#include "source/mysql/mysql_settings.h"
#include "source/mysql/mysql_snapshot_view.h"
#include "source/mysql/mysql_tables.h"
#include "source/snapshot_ledger.h"
#include "source/snapshot_state.h"
#include "source/source.h"

namespace tidewire::source {

// One snapshot run of one task; used once.
class MysqlSnapshot {
 public:
  // All referenced objects must outlive this one.
  MysqlSnapshot(const MysqlSettings& settings, MysqlTables& tables, MysqlHistory& history,
                std::shared_ptr<const model::RenderOptions> render, SourceContext& context,
                Clock& clock);

  struct Done {
    MysqlPosition position;  // Where the stream begins.
    SnapshotState state;
  };
  // Records the structures in the history, emits all rows (none with `rows` false), each batch with
  // the offset that says how far the snapshot came. `earlier`: the state of a snapshot that did not
  // end, and the position that its stream begins at; or, with a completed or empty state, where the
  // stream is to go on. Nothing: the task is to stop.
  std::optional<Done> Run(std::optional<Done> earlier, bool rows, std::stop_token stop);

  // Reads the structures as they are now, and records them, for a history that is lost.
  void RecordCurrentStructures(const MysqlPosition& position);

 private:
  struct Table {
    MysqlTablePtr definition;
    MysqlTableShape::Shape shape;
    double estimated_rows = 0;
  };
  struct Chunk {
    size_t table = 0;
    std::string where;  // Condition on the key; empty: the whole table.
  };

  std::vector<MysqlTableId> CapturedTables(client::MysqlConnection& connection) const;
  bool RecordStructures(const std::vector<std::pair<MysqlTableId, std::string>>& structures,
                        const MysqlSnapshotView& view, const MysqlPosition& here,
                        const MysqlPosition& position, const std::string& partition);
  std::map<std::string, MysqlCharset> DatabaseDefaults(const std::set<std::string>& databases);
  static model::Transaction TransactionOf(const MysqlSnapshotView& view, const MysqlPosition& here);
  std::vector<Table> PlanTables(client::MysqlConnection& connection, const SnapshotState& state);
  std::vector<Chunk> PlanChunks(client::MysqlConnection& connection,
                                const std::vector<Table>& tables) const;
  std::optional<SnapshotState> ReadRows(MysqlSnapshotView& view, const MysqlPosition& here,
                                        const MysqlPosition& position, std::vector<Table> tables,
                                        SnapshotState state, const std::string& partition,
                                        std::stop_token stop);
  bool ReadChunks(client::MysqlConnection& session, const std::vector<Table>& tables,
                  const std::vector<Chunk>& chunks, SnapshotLedger& ledger, std::stop_token stop);

  const MysqlSettings& settings_;
  MysqlTables& tables_;
  MysqlHistory& history_;
  const std::shared_ptr<const model::RenderOptions> render_;
  SourceContext& context_;
  Clock& clock_;
};

}  // namespace tidewire::source
