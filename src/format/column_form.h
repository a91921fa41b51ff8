// How a column's values look outside: the one decision that its Connect schema, its JSON and its
// default share. It follows from the column's type and the connector's handling modes. Source:
// Debezium's documentation of the PostgreSQL connector, "Data type mappings"; recorded events in
// tests/golden.
#pragma once

#include <optional>
#include <string>

#include "model/datum.h"
#include "model/topic_schema.h"

namespace tidewire::format {

enum class Form : uint8_t {
  kBool,
  kInteger,
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
  kBitsBool,  // bit(1)
  kBits,
  kPoint,
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

// The value that stands for "none" in a NOT NULL column of this kind: zero, the empty text,
// 1970-01-01.
model::Datum ZeroDatum(model::Kind kind);

// The default that a column's schema shows: its constant; for expressions (nextval, now(),
// generated columns) the zero of its kind. Nothing where Debezium shows none: no default, identity
// columns, and types whose defaults it does not read. The view points into `column` or `scratch`.
std::optional<model::Datum> ShownDefault(const model::Column& column, Form form,
                                         std::string& scratch);

}  // namespace tidewire::format
