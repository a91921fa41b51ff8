#include "model/type.h"

namespace tidewire::model {

bool ColumnType::operator==(const ColumnType& other) const {
  const bool same_element = (element == nullptr) == (other.element == nullptr) &&
                            (element == nullptr || *element == *other.element);
  return kind == other.kind && native == other.native && type_name == other.type_name &&
         length == other.length && precision == other.precision && scale == other.scale &&
         enum_values == other.enum_values && same_element && built_in == other.built_in &&
         base_native == other.base_native && documented == other.documented;
}

std::string_view KindName(Kind kind) {
  switch (kind) {
    case Kind::kBool:
      return "bool";
    case Kind::kInt16:
      return "int16";
    case Kind::kInt32:
      return "int32";
    case Kind::kInt64:
      return "int64";
    case Kind::kFloat32:
      return "float32";
    case Kind::kFloat64:
      return "float64";
    case Kind::kDecimal:
      return "decimal";
    case Kind::kMoney:
      return "money";
    case Kind::kString:
      return "string";
    case Kind::kChar:
      return "char";
    case Kind::kBytes:
      return "bytes";
    case Kind::kDate:
      return "date";
    case Kind::kTime:
      return "time";
    case Kind::kTimeTz:
      return "timetz";
    case Kind::kTimestamp:
      return "timestamp";
    case Kind::kTimestampTz:
      return "timestamptz";
    case Kind::kInterval:
      return "interval";
    case Kind::kUuid:
      return "uuid";
    case Kind::kJson:
      return "json";
    case Kind::kXml:
      return "xml";
    case Kind::kEnum:
      return "enum";
    case Kind::kBits:
      return "bits";
    case Kind::kPoint:
      return "point";
    case Kind::kArray:
      return "array";
    case Kind::kHstore:
      return "hstore";
    case Kind::kLtree:
      return "ltree";
    case Kind::kTsvector:
      return "tsvector";
    case Kind::kOther:
      return "other";
  }
  return "unknown";
}

}  // namespace tidewire::model
