// The tables of tests/golden/ref/mariadb/01-schema.sql as typed schemas, as the MySQL source
// describes them.
#pragma once

#include <cctype>

#include "unit/format/golden_rows.h"

namespace tidewire::testing {

// "'a','d''e'" → a, d'e.
inline std::vector<std::string> Labels(std::string_view list) {
  std::vector<std::string> labels;
  bool inside = false;
  for (size_t i = 0; i < list.size(); ++i) {
    if (list[i] != '\'') {
      if (inside) labels.back() += list[i];
    } else if (inside && i + 1 < list.size() && list[i + 1] == '\'') {
      labels.back() += list[i++];
    } else {
      inside = !inside;
      if (inside) labels.emplace_back();
    }
  }
  return labels;
}

// "int(10) unsigned" → "INT UNSIGNED".
inline std::string MysqlTypeName(const std::string& native) {
  std::string name = native.substr(0, native.find('('));
  const size_t close = native.rfind(')');
  if (close != std::string::npos) name += native.substr(close + 1);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return name;
}

inline Kind MysqlKindOf(const std::string& native) {
  static const std::map<std::string, Kind> kKinds = {{"TINYINT", Kind::kInt16},
                                                     {"TINYINT UNSIGNED", Kind::kInt16},
                                                     {"SMALLINT", Kind::kInt16},
                                                     {"SMALLINT UNSIGNED", Kind::kInt32},
                                                     {"MEDIUMINT", Kind::kInt32},
                                                     {"MEDIUMINT UNSIGNED", Kind::kInt32},
                                                     {"INT", Kind::kInt32},
                                                     {"INT UNSIGNED", Kind::kInt64},
                                                     {"INT UNSIGNED ZEROFILL", Kind::kInt64},
                                                     {"BIGINT", Kind::kInt64},
                                                     {"BIGINT UNSIGNED", Kind::kUInt64},
                                                     {"FLOAT", Kind::kFloat32},
                                                     {"DOUBLE", Kind::kFloat64},
                                                     {"DECIMAL", Kind::kDecimal},
                                                     {"DECIMAL UNSIGNED", Kind::kDecimal},
                                                     {"BIT", Kind::kBits},
                                                     {"DATE", Kind::kDate},
                                                     {"TIME", Kind::kTime},
                                                     {"DATETIME", Kind::kTimestamp},
                                                     {"TIMESTAMP", Kind::kTimestampTz},
                                                     {"YEAR", Kind::kYear},
                                                     {"BINARY", Kind::kBytes},
                                                     {"VARBINARY", Kind::kBytes},
                                                     {"TINYBLOB", Kind::kBytes},
                                                     {"BLOB", Kind::kBytes},
                                                     {"MEDIUMBLOB", Kind::kBytes},
                                                     {"LONGBLOB", Kind::kBytes},
                                                     {"ENUM", Kind::kEnum},
                                                     {"SET", Kind::kEnumSet},
                                                     {"JSON", Kind::kJson},
                                                     {"UUID", Kind::kUuid},
                                                     {"VECTOR", Kind::kVector},
                                                     {"GEOMETRY", Kind::kGeometry},
                                                     {"POINT", Kind::kGeometry},
                                                     {"LINESTRING", Kind::kGeometry},
                                                     {"POLYGON", Kind::kGeometry},
                                                     {"MULTIPOINT", Kind::kGeometry},
                                                     {"MULTILINESTRING", Kind::kGeometry},
                                                     {"MULTIPOLYGON", Kind::kGeometry},
                                                     {"GEOMETRYCOLLECTION", Kind::kGeometry}};
  if (native.starts_with("float(")) return Kind::kFloat64;
  const auto found = kKinds.find(MysqlTypeName(native));
  return found == kKinds.end() ? Kind::kString : found->second;
}

inline ColumnType MysqlTypeOf(const std::string& native) {
  ColumnType type;
  type.native = native;
  type.type_name = MysqlTypeName(native);
  type.kind = MysqlKindOf(native);
  const size_t open = native.find('(');
  const std::string inner = open == std::string::npos ? "" : native.substr(open + 1);
  if (type.kind == Kind::kEnum || type.kind == Kind::kEnumSet) {
    type.enum_values = Labels(inner);
    return type;
  }
  const int32_t number = inner.empty() ? -1 : std::stoi(inner);
  switch (type.kind) {
    case Kind::kDecimal:
      type.precision = number;
      type.scale = std::stoi(inner.substr(inner.find(',') + 1));
      break;
    case Kind::kTime:
    case Kind::kTimestamp:
    case Kind::kTimestampTz:
      type.precision = std::max(number, 0);
      break;
    default:
      type.length = number;
  }
  return type;
}

inline model::TableSchemaPtr MakeMysqlTable(const std::string& name,
                                            const std::vector<ColumnSpec>& columns,
                                            std::vector<uint32_t> key = {}) {
  model::TableSchema names;
  names.catalog = "g";
  names.name = name;
  names.replica_identity = model::ReplicaIdentity::kFull;
  return MakeTable(names, MysqlTypeOf, columns, std::move(key));
}

inline const std::vector<ColumnSpec> kMysqlNums = {{"id", "int(11)", "k"},
                                                   {"b", "tinyint(1)"},
                                                   {"t1", "tinyint(1)"},
                                                   {"t4", "tinyint(4)"},
                                                   {"tu", "tinyint(3) unsigned"},
                                                   {"s", "smallint(6)"},
                                                   {"su", "smallint(5) unsigned"},
                                                   {"m", "mediumint(9)"},
                                                   {"mu", "mediumint(8) unsigned"},
                                                   {"i", "int(11)"},
                                                   {"iu", "int(10) unsigned"},
                                                   {"iz", "int(5) unsigned zerofill"},
                                                   {"bi", "bigint(20)"},
                                                   {"bu", "bigint(20) unsigned"},
                                                   {"f", "float"},
                                                   {"f7_4", "float(7,4)"},
                                                   {"d", "double"},
                                                   {"r", "double"},
                                                   {"d10_2", "decimal(10,2)"},
                                                   {"d5", "decimal(5,0)"},
                                                   {"d65_30", "decimal(65,30)"},
                                                   {"du", "decimal(8,3) unsigned"},
                                                   {"nu", "decimal(6,3)"},
                                                   {"b1", "bit(1)"},
                                                   {"b5", "bit(5)"},
                                                   {"b8", "bit(8)"},
                                                   {"b17", "bit(17)"},
                                                   {"b64", "bit(64)"}};
inline const std::vector<ColumnSpec> kMysqlStrs = {{"id", "int(11)", "k"},
                                                   {"c", "char(5)"},
                                                   {"c1", "char(1)"},
                                                   {"vc", "varchar(20)"},
                                                   {"vl", "varchar(20)"},
                                                   {"vu", "varchar(20)"},
                                                   {"v16", "varchar(10)"},
                                                   {"tt", "tinytext"},
                                                   {"t", "text"},
                                                   {"mt", "mediumtext"},
                                                   {"lt", "longtext"},
                                                   {"bi", "binary(5)"},
                                                   {"vb", "varbinary(20)"},
                                                   {"tb", "tinyblob"},
                                                   {"bl", "blob"},
                                                   {"mb", "mediumblob"},
                                                   {"lb", "longblob"},
                                                   {"e", "enum('a','b,c','d''e','')"},
                                                   {"s", "set('x','y','z z')"},
                                                   {"j", "longtext"},
                                                   {"nc", "char(5)"},
                                                   {"u", "uuid"}};
inline const std::vector<ColumnSpec> kMysqlTimes = {
    {"id", "int(11)", "k"},  {"d", "date"},          {"t", "time"},
    {"t3", "time(3)"},       {"t6", "time(6)"},      {"dt", "datetime"},
    {"dt1", "datetime(1)"},  {"dt3", "datetime(3)"}, {"dt4", "datetime(4)"},
    {"dt6", "datetime(6)"},  {"ts", "timestamp"},    {"ts3", "timestamp(3)"},
    {"ts6", "timestamp(6)"}, {"y", "year(4)"},       {"y4", "year(4)"}};
inline const std::vector<ColumnSpec> kMysqlZeroDates = {
    {"id", "int(11)", "k"},  {"d", "date", "n"},   {"dn", "date"},
    {"dt", "datetime", "n"}, {"dtn", "datetime"},  {"ts", "timestamp", "nd", "0000-00-00 00:00:00"},
    {"tsn", "timestamp"},    {"y", "year(4)", "n"}};
inline const std::vector<ColumnSpec> kMysqlGeo = {{"id", "int(11)", "k"},
                                                  {"g", "geometry"},
                                                  {"p", "point"},
                                                  {"l", "linestring"},
                                                  {"pg", "polygon"},
                                                  {"mp", "multipoint"},
                                                  {"ml", "multilinestring"},
                                                  {"mpg", "multipolygon"},
                                                  {"gc", "geometrycollection"},
                                                  {"ps", "point"}};
inline const std::vector<ColumnSpec> kMysqlDefs = {
    {"id", "int(11)", "ki"},
    {"a", "int(11)", "nd", "42"},
    {"b", "varchar(10)", "d", "x'y"},
    {"c", "timestamp", "nd"},
    {"d", "decimal(10,2)", "nd", "1.50"},
    {"e", "tinyint(1)", "d", "1"},
    {"f", "date", "d", "2020-01-02"},
    {"g", "varchar(20)", "g"},
    {"gv", "int(11)", "g"},
    {"h", "datetime(3)", "d", "2020-01-02 03:04:05.678"},
    {"k", "double", "d", "1.25"},
    {"l", "varchar(5)", "nd", ""},
    {"m", "enum('p','q')", "d", "q"},
    {"n", "bit(1)", "d", "1"},
    {"o", "time", "d", "01:02:03"},
    {"p", "year(4)", "d", "2020"},
    {"t", "timestamp(6)", "nd"},
    {"inv", "int(11)", "d", "3"}};

}  // namespace tidewire::testing
