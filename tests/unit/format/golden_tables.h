// The tables of tests/golden/ref/postgres/01-schema.sql as typed schemas.
#pragma once

#include "unit/format/golden_rows.h"

namespace tidewire::testing {

// The type of a column as the PostgreSQL source would describe it.
inline ColumnType TypeOf(const std::string& native) {
  struct Known {
    const char* name;
    Kind kind;
    bool documented;
  };
  static const Known kKnown[] = {
      {"int2", Kind::kInt16, true},
      {"int4", Kind::kInt32, true},
      {"int8", Kind::kInt64, true},
      {"oid", Kind::kInt64, true},
      {"bool", Kind::kBool, true},
      {"float4", Kind::kFloat32, true},
      {"float8", Kind::kFloat64, true},
      {"numeric", Kind::kDecimal, true},
      {"money", Kind::kMoney, true},
      {"text", Kind::kString, true},
      {"varchar", Kind::kString, true},
      {"bpchar", Kind::kChar, true},
      {"name", Kind::kString, true},
      {"citext", Kind::kString, true},
      {"char", Kind::kString, true},
      {"bytea", Kind::kBytes, true},
      {"uuid", Kind::kUuid, true},
      {"json", Kind::kJson, true},
      {"jsonb", Kind::kJson, true},
      {"xml", Kind::kXml, true},
      {"date", Kind::kDate, true},
      {"time", Kind::kTime, true},
      {"timetz", Kind::kTimeTz, true},
      {"timestamp", Kind::kTimestamp, true},
      {"timestamptz", Kind::kTimestampTz, true},
      {"interval", Kind::kInterval, true},
      {"bit", Kind::kBits, true},
      {"varbit", Kind::kBits, true},
      {"mood", Kind::kEnum, true},
      {"point", Kind::kPoint, true},
      {"hstore", Kind::kHstore, true},
      {"ltree", Kind::kLtree, true},
      {"tsvector", Kind::kTsvector, true},
      {"pair", Kind::kOther, false},
      {"pg_lsn", Kind::kOther, false},
      {"line", Kind::kOther, false},
      {"box", Kind::kOther, false},
      {"circle", Kind::kOther, false},
      {"polygon", Kind::kOther, false},
      {"int4multirange", Kind::kOther, false},
  };
  ColumnType type;
  type.native = native;
  if (native.ends_with("[]")) {
    type.kind = Kind::kArray;
    type.element = std::make_shared<ColumnType>(TypeOf(native.substr(0, native.size() - 2)));
    type.type_name = "_" + type.element->type_name;
    return type;
  }
  const size_t open = native.find('(');
  type.type_name = native.substr(0, open);
  type.kind = Kind::kOther;  // inet, ranges, …
  for (const Known& known : kKnown) {
    if (type.type_name != known.name) continue;
    type.kind = known.kind;
    type.documented = known.documented;
  }
  if (type.kind == Kind::kEnum) type.enum_values = {"sad", "ok", "happy"};
  if (open != std::string::npos) {
    const int32_t number = std::stoi(native.substr(open + 1));
    const bool has_length =
        type.kind == Kind::kString || type.kind == Kind::kChar || type.kind == Kind::kBits;
    (has_length ? type.length : type.precision) = number;
    const size_t comma = native.find(',');
    if (comma != std::string::npos) type.scale = std::stoi(native.substr(comma + 1));
  }
  return type;
}

inline model::TableSchemaPtr MakeTable(const std::string& name,
                                       const std::vector<ColumnSpec>& columns,
                                       std::vector<uint32_t> key = {}) {
  model::TableSchema names;
  names.catalog = "golden";
  names.schema = "g";
  names.name = name;
  return MakeTable(names, TypeOf, columns, std::move(key));
}

inline const std::vector<ColumnSpec> kNums = {{"id", "int4", "k"},
                                              {"b", "bool"},
                                              {"i2", "int2"},
                                              {"i4", "int4"},
                                              {"i8", "int8"},
                                              {"f4", "float4"},
                                              {"f8", "float8"},
                                              {"n", "numeric"},
                                              {"n10_2", "numeric(10,2)"},
                                              {"n5_0", "numeric(5,0)"},
                                              {"n38_10", "numeric(38,10)"},
                                              {"m", "money"},
                                              {"s", "int2", "s"},
                                              {"se", "int4", "s"},
                                              {"bs", "int8", "s"},
                                              {"o", "oid"}};
inline const std::vector<ColumnSpec> kStrs = {
    {"id", "int4", "k"}, {"t", "text"},       {"vc", "varchar"}, {"vc10", "varchar(10)"},
    {"c", "bpchar(5)"},  {"c1", "bpchar(1)"}, {"nm", "name"},    {"ci", "citext"},
    {"char1", "char"},   {"ba", "bytea"},     {"u", "uuid"},     {"j", "json"},
    {"jb", "jsonb"},     {"x", "xml"}};
inline const std::vector<ColumnSpec> kTimes = {
    {"id", "int4", "k"},         {"d", "date"},           {"t", "time"},
    {"t0", "time(0)"},           {"t3", "time(3)"},       {"tz", "timetz"},
    {"tz3", "timetz(3)"},        {"ts", "timestamp"},     {"ts0", "timestamp(0)"},
    {"ts1", "timestamp(1)"},     {"ts3", "timestamp(3)"}, {"ts4", "timestamp(4)"},
    {"ts6", "timestamp(6)"},     {"tstz", "timestamptz"}, {"tstz0", "timestamptz(0)"},
    {"tstz3", "timestamptz(3)"}, {"iv", "interval"},      {"iv_ym", "interval"}};
inline const std::vector<ColumnSpec> kMisc = {{"id", "int4", "k"},
                                              {"ip", "inet"},
                                              {"ci", "cidr"},
                                              {"ma", "macaddr"},
                                              {"ma8", "macaddr8"},
                                              {"b1", "bit(1)"},
                                              {"b8", "bit(8)"},
                                              {"vb", "varbit"},
                                              {"vb12", "varbit(12)"},
                                              {"mo", "mood"},
                                              {"p", "point"},
                                              {"i4r", "int4range"},
                                              {"i8r", "int8range"},
                                              {"nr", "numrange"},
                                              {"tsr", "tsrange"},
                                              {"tstzr", "tstzrange"},
                                              {"dr", "daterange"},
                                              {"h", "hstore"},
                                              {"lt", "ltree"},
                                              {"dom", "int4"},
                                              {"domn", "numeric(10,2)"},
                                              {"tv", "tsvector"},
                                              {"comp", "pair"},
                                              {"lsn", "pg_lsn"},
                                              {"l", "line"},
                                              {"bx", "box"},
                                              {"ci2", "circle"},
                                              {"pg", "polygon"},
                                              {"i4m", "int4multirange"}};
inline const std::vector<ColumnSpec> kArrs = {
    {"id", "int4", "k"},       {"ai", "int4[]"},         {"ai2", "int2[]"}, {"a8", "int8[]"},
    {"at", "text[]"},          {"avc", "varchar(10)[]"}, {"ab", "bool[]"},  {"af", "float8[]"},
    {"an", "numeric(10,2)[]"}, {"au", "uuid[]"},         {"ad", "date[]"},  {"ats", "timestamp[]"},
    {"atz", "timestamptz[]"},  {"amo", "mood[]"},        {"aj", "jsonb[]"}, {"ai_2d", "int4[]"},
    {"aba", "bytea[]"},        {"ac", "bpchar(3)[]"},    {"ain", "inet[]"}, {"att", "time[]"},
    {"ah", "hstore[]"}};
// With the generated column, as a snapshot reads it, and without, as pgoutput sends it.
inline const std::vector<ColumnSpec> kDefsSnapshot = {{"id", "int4", "ki"},
                                                      {"a", "int4", "nd", "42"},
                                                      {"b", "text", "d", "x'y"},
                                                      {"c", "timestamptz", "d"},
                                                      {"d", "numeric(10,2)", "nd", "1.50"},
                                                      {"e", "bool", "d", "true"},
                                                      {"f", "date", "d", "2020-01-02"},
                                                      {"g", "text", "g"},
                                                      {"h", "jsonb", "d", "{\"a\": 1}"},
                                                      {"i", "mood", "d", "ok"},
                                                      {"j", "interval", "d", "P1D"},
                                                      {"k", "float8", "d", "1.25"},
                                                      {"l", "text", "nd", ""}};
inline std::vector<ColumnSpec> DefsStream() {
  auto columns = kDefsSnapshot;
  columns.erase(columns.begin() + 7);
  return columns;
}
inline const std::vector<ColumnSpec> kToast = {
    {"id", "int4", "k"}, {"small", "int4"},      {"big", "text"},   {"bigb", "bytea"},
    {"bigj", "jsonb"},   {"bignn", "text", "n"}, {"biga", "text[]"}};

}  // namespace tidewire::testing
