#include "format/column_schema.h"

#include "format/column_default.h"
#include "format/column_form.h"
#include "model/source_fields.h"

namespace tidewire::format {
namespace {

using model::Column;
using model::ColumnType;
using model::ConnectSchema;
using model::ConnectSchemaPtr;
using model::ConnectType;
using model::Kind;
using model::RenderOptions;
using model::TimeMode;

void Set(ConnectSchema& schema, ConnectType type, std::string name = {}) {
  schema.type = type;
  if (name.empty()) return;
  schema.name = std::move(name);
  schema.version = 1;
}

ConnectSchemaPtr Plain(ConnectType type, bool optional) {
  auto schema = std::make_shared<ConnectSchema>();
  schema->type = type;
  schema->optional = optional;
  return schema;
}

// The labels of a type. Debezium's MySQL connectors mark a comma in a label, others do not.
std::string AllowedLabels(const ColumnType& type, const RenderOptions& options) {
  const bool escape = model::ReadsBinlog(options.connector_kind);
  std::string allowed;
  for (const std::string& label : type.enum_values) {
    if (&label != &type.enum_values.front()) allowed += ',';
    for (const char c : label) {
      if (c == ',' && escape) allowed += '\\';
      allowed += c;
    }
  }
  return allowed;
}

void SetTextSchema(ConnectSchema& schema, const ColumnType& type, const RenderOptions& options) {
  schema.type = ConnectType::kString;
  switch (type.kind) {
    case Kind::kUuid:
      return Set(schema, ConnectType::kString, "io.debezium.data.Uuid");
    case Kind::kJson:
      return Set(schema, ConnectType::kString, "io.debezium.data.Json");
    case Kind::kXml:
      return Set(schema, ConnectType::kString, "io.debezium.data.Xml");
    case Kind::kLtree:
      return Set(schema, ConnectType::kString, "io.debezium.data.Ltree");
    case Kind::kTsvector:
      return Set(schema, ConnectType::kString, "io.debezium.data.Tsvector");
    case Kind::kEnum:
    case Kind::kEnumSet:
      Set(schema, ConnectType::kString,
          type.kind == Kind::kEnum ? "io.debezium.data.Enum" : "io.debezium.data.EnumSet");
      schema.parameters = {{"allowed", AllowedLabels(type, options)}};
      return;
    default:
      return;
  }
}

void SetDecimalSchema(ConnectSchema& schema, const ColumnType& type, const RenderOptions& options) {
  Set(schema, ConnectType::kBytes, "org.apache.kafka.connect.data.Decimal");
  schema.parameters = {{"scale", std::to_string(DecimalScale(type, options))}};
  if (type.kind == Kind::kDecimal) {
    schema.parameters.emplace_back("connect.decimal.precision", std::to_string(type.precision));
  }
}

// As many digits as 2^64 has.
void SetUnsignedDecimalSchema(ConnectSchema& schema) {
  Set(schema, ConnectType::kBytes, "org.apache.kafka.connect.data.Decimal");
  schema.parameters = {{"scale", "0"}, {"connect.decimal.precision", "20"}};
}

void SetVariableDecimalSchema(ConnectSchema& schema) {
  Set(schema, ConnectType::kStruct, "io.debezium.data.VariableScaleDecimal");
  schema.doc = "Variable scaled decimal";
  schema.fields = {{"scale", Plain(ConnectType::kInt32, false)},
                   {"value", Plain(ConnectType::kBytes, false)}};
}

void SetPointSchema(ConnectSchema& schema) {
  Set(schema, ConnectType::kStruct, "io.debezium.data.geometry.Point");
  schema.doc = "Geometry (POINT)";
  schema.fields = {{"x", Plain(ConnectType::kFloat64, false)},
                   {"y", Plain(ConnectType::kFloat64, false)},
                   {"wkb", Plain(ConnectType::kBytes, true)},
                   {"srid", Plain(ConnectType::kInt32, true)}};
}

// Debezium leaves geometries optional even in NOT NULL columns.
void SetGeometrySchema(ConnectSchema& schema) {
  Set(schema, ConnectType::kStruct, "io.debezium.data.geometry.Geometry");
  schema.doc = "Geometry";
  schema.optional = true;
  schema.fields = {{"wkb", Plain(ConnectType::kBytes, false)},
                   {"srid", Plain(ConnectType::kInt32, true)}};
}

void SetFloatVectorSchema(ConnectSchema& schema) {
  Set(schema, ConnectType::kArray, "io.debezium.data.FloatVector");
  schema.element = Plain(ConnectType::kFloat32, false);
}

void SetArraySchema(ConnectSchema& schema, const ColumnType& type, const RenderOptions& options) {
  schema.type = ConnectType::kArray;
  Column element;
  element.type = *type.element;
  element.nullable = type.element->kind != Kind::kEnum;  // Debezium leaves labels required.
  schema.element = ColumnConnectSchema(element, options);
}

void SetTimeSchema(ConnectSchema& schema, Form form, bool connect) {
  switch (form) {
    case Form::kDateDays:
      return Set(schema, ConnectType::kInt32,
                 connect ? "org.apache.kafka.connect.data.Date" : "io.debezium.time.Date");
    case Form::kIsoDate:
      return Set(schema, ConnectType::kString, "io.debezium.time.IsoDate");
    case Form::kTimeMillis:
      return Set(schema, ConnectType::kInt32,
                 connect ? "org.apache.kafka.connect.data.Time" : "io.debezium.time.Time");
    case Form::kTimeMicros:
      return Set(schema, ConnectType::kInt64, "io.debezium.time.MicroTime");
    case Form::kTimeNanos:
      return Set(schema, ConnectType::kInt64, "io.debezium.time.NanoTime");
    case Form::kIsoTime:
      return Set(schema, ConnectType::kString, "io.debezium.time.IsoTime");
    case Form::kTimestampMillis:
      return Set(
          schema, ConnectType::kInt64,
          connect ? "org.apache.kafka.connect.data.Timestamp" : "io.debezium.time.Timestamp");
    case Form::kTimestampMicros:
      return Set(schema, ConnectType::kInt64, "io.debezium.time.MicroTimestamp");
    case Form::kTimestampNanos:
      return Set(schema, ConnectType::kInt64, "io.debezium.time.NanoTimestamp");
    case Form::kIsoTimestamp:
      return Set(schema, ConnectType::kString, "io.debezium.time.IsoTimestamp");
    case Form::kZonedTimestamp:
      return Set(schema, ConnectType::kString, "io.debezium.time.ZonedTimestamp");
    case Form::kZonedTime:
      return Set(schema, ConnectType::kString, "io.debezium.time.ZonedTime");
    case Form::kDurationMicros:
      return Set(schema, ConnectType::kInt64, "io.debezium.time.MicroDuration");
    default:
      return Set(schema, ConnectType::kString, "io.debezium.time.Interval");
  }
}

ConnectType IntegerType(Kind kind) {
  if (kind == Kind::kInt16) return ConnectType::kInt16;
  return kind == Kind::kInt32 ? ConnectType::kInt32 : ConnectType::kInt64;
}

void SetType(ConnectSchema& schema, Form form, const ColumnType& type,
             const RenderOptions& options) {
  switch (form) {
    case Form::kBool:
    case Form::kBitsBool:
      return Set(schema, ConnectType::kBoolean);
    case Form::kInteger:
      return Set(schema, IntegerType(type.kind));
    case Form::kFloat32:
      return Set(schema, ConnectType::kFloat32);
    case Form::kFloat64:
    case Form::kDecimalDouble:
      return Set(schema, ConnectType::kFloat64);
    case Form::kText:
      return SetTextSchema(schema, type, options);
    case Form::kDecimalText:
      return Set(schema, ConnectType::kString);
    case Form::kDecimalBytes:
      return SetDecimalSchema(schema, type, options);
    case Form::kVariableDecimal:
      return SetVariableDecimalSchema(schema);
    case Form::kBinary:
    case Form::kUnknown:
      return Set(schema, options.binary == model::BinaryMode::kBytes ? ConnectType::kBytes
                                                                     : ConnectType::kString);
    case Form::kUnsignedDecimal:
      return SetUnsignedDecimalSchema(schema);
    case Form::kYear:
      return Set(schema, ConnectType::kInt32, "io.debezium.time.Year");
    case Form::kBits:
    case Form::kFixedBits:
      Set(schema, ConnectType::kBytes, "io.debezium.data.Bits");
      schema.parameters = {{"length", std::to_string(type.length < 0 ? INT32_MAX : type.length)}};
      return;
    case Form::kPoint:
    case Form::kGeometryPoint:
      return SetPointSchema(schema);
    case Form::kGeometry:
      return SetGeometrySchema(schema);
    case Form::kFloatVector:
      return SetFloatVectorSchema(schema);
    case Form::kArray:
      return SetArraySchema(schema, type, options);
    case Form::kHstoreJson:
      return Set(schema, ConnectType::kString, "io.debezium.data.Json");
    case Form::kHstoreMap:
      schema.type = ConnectType::kMap;
      schema.key = Plain(ConnectType::kString, false);
      schema.element = Plain(ConnectType::kString, true);
      return;
    default:
      return SetTimeSchema(schema, form, options.time == TimeMode::kConnect);
  }
}

}  // namespace

ConnectSchemaPtr ColumnConnectSchema(const Column& column, const RenderOptions& options) {
  auto schema = std::make_shared<ConnectSchema>();
  schema->optional = column.nullable;
  const Form form = FormOf(column.type, options);
  SetType(*schema, form, column.type, options);
  schema->default_value = ShownDefault(column, form, options);
  return schema;
}

}  // namespace tidewire::format
