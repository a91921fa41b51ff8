#include "source/postgres/postgres_types.h"

namespace tidewire::source {
namespace {

using model::ColumnType;
using model::Kind;

// Object identifiers of built-in types whose modifiers have a meaning here (pg_type.dat).
constexpr uint32_t kBpchar = 1042, kVarchar = 1043, kTime = 1083, kTimestamp = 1114,
                   kTimestampTz = 1184, kInterval = 1186, kTimeTz = 1266, kBit = 1560,
                   kVarbit = 1562, kNumeric = 1700;
constexpr int32_t kHeader = 4;  // VARHDRSZ, which lengths and precisions are stored with.

struct Mapping {
  std::string_view name;
  Kind kind;
  bool documented;
};

// Of pg_catalog; all others are Kind::kOther without a documented form.
constexpr Mapping kBuiltIn[] = {
    {"bool", Kind::kBool, true},
    {"int2", Kind::kInt16, true},
    {"int4", Kind::kInt32, true},
    {"int8", Kind::kInt64, true},
    {"oid", Kind::kInt64, true},
    {"float4", Kind::kFloat32, true},
    {"float8", Kind::kFloat64, true},
    {"numeric", Kind::kDecimal, true},
    {"money", Kind::kMoney, true},
    {"text", Kind::kString, true},
    {"varchar", Kind::kString, true},
    {"bpchar", Kind::kChar, true},
    {"char", Kind::kString, true},
    {"name", Kind::kString, true},
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
    {"point", Kind::kPoint, true},
    {"tsvector", Kind::kTsvector, true},
    {"inet", Kind::kOther, true},
    {"cidr", Kind::kOther, true},
    {"macaddr", Kind::kOther, true},
    {"macaddr8", Kind::kOther, true},
    {"int4range", Kind::kOther, true},
    {"int8range", Kind::kOther, true},
    {"numrange", Kind::kOther, true},
    {"tsrange", Kind::kOther, true},
    {"tstzrange", Kind::kOther, true},
    {"daterange", Kind::kOther, true},
};
// Of extensions, whatever schema they were made in.
constexpr Mapping kExtensions[] = {
    {"hstore", Kind::kHstore, true},
    {"ltree", Kind::kLtree, true},
    {"citext", Kind::kString, true},
};

const Mapping* FindMapping(const PgType& type) {
  if (type.kind != 'b' && type.kind != 'r') return nullptr;
  const bool built_in = type.schema == "pg_catalog";
  const std::span<const Mapping> table =
      built_in ? std::span<const Mapping>(kBuiltIn) : std::span<const Mapping>(kExtensions);
  if (!built_in && type.kind == 'r') return nullptr;
  const auto it = std::find_if(table.begin(), table.end(),
                               [&](const Mapping& each) { return each.name == type.name; });
  return it == table.end() ? nullptr : &*it;
}

void ApplyModifier(uint32_t oid, int32_t modifier, ColumnType& out) {
  if (modifier < 0) return;
  switch (oid) {
    case kNumeric: {
      const int32_t packed = modifier - kHeader;
      out.precision = (packed >> 16) & 0xffff;
      // Eleven bits with a sign since PostgreSQL 15; before, never negative.
      out.scale = ((packed & 0x7ff) ^ 1024) - 1024;
      return;
    }
    case kBpchar:
    case kVarchar:
      out.length = modifier - kHeader;
      return;
    case kBit:
    case kVarbit:
      out.length = modifier;
      return;
    case kTime:
    case kTimeTz:
    case kTimestamp:
    case kTimestampTz:
      out.precision = modifier;
      return;
    case kInterval:
      if ((modifier & 0xffff) != 0xffff) out.precision = modifier & 0xffff;
      return;
    default:
      return;
  }
}

// The fields of an interval's modifier (utils/timestamp.h: INTERVAL_MASK of datetime.h's units).
std::string IntervalFields(int32_t modifier) {
  constexpr int32_t kMonth = 1 << 1, kYear = 1 << 2, kDay = 1 << 3, kHour = 1 << 10,
                    kMinute = 1 << 11, kSecond = 1 << 12;
  constexpr std::pair<int32_t, const char*> kFields[] = {
      {kYear, " year"},
      {kMonth, " month"},
      {kDay, " day"},
      {kHour, " hour"},
      {kMinute, " minute"},
      {kSecond, " second"},
      {kYear | kMonth, " year to month"},
      {kDay | kHour, " day to hour"},
      {kDay | kHour | kMinute, " day to minute"},
      {kDay | kHour | kMinute | kSecond, " day to second"},
      {kHour | kMinute, " hour to minute"},
      {kHour | kMinute | kSecond, " hour to second"},
      {kMinute | kSecond, " minute to second"},
  };
  for (const auto& [mask, text] : kFields) {
    if (((modifier >> 16) & 0x7fff) == mask) return text;
  }
  return "";
}

// format_type's text for built-in types with a modifier; empty for all others.
std::string FormatBuiltIn(uint32_t oid, int32_t modifier) {
  ColumnType parts;
  ApplyModifier(oid, modifier, parts);
  switch (oid) {
    case kNumeric:
      return fmt::format("numeric({},{})", parts.precision, parts.scale);
    case kBpchar:
      return fmt::format("character({})", parts.length);
    case kVarchar:
      return fmt::format("character varying({})", parts.length);
    case kBit:
      return fmt::format("bit({})", parts.length);
    case kVarbit:
      return fmt::format("bit varying({})", parts.length);
    case kTime:
      return fmt::format("time({}) without time zone", modifier);
    case kTimeTz:
      return fmt::format("time({}) with time zone", modifier);
    case kTimestamp:
      return fmt::format("timestamp({}) without time zone", modifier);
    case kTimestampTz:
      return fmt::format("timestamp({}) with time zone", modifier);
    case kInterval:
      return fmt::format("interval{}{}", IntervalFields(modifier),
                         parts.precision < 0 ? "" : fmt::format("({})", parts.precision));
    default:
      return "";
  }
}

// Element types for which Debezium has no array form though it has one for the type itself.
bool HasArrayForm(const ColumnType& element) {
  return element.documented && element.kind != Kind::kBits && element.kind != Kind::kInterval &&
         element.kind != Kind::kPoint && element.kind != Kind::kXml &&
         element.kind != Kind::kTsvector;
}

}  // namespace

void PostgresTypes::Add(PgType type) {
  const uint32_t oid = type.oid;
  types_.insert_or_assign(oid, std::move(type));
}

const PgType* PostgresTypes::Find(uint32_t oid) const {
  const auto it = types_.find(oid);
  return it == types_.end() ? nullptr : &it->second;
}

void PostgresTypes::AddFormatted(uint32_t oid, int32_t modifier, std::string formatted) {
  formatted_.insert_or_assign({oid, modifier}, std::move(formatted));
}

std::string PostgresTypes::Format(uint32_t oid, int32_t modifier) const {
  const PgType* type = Find(oid);
  if (type == nullptr) return fmt::format("type {}", oid);
  if (modifier < 0) return type->formatted;
  if (type->element_oid != 0) return Format(type->element_oid, modifier) + "[]";
  std::string built_in = FormatBuiltIn(oid, modifier);
  if (!built_in.empty()) return built_in;
  const auto it = formatted_.find({oid, modifier});
  return it == formatted_.end() ? type->formatted : it->second;
}

void PostgresTypes::MapBase(const PgType& type, int32_t modifier, ColumnType& out) const {
  out.kind = Kind::kOther;
  out.documented = false;
  if (type.element_oid != 0) {
    auto element = std::make_shared<ColumnType>(TypeOf(type.element_oid, modifier));
    out.kind = Kind::kArray;
    out.documented = HasArrayForm(*element);
    out.built_in = element->built_in;
    out.element = std::move(element);
  } else if (type.kind == 'e') {
    out.kind = Kind::kEnum;
    out.documented = true;
    out.enum_values = type.labels;
  } else if (const Mapping* mapping = FindMapping(type)) {
    out.kind = mapping->kind;
    out.documented = mapping->documented;
    ApplyModifier(type.oid, modifier, out);
  }
}

ColumnType PostgresTypes::TypeOf(uint32_t oid, int32_t modifier) const {
  ColumnType out;
  out.native = Format(oid, modifier);
  const PgType* type = Find(oid);
  if (type == nullptr) {
    out.kind = Kind::kOther;
    out.type_name = out.native;
    out.built_in = false;
    out.documented = false;
    return out;
  }
  out.type_name = type->name;
  out.built_in = type->schema == "pg_catalog";
  if (type->kind != 'd') {
    MapBase(*type, modifier, out);
    return out;
  }
  const ColumnType base = TypeOf(type->base_oid, type->base_modifier);
  const std::string native = out.native;
  out = base;
  out.native = native;
  out.type_name = type->name;
  out.built_in = false;
  out.base_native = base.base_native.empty() ? base.native : base.base_native;
  return out;
}

}  // namespace tidewire::source
