#include "source/mysql/binlog_event.h"

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include "source/mysql/binlog_reader.h"

namespace tidewire::source {
namespace {

constexpr size_t kServerVersionBytes = 50;
constexpr size_t kChecksumBytes = 4;

std::string UuidText(std::string_view bytes) {
  std::string out;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<uint8_t>(bytes[i]));
  }
  return out;
}

// The variables in front of a query's text. Unknown ones end the reading, since their length is
// not known; they come behind those that count here.
void ReadStatusVariables(BinlogReader in, QueryEvent& out) {
  while (!in.empty()) {
    switch (in.Byte()) {
      case 0:  // Flags of the session.
        in.Bytes(4);
        break;
      case 1:
        out.sql_mode = in.Little<uint64_t>();
        break;
      case 2:  // Catalog, with its end.
        in.Bytes(size_t{in.Byte()} + 1);
        break;
      case 3:  // auto_increment_increment and offset.
        in.Bytes(4);
        break;
      case 4:
        out.client_collation = in.Little<uint16_t>();
        in.Bytes(2);
        out.server_collation = in.Little<uint16_t>();
        break;
      case 5:  // Time zone.
      case 6:  // Catalog.
        in.Bytes(in.Byte());
        break;
      case 7:   // lc_time_names.
      case 8:   // Collation of the database.
      case 18:  // default_collation_for_utf8mb4.
        in.Bytes(2);
        break;
      case 9:   // Table map for update.
      case 17:  // XID of the statement.
        in.Bytes(8);
        break;
      case 10:  // Bytes written.
        in.Bytes(4);
        break;
      case 11:  // User and host.
        in.Bytes(in.Byte());
        in.Bytes(in.Byte());
        break;
      case 12: {  // Databases that change; 254: too many.
        const uint8_t count = in.Byte();
        for (int i = 0; count != 254 && i < count; ++i) in.CString();
        break;
      }
      case 13:  // Microseconds.
        in.Bytes(3);
        break;
      case 16:
        out.explicit_defaults_for_timestamp = in.Byte() != 0;
        break;
      default:
        return;
    }
  }
}

GtidEvent ReadMysqlGtid(const BinlogEvent& event) {
  BinlogReader in(event.body);
  GtidEvent out;
  in.Byte();  // Flags.
  const std::string_view uuid = in.Bytes(16);
  out.sequence = in.Little<uint64_t>();
  out.named = event.header.type == BinlogEventType::kGtid;
  if (out.named) {
    out.source = UuidText(uuid);
    out.text = fmt::format("{}:{}", out.source, out.sequence);
  }
  constexpr uint8_t kLogicalTimestamps = 2;
  constexpr size_t kTimestampBytes = 7;
  constexpr uint64_t kOriginalFollows = uint64_t{1} << 55;
  if (in.empty() || in.Byte() != kLogicalTimestamps) return out;
  in.Bytes(16);
  if (in.remaining() < kTimestampBytes) return out;
  uint64_t commit = in.Little(kTimestampBytes);
  if ((commit & kOriginalFollows) != 0) commit = in.Little(kTimestampBytes);
  out.commit_us = static_cast<int64_t>(commit);
  return out;
}

// Source: mysql-server, "libs/mysql/serialization": a number's length in bytes is in the lowest
// bits of its first one.
uint64_t ReadSerialized(BinlogReader& in) {
  const uint8_t first = static_cast<uint8_t>(*in.position());
  const int length = std::countr_one(first) + 1;
  const std::string_view bytes = in.Bytes(static_cast<size_t>(length));
  if (length >= 9) return LoadLittleEndian<uint64_t>(bytes.data() + 1);
  return LoadLittleEndian(bytes.data(), bytes.size()) >> length;
}

uint64_t NextSerialized(BinlogReader& in) {
  if (in.empty()) throw DataError("input ends too early");
  return ReadSerialized(in);
}

int64_t Signed(uint64_t serialized) {
  const auto value = static_cast<int64_t>(serialized >> 1);
  return (serialized & 1) == 0 ? value : -1 - value;
}

GtidEvent ReadTaggedGtid(const BinlogEvent& event) {
  BinlogReader in(event.body);
  GtidEvent out;
  out.named = true;
  std::string uuid;
  std::string tag;
  NextSerialized(in);  // Version.
  NextSerialized(in);  // Size.
  NextSerialized(in);  // The last field that must be understood.
  // Fields come in the order of their numbers; from 8 on none counts here.
  constexpr uint64_t kLastField = 7;
  while (!in.empty()) {
    const uint64_t field = NextSerialized(in);
    if (field > kLastField) break;
    switch (field) {
      case 0:
        NextSerialized(in);
        break;
      case 1:
        for (int i = 0; i < 16; ++i) uuid += static_cast<char>(NextSerialized(in));
        break;
      case 2:
        out.sequence = static_cast<uint64_t>(Signed(NextSerialized(in)));
        break;
      case 3:
        tag = in.Bytes(static_cast<size_t>(NextSerialized(in)));
        break;
      case 4:
      case 5:
        NextSerialized(in);
        break;
      default:  // Immediate, then original commit.
        out.commit_us = static_cast<int64_t>(NextSerialized(in));
    }
  }
  if (uuid.size() != 16) throw DataError("a GTID without its server");
  out.source = UuidText(uuid);
  if (!tag.empty()) out.source += ':' + tag;
  out.text = fmt::format("{}:{}", out.source, out.sequence);
  return out;
}

