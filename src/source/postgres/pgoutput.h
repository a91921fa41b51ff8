// The messages of PostgreSQL's built-in logical decoding plugin.
// Source: PostgreSQL documentation, "Logical Replication Message Formats" (protocol version 1).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "source/postgres/lsn.h"

namespace tidewire::source {

// First byte of a message.
enum class PgoutputType : char {
  kBegin = 'B',
  kMessage = 'M',
  kCommit = 'C',
  kOrigin = 'O',
  kRelation = 'R',
  kType = 'Y',
  kInsert = 'I',
  kUpdate = 'U',
  kDelete = 'D',
  kTruncate = 'T',
};

struct BeginMessage {
  Lsn final_lsn;             // Of the commit record: what the Commit message calls commit_lsn.
  int64_t commit_ts_us = 0;  // Epoch microseconds.
  uint32_t xid = 0;
};

struct CommitMessage {
  Lsn commit_lsn;
  Lsn end_lsn;               // Behind the commit record: where the next transaction may begin.
  int64_t commit_ts_us = 0;  // Epoch microseconds.
};

// A table's shape as of the changes that follow it; sent before a table's first change in a session
// and again after DDL.
struct RelationMessage {
  struct Column {
    bool key = false;  // Part of the replica identity; with 'f' all columns are.
    std::string name;
    uint32_t type_oid = 0;       // Domains appear as themselves, arrays by their array type.
    int32_t type_modifier = -1;  // pg_attribute.atttypmod.
    bool operator==(const Column&) const = default;
  };
  uint32_t oid = 0;
  std::string schema;  // "pg_catalog" arrives as the empty text.
  std::string name;
  char replica_identity = 'd';  // pg_class.relreplident: d default, n nothing, f full, i index.
  std::vector<Column>
      columns;  // Generated columns, dropped ones and those outside a column list are not sent.
  uint32_t transaction = 0;  // The one that it came in; not in the message itself. 0: unknown.
  bool operator==(const RelationMessage&) const = default;
};

struct LogicalMessage {
  bool transactional = false;
  Lsn lsn;
  std::string_view prefix;
  std::string_view content;
};

struct TruncateMessage {
  bool cascade = false;
  bool restart_identity = false;
  std::vector<uint32_t> relations;
};

// One column of a tuple.
struct TupleField {
  enum class Kind : char {
    kNull = 'n',
    kUnchangedToast = 'u',
    kText = 't',
    kBinary = 'b',
  };
  Kind kind = Kind::kNull;
  std::string_view bytes;  // Into the message.
};

// Readers of a message behind its type byte. Throw DataError on malformed input.
BeginMessage ReadBegin(ByteReader& in);
CommitMessage ReadCommit(ByteReader& in);
RelationMessage ReadRelation(ByteReader& in);
LogicalMessage ReadLogicalMessage(ByteReader& in);
TruncateMessage ReadTruncate(ByteReader& in);

// Number of columns of the tuple that begins here.
inline uint16_t ReadTupleSize(ByteReader& in) { return in.BigEndian<uint16_t>(); }
inline TupleField ReadTupleField(ByteReader& in) {
  TupleField out;
  const char kind = static_cast<char>(in.Byte());
  out.kind = static_cast<TupleField::Kind>(kind);
  if (kind == 't' || kind == 'b') {
    out.bytes = in.Bytes(in.BigEndian<uint32_t>());
  } else if (kind != 'n' && kind != 'u') [[unlikely]] {
    throw DataError("pgoutput: unknown kind of column value");
  }
  return out;
}

}  // namespace tidewire::source
