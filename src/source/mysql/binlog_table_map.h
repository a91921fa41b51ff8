// The TABLE_MAP event: what the server says about a table before rows of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidewire::source {

// Storage types of columns (enum_field_types of the servers).
enum class BinlogType : uint8_t {
  kDecimalOld = 0,
  kTiny = 1,
  kShort = 2,
  kLong = 3,
  kFloat = 4,
  kDouble = 5,
  kNull = 6,
  kTimestampOld = 7,
  kLongLong = 8,
  kInt24 = 9,
  kDate = 10,
  kTimeOld = 11,
  kDateTimeOld = 12,
  kYear = 13,
  kNewDate = 14,
  kVarchar = 15,
  kBit = 16,
  kTimestamp = 17,
  kDateTime = 18,
  kTime = 19,
  kMariaBlobCompressed = 140,
  kMariaVarcharCompressed = 141,
  kVector = 242,
  kJson = 245,
  kDecimal = 246,
  kEnum = 247,
  kSet = 248,
  kTinyBlob = 249,
  kMediumBlob = 250,
  kLongBlob = 251,
  kBlob = 252,
  kVarString = 253,
  kString = 254,
  kGeometry = 255,
};

struct BinlogColumn {
  BinlogType type = BinlogType::kNull;  // Enum and set resolved.
  // By type: bytes at most (strings), bytes of the length (blobs), bits, fractional digits,
  // bytes of a number (float, enum, set), precision << 8 | scale.
  uint16_t metadata = 0;
  bool nullable = true;
  // What the server tells with binlog_row_metadata.
  std::optional<bool> is_unsigned;
  std::optional<uint64_t> collation;  // Of text, enum and set: its number.
  std::string name;                   // Empty: not told.
  std::vector<std::string> members;   // Enum and set: in the column's own character set.
  std::optional<uint64_t> geometry;   // 0 geometry, 1 point, … 7 collection.
};

struct BinlogTableMap {
  uint64_t id = 0;
  std::string database;
  std::string table;
  std::vector<BinlogColumn> columns;
  bool has_names = false;  // binlog_row_metadata=FULL
  // Of the primary key, in its order, where the server tells it.
  std::optional<std::vector<uint32_t>> primary_key;
};

// Throws DataError on malformed bytes.
BinlogTableMap ReadTableMap(std::string_view body);
// Only the table's number.
uint64_t ReadTableId(std::string_view body);

}  // namespace tidewire::source
