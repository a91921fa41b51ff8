// Values in PostgreSQL's own forms: binary (COPY … BINARY and binary parameters) and text.
// Source: the send/recv functions of src/backend/utils/adt in PostgreSQL 15; "COPY" in its manual
// for the framing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/datum.h"
#include "model/type.h"
#include "sink/sql/target_table.h"

namespace tidewire::sink {

// How values of one kind go into a column of one type.
enum class PostgresCodec : uint8_t {
  kText,          // Only as text: the server parses it.
  kArrayText,     // Text: floats of a vector as an array, "{1,2.5}".
  kVectorText,    // Text: floats of a vector as pgvector takes them, "[1,2.5]".
  kGeometryText,  // Text: EWKB in hexadecimal digits, as PostGIS takes it.
  kBool,
  kInt2,
  kInt4,
  kInt8,
  kOid,
  kFloat4,
  kFloat8,
  kNumeric,
  kRaw,  // The text's own bytes.
  kJsonb,
  kUuid,
  kBytea,
  kGeometryBytes,  // EWKB.
  kDate,
  kTime,
  kTimestamp,
};
PostgresCodec ChoosePostgresCodec(model::Kind kind, const TargetColumn& column);
constexpr bool IsTextCodec(PostgresCodec codec) { return codec <= PostgresCodec::kGeometryText; }

// A length (four bytes, −1 for NULL) and the value, as one field of a binary COPY row. Not for text
// codecs. Throws ValueError for what is no value of the type.
void AppendBinaryField(PostgresCodec codec, const model::Datum& datum, std::string& out);
// The value as PostgreSQL's input function takes it. Not for NULL. Throws ValueError.
void AppendTextField(PostgresCodec codec, model::Kind kind, const model::Datum& datum,
                     std::string& out);
// The same with COPY's escapes, for any codec; \N for NULL.
void AppendCopyText(PostgresCodec codec, model::Kind kind, const model::Datum& datum,
                    std::string& out);

// "-123.4500" → numeric's base-10000 digits, without the length. Throws ValueError.
void AppendNumeric(std::string_view text, std::string& out);

}  // namespace tidewire::sink
