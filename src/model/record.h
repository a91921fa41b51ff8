// A change, typed: key, envelope and headers are first-class.
#pragma once

#include <cstdint>

#include "model/datum.h"

namespace tidewire::model {

enum class Op : uint8_t {
  kRead,       // r: a row of a snapshot
  kCreate,     // c
  kUpdate,     // u
  kDelete,     // d
  kTruncate,   // t: no key, no rows
  kTombstone,  // null value behind a delete; `before` gives the key
  kGeneral,  // no row: heartbeat, transaction metadata, logical message; see ChangeBatch::generals
};

// source.snapshot of the record.
enum class SnapshotMark : uint8_t {
  kFalse,
  kTrue,
  kFirst,
  kFirstInDataCollection,
  kLastInDataCollection,
  kLast,
  kIncremental
};

// A change of the key is delete + tombstone + create; the two sides name each other's key in a
// header.
enum class KeyHeader : uint8_t { kNone, kNewKey, kOldKey };

inline constexpr uint32_t kNoTransaction = UINT32_MAX;

// Points into its batch (rows) and by index to the batch's schema and transaction tables. Trivially
// copyable.
struct Record {
  Op op = Op::kCreate;
  SnapshotMark snapshot = SnapshotMark::kFalse;
  KeyHeader key_header = KeyHeader::kNone;
  uint32_t schema = 0;                    // Index into ChangeBatch::schemas.
  uint32_t transaction = kNoTransaction;  // Index into ChangeBatch::transactions.
  uint32_t general = 0;                   // Op::kGeneral: index into ChangeBatch::generals.
  const Datum* before = nullptr;          // One Datum a column of the table, or null.
  const Datum* after = nullptr;           // Likewise.
  const Datum* other_key =
      nullptr;  // With key_header: the other key's values, in the order of TableSchema::key.
  // In the source's stream: an LSN for PostgreSQL, an offset in the transaction's file for a
  // binlog.
  uint64_t position = 0;
  int64_t ts_ns = 0;  // When the source processed it; epoch nanoseconds.
  // provide.transaction.metadata: places in the transaction and in its table, from 1; 0: not asked
  // for.
  uint64_t total_order = 0;
  uint64_t collection_order = 0;

  uint32_t row = 0;        // Place among the rows that share `position`, from 0.
  uint32_t statement = 0;  // Index into ChangeBatch::statements, plus 1; 0: none.

  // Set by the log when read.
  int32_t partition = 0;
  int64_t offset = -1;
  int64_t timestamp_ms = 0;

  // The row that holds the key of the record: `after` for r, c, u, `before` for d and tombstones.
  const Datum* key_row() const {
    return op == Op::kDelete || op == Op::kTombstone ? before : after;
  }
};

}  // namespace tidewire::model
