// A table as MySQL's data definition statements describe it. The DDL follower makes and changes
// these, the schema history keeps them, and the binlog decoder reads rows with them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidewire::source {

// What a column holds; synonyms (INTEGER, DEC, BOOL, SERIAL, CHARACTER VARYING, …) are resolved.
enum class MysqlBase : uint8_t {
  kTinyInt,
  kSmallInt,
  kMediumInt,
  kInt,
  kBigInt,
  kFloat,
  kDouble,
  kDecimal,
  kBit,
  kDate,
  kTime,
  kDateTime,
  kTimestamp,
  kYear,
  kChar,
  kVarchar,
  kBinary,
  kVarbinary,
  kTinyText,
  kText,
  kMediumText,
  kLongText,
  kTinyBlob,
  kBlob,
  kMediumBlob,
  kLongBlob,
  kEnum,
  kSet,
  kJson,  // MySQL's binary JSON. MariaDB's JSON is kLongText.
  kGeometry,
  kPoint,
  kLineString,
  kPolygon,
  kMultiPoint,
  kMultiLineString,
  kMultiPolygon,
  kGeometryCollection,
  kVector,  // MySQL 9, MariaDB 11.7.
  kUuid,    // MariaDB.
  kInet4,   // MariaDB.
  kInet6,   // MariaDB.
  kOther,   // A type of a plug-in, or of a later server.
};

struct MysqlColumn {
  std::string name;
  MysqlBase base = MysqlBase::kOther;
  // As Debezium's history has it: upper case, with its attributes, as the statement wrote the type:
  // "INT", "BIGINT UNSIGNED", "INT UNSIGNED ZEROFILL", "CHARACTER VARYING".
  std::string type_name;
  bool is_unsigned = false;
  bool zerofill = false;
  // As written: display width, characters, bits, digits of a decimal, fractional digits of a time;
  // -1: not written.
  int32_t length = -1;
  int32_t scale = -1;     // Decimals, FLOAT(m,d); -1: not written.
  std::string charset;    // Of text, enum and set: its own, else the table's. Else empty.
  std::string collation;  // Empty: the character set's own, or not known.
  std::vector<std::string> members;  // kEnum, kSet: decoded, UTF-8.
  bool nullable = true;
  bool auto_increment = false;
  enum class Generated : uint8_t { kNo, kVirtual, kStored };
  Generated generated = Generated::kNo;
  std::string generation;  // Its expression, as written.
  bool invisible = false;
  // A DEFAULT clause is there, or implied (NULL for nullable columns).
  bool has_default = false;
  // A constant's text, unquoted; nothing: NULL, or an expression. TRUE and FALSE are 1 and 0; of
  // kBit it is binary digits, whatever the constant's form; elsewhere hexadecimal and bit literals
  // are the number, or the bytes where the column holds text or bytes.
  std::optional<std::string> default_text;
  bool default_is_expression = false;  // CURRENT_TIMESTAMP, (uuid()), NEXT VALUE FOR …
  // The DEFAULT clause's operand as written, quotes included; empty: no clause.
  std::string default_written;
  std::optional<std::string> comment;
  int32_t srid = -1;  // Spatial columns with an SRID (MySQL) or REF_SYSTEM_ID (MariaDB).

  bool operator==(const MysqlColumn&) const = default;
};

struct MysqlIndex {
  std::string name;
  std::vector<std::string> columns;  // In order; expressions are left out, with `whole` false.
  bool unique = false;
  bool whole = true;  // Every part is a whole column: no prefix length, no expression.
  // Made for a foreign key: it goes when another index begins with its columns.
  bool generated = false;
  bool operator==(const MysqlIndex&) const = default;
};

// Immutable when shared: a new version is a new object.
struct MysqlTable {
  std::string database;
  std::string name;
  std::string charset;    // The table's default; empty: not known.
  std::string collation;  // Likewise.
  std::vector<MysqlColumn> columns;
  std::vector<std::string> primary_key;  // Columns, in the key's order.
  std::vector<MysqlIndex> indexes;       // Unique ones only; names may repeat after odd DDL.
  // The others. Nothing is read through them; an index without a name of its own gets one that no
  // earlier index has, so they must be known.
  std::vector<MysqlIndex> plain_indexes;
  std::optional<std::string> comment;
  // MariaDB, WITH SYSTEM VERSIONING without columns for the period: rows end with two columns that
  // are not among `columns`, row_start and row_end, both TIMESTAMP(6).
  bool implicit_row_period = false;

  // Index of the column, by name without regard to case, or nothing.
  std::optional<size_t> Find(std::string_view column) const;
  // The key of the events: the primary key, else the first unique index over whole columns that
  // are all NOT NULL. Empty: none.
  std::vector<std::string> EventKey() const;

  bool operator==(const MysqlTable&) const = default;
};

using MysqlTablePtr = std::shared_ptr<const MysqlTable>;

// "database", "table": as the catalog spells them.
using MysqlTableId = std::pair<std::string, std::string>;

}  // namespace tidewire::source
