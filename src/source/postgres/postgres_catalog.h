// What the server's catalog says about captured tables, joined with what the stream says.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/topic_schema.h"
#include "source/postgres/pgoutput.h"
#include "source/postgres/postgres_settings.h"
#include "source/snapshot_state.h"

namespace tidewire::source {

// One version of a table as the stream or the snapshot delivers it. Immutable and shared.
struct CapturedTable {
  uint32_t oid = 0;
  model::TopicSchemaPtr topic_schema;  // `table` inside is never null.
  // For each column on the wire its index in the TableSchema; -1: filtered out.
  std::vector<int> wire_to_column;
  std::vector<uint32_t> wire_type_oids;
  std::vector<int32_t> wire_type_modifiers;
  // Changes of transactions with a commit LSN (BeginMessage::final_lsn) below this are in the
  // snapshot's rows already and must be left out. Zero: none.
  Lsn stream_from;

  const model::TableSchema& schema() const { return *topic_schema->table; }
};
using CapturedTablePtr = std::shared_ptr<const CapturedTable>;

// A table that a snapshot reads.
struct SnapshotTable {
  CapturedTablePtr table;  // Wire columns: exactly `select_columns`, in this order.
  std::string schema;
  std::string name;
  std::vector<std::string> select_columns;  // Names, unquoted; generated columns are among them.
  // The row filter of the publication (SQL, from the catalog), or empty.
  std::string row_filter;
  bool partitioned = false;        // A partitioned table that is read through its root.
  bool generated_columns = false;  // The table has some, so that plain COPY cannot read it.
  double estimated_rows = 0;       // The planner's; 0 when never analysed.
  uint64_t pages = 0;  // Of 8 kB, as the file system has them; 0 for partitioned tables.
};

// Names, types and key flags come from the stream; defaults, nullability and what is generated come
// from the catalog, and only where the catalog's column still has that name and type. So a table's
// version is right for changes from before a later DDL too. One thread at a time. Opens a
// connection of its own when it has to look, and keeps it.
class PostgresCatalog {
 public:
  // `settings` must outlive this object.
  PostgresCatalog(const PostgresSettings& settings,
                  std::shared_ptr<const model::RenderOptions> render);
  ~PostgresCatalog();
  PostgresCatalog(const PostgresCatalog&) = delete;
  PostgresCatalog& operator=(const PostgresCatalog&) = delete;

  // The table that a Relation message announces, or null when the filters leave it out. Each call
  // looks at the catalog again (a message is only sent when something may have changed), for many
  // tables in a row in one query. Throws RetriableError, ConfigError, FatalError.
  CapturedTablePtr ForRelation(const RelationMessage& relation);

  // Makes ForRelation fill CapturedTable::stream_from. Call before the stream begins.
  void UseSnapshot(SnapshotState state);

  // All captured tables as the snapshot `connection` sees them (an open REPEATABLE READ
  // transaction, or null: a connection of its own), in the order of schema and name. With
  // publish.via.partition.root partitioned tables once, else their leaves.
  std::vector<SnapshotTable> SnapshotTables(PGconn* connection);

  // Names ("schema.table") of all tables that the filters let through, for publications in
  // filtered mode. Partitioned tables stand for their leaves with publish.via.partition.root.
  std::vector<std::pair<std::string, std::string>> CapturedNames(PGconn* connection);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidewire::source
