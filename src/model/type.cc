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

namespace {

// In the order of Kind.
constexpr std::string_view kKindNames[] = {
    "bool",      "int16",       "int32",    "int64",    "float32", "float64",  "decimal",
    "money",     "string",      "char",     "bytes",    "date",    "time",     "timetz",
    "timestamp", "timestamptz", "interval", "uuid",     "json",    "xml",      "enum",
    "bits",      "point",       "array",    "hstore",   "ltree",   "tsvector", "other",
    "uint64",    "year",        "enumset",  "geometry", "vector"};
static_assert(std::size(kKindNames) == static_cast<size_t>(Kind::kVector) + 1);

}  // namespace

std::string_view KindName(Kind kind) {
  const auto index = static_cast<size_t>(kind);
  return index < std::size(kKindNames) ? kKindNames[index] : "unknown";
}

}  // namespace tidewire::model
