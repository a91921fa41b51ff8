// A table of the target as its catalog describes it, and how rows of a source's table go into it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/datum.h"
#include "model/flat_row.h"
#include "model/table_schema.h"
#include "sink/sql/options.h"

namespace tidewire::sink {

struct TargetColumn {
  std::string name;
  uint32_t type_id = 0;   // The dialect's own number of the type, domains resolved.
  std::string type_name;  // Bare, domains resolved: "varchar", "citext".
  std::string type;       // With modifiers, as the catalog prints it.
  int32_t type_modifier = -1;
  std::string charset;    // Of text, where the dialect tells; else empty.
  std::string collation;  // Likewise.
  bool is_enum = false;
  bool not_null = false;
  bool has_default = false;
  bool generated = false;        // Never written.
  bool identity_always = false;  // Written by inserts only.
  bool indexed = false;          // In some index, where the dialect tells.
};

// Immutable; a table that changed is described anew.
struct TargetTable {
  TableName name;   // With its schema.
  uint64_t id = 0;  // The dialect's own.
  std::vector<TargetColumn> columns;
  std::vector<uint32_t> primary_key;
  std::string primary_key_name;
  // Columns of each unique index that an upsert can name: without predicate or expression, checked
  // at once.
  std::vector<std::vector<uint32_t>> unique_keys;
  size_t unique_indexes = 0;      // All there are, also those that an upsert cannot name.
  std::vector<uint64_t> parents;  // Tables that its foreign keys refer to, without itself.
  bool referenced = false;        // Foreign keys of other rows refer to it.
  bool cascades = false;          // One of these changes or deletes the referring rows.
  bool deferrable = false;        // It has a constraint that can be deferred.
  bool partitioned = false;
  bool folds_columns =
      false;  // Names of columns count without regard to the case of ASCII letters.

  std::optional<uint32_t> Find(std::string_view column) const;
};
using TargetTablePtr = std::shared_ptr<const TargetTable>;

// A column of the target and where its values come from.
struct PlannedField {
  uint32_t source = 0;  // Index into the row; see RowPlan::source_columns.
  uint32_t target = 0;  // Index into TargetTable::columns.
  model::Kind kind = model::Kind::kString;
  bool key = false;
  model::Kind element = model::Kind::kString;  // kArray: of its innermost elements.
  bool operator==(const PlannedField&) const = default;
};

// How rows of one shape go into one table. Immutable; shared by all topics whose rows have this
// shape.
struct RowPlan {
  uint64_t id = 0;  // Never used twice in a process.
  TargetTablePtr table;
  uint32_t source_columns =
      0;  // Of the source's table; values of extra columns stand behind them in a row.
  std::vector<PlannedField> fields;  // What is written.
  std::vector<uint32_t> key;         // Indexes into `fields`; empty: the rows have no key.
  bool unique_key = false;           // The target has a unique index over just the key.
  // Extra columns: what ExtractNewRecordState adds, then those of pk.mode=kafka (topic, partition,
  // offset).
  std::vector<model::AddedColumn> added;
  bool kafka_columns = false;

  bool has_key() const { return !key.empty(); }
  uint32_t width() const {
    return source_columns + static_cast<uint32_t>(added.size()) + (kafka_columns ? 3 : 0);
  }
  // Same fields from the same places into the same table.
  bool SameShape(const RowPlan& other) const;
};
using RowPlanPtr = std::shared_ptr<const RowPlan>;

}  // namespace tidewire::sink
