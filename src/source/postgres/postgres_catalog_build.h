// Joins a Relation message with what the catalog says into one version of a table. No I/O.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/table_schema.h"
#include "source/capture_filters.h"
#include "source/postgres/pgoutput.h"
#include "source/postgres/postgres_catalog_facts.h"

namespace tidewire::source {

// The message that the stream would send for the table as the catalog shows it, with generated
// columns, and only the columns that `published` names (all when it is empty).
RelationMessage RelationOf(const TableFacts& facts, const std::vector<std::string>& published);

// The columns of the key, as indexes into relation.columns, in the key's order. `facts` may be
// null, older or newer than the message; `configured`: what message.key.columns says, or null.
//
// A key must be held by the old rows that updates and deletes send. So the flags of the message
// decide which columns they are, and the catalog in which order: the primary key where it is
// consistent with the message, else the flagged columns. With REPLICA IDENTITY FULL (all columns
// are flagged) and NOTHING (none is, and only inserts come) the primary key's columns must be there
// by name and type; else a unique index over columns that are not nullable stands in.
std::vector<uint32_t> KeyOf(const RelationMessage& relation, const TableFacts* facts,
                            const std::vector<std::string>* configured);

struct BuiltTable {
  model::TableSchema schema;
  std::vector<int> wire_to_column;
};
BuiltTable BuildTable(const RelationMessage& relation, const TableFacts* facts,
                      const PostgresTypes& types, const CaptureFilters& filters,
                      const std::string& database);

// The catalog's column of that name and type; null: there is none (any more, or not yet).
const ColumnFacts* MatchColumn(const TableFacts* facts, const RelationMessage::Column& column);

}  // namespace tidewire::source
