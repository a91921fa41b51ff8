// Tables, rows and changes as texts, for scripts that a recorded run can be compared with.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "format/pg_text.h"
#include "format/time_text.h"
#include "model/batch.h"

namespace tidewire::testing {

using model::Column;
using model::ColumnType;
using model::Datum;
using model::Kind;

// A value as text; null: SQL NULL.
using Row = std::vector<const char*>;
inline constexpr char kUnavailable[] = "\x01unavailable";
inline constexpr char kAbsent[] =
    "\x01"
    "absent";
inline constexpr char kNulCharacter[] = "\x01nul";

struct ColumnSpec {
  const char* name;
  const char* type;
  // k: of the key (and NOT NULL), n: NOT NULL, s: serial, i: identity, g: generated, d: default.
  const char* flags = "";
  const char* default_text = nullptr;
};

// How a source describes a type.
using DescribeType = ColumnType (*)(const std::string& native);

inline model::TableSchemaPtr MakeTable(const model::TableSchema& names, DescribeType describe,
                                       const std::vector<ColumnSpec>& columns,
                                       std::vector<uint32_t> key = {}) {
  auto table = std::make_shared<model::TableSchema>(names);
  for (const ColumnSpec& spec : columns) {
    const std::string flags = spec.flags;
    const auto has = [&](char c) { return flags.find(c) != std::string::npos; };
    Column column;
    column.name = spec.name;
    column.type = describe(spec.type);
    column.nullable = !has('k') && !has('n') && !has('s');
    column.identity = has('s') || has('i');
    column.generated = has('g');
    column.has_default = has('s') || has('g') || has('d');
    if (spec.default_text != nullptr) column.default_text = spec.default_text;
    if (has('k')) table->key.push_back(static_cast<uint32_t>(table->columns.size()));
    table->columns.push_back(std::move(column));
  }
  if (!key.empty()) table->key = std::move(key);
  return table;
}

// What only MySQL has.
inline std::optional<Datum> MysqlDatum(model::Kind kind, std::string_view text,
                                       std::string& scratch) {
  switch (kind) {
    case Kind::kUInt64:
      return Datum::Integer(static_cast<int64_t>(std::strtoull(text.data(), nullptr, 10)));
    case Kind::kYear:
      return Datum::Integer(std::strtoll(text.data(), nullptr, 10));
    case Kind::kTime:
      if (const auto micros = format::ParseLongTime(text)) return Datum::Integer(*micros);
      return std::nullopt;
    case Kind::kGeometry:
    case Kind::kVector:
      return format::ParseDatum(Kind::kBytes, text, scratch);
    default:
      return std::nullopt;
  }
}

inline Datum MakeDatum(Arena& arena, const Column& column, const char* text) {
  if (text == nullptr) return Datum::Null();
  if (text == kUnavailable) return Datum::Of(model::DatumState::kUnavailable);
  if (text == kAbsent) return Datum::Of(model::DatumState::kAbsent);
  if (text == kNulCharacter) return Datum::View(std::string_view("\0", 1));
  std::string scratch;
  auto datum = MysqlDatum(column.type.kind, text, scratch);
  if (!datum) datum = format::ParseDatum(column.type.kind, text, scratch);
  EXPECT_TRUE(datum.has_value()) << column.name << ": " << text;
  if (!datum) return Datum::Null();
  return model::HoldsView(column.type.kind) ? Datum::View(arena.Copy(datum->view())) : *datum;
}

// Shorter rows are filled with NULL. Null for an empty row.
inline const Datum* MakeRow(Arena& arena, const model::TableSchema& table, const Row& row) {
  if (row.empty()) return nullptr;
  Datum* out = arena.AllocateArray<Datum>(table.columns.size());
  for (size_t i = 0; i < row.size(); ++i) out[i] = MakeDatum(arena, table.columns.at(i), row[i]);
  return out;
}

// Tokens for texts that the recorded event itself gives: a clock's reading, generated text of many
// kilobytes.
inline constexpr char kRecorded[] = "\x02recorded";     // The member of the same name.
inline constexpr char kRecordedBigAsHex[] = "\x02hex";  // Of the member "big".
inline constexpr char kRecordedBigAsJson[] = "\x02json";
inline constexpr char kRecordedBigAsArray[] =
    "\x02"
    "array";

struct Change {
  // r, c, u, d, t as in the envelope; k: a change of the key, which is delete, tombstone and
  // create.
  char op;
  Row after;
  Row before = {};  // Empty: none sent.
};

struct TopicScript {
  struct Part {
    model::TableSchemaPtr table;
    std::vector<Change> changes;
  };
  std::vector<Part> parts;  // One for each version of the table.
};

// By the topic's last part; the records of a topic in the order of the recording.
using TopicScripts = std::map<std::string, TopicScript>;

}  // namespace tidewire::testing
