// Follows data definition statements: what a QUERY event's text changes in a MysqlSchema. It reads
// tolerantly: statements that change no table are passed over whatever they say, and a table whose
// change cannot be understood is reported to be read from the server. Nothing here throws or does
// I/O.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "source/mysql/ddl_lexer.h"
#include "source/mysql/mysql_schema.h"

namespace tidewire::source {

// What one statement did to one table or database.
struct SchemaChange {
  enum class Kind : uint8_t {
    kCreate,
    kAlter,   // With ALTER TABLE … RENAME TO, `former` is the table's id so far.
    kRename,  // RENAME TABLE; `former` is its id so far.
    kDrop,
    kTruncate,  // The schema stays as it is.
    kDatabase,  // A database was made, changed, dropped or chosen, or the server's defaults were.
    kOther,     // No table's columns or key changed; the statement is one that the history keeps.
    kReread     // `id` has to be read from the server; it is not in the schema any more.
  };
  Kind kind = Kind::kOther;
  MysqlTableId id;
  MysqlTableId former;
  // kCreate, kAlter, kRename: the version that is in the schema now.
  MysqlTablePtr table;
  // kDatabase that dropped one: the tables that went with it.
  std::vector<MysqlTableId> dropped;
  // kReread: what it is once the table was read (kCreate, kAlter, kRename), and why it has to be.
  Kind meant = Kind::kOther;
  std::string warning;

  // What a record about it shows: the database it belongs to, and the statement.
  std::string database;
  std::string ddl;
};

// What an event says besides its text.
struct DdlContext {
  std::string database;      // The session's; empty: none.
  MysqlCharset server;       // collation_server of the session. Empty: not known.
  MysqlCharset of_database;  // collation_database of the session, for `database`.
  DdlMode mode;
};

// Has no state but its options; any thread.
class DdlParser {
 public:
  struct Options {
    // lower_case_table_names is 1 or 2: names of databases and tables are folded to lower case.
    bool fold_names = false;
    // Which tables are kept in the schema and reported. None: all.
    std::function<bool(const MysqlTableId&)> follows;
  };

  explicit DdlParser(Options options) : options_(std::move(options)) {}

  // Changes the schema as the statements of `sql` (UTF-8) do, and tells what they did, in order.
  // Statements that Debezium's history leaves out as well (rows, transactions, grants, views,
  // routines, temporary tables) yield nothing.
  std::vector<SchemaChange> Apply(MysqlSchema& schema, const DdlContext& context,
                                  std::string_view sql) const;

  // The table that the answer to SHOW CREATE TABLE describes; null for a view, a sequence, or what
  // cannot be read. `schema` is asked for its database's defaults.
  MysqlTablePtr ReadTable(const MysqlSchema& schema, const DdlContext& context,
                          const MysqlTableId& id, std::string_view show_create) const;

 private:
  Options options_;
};

}  // namespace tidewire::source
