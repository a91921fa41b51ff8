#include "format/column_schema.h"

#include "format/column_form.h"
#include "format/decimal_text.h"
#include "format/pg_text.h"
#include "format/time_text.h"
#include "model/flat_row.h"

namespace tidewire::format {
namespace {

using model::Column;
using model::ColumnType;
using model::ConnectSchema;
using model::ConnectSchemaPtr;
using model::ConnectType;
using model::ConnectValue;
using model::Datum;
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

void SetTextSchema(ConnectSchema& schema, const ColumnType& type) {
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
    case Kind::kEnum: {
      Set(schema, ConnectType::kString, "io.debezium.data.Enum");
      std::string allowed;
      for (const std::string& label : type.enum_values) {
        if (&label != &type.enum_values.front()) allowed += ',';
        allowed += label;
      }
      schema.parameters = {{"allowed", std::move(allowed)}};
      return;
    }
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
      return SetTextSchema(schema, type);
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
    case Form::kBits:
      Set(schema, ConnectType::kBytes, "io.debezium.data.Bits");
      schema.parameters = {{"length", std::to_string(type.length < 0 ? INT32_MAX : type.length)}};
      return;
    case Form::kPoint:
      return SetPointSchema(schema);
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

ConnectValue TextValue(Form form, const ColumnType& type, const RenderOptions& options,
                       const Datum& value) {
  std::string text;
  switch (form) {
    case Form::kIsoDate:
    case Form::kIsoTime:
    case Form::kIsoTimestamp:
    case Form::kZonedTimestamp:
      AppendTemporalText(text, form, type.precision, value.integer);
      break;
    case Form::kDurationText:
      AppendIsoInterval(text, *ParseInterval(value.view()));
      break;
    case Form::kDecimalText:
      if (type.precision >= 0) {
        std::string bytes;
        AppendUnscaled(bytes, value.view(), DecimalScale(type, options));
        text = UnscaledToText(bytes, DecimalScale(type, options));
        break;
      }
      [[fallthrough]];
    default:
      text = value.view();
  }
  return {std::move(text)};
}

// Of the kinds for which ShownDefault gives a value.
ConnectValue DefaultValue(Form form, const ColumnType& type, const RenderOptions& options,
                          const Datum& value) {
  switch (form) {
    case Form::kBool:
      return {value.integer != 0};
    case Form::kBitsBool:
      return {value.view() == "1"};
    case Form::kInteger:
      return {value.integer};
    case Form::kFloat32:
    case Form::kFloat64:
      return {value.real};
    case Form::kDecimalDouble:
      return {std::strtod(std::string(value.view()).c_str(), nullptr)};
    case Form::kDecimalBytes: {
      std::string bytes;
      AppendUnscaled(bytes, value.view(), DecimalScale(type, options));
      return {std::move(bytes)};
    }
    case Form::kDateDays:
      return {DateDays(value.integer)};
    case Form::kTimeMillis:
      return {value.integer / 1000};
    case Form::kTimeMicros:
      return {value.integer};
    case Form::kTimeNanos:
      return {value.integer * 1000};
    case Form::kTimestampMillis:
      return {TimestampMillis(value.integer)};
    case Form::kTimestampMicros:
      return {TimestampMicros(value.integer)};
    case Form::kTimestampNanos:
      return {TimestampNanos(value.integer)};
    case Form::kDurationMicros:
      return {IntervalMicros(*ParseInterval(value.view()))};
    case Form::kBits: {
      std::string bytes;
      AppendBits(bytes, value.view());
      return {std::move(bytes)};
    }
    default:
      return TextValue(form, type, options, value);
  }
}

}  // namespace

ConnectSchemaPtr ColumnConnectSchema(const Column& column, const RenderOptions& options) {
  auto schema = std::make_shared<ConnectSchema>();
  schema->optional = column.nullable;
  const Form form = FormOf(column.type, options);
  SetType(*schema, form, column.type, options);
  std::string scratch;
  if (const auto value = ShownDefault(column, form, scratch)) {
    schema->default_value = DefaultValue(form, column.type, options, *value);
  }
  return schema;
}

}  // namespace tidewire::format