GtidEvent ReadMariaGtid(const BinlogEvent& event) {
  constexpr uint8_t kStandalone = 1;
  constexpr uint8_t kPreparedXa = 64;
  constexpr uint8_t kCompletedXa = 128;
  BinlogReader in(event.body);
  GtidEvent out;
  out.named = true;
  out.sequence = in.Little<uint64_t>();
  out.domain = in.Little<uint32_t>();
  const uint8_t flags = in.Byte();
  out.standalone = (flags & kStandalone) != 0;
  out.prepared_xa = (flags & kPreparedXa) != 0;
  out.completed_xa = (flags & kCompletedXa) != 0;
  out.source = std::to_string(out.domain);
  out.text = fmt::format("{}-{}-{}", out.domain, event.header.server_id, out.sequence);
  return out;
}

std::string Inflate(std::string_view compressed, size_t size) {
  std::string out(size, '\0');
  uLongf got = static_cast<uLongf>(size);
  const int result = uncompress(reinterpret_cast<Bytef*>(out.data()), &got,
                                reinterpret_cast<const Bytef*>(compressed.data()),
                                static_cast<uLong>(compressed.size()));
  if (result != Z_OK || got != size) throw DataError("a compressed event cannot be unpacked");
  return out;
}

std::string UnpackZstd(std::string_view compressed, size_t size) {
  std::string out(size, '\0');
  const size_t got = ZSTD_decompress(out.data(), size, compressed.data(), compressed.size());
  if (ZSTD_isError(got) != 0 || got != size) {
    throw DataError("a compressed transaction cannot be unpacked");
  }
  return out;
}

void AppendHexLiteral(std::string& out, std::string_view bytes) {
  out += "X'";
  for (const char c : bytes) {
    fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<uint8_t>(c));
  }
  out += '\'';
}

}  // namespace

BinlogHeader ReadBinlogHeader(std::string_view event) {
  BinlogReader in(event);
  BinlogHeader out;
  out.timestamp = in.Little<uint32_t>();
  out.type = static_cast<BinlogEventType>(in.Byte());
  out.server_id = in.Little<uint32_t>();
  out.size = in.Little<uint32_t>();
  out.next_position = in.Little<uint32_t>();
  out.flags = in.Little<uint16_t>();
  if (out.size < kBinlogHeaderBytes) throw DataError("an event that is shorter than its header");
  return out;
}

FormatDescription ReadFormatDescription(std::string_view event) {
  BinlogReader in(event);
  in.Bytes(kBinlogHeaderBytes);
  if (in.Little<uint16_t>() != 4) throw DataError("a binlog format other than version 4");
  FormatDescription out;
  const std::string_view version = in.Bytes(kServerVersionBytes);
  out.server_version = version.substr(0, version.find('\0'));
  in.Bytes(4);
  if (in.Byte() != kBinlogHeaderBytes) throw DataError("event headers of an unknown size");
  // The lengths of each type's own header, the checksums' algorithm, and the event's own checksum.
  if (in.remaining() > kChecksumBytes) {
    in.Bytes(in.remaining() - kChecksumBytes - 1);
    const uint8_t algorithm = in.Byte();
    if (algorithm > 1) throw DataError("checksums of an unknown kind");
    out.checksums = algorithm == 1;
  }
  return out;
}

RotateEvent ReadRotate(std::string_view body) {
  BinlogReader in(body);
  RotateEvent out;
  out.position = in.Little<uint64_t>();
  out.file = in.Rest();
  return out;
}

QueryEvent ReadQuery(const BinlogEvent& event, std::string& storage) {
  BinlogReader in(event.body);
  QueryEvent out;
  out.thread = in.Little<uint32_t>();
  in.Bytes(4);  // Seconds it took.
  const size_t database = in.Byte();
  out.error = in.Little<uint16_t>();
  const size_t variables = in.Little<uint16_t>();
  ReadStatusVariables(BinlogReader(in.Bytes(variables)), out);
  out.database = in.Bytes(database);
  in.Byte();
  out.sql = in.Rest();
  if (event.header.type == BinlogEventType::kMariaQueryCompressed) {
    constexpr size_t kQueryBytesMax = size_t{1} << 30;
    storage = MariaUncompress(out.sql, kQueryBytesMax);
    out.sql = storage;
  }
  return out;
}

