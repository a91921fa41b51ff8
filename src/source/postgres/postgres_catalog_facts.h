// What the catalog says about tables, as read at one time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "source/postgres/pg_connection.h"
#include "source/postgres/pgoutput.h"
#include "source/postgres/postgres_types.h"
#include "source/snapshot_state.h"

namespace tidewire::source {

struct ColumnFacts {
  std::string name;
  uint32_t type_oid = 0;
  int32_t type_modifier = -1;
  bool not_null = false;
  bool generated = false;
  bool identity = false;     // GENERATED … AS IDENTITY, or filled by nextval().
  bool has_default = false;  // A DEFAULT clause, or generated.
  std::string default_expression;
  std::optional<std::string> default_text;
};

struct TableFacts {
  uint32_t oid = 0;
  std::string schema;
  std::string name;
  char kind = 'r';  // relkind: r table, p partitioned table.
  char replica_identity = 'd';
  bool is_partition = false;
  double estimated_rows = 0;
  uint64_t pages = 0;
  std::vector<ColumnFacts> columns;  // In order, without dropped ones.
  // Indexes into `columns`, in the index's order; empty: there is none.
  std::vector<uint32_t> primary_key;
  std::vector<uint32_t> identity_index;  // Of REPLICA IDENTITY USING INDEX.
  // The first unique index (by its identifier) over whole, not nullable columns only.
  std::vector<uint32_t> unique_index;
};

// How a table is published; missing: it is not.
struct PublishedTable {
  std::vector<std::string> columns;  // Empty: all.
  std::string row_filter;
};
struct PublicationFacts {
  bool exists = false;
  bool via_root = false;
  std::map<TableName, PublishedTable> tables;
};

// Makes format_type and pg_get_expr print names with their schema.
void UseEmptySearchPath(PGconn* connection);

// Permanent tables and partitioned tables outside the server's own schemas; with `oid`, only that
// one. In the order of schema and name, by bytes. Constant defaults are filled in only by
// ResolveDefaults.
std::vector<TableFacts> ReadTables(PGconn* connection, std::optional<uint32_t> oid);
// Puts tables that foreign keys refer to before those that refer: see source/snapshot_order.h.
void OrderByForeignKeys(PGconn* connection, std::vector<TableFacts>& tables);

PublicationFacts ReadPublication(PGconn* connection, const std::string& name);

// Fills `default_text` of constant defaults, and clears `has_default` of those that are NULL. Asks
// the server (outside any transaction) where its text is not the value's. Types must be known.
void ResolveDefaults(PGconn* connection, const PostgresTypes& types,
                     const std::vector<TableFacts*>& tables);

}  // namespace tidewire::source
