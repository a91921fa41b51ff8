// From binlog events to records: rows, transactions, schema changes, positions.
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
#include "source/mysql/binlog_event.h"
#include "source/mysql/gtid_set.h"
#include "source/mysql/mysql_history.h"
#include "source/mysql/mysql_position.h"
#include "source/mysql/mysql_schema_recorder.h"
#include "source/mysql/mysql_settings.h"
#include "source/mysql/mysql_tables.h"

namespace tidewire::source {

// Fills one ChangeBatch after the other. A transaction that a former run made durable in part is
// skipped up to where that run came. One thread.
class MysqlStreamDecoder {
 public:
  // Whether changes of the table in the transaction that ends at that place are in the snapshot's
  // rows already.
  using InSnapshot = std::function<bool(const MysqlTableId& table, const std::string& file,
                                        uint64_t pos, const GtidEvent& gtid)>;
  // Members (JSON, without braces) to add to the offset as of a position; empty: none.
  using OffsetExtra = std::function<std::string(const MysqlPosition&)>;

  // All references must outlive this object. `start`: the position that the server sends from.
  MysqlStreamDecoder(const MysqlSettings& settings, MysqlTables& tables, MysqlHistory& history,
                     std::shared_ptr<const model::RenderOptions> render, MysqlPosition start,
                     InSnapshot in_snapshot = {}, OffsetExtra extra = {});

  // One event as it came, with header and checksum. Copies what it needs. Throws DataError, naming
  // table, column and position, for what cannot be read (unless the settings leave it out),
  // FatalError when the stream does not fit the position.
  void Handle(std::string_view event, int64_t now_ns);

  // Between transactions only.
  void AddHeartbeat(int64_t now_ns);

  bool in_transaction() const { return writer_.in_transaction(); }
  // Of the batch being filled.
  size_t records() const { return writer_.records(); }
  size_t bytes() const { return writer_.bytes(); }
  const MysqlPosition& position() const { return position_; }
  // How far the stream was read: the last event's end.
  const std::string& file() const { return file_; }
  uint64_t read_to() const { return read_to_; }
  // Commit time of the last transaction, epoch microseconds.
  int64_t commit_ts_us() const { return commit_us_; }

  // The batch as it stands, with its offset; begins a new one.
  model::ChangeBatchPtr Take();

 private:
  struct Known {  // A table number of the current file.
    std::string map;
    MysqlRelation* relation = nullptr;
    uint64_t generation = 0;  // Of the schema when it was resolved.
  };
  struct Savepoint {
    std::string name;
    ChangeWriter::Mark mark;
    uint64_t batch = 0;
  };

  void HandleEvent(const BinlogEvent& event);
  void Dispatch(const BinlogEvent& event);
  void HandleRotate(const BinlogEvent& event);
  void HandleGtid(const BinlogEvent& event);
  void HandleQuery(const BinlogEvent& event);
  void HandleDdl(const BinlogEvent& event, const QueryEvent& query);
  void HandleTableMap(const BinlogEvent& event);
  void HandleRows(const BinlogEvent& event);
  void HandlePayload(const BinlogEvent& event);
  void HandleXaPrepare(const BinlogEvent& event);
  void ReadRows(const BinlogEvent& event, const BinlogRows& rows, MysqlRelation& relation);
  bool HandleControl(const BinlogEvent& event, const QueryEvent& query);
  void Begin(const BinlogEvent& event, int64_t thread);
  void End(const BinlogEvent& event);
  void Abort(const BinlogEvent& event);
  void EndStatement(const BinlogEvent& event);
  void RecordChanges(const BinlogEvent& event, const std::vector<SchemaChange>& changes);
  void Unreadable(const BinlogEvent& event, const std::string& what, OnFailure mode);

  // Whether the change that comes next is in the log already.
  bool Skips();
  bool IsFiltered() const { return gtid_filtered_ && settings_.gtid_filter_changes; }
  std::string TransactionId() const;
  std::string Here() const;
  MysqlPosition CurrentPosition() const;

  const MysqlSettings& settings_;
  MysqlTables& tables_;
  InSnapshot in_snapshot_;
  OffsetExtra extra_;
  ChangeWriter writer_;
  MysqlSchemaRecorder recorder_;
  PatternList gtid_include_, gtid_exclude_;

  bool checksums_;
  std::string file_;
  uint64_t event_pos_ = 0;  // Where the current event begins.
  uint64_t read_to_ = 0;    // Where it ends.
  bool exact_ = true;       // read_to_ is what the server said, and not added up.
  bool in_payload_ = false;

  MysqlPosition position_;  // Behind the last whole transaction.
  GtidSet done_;
  bool has_gtids_ = false;

  GtidEvent gtid_;
  bool gtid_open_ = false;  // A GTID event came, and its transaction has not ended.
  bool gtid_filtered_ = false;
  uint64_t gtid_pos_ = 0;
  std::string begin_file_;
  uint64_t begin_pos_ = 0;  // Of the event that began the transaction.
  uint64_t events_ = 0;     // Of the transaction, so far, its begin included.
  uint64_t changes_ = 0;    // Of captured tables, in the transaction so far.
  MysqlPosition resume_;    // What the log held when this run began.
  bool resuming_ = false;   // The transaction that is durable in part has not ended yet.
  std::vector<Savepoint> savepoints_;
  uint64_t batches_ = 0;

  std::unordered_map<uint64_t, Known> known_;
  uint64_t last_table_ = 0;
  Known* last_known_ = nullptr;
  uint64_t generation_ = 0;  // Counts schema changes.
  std::string_view statement_text_;
  std::string statement_storage_;
  uint32_t statement_ = 0;  // In the batch with that number.
  uint64_t statement_batch_ = 0;
  std::string storage_;
  std::string query_storage_;
  std::string payload_;
  int64_t commit_us_ = 0;
  int64_t thread_ = -1;  // The session of the open transaction; -1: not told.
  bool warned_statement_ = false;
};

}  // namespace tidewire::source