GtidEvent ReadGtid(const BinlogEvent& event) {
  switch (event.header.type) {
    case BinlogEventType::kMariaGtid:
      return ReadMariaGtid(event);
    case BinlogEventType::kGtidTagged:
      return ReadTaggedGtid(event);
    default:
      return ReadMysqlGtid(event);
  }
}

std::string_view ReadRowsQuery(const BinlogEvent& event) {
  // MySQL's has a length of one byte in front, which is wrong for long ones.
  return event.header.type == BinlogEventType::kRowsQuery && !event.body.empty()
             ? event.body.substr(1)
             : event.body;
}

std::string ReadTransactionPayload(std::string_view body, size_t bytes_max) {
  constexpr uint64_t kHeaderEnd = 0;
  constexpr uint64_t kPayloadSize = 1;
  constexpr uint64_t kCompression = 2;
  constexpr uint64_t kUncompressedSize = 3;
  constexpr uint64_t kZstd = 0;
  constexpr uint64_t kNone = 255;
  BinlogReader in(body);
  uint64_t compression = kNone;
  std::optional<uint64_t> size;
  std::optional<uint64_t> payload;
  for (;;) {
    const uint64_t field = in.LengthEncoded();
    if (field == kHeaderEnd) break;
    BinlogReader value(in.LengthEncodedBytes());
    if (field == kPayloadSize) payload = value.LengthEncoded();
    if (field == kCompression) compression = value.LengthEncoded();
    if (field == kUncompressedSize) size = value.LengthEncoded();
  }
  const std::string_view bytes = in.Bytes(static_cast<size_t>(payload.value_or(in.remaining())));
  if (compression == kNone) return std::string(bytes);
  if (compression != kZstd) {
    throw DataError(fmt::format("a transaction compressed by an unknown method ({})", compression));
  }
  const uint64_t wanted = size.value_or(ZSTD_getFrameContentSize(bytes.data(), bytes.size()));
  if (wanted > bytes_max) {
    throw DataError(fmt::format(
        "a compressed transaction of {} bytes, more than fits; run it in smaller ones, or SET "
        "binlog_transaction_compression = OFF",
        wanted));
  }
  return UnpackZstd(bytes, static_cast<size_t>(wanted));
}

XaPrepareEvent ReadXaPrepare(std::string_view body) {
  BinlogReader in(body);
  XaPrepareEvent out;
  out.one_phase = in.Byte() != 0;
  const uint32_t format = in.Little<uint32_t>();
  const uint32_t global = in.Little<uint32_t>();
  const uint32_t branch = in.Little<uint32_t>();
  AppendHexLiteral(out.xid, in.Bytes(global));
  out.xid += ',';
  AppendHexLiteral(out.xid, in.Bytes(branch));
  fmt::format_to(std::back_inserter(out.xid), ",{}", format);
  return out;
}

HeartbeatEvent ReadHeartbeat(const BinlogEvent& event) {
  HeartbeatEvent out;
  if (event.header.type == BinlogEventType::kHeartbeat) {
    out.file = event.body;
    out.position = event.header.next_position;
    return out;
  }
  BinlogReader in(event.body);
  while (!in.empty()) {
    const uint64_t field = in.LengthEncoded();
    if (field == 0) break;
    const std::string_view value = in.LengthEncodedBytes();
    if (field == 1) out.file = value;
    if (field == 2) out.position = BinlogReader(value).LengthEncoded();
  }
  return out;
}

std::string MariaUncompress(std::string_view compressed, size_t bytes_max) {
  constexpr uint8_t kCompressed = 0x80;
  constexpr uint8_t kAlgorithm = 0x70;
  BinlogReader in(compressed);
  const uint8_t head = in.Byte();
  const size_t length_bytes = head & 0x07;
  if ((head & kCompressed) == 0 || (head & kAlgorithm) != 0 || length_bytes == 0 ||
      length_bytes > 4) {
    throw DataError("an event compressed by an unknown method");
  }
  const uint64_t size = in.Big(length_bytes);
  if (size > bytes_max) throw DataError("a compressed event that is larger than an event can be");
  return Inflate(in.Rest(), static_cast<size_t>(size));
}

bool IsRowsEvent(BinlogEventType type) {
  switch (type) {
    case BinlogEventType::kWriteRowsV1:
    case BinlogEventType::kUpdateRowsV1:
    case BinlogEventType::kDeleteRowsV1:
    case BinlogEventType::kWriteRows:
    case BinlogEventType::kUpdateRows:
    case BinlogEventType::kDeleteRows:
    case BinlogEventType::kPartialUpdateRows:
    case BinlogEventType::kMariaWriteRowsCompressedV1:
    case BinlogEventType::kMariaUpdateRowsCompressedV1:
    case BinlogEventType::kMariaDeleteRowsCompressedV1:
      return true;
    default:
      return false;
  }
}

}  // namespace tidewire::source
