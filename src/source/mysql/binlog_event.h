// The events of a binlog, taken apart: headers and the bodies of those that matter. Rows are read
// in binlog_rows.h. Views point into the event.
//
// Sources: MySQL Internals, "Binlog Event"; mysql-server's libs/mysql/binlog/event; MariaDB
// Knowledge Base, "Binlog Event Types".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidewire::source {

enum class BinlogEventType : uint8_t {
  kUnknown = 0,
  kQuery = 2,
  kStop = 3,
  kRotate = 4,
  kXid = 16,
  kTableMap = 19,
  kFormatDescription = 15,
  kWriteRowsV1 = 23,
  kUpdateRowsV1 = 24,
  kDeleteRowsV1 = 25,
  kIncident = 26,
  kHeartbeat = 27,
  kRowsQuery = 29,
  kWriteRows = 30,
  kUpdateRows = 31,
  kDeleteRows = 32,
  kGtid = 33,
  kAnonymousGtid = 34,
  kPreviousGtids = 35,
  kXaPrepare = 38,
  kPartialUpdateRows = 39,
  kTransactionPayload = 40,
  kHeartbeatV2 = 41,
  kGtidTagged = 42,
  kMariaAnnotateRows = 160,
  kMariaBinlogCheckpoint = 161,
  kMariaGtid = 162,
  kMariaGtidList = 163,
  kMariaStartEncryption = 164,
  kMariaQueryCompressed = 165,
  kMariaWriteRowsCompressedV1 = 166,
  kMariaUpdateRowsCompressedV1 = 167,
  kMariaDeleteRowsCompressedV1 = 168,
  kMariaPartialRows = 172,
};

inline constexpr size_t kBinlogHeaderBytes = 19;

struct BinlogHeader {
  uint32_t timestamp = 0;  // Epoch seconds.
  BinlogEventType type = BinlogEventType::kUnknown;
  uint32_t server_id = 0;
  uint32_t size = 0;  // With the header and the checksum.
  // Where the next event begins; 0 where the server does not say (MariaDB 11 inside transactions,
  // events of a payload). Wraps around in files above 4 GB.
  uint32_t next_position = 0;
  uint16_t flags = 0;
};

// An event without its checksum.
struct BinlogEvent {
  BinlogHeader header;
  std::string_view body;  // Behind the header.
};

// Throw DataError on bytes that are no such event; so do all functions here.
BinlogHeader ReadBinlogHeader(std::string_view event);

struct FormatDescription {
  std::string server_version;
  bool checksums = false;  // Events end with four bytes of CRC-32.
};
// `event` with its header; its own checksum is still there.
FormatDescription ReadFormatDescription(std::string_view event);

struct RotateEvent {
  std::string_view file;
  uint64_t position = 0;
};
RotateEvent ReadRotate(std::string_view body);

struct QueryEvent {
  uint32_t thread = 0;
  uint16_t error = 0;
  std::string_view database;
  std::string_view sql;
  // Of the session, where the event says so.
  uint64_t sql_mode = 0;
  uint16_t client_collation = 0;  // character_set_client; 0: not told.
  uint16_t server_collation = 0;
  std::optional<bool> explicit_defaults_for_timestamp;
};
// `storage` holds the text of a compressed query.
QueryEvent ReadQuery(const BinlogEvent& event, std::string& storage);

// A transaction begins, or a statement that is one (`standalone`).
struct GtidEvent {
  bool named = false;  // False: anonymous.
  std::string text;    // "uuid:7", "uuid:tag:7", "0-1-7".
  std::string source;  // "uuid", "uuid:tag"; MariaDB: the domain's number.
  uint64_t sequence = 0;
  uint32_t domain = 0;        // MariaDB.
  bool standalone = false;    // MariaDB: no COMMIT follows.
  bool prepared_xa = false;   // MariaDB: an XA transaction, up to its prepare.
  bool completed_xa = false;  // MariaDB: XA COMMIT or XA ROLLBACK.
  int64_t commit_us = 0;      // Epoch microseconds, original commit; 0: not told.
};
GtidEvent ReadGtid(const BinlogEvent& event);

// The SQL of the rows that follow: RowsQuery (MySQL), AnnotateRows (MariaDB).
std::string_view ReadRowsQuery(const BinlogEvent& event);

// The events inside of a TRANSACTION_PAYLOAD, one after the other, without checksums. Memory is
// bounded by the payload's own size, which may not exceed `bytes_max`.
std::string ReadTransactionPayload(std::string_view body, size_t bytes_max);

struct XaPrepareEvent {
  bool one_phase = false;  // Commits at once.
  std::string xid;         // As "XA COMMIT" names it: "X'6162',X'',1".
};
XaPrepareEvent ReadXaPrepare(std::string_view body);

struct HeartbeatEvent {
  std::string_view file;
  uint64_t position = 0;
};
HeartbeatEvent ReadHeartbeat(const BinlogEvent& event);

// MariaDB's own compression of a part of an event. `bytes_max` bounds the result.
std::string MariaUncompress(std::string_view compressed, size_t bytes_max);

// True for the row events of all forms.
bool IsRowsEvent(BinlogEventType type);

}  // namespace tidewire::source
