#include "source/mysql/mysql_relation.h"

#include <fmt/format.h>

#include "source/mysql/mysql_defaults.h"
#include "source/mysql/mysql_names.h"
#include "source/mysql/mysql_types.h"

namespace tidewire::source {
namespace {

bool IsBlob(BinlogType type) {
  return type == BinlogType::kBlob || type == BinlogType::kTinyBlob ||
         type == BinlogType::kMediumBlob || type == BinlogType::kLongBlob ||
         type == BinlogType::kMariaBlobCompressed;
}

bool IsBytes(BinlogType type) {
  return type == BinlogType::kString || type == BinlogType::kVarString ||
         type == BinlogType::kVarchar || type == BinlogType::kMariaVarcharCompressed;
}

bool TemporalFits(MysqlBase base, BinlogType wire) {
  switch (base) {
    case MysqlBase::kDate:
      return wire == BinlogType::kDate || wire == BinlogType::kNewDate;
    case MysqlBase::kTime:
      return wire == BinlogType::kTime || wire == BinlogType::kTimeOld;
    case MysqlBase::kDateTime:
      return wire == BinlogType::kDateTime || wire == BinlogType::kDateTimeOld;
    case MysqlBase::kTimestamp:
      return wire == BinlogType::kTimestamp || wire == BinlogType::kTimestampOld;
    default:
      return wire == BinlogType::kYear;
  }
}

bool NumberFits(MysqlBase base, BinlogType wire) {
  switch (base) {
    case MysqlBase::kTinyInt:
      return wire == BinlogType::kTiny;
    case MysqlBase::kSmallInt:
      return wire == BinlogType::kShort;
    case MysqlBase::kMediumInt:
      return wire == BinlogType::kInt24;
    case MysqlBase::kInt:
      return wire == BinlogType::kLong;
    case MysqlBase::kBigInt:
      return wire == BinlogType::kLongLong;
    case MysqlBase::kFloat:
    case MysqlBase::kDouble:  // FLOAT(p) may be either.
      return wire == BinlogType::kFloat || wire == BinlogType::kDouble;
    case MysqlBase::kDecimal:
      return wire == BinlogType::kDecimal;
    default:
      return wire == BinlogType::kBit;
  }
}

bool Fits(MysqlBase base, BinlogType wire) {
  switch (base) {
    case MysqlBase::kTinyInt:
    case MysqlBase::kSmallInt:
    case MysqlBase::kMediumInt:
    case MysqlBase::kInt:
    case MysqlBase::kBigInt:
    case MysqlBase::kFloat:
    case MysqlBase::kDouble:
    case MysqlBase::kDecimal:
    case MysqlBase::kBit:
      return NumberFits(base, wire);
    case MysqlBase::kDate:
    case MysqlBase::kTime:
    case MysqlBase::kDateTime:
    case MysqlBase::kTimestamp:
    case MysqlBase::kYear:
      return TemporalFits(base, wire);
    case MysqlBase::kEnum:
      return wire == BinlogType::kEnum;
    case MysqlBase::kSet:
      return wire == BinlogType::kSet;
    case MysqlBase::kJson:
      return wire == BinlogType::kJson;
    case MysqlBase::kGeometry:
    case MysqlBase::kPoint:
    case MysqlBase::kLineString:
    case MysqlBase::kPolygon:
    case MysqlBase::kMultiPoint:
    case MysqlBase::kMultiLineString:
    case MysqlBase::kMultiPolygon:
    case MysqlBase::kGeometryCollection:
      return wire == BinlogType::kGeometry;
    case MysqlBase::kVector:
      return wire == BinlogType::kVector || IsBlob(wire) || IsBytes(wire);
    case MysqlBase::kOther:
      return true;
    case MysqlBase::kTinyText:
    case MysqlBase::kText:
    case MysqlBase::kMediumText:
    case MysqlBase::kLongText:
    case MysqlBase::kTinyBlob:
    case MysqlBase::kBlob:
    case MysqlBase::kMediumBlob:
    case MysqlBase::kLongBlob:
      return IsBlob(wire);
    default:
      return IsBytes(wire);
  }
}

// Of a system-versioned table of MariaDB: row_start and row_end.
constexpr size_t kPeriodColumns = 2;

size_t WireColumns(const MysqlTable& table) {
  return table.columns.size() + (table.implicit_row_period ? kPeriodColumns : 0);
}

MysqlBase BlobBase(uint16_t length_bytes, bool text) {
  constexpr MysqlBase kTexts[] = {MysqlBase::kTinyText, MysqlBase::kText, MysqlBase::kMediumText,
                                  MysqlBase::kLongText};
  constexpr MysqlBase kBlobs[] = {MysqlBase::kTinyBlob, MysqlBase::kBlob, MysqlBase::kMediumBlob,
                                  MysqlBase::kLongBlob};
  const size_t i = std::min<size_t>(std::max<size_t>(length_bytes, 1), 4) - 1;
  return text ? kTexts[i] : kBlobs[i];
}

MysqlBase GeometryBase(uint64_t type) {
  constexpr MysqlBase kBases[] = {MysqlBase::kGeometry,     MysqlBase::kPoint,
                                  MysqlBase::kLineString,   MysqlBase::kPolygon,
                                  MysqlBase::kMultiPoint,   MysqlBase::kMultiLineString,
                                  MysqlBase::kMultiPolygon, MysqlBase::kGeometryCollection};
  return type < std::size(kBases) ? kBases[type] : MysqlBase::kGeometry;
}

MysqlBase BaseOf(const BinlogColumn& wire, bool text) {
  switch (wire.type) {
    case BinlogType::kTiny:
      return MysqlBase::kTinyInt;
    case BinlogType::kShort:
      return MysqlBase::kSmallInt;
    case BinlogType::kInt24:
      return MysqlBase::kMediumInt;
    case BinlogType::kLong:
      return MysqlBase::kInt;
    case BinlogType::kLongLong:
      return MysqlBase::kBigInt;
    case BinlogType::kFloat:
      return MysqlBase::kFloat;
    case BinlogType::kDouble:
      return MysqlBase::kDouble;
    case BinlogType::kDecimal:
      return MysqlBase::kDecimal;
    case BinlogType::kBit:
      return MysqlBase::kBit;
    case BinlogType::kDate:
    case BinlogType::kNewDate:
      return MysqlBase::kDate;
    case BinlogType::kTime:
    case BinlogType::kTimeOld:
      return MysqlBase::kTime;
    case BinlogType::kDateTime:
    case BinlogType::kDateTimeOld:
      return MysqlBase::kDateTime;
    case BinlogType::kTimestamp:
    case BinlogType::kTimestampOld:
      return MysqlBase::kTimestamp;
    case BinlogType::kYear:
      return MysqlBase::kYear;
    case BinlogType::kEnum:
      return MysqlBase::kEnum;
    case BinlogType::kSet:
      return MysqlBase::kSet;
    case BinlogType::kJson:
      return MysqlBase::kJson;
    case BinlogType::kGeometry:
      return GeometryBase(wire.geometry.value_or(0));
    case BinlogType::kVector:
      return MysqlBase::kVector;
    case BinlogType::kString:
      return text ? MysqlBase::kChar : MysqlBase::kBinary;
    case BinlogType::kVarchar:
    case BinlogType::kVarString:
    case BinlogType::kMariaVarcharCompressed:
      return text ? MysqlBase::kVarchar : MysqlBase::kVarbinary;
    default:
      return IsBlob(wire.type) ? BlobBase(wire.metadata, text) : MysqlBase::kOther;
  }
}

void SetWireSizes(const BinlogColumn& wire, MysqlColumn& column) {
  switch (wire.type) {
    case BinlogType::kDecimal:
      column.length = wire.metadata >> 8;
      column.scale = wire.metadata & 0xFF;
      return;
    case BinlogType::kBit:
    case BinlogType::kTime:
    case BinlogType::kDateTime:
    case BinlogType::kTimestamp:
      column.length = wire.metadata;
      return;
    case BinlogType::kString:
    case BinlogType::kVarchar:
    case BinlogType::kVarString:
      column.length = wire.metadata / static_cast<int32_t>(BytesPerCharacter(column.charset));
      return;
    default:
      return;
  }
}

// Names of enum and set members come in the column's own character set.
std::vector<std::string> Decoded(const std::vector<std::string>& members, const Charset& charset) {
  std::vector<std::string> out;
  Arena arena(256);
  for (const std::string& member : members) out.emplace_back(charset.Decode(member, arena));
  return out;
}

MysqlColumn ColumnFromMap(const BinlogColumn& wire, const MysqlServer& server,
                          CharsetRegistry& charsets) {
  MysqlColumn out;
  out.name = wire.name;
  MysqlCharset charset;
  if (wire.collation) charset = server.CharsetOf(*wire.collation);
  const bool text = !charset.charset.empty() && charset.charset != "binary";
  out.base = BaseOf(wire, text);
  if (IsMysqlText(out.base)) {
    out.charset = charset.charset;
    out.collation = charset.collation;
  }
  SetWireSizes(wire, out);
  out.is_unsigned = wire.is_unsigned.value_or(false);
  out.nullable = wire.nullable;
  if (!wire.members.empty()) out.members = Decoded(wire.members, charsets.Find(out.charset));
  std::string type = MysqlNativeType(out);
  out.type_name = UpperAscii(type.substr(0, type.find('(')));
  if (out.is_unsigned) out.type_name += " UNSIGNED";
  return out;
}

}  // namespace

std::string WhyNotFitting(const MysqlTable& table, const BinlogTableMap& map) {
  if (WireColumns(table) != map.columns.size()) {
    return fmt::format("the rows have {} columns, the known definition {}", map.columns.size(),
                       WireColumns(table));
  }
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const MysqlColumn& column = table.columns[i];
    const BinlogColumn& wire = map.columns[i];
    if (map.has_names && !SameName(column.name, wire.name)) {
      return fmt::format("column {} is called {} there and {} in the known definition", i + 1,
                         wire.name, column.name);
    }
    if (!Fits(column.base, wire.type)) {
      return fmt::format("column {} is of storage type {}, which {} is not", column.name,
                         static_cast<int>(wire.type), MysqlNativeType(column));
    }
  }
  return "";
}

