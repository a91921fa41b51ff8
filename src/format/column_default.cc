#include "format/column_default.h"

#include "format/decimal_text.h"
#include "format/mysql_default.h"
#include "format/pg_text.h"
#include "format/time_text.h"
#include "format/value_writers.h"
#include "model/source_fields.h"

namespace tidewire::format {
namespace {

using model::ColumnType;
using model::ConnectValue;
using model::Datum;
using model::Kind;
using model::RenderOptions;

// Debezium reads defaults of these types of PostgreSQL only.
bool ReadsDefaultOf(const model::Column& column, Form form) {
  const ColumnType& type = column.type;
  if (!type.base_native.empty() || form == Form::kVariableDecimal) return false;
  switch (type.kind) {
    case Kind::kString:
      return type.type_name == "text" || type.type_name == "varchar" ||
             type.type_name == "character varying";
    case Kind::kBool:
    case Kind::kInt16:
    case Kind::kInt32:
    case Kind::kInt64:
    case Kind::kFloat32:
    case Kind::kFloat64:
    case Kind::kDecimal:
    case Kind::kChar:
    case Kind::kDate:
    case Kind::kTime:
    case Kind::kTimestamp:
    case Kind::kTimestampTz:
    case Kind::kInterval:
    case Kind::kUuid:
    case Kind::kJson:
    case Kind::kXml:
    case Kind::kBits:
      return true;
    default:
      return false;
  }
}

// For expressions (nextval, now(), generated columns) the zero of the column's kind.
std::optional<Datum> PostgresDefault(const model::Column& column, Form form, std::string& scratch) {
  if (!column.has_default || !ReadsDefaultOf(column, form)) return std::nullopt;
  if (column.default_text && !column.generated) {
    const auto value = ParseDatum(column.type.kind, *column.default_text, scratch);
    if (!value) return std::nullopt;
    const Kind kind = column.type.kind;
    if (kind == Kind::kDecimal && !IsFiniteDecimal(value->view())) return std::nullopt;
    if (kind == Kind::kInterval && !ParseInterval(value->view())) return std::nullopt;
    return value;
  }
  if (column.type.kind == Kind::kUuid) return Datum::View("00000000-0000-0000-0000-000000000000");
  return ZeroDatum(column.type);
}

// A binlog's connectors show 1970-01-01, which stands for CURRENT_TIMESTAMP and for zero dates,
// without the digits of the column.
void AppendZonedDefault(std::string& text, const ColumnType& type, const RenderOptions& options,
                        const Datum& value) {
  const bool bare =
      model::ReadsBinlog(options.connector_kind) && value.integer == ZeroDatum(type).integer;
  AppendTemporalText(text, Form::kZonedTimestamp, bare ? 0 : type.precision, value.integer);
}

ConnectValue BinaryValue(const RenderOptions& options, std::string_view bytes) {
  if (options.binary == model::BinaryMode::kBytes) return {std::string(bytes)};
  std::string quoted;
  AppendBinary(options.binary, bytes, quoted);
  return {quoted.substr(1, quoted.size() - 2)};
}

ConnectValue TextValue(Form form, const ColumnType& type, const RenderOptions& options,
                       const Datum& value) {
  std::string text;
  switch (form) {
    case Form::kZonedTimestamp:
      AppendZonedDefault(text, type, options, value);
      break;
    case Form::kIsoDate:
    case Form::kIsoTime:
    case Form::kIsoTimestamp:
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
    case Form::kYear:
      return {value.integer};
    case Form::kUnsignedDecimal: {
      std::string bytes;
      AppendUnscaledUnsigned(bytes, static_cast<uint64_t>(value.integer));
      return {std::move(bytes)};
    }
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
    case Form::kBinary:
      return BinaryValue(options, value.view());
    case Form::kBits:
    case Form::kFixedBits: {
      std::string bytes;
      (form == Form::kBits ? AppendBits : AppendFixedBits)(bytes, value.view());
      return {std::move(bytes)};
    }
    default:
      return TextValue(form, type, options, value);
  }
}

}  // namespace

std::optional<ConnectValue> ShownDefault(const model::Column& column, Form form,
                                         const RenderOptions& options) {
  std::string scratch;
  const auto value = model::ReadsBinlog(options.connector_kind)
                         ? MysqlDefault(column, scratch)
                         : PostgresDefault(column, form, scratch);
  if (!value) return std::nullopt;
  const bool of_day = form == Form::kTimeMillis || form == Form::kIsoTime;
  if (of_day && !IsTimeOfDay(value->integer)) return std::nullopt;
  return DefaultValue(form, column.type, options, *value);
}

}  // namespace tidewire::format
