// How a column's values look outside: the one decision that its Connect schema, its JSON and its
// default share. It follows from the column's type, the connector's handling modes and, in few
// places, its kind. Source: Debezium's documentation of the PostgreSQL and MySQL connectors, "Data
// type mappings"; recorded events in tests/golden.
#pragma once

#include <string>

#include "model/datum.h"
#include "model/topic_schema.h"

namespace tidewire::format {

enum class Form : uint8_t {
  kBool,
  kInteger,
  kUnsignedDecimal,  // BIGINT UNSIGNED as Decimal of scale 0.
  kYear,
  kFloat32,
  kFloat64,
  kText,
  kDecimalBytes,     // Decimal with the column's scale.
  kVariableDecimal,  // Struct of scale and bytes.
  kDecimalText,
  kDecimalDouble,
  kBinary,   // Bytes, or text by binary.handling.mode.
  kUnknown,  // The text of a type without documented form, as kBinary.
  kDateDays,
  kIsoDate,
  kTimeMillis,
  kTimeMicros,
  kTimeNanos,
  kIsoTime,
  kTimestampMillis,
  kTimestampMicros,
  kTimestampNanos,
  kIsoTimestamp,
  kZonedTimestamp,
  kZonedTime,
  kDurationMicros,
  kDurationText,
  kBitsBool,       // bit(1)
  kBits,           // As many bytes as the value needs.
  kFixedBits,      // As many bytes as the type has.
  kPoint,          // PostgreSQL's point.
  kGeometry,       // Struct of WKB and SRID.
  kGeometryPoint,  // The same with x and y.
  kFloatVector,
  kArray,
  kHstoreJson,
  kHstoreMap,
};

Form FormOf(const model::ColumnType& type, const model::RenderOptions& options);

// Digits behind the point of a decimal that has a fixed number of them.
int32_t DecimalScale(const model::ColumnType& type, const model::RenderOptions& options);

// The converted number of the integer forms; limits of int64 where no int64 holds the value.
int64_t DateDays(int64_t days);
int64_t TimestampMillis(int64_t micros_since_2000);
int64_t TimestampMicros(int64_t micros_since_2000);
int64_t TimestampNanos(int64_t micros_since_2000);

// The text forms of dates, times and timestamps; `precision` is the column's. Infinity of dates and
// of timestamps with time zone is the word, as PostgreSQL prints it; of plain timestamps it is the
// instant that TimestampMicros gives.
void AppendTemporalText(std::string& out, Form form, int32_t precision, int64_t value);

// Whether a kTime is a time of a day, 24:00 included. MySQL's may be others.
constexpr bool IsTimeOfDay(int64_t micros) {
  return micros >= 0 && micros <= 86'400 * int64_t{1'000'000};
}

// The value that stands for "none" in a NOT NULL column of this type: zero, the empty text,
// 1970-01-01.
model::Datum ZeroDatum(const model::ColumnType& type);

}  // namespace tidewire::format