MysqlTablePtr TableFromMap(const BinlogTableMap& map, const MysqlServer& server,
                           const MysqlTable* known, CharsetRegistry& charsets) {
  auto out = std::make_shared<MysqlTable>();
  out->database = map.database;
  out->name = map.table;
  if (known != nullptr) {
    out->charset = known->charset;
    out->collation = known->collation;
    out->comment = known->comment;
  }
  for (const BinlogColumn& wire : map.columns) {
    MysqlColumn column = ColumnFromMap(wire, server, charsets);
    if (known != nullptr) {
      const auto at = known->Find(column.name);
      if (at && known->columns[*at].base == column.base &&
          known->columns[*at].is_unsigned == column.is_unsigned) {
        MysqlColumn kept = known->columns[*at];
        kept.nullable = column.nullable;
        kept.members = column.members;
        if (column.base == MysqlBase::kDecimal) {
          kept.length = column.length;
          kept.scale = column.scale;
        }
        column = std::move(kept);
      }
    }
    out->columns.push_back(std::move(column));
  }
  for (const uint32_t i : map.primary_key.value_or(std::vector<uint32_t>{})) {
    out->primary_key.push_back(out->columns[i].name);
  }
  return out;
}

MysqlTablePtr WithMetadata(const MysqlTablePtr& table, const BinlogTableMap& map,
                           const MysqlServer& server, CharsetRegistry& charsets) {
  std::shared_ptr<MysqlTable> changed;
  const auto change = [&](size_t i) -> MysqlColumn& {
    if (changed == nullptr) changed = std::make_shared<MysqlTable>(*table);
    return changed->columns[i];
  };
  for (size_t i = 0; i < table->columns.size(); ++i) {
    const MysqlColumn& column = table->columns[i];
    const BinlogColumn& wire = map.columns[i];
    if (wire.is_unsigned && *wire.is_unsigned != column.is_unsigned) {
      change(i).is_unsigned = *wire.is_unsigned;
    }
    if (wire.collation && IsMysqlText(column.base)) {
      const MysqlCharset charset = server.CharsetOf(*wire.collation);
      if (!charset.charset.empty() && charset.charset != column.charset) {
        change(i).charset = charset.charset;
        change(i).collation = charset.collation;
      }
    }
    if (wire.members.empty()) continue;
    const MysqlCharset charset =
        wire.collation ? server.CharsetOf(*wire.collation) : MysqlCharset{column.charset, ""};
    auto members = Decoded(wire.members, charsets.Find(charset.charset));
    if (members != column.members) change(i).members = std::move(members);
  }
  return changed == nullptr ? table : changed;
}

