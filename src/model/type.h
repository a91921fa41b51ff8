// The types of columns, as every source delivers and every sink takes them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tidewire::model {

// What a value is, and how its Datum holds it. "text" means a view of UTF-8.
enum class Kind : uint8_t {
  kBool,     // integer 0 or 1
  kInt16,    // integer
  kInt32,    // integer
  kInt64,    // integer
  kFloat32,  // real, exactly representable as float
  kFloat64,  // real
  kDecimal,  // text: canonical decimal digits with the scale's zeros, "-12.50", "NaN", "Infinity",
             // "-Infinity"
  kMoney,    // text: canonical decimal digits (no currency sign), as kDecimal
  kString,   // text
  kChar,     // text padded with blanks to the type's length
  kBytes,    // view of raw bytes
  kDate,     // integer: days since 1970-01-01, or ±infinity
  kTime,     // integer: microseconds of the day, 0 … 86,400,000,000 (24:00)
  kTimeTz,   // text: "12:34:56.789012+02:00:00"-like, as PostgreSQL prints timetz
  kTimestamp,    // integer: microseconds since 2000-01-01 00:00 without zone, or ±infinity
  kTimestampTz,  // integer: microseconds since 2000-01-01 00:00 UTC, or ±infinity
  kInterval,     // text: ISO 8601 with a sign per field, "P1Y-2M3DT4H5M-6.789S"
                 // (intervalstyle=iso_8601)
  kUuid,         // text, 36 characters, lower case
  kJson,         // text
  kXml,          // text
  kEnum,         // text: the label
  kBits,         // text of '0' and '1', as many as a type of fixed length has
  kPoint,        // text "(x,y)"
  kArray,   // text: PostgreSQL's array literal, bounds and nesting kept; elements are of `element`
  kHstore,  // text: hstore's literal
  kLtree,   // text
  kTsvector,  // text
  kOther,   // text in the source's own notation (inet, ranges, composites, geometric types, pg_lsn,
            // …)
  kUInt64,  // integer: the 64 bits, to be read as unsigned
  kYear,    // integer: 0, 1901 … 2155
  kEnumSet,   // text: the members that are set, in the type's order, between commas
  kGeometry,  // view: SRID as 4 bytes, little-endian, then well-known binary (MySQL's own form)
  kVector,    // view: 32-bit floats, little-endian
};

// Immutable once in a TableSchema.
struct ColumnType {
  Kind kind = Kind::kString;
  // The source's name for the type with its modifiers, as its catalog prints it: "numeric(10,2)",
  // "character varying(20)", "integer[]", "g.mood". Sinks of the same family may create their
  // columns with it.
  std::string native;
  // The source's bare type name ("numeric", "varchar", "mood"; of MySQL "INT UNSIGNED", "POINT"):
  // what `datatype.…` settings and type rules match.
  std::string type_name;
  int32_t length = -1;  // char(n), varchar(n), bit(n); -1 when unlimited.
  // Decimals: digits; times and timestamps: fractional digits; -1 when not given, which means all
  // there are. A source for which it means none (MySQL) gives 0.
  int32_t precision = -1;
  int32_t scale = -1;                         // Decimals; -1 when not given (any scale).
  std::vector<std::string> enum_values;       // kEnum, kEnumSet: labels in the type's order.
  std::shared_ptr<const ColumnType> element;  // kArray only.
  // The type is built into the source's system (no extension, domain or user type), so a server of
  // the same kind has it.
  bool built_in = true;
  // For kinds whose native type is a domain: the base type's native name; else empty.
  std::string base_native;
  // Debezium has a documented form for the type; others are emitted only with
  // include.unknown.datatypes (see docs/compatibility.md for what we do).
  bool documented = true;

  bool operator==(const ColumnType&) const;
};

// True where the Datum holds `integer`; `real` for the two float kinds; a view for all the others.
constexpr bool HoldsInteger(Kind kind) {
  switch (kind) {
    case Kind::kBool:
    case Kind::kInt16:
    case Kind::kInt32:
    case Kind::kInt64:
    case Kind::kDate:
    case Kind::kTime:
    case Kind::kTimestamp:
    case Kind::kTimestampTz:
    case Kind::kUInt64:
    case Kind::kYear:
      return true;
    default:
      return false;
  }
}
constexpr bool HoldsReal(Kind kind) { return kind == Kind::kFloat32 || kind == Kind::kFloat64; }
constexpr bool HoldsView(Kind kind) { return !HoldsInteger(kind) && !HoldsReal(kind); }

// "kInt32" → "int32": for messages, logs and formats that persist kinds by name.
std::string_view KindName(Kind kind);

}  // namespace tidewire::model
