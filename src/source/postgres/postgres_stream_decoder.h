// From pgoutput messages to records: rows, transactions, positions.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/batch.h"
#include "source/change_writer.h"
#include "source/postgres/pgoutput.h"
#include "source/postgres/postgres_catalog.h"
#include "source/postgres/postgres_messages.h"
#include "source/postgres/postgres_position.h"
#include "source/postgres/postgres_settings.h"

namespace tidewire::source {

// Fills one ChangeBatch after the other, as ChangeWriter says. An unchanged TOAST value is
// kUnavailable unless the old row has it; columns that the server did not send are kAbsent. The
// messages of a transaction that a former run made durable in part are counted and left out. One
// thread.
class PostgresStreamDecoder {
 public:
  // The version of a table that a Relation message announces; null: not captured.
  using TableLookup = std::function<CapturedTablePtr(const RelationMessage&)>;
  // Members (JSON, without braces) to add to the offset as of a position; empty: none.
  using OffsetExtra = std::function<std::string(const PostgresPosition&)>;

  // `settings` must outlive this object. `start`: the stored position, from whose `end` the server
  // streams.
  PostgresStreamDecoder(const PostgresSettings& settings,
                        std::shared_ptr<const model::RenderOptions> render, TableLookup lookup,
                        PostgresPosition start, OffsetExtra extra = {});

  // One message: the payload of an XLogData message that starts at `lsn`. Copies what it needs.
  // Throws DataError, naming table, column and position, for a value that cannot be read;
  // FatalError when the stream does not fit the position.
  void Handle(Lsn lsn, std::string_view message, int64_t now_ns);

  // Between transactions only: appends a heartbeat; moves the position to `wal_end`, up to which
  // nothing is to come.
  void AddHeartbeat(int64_t now_ns);
  void AdvanceTo(Lsn wal_end);

  bool in_transaction() const { return writer_.in_transaction(); }
  // Of the batch being filled.
  size_t records() const { return writer_.records(); }
  size_t bytes() const { return writer_.bytes(); }
  const PostgresPosition& position() const { return position_; }
  // Counts since the beginning, for metrics and logs.
  uint64_t changes() const { return changes_; }

  // The batch as it stands, with its offset and what may be confirmed; begins a new one.
  model::ChangeBatchPtr Take();

 private:
  struct ColumnPlan {
    int column = -1;  // In the TableSchema; -1: not captured.
    const model::ColumnType* type = nullptr;
    bool identity = false;  // Sent in the key form of an old row.
  };
  struct Relation {
    ChangeWriter::Table out;
    CapturedTablePtr table;
    std::vector<ColumnPlan> plans;
    bool complete = false;  // Every column of the table is on the wire.
  };
  enum class RowForm { kNew, kOldKey, kOldFull };

  void HandleBegin(Lsn lsn, ByteReader& in);
  void HandleCommit(Lsn lsn, ByteReader& in);
  void HandleRelation(ByteReader& in);
  void HandleMessage(Lsn lsn, ByteReader& in);
  void HandleChange(PgoutputType type, Lsn lsn, std::string_view message);
  void HandleInsert(Relation& relation, Lsn lsn, ByteReader& in);
  void HandleUpdate(Relation& relation, Lsn lsn, ByteReader& in);
  void HandleDelete(Relation& relation, Lsn lsn, ByteReader& in);
  void HandleTruncate(Lsn lsn, ByteReader& in);

  Relation& FindRelation(uint32_t oid);
  // Whether changes of the table in this transaction belong to the stream.
  bool IsStreamed(const Relation& relation) const;
  const model::Datum* ReadRow(ByteReader& in, const Relation& relation, RowForm form,
                              const model::Datum* old);
  bool IsDurable(Lsn lsn) const;

  const PostgresSettings& settings_;
  ChangeWriter writer_;
  PostgresMessages message_events_;
  ChangeWriter::Collection message_collection_;
  TableLookup lookup_;
  OffsetExtra extra_;

  PostgresPosition position_;
  PostgresPosition resume_;  // What the log held when this run began.
  bool resuming_ = false;    // The transaction that is durable in part has not ended yet.

  BeginMessage begin_;
  uint64_t messages_ = 0;  // Change messages of the transaction so far.

  std::unordered_map<uint32_t, Relation> relations_;
  uint32_t last_oid_ = 0;
  Relation* last_relation_ = nullptr;
  int reading_column_ = -1;  // For the error message.
  uint64_t changes_ = 0;
};

}  // namespace tidewire::source