MysqlTableShape::MysqlTableShape(const MysqlSettings& settings, const CaptureFilters& filters,
                                 std::shared_ptr<const model::RenderOptions> render)
    : settings_(settings), filters_(filters), render_(std::move(render)) {
  for (const InvalidDatesRule& rule : settings.invalid_dates_rules) {
    rules_.push_back(
        {CompilePattern(rule.column_pattern, "tidewire.invalid.dates.columns"), rule.policy});
  }
}

InvalidDates MysqlTableShape::DatesOf(const MysqlTable& table, const MysqlColumn& column) const {
  if (rules_.empty()) return settings_.invalid_dates;
  const std::string id = fmt::format("{}.{}.{}", table.database, table.name, column.name);
  for (const Rule& rule : rules_) {
    if (rule.column.FullMatch(id)) return rule.policy;
  }
  return settings_.invalid_dates;
}

MysqlTableShape::Shape MysqlTableShape::Of(const MysqlTable& table) const {
  const auto* configured = filters_.KeyColumns(table.database, table.name);
  const std::vector<std::string> key = configured != nullptr ? *configured : table.EventKey();
  const auto in_key = [&](const std::string& name) {
    return std::any_of(key.begin(), key.end(),
                       [&](const std::string& each) { return SameName(each, name); });
  };
  Shape out;
  auto schema = std::make_shared<model::TableSchema>();
  schema->catalog = table.database;
  schema->name = table.name;
  // What a row before holds is told by its own columns: binlog_row_image may change at any time.
  schema->replica_identity = model::ReplicaIdentity::kFull;
  for (const MysqlColumn& column : table.columns) {
    if (!in_key(column.name) && !filters_.CapturesColumn(table.database, table.name, column.name)) {
      out.columns.push_back(-1);
      continue;
    }
    out.columns.push_back(static_cast<int>(schema->columns.size()));
    schema->columns.push_back(MakeMysqlColumn(column, DatesOf(table, column)));
  }
  for (const std::string& name : key) {
    for (uint32_t i = 0; i < schema->columns.size(); ++i) {
      if (SameName(schema->columns[i].name, name)) schema->key.push_back(i);
    }
  }
  auto topic = std::make_shared<model::TopicSchema>();
  topic->topic = settings_.events.TopicOf(table.database, table.name);
  topic->base_topic = topic->topic;
  topic->render = render_;
  topic->table = std::move(schema);
  out.topic = std::move(topic);
  return out;
}

