#include "format/column_plan.h"

#include "base/error.h"
#include "format/column_schema.h"
#include "format/connect_json.h"
#include "format/decimal_text.h"
#include "format/json_text.h"
#include "format/value_writers.h"

namespace tidewire::format {
namespace {

using model::Column;
using model::ColumnType;
using model::ConnectSchema;
using model::ConnectType;
using model::Converter;
using model::Kind;
using model::RenderOptions;

bool IsGeometric(const ColumnType& type) {
  constexpr std::string_view kTypes[] = {"line", "lseg", "box", "path", "polygon", "circle"};
  return std::find(std::begin(kTypes), std::end(kTypes), type.type_name) != std::end(kTypes);
}

// The placeholder's bytes one by one, as Debezium shows unchanged arrays of numbers.
std::string NumberArrayPlaceholder(const std::string& placeholder) {
  std::string out = "[";
  for (const char c : placeholder) {
    if (out.size() > 1) out += ',';
    AppendInteger(out, static_cast<signed char>(c));
  }
  return out + ']';
}

std::string ScalarPlaceholder(const ColumnPlan& plan, const ConnectSchema& schema,
                              const RenderOptions& options) {
  std::string out;
  if (plan.form == Form::kBinary || plan.form == Form::kUnknown) {
    AppendBinary(plan.binary, options.unavailable_placeholder, out);
  } else if (schema.type == ConnectType::kString) {
    AppendJsonString(out, options.unavailable_placeholder);
  }
  return out;
}

// Empty: the type has no form for the placeholder.
std::string Placeholder(const ColumnPlan& plan, const ConnectSchema& schema,
                        const RenderOptions& options) {
  if (plan.form == Form::kHstoreMap) {
    std::string out = "{";
    AppendJsonString(out, options.unavailable_placeholder);
    out += ':';
    AppendJsonString(out, options.unavailable_placeholder);
    return out + '}';
  }
  if (plan.form != Form::kArray) return ScalarPlaceholder(plan, schema, options);
  switch (schema.element->type) {
    case ConnectType::kInt16:
    case ConnectType::kInt32:
    case ConnectType::kInt64:
      return NumberArrayPlaceholder(options.unavailable_placeholder);
    default:
      break;
  }
  const std::string element = ScalarPlaceholder(*plan.element, *schema.element, options);
  return element.empty() ? element : '[' + element + ']';
}

// Some zeros have another form than the same value in a row would have.
void AppendZero(const ColumnPlan& plan, const ColumnType& type, std::string& out) {
  switch (plan.form) {
    case Form::kYear:
      out += '0';
      return;
    case Form::kZonedTimestamp:
      out += "\"1970-01-01T00:00:00Z\"";
      return;
    default:
      plan.write(plan, ZeroDatum(type), out);
  }
}

void FillFixedTexts(ColumnPlan& plan, const Column& column, const RenderOptions& options,
                    const Converter& converter, bool replace_null) {
  const auto schema = ColumnConnectSchema(column, options);
  std::string instead;  // Of a value that is not there, where there has to be one.
  if (schema->default_value) {
    AppendConnectJson(instead, schema.get(), *schema->default_value, converter);
  } else if (!column.nullable) {
    AppendZero(plan, column.type, instead);
  }
  const bool null = column.nullable && (instead.empty() || !replace_null);
  plan.null_text = null ? "null" : std::move(instead);
  plan.absent_text = plan.null_text;
  plan.unavailable_text = Placeholder(plan, *schema, options);
  if (plan.unavailable_text.empty()) plan.unavailable_text = plan.absent_text;
}

}  // namespace

ColumnPlan MakeColumnPlan(const Column& column, const RenderOptions& options,
                          const Converter& converter, bool replace_null, Target target,
                          const std::string& where) {
  ColumnPlan plan;
  const ColumnType& type = column.type;
  plan.form = FormOf(type, options);
  plan.kind = type.kind;
  plan.scale = DecimalScale(type, options);
  plan.precision = type.precision;
  plan.binary = options.binary;
  plan.geometric = IsGeometric(type);
  plan.where = where + '.' + column.name;
  plan.write = WriterOf(plan.form, converter.decimal_numeric, target);
  if (plan.form == Form::kArray) {
    Column element;
    element.type = *type.element;
    plan.delimiter = type.element->type_name == "box" ? ';' : ',';
    plan.element = std::make_unique<ColumnPlan>(
        MakeColumnPlan(element, options, converter, false, target, plan.where));
  }
  FillFixedTexts(plan, column, options, converter, replace_null);
  return plan;
}

void RowPlan::Add(const std::string& name, ColumnPlan column, uint32_t index) {
  std::string prefix = columns.empty() ? "{" : ",";
  AppendJsonString(prefix, name);
  prefix += ':';
  prefixes.push_back(std::move(prefix));
  columns.push_back(std::move(column));
  indexes.push_back(index);
}

}  // namespace tidewire::format
