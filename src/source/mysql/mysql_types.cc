#include "source/mysql/mysql_types.h"

#include <fmt/format.h>

#include <iterator>

namespace tidewire::source {
namespace {

using model::ColumnType;
using model::Kind;

constexpr std::string_view kNativeNames[] = {"tinyint",
                                             "smallint",
                                             "mediumint",
                                             "int",
                                             "bigint",
                                             "float",
                                             "double",
                                             "decimal",
                                             "bit",
                                             "date",
                                             "time",
                                             "datetime",
                                             "timestamp",
                                             "year",
                                             "char",
                                             "varchar",
                                             "binary",
                                             "varbinary",
                                             "tinytext",
                                             "text",
                                             "mediumtext",
                                             "longtext",
                                             "tinyblob",
                                             "blob",
                                             "mediumblob",
                                             "longblob",
                                             "enum",
                                             "set",
                                             "json",
                                             "geometry",
                                             "point",
                                             "linestring",
                                             "polygon",
                                             "multipoint",
                                             "multilinestring",
                                             "multipolygon",
                                             "geometrycollection",
                                             "vector",
                                             "uuid",
                                             "inet4",
                                             "inet6",
                                             ""};
static_assert(std::size(kNativeNames) == static_cast<size_t>(MysqlBase::kOther) + 1);

constexpr int32_t kDecimalPrecision = 10;
// FLOAT(p) with more bits of mantissa is a DOUBLE.
constexpr int32_t kFloatBitsMax = 24;

Kind IntegerKind(const MysqlColumn& column) {
  switch (column.base) {
    case MysqlBase::kTinyInt:
      return Kind::kInt16;
    case MysqlBase::kSmallInt:
      return column.is_unsigned ? Kind::kInt32 : Kind::kInt16;
    case MysqlBase::kMediumInt:
      return Kind::kInt32;
    case MysqlBase::kInt:
      return column.is_unsigned ? Kind::kInt64 : Kind::kInt32;
    default:
      return column.is_unsigned ? Kind::kUInt64 : Kind::kInt64;
  }
}

Kind TemporalKind(MysqlBase base) {
  switch (base) {
    case MysqlBase::kDate:
      return Kind::kDate;
    case MysqlBase::kTime:
      return Kind::kTime;
    case MysqlBase::kDateTime:
      return Kind::kTimestamp;
    case MysqlBase::kTimestamp:
      return Kind::kTimestampTz;
    default:
      return Kind::kYear;
  }
}

Kind KindOf(const MysqlColumn& column) {
  switch (column.base) {
    case MysqlBase::kTinyInt:
    case MysqlBase::kSmallInt:
    case MysqlBase::kMediumInt:
    case MysqlBase::kInt:
    case MysqlBase::kBigInt:
      return IntegerKind(column);
    case MysqlBase::kFloat:
      // With digits given, the number that is meant is the rounded decimal one.
      return column.scale >= 0 || column.length > kFloatBitsMax ? Kind::kFloat64 : Kind::kFloat32;
    case MysqlBase::kDouble:
      return Kind::kFloat64;
    case MysqlBase::kDecimal:
      return Kind::kDecimal;
    case MysqlBase::kBit:
      return Kind::kBits;
    case MysqlBase::kDate:
    case MysqlBase::kTime:
    case MysqlBase::kDateTime:
    case MysqlBase::kTimestamp:
    case MysqlBase::kYear:
      return TemporalKind(column.base);
    case MysqlBase::kBinary:
    case MysqlBase::kVarbinary:
    case MysqlBase::kTinyBlob:
    case MysqlBase::kBlob:
    case MysqlBase::kMediumBlob:
    case MysqlBase::kLongBlob:
      return Kind::kBytes;
    case MysqlBase::kEnum:
      return Kind::kEnum;
    case MysqlBase::kSet:
      return Kind::kEnumSet;
    case MysqlBase::kJson:
      return Kind::kJson;
    case MysqlBase::kGeometry:
    case MysqlBase::kPoint:
    case MysqlBase::kLineString:
    case MysqlBase::kPolygon:
    case MysqlBase::kMultiPoint:
    case MysqlBase::kMultiLineString:
    case MysqlBase::kMultiPolygon:
    case MysqlBase::kGeometryCollection:
      return Kind::kGeometry;
    case MysqlBase::kVector:
      return Kind::kVector;
    case MysqlBase::kUuid:
      return Kind::kUuid;
    case MysqlBase::kInet4:
    case MysqlBase::kInet6:
    case MysqlBase::kOther:
      return Kind::kOther;
    default:
      return Kind::kString;
  }
}

bool IsCalendar(MysqlBase base) {
  return base == MysqlBase::kDate || base == MysqlBase::kDateTime || base == MysqlBase::kTimestamp;
}

void SetSizes(const MysqlColumn& column, ColumnType& out) {
  switch (column.base) {
    case MysqlBase::kDecimal:
      out.precision = column.length >= 0 ? column.length : kDecimalPrecision;
      out.scale = std::max(column.scale, 0);
      return;
    case MysqlBase::kFloat:
    case MysqlBase::kDouble:
      out.precision = column.length;
      out.scale = column.scale;
      return;
    case MysqlBase::kTime:
    case MysqlBase::kDateTime:
    case MysqlBase::kTimestamp:
      out.precision = std::max(column.length, 0);
      return;
    case MysqlBase::kBit:
    case MysqlBase::kChar:
    case MysqlBase::kBinary:
      out.length = std::max(column.length, 1);
      return;
    default:
      out.length = column.length;
  }
}

// A constant of DEFAULT as the text of the column's kind: bits with all their zeros.
std::string DefaultText(const MysqlColumn& column) {
  std::string text = *column.default_text;
  const auto length = static_cast<size_t>(std::max(column.length, 1));
  if (column.base == MysqlBase::kBit && text.size() < length) {
    text.insert(0, length - text.size(), '0');
  }
  return text;
}

void AppendMembers(std::string& out, const std::vector<std::string>& members) {
  out += '(';
  for (const std::string& member : members) {
    if (&member != &members.front()) out += ',';
    out += '\'';
    for (const char c : member) {
      if (c == '\'') out += c;
      out += c;
    }
    out += '\'';
  }
  out += ')';
}

}  // namespace

bool IsMysqlText(MysqlBase base) {
  switch (base) {
    case MysqlBase::kChar:
    case MysqlBase::kVarchar:
    case MysqlBase::kTinyText:
    case MysqlBase::kText:
    case MysqlBase::kMediumText:
    case MysqlBase::kLongText:
    case MysqlBase::kEnum:
    case MysqlBase::kSet:
      return true;
    default:
      return false;
  }
}

std::string MysqlNativeType(const MysqlColumn& column) {
  std::string out(kNativeNames[static_cast<size_t>(column.base)]);
  if (column.base == MysqlBase::kOther) {
    out = column.type_name;
    for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  if (column.base == MysqlBase::kEnum || column.base == MysqlBase::kSet) {
    AppendMembers(out, column.members);
  } else if (column.length >= 0 && column.scale >= 0) {
    out += fmt::format("({},{})", column.length, column.scale);
  } else if (column.length >= 0) {
    out += fmt::format("({})", column.length);
  }
  if (column.is_unsigned) out += " unsigned";
  if (column.zerofill) out += " zerofill";
  return out;
}

model::Column MakeMysqlColumn(const MysqlColumn& column, InvalidDates dates) {
  model::Column out;
  out.name = column.name;
  out.nullable = column.nullable || (IsCalendar(column.base) && dates == InvalidDates::kNull);
  ColumnType& type = out.type;
  type.kind =
      IsCalendar(column.base) && dates == InvalidDates::kText ? Kind::kString : KindOf(column);
  type.native = MysqlNativeType(column);
  type.type_name = column.type_name;
  SetSizes(column, type);
  type.enum_values = column.members;
  type.documented = type.kind != Kind::kOther;
  type.built_in = column.base != MysqlBase::kOther;
  out.generated = column.generated != MysqlColumn::Generated::kNo;
  if (out.generated) out.generation = column.generation;
  out.identity = column.auto_increment;
  if (!out.generated) {
    out.has_default = column.default_text.has_value() || column.default_is_expression;
    if (column.default_text) out.default_text = DefaultText(column);
  }
  return out;
}

}  // namespace tidewire::source
