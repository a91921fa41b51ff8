#include "source/mysql/binlog_table_map.h"

#include "source/mysql/binlog_reader.h"

namespace tidewire::source {
namespace {

constexpr size_t kColumnsMax = 4096;

// Enum, set and long CHARs share one type; the real one and the length's high bits hide in the
// first byte.
void ReadStringMetadata(BinlogReader& in, BinlogColumn& column) {
  const uint8_t first = in.Byte();
  const uint8_t second = in.Byte();
  constexpr uint8_t kLengthBits = 0x30;
  if ((first & kLengthBits) != kLengthBits) {
    column.type = static_cast<BinlogType>(first | kLengthBits);
    column.metadata = static_cast<uint16_t>(second | ((first & kLengthBits) ^ kLengthBits) << 4);
    return;
  }
  column.type = static_cast<BinlogType>(first);
  column.metadata = second;
}

void ReadMetadata(BinlogReader& in, BinlogColumn& column) {
  switch (column.type) {
    case BinlogType::kFloat:
    case BinlogType::kDouble:
    case BinlogType::kTimestamp:
    case BinlogType::kDateTime:
    case BinlogType::kTime:
    case BinlogType::kBlob:
    case BinlogType::kTinyBlob:
    case BinlogType::kMediumBlob:
    case BinlogType::kLongBlob:
    case BinlogType::kGeometry:
    case BinlogType::kJson:
    case BinlogType::kVector:
    case BinlogType::kMariaBlobCompressed:
      column.metadata = in.Byte();
      return;
    case BinlogType::kVarchar:
    case BinlogType::kMariaVarcharCompressed:
      column.metadata = in.Little<uint16_t>();
      return;
    case BinlogType::kBit: {
      const uint8_t bits = in.Byte();
      const uint8_t bytes = in.Byte();
      column.metadata = static_cast<uint16_t>(bytes * 8 + bits);
      return;
    }
    case BinlogType::kDecimal: {
      const uint8_t precision = in.Byte();
      const uint8_t scale = in.Byte();
      column.metadata = static_cast<uint16_t>(precision << 8 | scale);
      return;
    }
    case BinlogType::kString:
    case BinlogType::kVarString:
    case BinlogType::kEnum:
    case BinlogType::kSet:
      ReadStringMetadata(in, column);
      return;
    default:
      return;
  }
}

// What servers tell signs of; YEAR is among them.
bool IsNumeric(BinlogType type) {
  switch (type) {
    case BinlogType::kTiny:
    case BinlogType::kShort:
    case BinlogType::kInt24:
    case BinlogType::kLong:
    case BinlogType::kLongLong:
    case BinlogType::kFloat:
    case BinlogType::kDouble:
    case BinlogType::kDecimal:
    case BinlogType::kYear:
      return true;
    default:
      return false;
  }
}

bool IsEnumOrSet(BinlogType type) { return type == BinlogType::kEnum || type == BinlogType::kSet; }

bool IsText(BinlogType type) {
  switch (type) {
    case BinlogType::kVarchar:
    case BinlogType::kString:
    case BinlogType::kVarString:
    case BinlogType::kBlob:
    case BinlogType::kTinyBlob:
    case BinlogType::kMediumBlob:
    case BinlogType::kLongBlob:
    case BinlogType::kMariaBlobCompressed:
    case BinlogType::kMariaVarcharCompressed:
      return true;
    default:
      return false;
  }
}

void ReadSigns(BinlogReader in, std::vector<BinlogColumn>& columns) {
  uint8_t bits = 0;
  int left = 0;
  for (BinlogColumn& column : columns) {
    if (!IsNumeric(column.type)) continue;
    if (left == 0) {
      bits = in.Byte();
      left = 8;
    }
    column.is_unsigned = (bits & 0x80) != 0;
    bits = static_cast<uint8_t>(bits << 1);
    --left;
  }
}

// One collation for most columns, then the others by their place among those of that kind.
template <class IsOne>
void ReadDefaultCollation(BinlogReader in, std::vector<BinlogColumn>& columns, IsOne is_one) {
  const uint64_t usual = in.LengthEncoded();
  std::vector<BinlogColumn*> all;
  for (BinlogColumn& column : columns) {
    if (!is_one(column.type)) continue;
    column.collation = usual;
    all.push_back(&column);
  }
  while (!in.empty()) {
    const uint64_t index = in.LengthEncoded();
    const uint64_t collation = in.LengthEncoded();
    if (index >= all.size()) throw DataError("a table map with a collation of no column");
    all[static_cast<size_t>(index)]->collation = collation;
  }
}

template <class IsOne>
void ReadCollations(BinlogReader in, std::vector<BinlogColumn>& columns, IsOne is_one) {
  for (BinlogColumn& column : columns) {
    if (is_one(column.type)) column.collation = in.LengthEncoded();
  }
}

void ReadMembers(BinlogReader in, std::vector<BinlogColumn>& columns, BinlogType type) {
  for (BinlogColumn& column : columns) {
    if (column.type != type) continue;
    const uint64_t count = in.LengthEncoded();
    if (count > in.remaining()) throw DataError("a table map with too many members");
    for (uint64_t i = 0; i < count; ++i) column.members.emplace_back(in.LengthEncodedBytes());
  }
}

void ReadNames(BinlogReader in, BinlogTableMap& out) {
  for (BinlogColumn& column : out.columns) column.name = in.LengthEncodedBytes();
  out.has_names = true;
}

void ReadPrimaryKey(BinlogReader in, BinlogTableMap& out, bool prefixes) {
  std::vector<uint32_t> key;
  while (!in.empty()) {
    const uint64_t column = in.LengthEncoded();
    if (prefixes) in.LengthEncoded();
    if (column >= out.columns.size()) throw DataError("a table map with a key of no column");
    key.push_back(static_cast<uint32_t>(column));
  }
  out.primary_key = std::move(key);
}

// Source: mysql-server, "Table_map_event::Optional_metadata_field_type".
void ReadOptional(uint8_t type, BinlogReader in, BinlogTableMap& out) {
  switch (type) {
    case 1:
      return ReadSigns(in, out.columns);
    case 2:
      return ReadDefaultCollation(in, out.columns, IsText);
    case 3:
      return ReadCollations(in, out.columns, IsText);
    case 4:
      return ReadNames(in, out);
    case 5:
      return ReadMembers(in, out.columns, BinlogType::kSet);
    case 6:
      return ReadMembers(in, out.columns, BinlogType::kEnum);
    case 7:
      for (BinlogColumn& column : out.columns) {
        if (column.type == BinlogType::kGeometry) column.geometry = in.LengthEncoded();
      }
      return;
    case 8:
      return ReadPrimaryKey(in, out, false);
    case 9:
      return ReadPrimaryKey(in, out, true);
    case 10:
      return ReadDefaultCollation(in, out.columns, IsEnumOrSet);
    case 11:
      return ReadCollations(in, out.columns, IsEnumOrSet);
    default:
      return;
  }
}

}  // namespace

uint64_t ReadTableId(std::string_view body) { return BinlogReader(body).Little(6); }

BinlogTableMap ReadTableMap(std::string_view body) {
  BinlogReader in(body);
  BinlogTableMap out;
  out.id = in.Little(6);
  in.Bytes(2);  // Flags.
  out.database = in.Bytes(in.Byte());
  in.Byte();
  out.table = in.Bytes(in.Byte());
  in.Byte();
  const uint64_t count = in.LengthEncoded();
  if (count > kColumnsMax) throw DataError("a table map with too many columns");
  const std::string_view types = in.Bytes(static_cast<size_t>(count));
  BinlogReader metadata(in.LengthEncodedBytes());
  const std::string_view nullable = in.Bytes((static_cast<size_t>(count) + 7) / 8);
  out.columns.resize(static_cast<size_t>(count));
  for (size_t i = 0; i < out.columns.size(); ++i) {
    BinlogColumn& column = out.columns[i];
    column.type = static_cast<BinlogType>(types[i]);
    ReadMetadata(metadata, column);
    column.nullable = (static_cast<uint8_t>(nullable[i / 8]) >> (i % 8) & 1) != 0;
  }
  while (!in.empty()) {
    const uint8_t type = in.Byte();
    ReadOptional(type, BinlogReader(in.LengthEncodedBytes()), out);
  }
  return out;
}

}  // namespace tidewire::source