std::unique_ptr<BinlogRowDecoder> MakeRowDecoder(const MysqlTable& table, const BinlogTableMap& map,
                                                 const MysqlTableShape::Shape& shape,
                                                 const MysqlTableShape& shapes,
                                                 CharsetRegistry& charsets) {
  std::vector<BinlogColumnPlan> plans;
  plans.reserve(map.columns.size());
  for (size_t i = 0; i < map.columns.size(); ++i) {
    BinlogColumnPlan plan;
    plan.wire = map.columns[i];
    if (i < table.columns.size()) {
      const MysqlColumn& column = table.columns[i];
      plan.column = &column;
      plan.target = shape.columns[i];
      plan.dates = shapes.DatesOf(table, column);
      if (IsMysqlText(column.base)) plan.charset = &charsets.Find(column.charset);
      if (plan.target >= 0) {
        const model::Column& target = shape.topic->table->columns[static_cast<size_t>(plan.target)];
        plan.kind = target.type.kind;
        plan.nullable = target.nullable;
        plan.missing = MysqlConstant(column, plan.kind);
      }
    }
    plans.push_back(std::move(plan));
  }
  return std::make_unique<BinlogRowDecoder>(std::move(plans), shape.topic->table->columns.size());
}

}  // namespace tidewire::source
