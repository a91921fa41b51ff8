// The source block of an event: which fields it has for each kind of connector, in which order and
// of which type, for the renderer's schemas and for fields that unwrapping adds.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "model/record.h"
#include "model/type.h"

namespace tidewire::model {

// Where the value of an added field or of a field of the source block comes from.
enum class AddedFrom : uint8_t {
  kDeleted,  // "true" for deletes, else "false".
  kOp,
  kTsMs,
  kTsUs,
  kTsNs,
  kTransactionId,
  kTotalOrder,
  kCollectionOrder,
  kVersion,
  kConnector,
  kName,
  kSourceTsMs,
  kSourceTsUs,
  kSourceTsNs,
  kSnapshot,
  kDb,
  kSequence,
  kSchema,
  kTable,
  kTxId,
  kLsn,
  kServerId,
  kGtid,
  kFile,
  kPos,
  kRow,
  kThread,
  kQuery,
  kNone,  // A field that is always null: xmin, origin, origin_lsn; sequence of a binlog.
  kBefore,
  kAfter,
};

struct SourceField {
  std::string_view name;
  AddedFrom from;
  Kind kind;  // kString, kInt32, kInt64, or kEnum for source.snapshot.
  bool optional;
};

// MySQL's and MariaDB's connectors: they read a binlog, and their events have the same form.
constexpr bool ReadsBinlog(std::string_view connector_kind) {
  return connector_kind == "mysql" || connector_kind == "mariadb";
}

// Empty for a kind of connector whose source block is not known.
std::span<const SourceField> SourceFields(std::string_view connector_kind);

// Rows of a snapshot were written by nobody in particular: their source block names no server and
// no transaction. Those of an incremental snapshot stand in the stream and name the stream's.
constexpr bool HasNoOrigin(SnapshotMark mark) {
  return mark != SnapshotMark::kFalse && mark != SnapshotMark::kIncremental;
}

}  // namespace tidewire::model
