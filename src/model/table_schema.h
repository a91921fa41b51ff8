// The shape of a table at one time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/type.h"

namespace tidewire::model {

struct Column {
  std::string name;
  ColumnType type;
  bool nullable = true;
  // The column has a DEFAULT clause (serial types have one) or is generated. An identity column has
  // none: `identity` without `has_default`. The rendered schemas tell the two apart as Debezium
  // does (serial: default 0).
  bool has_default = false;
  // The default as the Datum text of the column's kind ("42", "x'y", "2020-01-02"), where it is a
  // constant; empty for expressions (now(), nextval(…)), whose value only the server can give.
  std::optional<std::string> default_text;
  bool generated =
      false;  // Computed by the database; a sink never writes it where its table generates it too.
  bool identity = false;  // Filled from a sequence (identity or serial).
  // Of a generated column: its expression in the source's own SQL, so that a target of the same
  // kind can generate it too, for it is not sent in a stream. Empty: not known.
  std::string generation{};

  bool operator==(const Column&) const = default;
};

// Which columns a before-row holds; what sinks may rely on for tables without a key.
enum class ReplicaIdentity : uint8_t { kDefault, kFull, kIndex, kNothing };

// Immutable and shared: a new version is a new object. Names are as in the catalog, without quotes.
struct TableSchema {
  std::string catalog;  // The database.
  std::string schema;   // Empty where the system has none (MySQL, MongoDB).
  std::string name;
  std::vector<Column> columns;
  // Indexes into `columns`, in the key's own order: the primary key, else the replica identity's
  // index, else what message.key.columns says. Empty: no key.
  std::vector<uint32_t> key;
  ReplicaIdentity replica_identity = ReplicaIdentity::kDefault;

  // Index of the column, or nothing.
  std::optional<uint32_t> Find(std::string_view column) const;
  bool IsKey(uint32_t column) const;
  bool operator==(const TableSchema&) const = default;
};

using TableSchemaPtr = std::shared_ptr<const TableSchema>;

}  // namespace tidewire::model
