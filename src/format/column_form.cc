#include "format/column_form.h"

#include <limits>

#include "format/time_text.h"
#include "model/calendar.h"
#include "model/source_fields.h"

namespace tidewire::format {
namespace {

using model::ColumnType;
using model::Datum;
using model::DecimalMode;
using model::Kind;
using model::RenderOptions;
using model::TimeMode;

// What PostgreSQL's JDBC driver makes of timestamp ±infinity; Debezium's events show these numbers.
constexpr int64_t kPositiveInfinityMicros = 9'223'372'036'825'200'000;
constexpr int64_t kNegativeInfinityMicros = -9'223'372'036'832'400'000;

// Geometries without a reference system, as a kGeometry holds them: the point (0, 0), and nothing.
constexpr std::string_view kOriginPoint("\0\0\0\0\1\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 25);
constexpr std::string_view kEmptyCollection("\0\0\0\0\1\7\0\0\0\0\0\0\0", 13);

Form DecimalForm(const ColumnType& type, const RenderOptions& options) {
  switch (options.decimal) {
    case DecimalMode::kString:
      return Form::kDecimalText;
    case DecimalMode::kDouble:
      return Form::kDecimalDouble;
    case DecimalMode::kPrecise:
      break;
  }
  const bool fixed = type.kind == Kind::kMoney || type.precision >= 0;
  return fixed ? Form::kDecimalBytes : Form::kVariableDecimal;
}

bool FitsMillis(const ColumnType& type) { return type.precision >= 0 && type.precision <= 3; }

Form TimeForm(const ColumnType& type, TimeMode mode) {
  switch (mode) {
    case TimeMode::kConnect:
      return Form::kTimeMillis;
    case TimeMode::kIsoString:
      return Form::kIsoTime;
    case TimeMode::kNanoseconds:
      return Form::kTimeNanos;
    case TimeMode::kAdaptive:
      return FitsMillis(type) ? Form::kTimeMillis : Form::kTimeMicros;
    case TimeMode::kAdaptiveMicroseconds:
    case TimeMode::kMicroseconds:
      break;
  }
  return Form::kTimeMicros;
}

Form TimestampForm(const ColumnType& type, TimeMode mode) {
  switch (mode) {
    case TimeMode::kConnect:
      return Form::kTimestampMillis;
    case TimeMode::kIsoString:
      return Form::kIsoTimestamp;
    case TimeMode::kNanoseconds:
      return Form::kTimestampNanos;
    case TimeMode::kAdaptive:
    case TimeMode::kAdaptiveMicroseconds:
      return FitsMillis(type) ? Form::kTimestampMillis : Form::kTimestampMicros;
    case TimeMode::kMicroseconds:
      break;
  }
  return Form::kTimestampMicros;
}

Form OtherForm(const ColumnType& type, const RenderOptions& options) {
  return type.documented || !options.include_unknown_datatypes ? Form::kText : Form::kUnknown;
}

int64_t Saturate(bool overflow, int64_t value, bool negative) {
  if (!overflow) return value;
  return negative ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
}

}  // namespace

Form FormOf(const ColumnType& type, const RenderOptions& options) {
  switch (type.kind) {
    case Kind::kBool:
      return Form::kBool;
    case Kind::kInt16:
    case Kind::kInt32:
    case Kind::kInt64:
      return Form::kInteger;
    case Kind::kUInt64:
      return options.unsigned_bigint == model::UnsignedBigintMode::kPrecise ? Form::kUnsignedDecimal
                                                                            : Form::kInteger;
    case Kind::kYear:
      return Form::kYear;
    case Kind::kFloat32:
      return Form::kFloat32;
    case Kind::kFloat64:
      return Form::kFloat64;
    case Kind::kDecimal:
    case Kind::kMoney:
      return DecimalForm(type, options);
    case Kind::kBytes:
      return Form::kBinary;
    case Kind::kGeometry:
      return type.type_name == "POINT" ? Form::kGeometryPoint : Form::kGeometry;
    case Kind::kVector:
      return Form::kFloatVector;
    case Kind::kDate:
      return options.time == TimeMode::kIsoString ? Form::kIsoDate : Form::kDateDays;
    case Kind::kTime:
      return TimeForm(type, options.time);
    case Kind::kTimeTz:
      return Form::kZonedTime;
    case Kind::kTimestamp:
      return TimestampForm(type, options.time);
    case Kind::kTimestampTz:
      return Form::kZonedTimestamp;
    case Kind::kInterval:
      return options.interval == model::IntervalMode::kString ? Form::kDurationText
                                                              : Form::kDurationMicros;
    case Kind::kBits:
      if (type.length == 1) return Form::kBitsBool;
      return model::ReadsBinlog(options.connector_kind) ? Form::kFixedBits : Form::kBits;
    case Kind::kPoint:
      return Form::kPoint;
    case Kind::kArray:
      return type.element != nullptr ? Form::kArray : Form::kText;
    case Kind::kHstore:
      return options.hstore == model::HstoreMode::kMap ? Form::kHstoreMap : Form::kHstoreJson;
    case Kind::kOther:
      return OtherForm(type, options);
    case Kind::kString:
    case Kind::kChar:
    case Kind::kUuid:
    case Kind::kJson:
    case Kind::kXml:
    case Kind::kEnum:
    case Kind::kEnumSet:
    case Kind::kLtree:
    case Kind::kTsvector:
      break;
  }
  return Form::kText;
}

int32_t DecimalScale(const ColumnType& type, const RenderOptions& options) {
  if (type.kind == Kind::kMoney) return options.money_fraction_digits;
  // numeric(p) has scale 0; a scale of its own may be negative, but -1 without precision means
  // none.
  return type.precision >= 0 && type.scale == -1 ? 0 : type.scale;
}

int64_t DateDays(int64_t days) {
  if (days == model::kPositiveInfinity) return std::numeric_limits<int32_t>::max();
  if (days == model::kNegativeInfinity) return std::numeric_limits<int32_t>::min();
  return days;
}

int64_t TimestampMicros(int64_t v) {
  if (v == model::kPositiveInfinity) return kPositiveInfinityMicros;
  if (v == model::kNegativeInfinity) return kNegativeInfinityMicros;
  int64_t micros = 0;
  const bool overflow = __builtin_add_overflow(v, model::kEpoch2000Micros, &micros);
  return Saturate(overflow, micros, v < 0);
}

int64_t TimestampMillis(int64_t v) {
  if (v == model::kPositiveInfinity) return kPositiveInfinityMicros / 1000;
  if (v == model::kNegativeInfinity) return kNegativeInfinityMicros / 1000;
  return model::FloorDiv(v, 1000) + model::kEpoch2000Micros / 1000;
}

int64_t TimestampNanos(int64_t v) {
  if (v == model::kPositiveInfinity || v == model::kNegativeInfinity) return v;
  int64_t nanos = 0;
  const bool overflow = __builtin_add_overflow(v, model::kEpoch2000Micros, &nanos) ||
                        __builtin_mul_overflow(nanos, int64_t{1000}, &nanos);
  return Saturate(overflow, nanos, v < 0);
}

void AppendTemporalText(std::string& out, Form form, int32_t precision, int64_t value) {
  const bool positive = value == model::kPositiveInfinity;
  const bool infinite = positive || value == model::kNegativeInfinity;
  if (infinite && form != Form::kIsoTime) {
    if (form == Form::kIsoTimestamp) {
      AppendIsoTimestamp(out, TimestampMicros(value), 0, kTrimmedFraction);
    } else {
      out += positive ? "infinity" : "-infinity";
    }
    return;
  }
  switch (form) {
    case Form::kIsoDate:
      AppendIsoDate(out, value);
      out += 'Z';
      return;
    case Form::kIsoTime:
      AppendIsoTime(out, value, kTrimmedFraction);
      out += 'Z';
      return;
    case Form::kZonedTimestamp:
      AppendIsoTimestamp(out, value, model::kEpoch2000Days, precision < 0 ? 6 : precision);
      return;
    default:
      AppendIsoTimestamp(out, value, model::kEpoch2000Days, kTrimmedFraction);
  }
}

Datum ZeroDatum(const ColumnType& type) {
  const Kind kind = type.kind;
  switch (kind) {
    case Kind::kTimestamp:
    case Kind::kTimestampTz:
      return Datum::Integer(-model::kEpoch2000Micros);
    case Kind::kDecimal:
    case Kind::kMoney:
      return Datum::View("0");
    case Kind::kTimeTz:
      return Datum::View("00:00:00+00");
    case Kind::kInterval:
      return Datum::View("PT0S");
    case Kind::kPoint:
      return Datum::View("(0,0)");
    case Kind::kArray:
    case Kind::kJson:
      return Datum::View("{}");
    case Kind::kGeometry:
      return Datum::View(type.type_name == "POINT" ? kOriginPoint : kEmptyCollection);
    default:
      break;
  }
  if (model::HoldsReal(kind)) return Datum::Real(0);
  return model::HoldsInteger(kind) ? Datum::Integer(0) : Datum::View("");
}

}  // namespace tidewire::format
