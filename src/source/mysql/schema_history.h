// Records of the schema history, as Debezium writes them: JSON texts of which each tells a
// position, a statement and what it changed. Either program can go on with a history of the other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "source/mysql/ddl_parser.h"
#include "source/mysql/table_form.h"

namespace tidewire::source {

// Where a source stands when it has read the statement: its offset without what belongs to
// transactions and incremental snapshots.
struct HistoryPosition {
  int64_t ts_sec = 0;  // Epoch seconds.
  std::string file;
  int64_t pos = 0;
  std::optional<std::string> gtids;
  int64_t row = 0;  // Of these three, 0 is not written.
  int64_t server_id = 0;
  int64_t event = 0;
  std::string snapshot;  // "INITIAL", …; empty: no snapshot.
  bool operator==(const HistoryPosition&) const = default;
};

struct TableChange {
  enum class Type : uint8_t { kCreate, kAlter, kDrop };
  Type type = Type::kCreate;
  MysqlTableId id;
  std::optional<MysqlTableId> former;  // RENAME TABLE alone tells it.
  std::optional<TableForm> table;      // Not of kDrop.
  bool operator==(const TableChange&) const = default;
};

struct HistoryRecord {
  std::string server;  // topic.prefix
  HistoryPosition position;
  int64_t ts_ms = 0;  // Epoch milliseconds.
  std::optional<std::string> database;
  std::string ddl;
  std::vector<TableChange> changes;
  bool operator==(const HistoryRecord&) const = default;
};

// What records tell of a change: at most one table. `comments`: include.schema.comments.
std::vector<TableChange> TableChangesOf(const SchemaChange& change, bool comments);

std::string WriteHistoryRecord(const HistoryRecord& record);

// Reads records of Debezium and of WriteHistoryRecord; members that are not known are passed over.
// Fails, with the reason, on what is no history record.
Result<HistoryRecord> ReadHistoryRecord(std::string_view json);

// Brings the schema to where it is behind the record. The statement is followed, as that gives more
// than the record holds; where both differ, the record wins.
void RecoverFrom(const HistoryRecord& record, const DdlParser& parser, const DdlContext& context,
                 MysqlSchema& schema);

// "CREATE" and so on, as both kinds of records spell it.
std::string_view TypeWord(TableChange::Type type);

// Statements that a snapshot's history begins with, before the tables' own: server defaults
// (database ""), a database, and the choice of it.
std::string ServerDefaultsDdl(const MysqlCharset& defaults);
std::string DropTableDdl(const MysqlTableId& id);
std::string DropDatabaseDdl(const std::string& database);
std::string CreateDatabaseDdl(const std::string& database, const MysqlCharset& defaults);
std::string UseDdl(const std::string& database);

}  // namespace tidewire::source
