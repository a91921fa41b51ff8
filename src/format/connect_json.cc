#include "format/connect_json.h"

#include "base/byte_text.h"
#include "base/error.h"
#include "format/decimal_text.h"
#include "format/json_text.h"

namespace tidewire::format {
namespace {

using model::ConnectList;
using model::ConnectMap;
using model::ConnectSchema;
using model::ConnectType;
using model::ConnectValue;
using model::Converter;

std::string_view TypeName(ConnectType type) {
  switch (type) {
    case ConnectType::kBoolean:
      return "boolean";
    case ConnectType::kInt8:
      return "int8";
    case ConnectType::kInt16:
      return "int16";
    case ConnectType::kInt32:
      return "int32";
    case ConnectType::kInt64:
      return "int64";
    case ConnectType::kFloat32:
      return "float";
    case ConnectType::kFloat64:
      return "double";
    case ConnectType::kString:
      return "string";
    case ConnectType::kBytes:
      return "bytes";
    case ConnectType::kArray:
      return "array";
    case ConnectType::kMap:
      return "map";
    case ConnectType::kStruct:
      break;
  }
  return "struct";
}

bool IsDecimal(const ConnectSchema& schema) {
  return schema.name == "org.apache.kafka.connect.data.Decimal";
}

int32_t ScaleOf(const ConnectSchema& schema) {
  for (const auto& [name, value] : schema.parameters) {
    if (name == "scale") return std::stoi(value);
  }
  return 0;
}

void AppendBytes(std::string& out, const ConnectSchema* schema, const std::string& bytes,
                 const Converter& converter) {
  if (schema != nullptr && converter.decimal_numeric && IsDecimal(*schema)) {
    AppendBigDecimal(out, UnscaledToText(bytes, ScaleOf(*schema)));
    return;
  }
  out += '"';
  AppendBase64(out, bytes);
  out += '"';
}

void AppendList(std::string& out, const ConnectSchema* element, const ConnectList& list,
                const Converter& converter) {
  out += '[';
  for (const ConnectValue& item : list) {
    if (&item != list.data()) out += ',';
    AppendConnectJson(out, element, item, converter);
  }
  out += ']';
}

// An object where all keys are strings, else a list of pairs.
void AppendMap(std::string& out, const ConnectSchema* schema, const ConnectMap& map,
               const Converter& converter) {
  const bool object =
      schema == nullptr || schema->key == nullptr || schema->key->type == ConnectType::kString;
  out += object ? '{' : '[';
  for (const auto& [key, value] : map) {
    if (&key != &map.front().first) out += ',';
    if (!object) out += '[';
    AppendConnectJson(out, schema != nullptr ? schema->key.get() : nullptr, key, converter);
    out += object ? ':' : ',';
    AppendConnectJson(out, schema != nullptr ? schema->element.get() : nullptr, value, converter);
    if (!object) out += ']';
  }
  out += object ? '}' : ']';
}

void AppendStruct(std::string& out, const ConnectSchema& schema, const ConnectList& values,
                  const Converter& converter) {
  if (values.size() != schema.fields.size()) {
    throw FatalError(fmt::format("a struct {} has {} values for {} fields", schema.name,
                                 values.size(), schema.fields.size()));
  }
  out += '{';
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ',';
    AppendJsonString(out, schema.fields[i].name);
    out += ':';
    AppendConnectJson(out, schema.fields[i].schema.get(), values[i], converter);
  }
  out += '}';
}

void AppendDouble(std::string& out, const ConnectSchema* schema, double value) {
  if (schema != nullptr && schema->type == ConnectType::kFloat32) {
    AppendJavaFloat(out, static_cast<float>(value));
  } else {
    AppendJavaDouble(out, value);
  }
}

void AppendSchema(std::string& out, const ConnectSchema& schema, const Converter& converter,
                  const std::string& field);

void AppendInner(std::string& out, const ConnectSchema& schema, const Converter& converter) {
  switch (schema.type) {
    case ConnectType::kArray:
      out += ",\"items\":";
      AppendSchema(out, *schema.element, converter, {});
      return;
    case ConnectType::kMap:
      out += ",\"keys\":";
      AppendSchema(out, *schema.key, converter, {});
      out += ",\"values\":";
      AppendSchema(out, *schema.element, converter, {});
      return;
    case ConnectType::kStruct:
      out += ",\"fields\":[";
      for (const model::ConnectField& inner : schema.fields) {
        if (&inner != schema.fields.data()) out += ',';
        AppendSchema(out, *inner.schema, converter, inner.name);
      }
      out += ']';
      return;
    default:
      return;
  }
}

void AppendSchema(std::string& out, const ConnectSchema& schema, const Converter& converter,
                  const std::string& field) {
  out += "{\"type\":\"";
  out += TypeName(schema.type);
  out += '"';
  AppendInner(out, schema, converter);
  out += schema.optional ? ",\"optional\":true" : ",\"optional\":false";
  if (!schema.name.empty()) {
    out += ",\"name\":";
    AppendJsonString(out, schema.name);
  }
  if (schema.version) {
    out += ",\"version\":";
    AppendInteger(out, *schema.version);
  }
  if (!schema.doc.empty()) {
    out += ",\"doc\":";
    AppendJsonString(out, schema.doc);
  }
  if (!schema.parameters.empty()) {
    out += ",\"parameters\":{";
    for (const auto& parameter : schema.parameters) {
      if (&parameter != schema.parameters.data()) out += ',';
      AppendJsonString(out, parameter.first);
      out += ':';
      AppendJsonString(out, parameter.second);
    }
    out += '}';
  }
  if (schema.default_value) {
    out += ",\"default\":";
    AppendConnectJson(out, &schema, *schema.default_value, converter);
  }
  if (!field.empty()) {
    out += ",\"field\":";
    AppendJsonString(out, field);
  }
  out += '}';
}

}  // namespace

std::string ConnectSchemaJson(const ConnectSchema& schema, const Converter& converter,
                              const std::string& field) {
  std::string out;
  AppendSchema(out, schema, converter, field);
  return out;
}

void AppendConnectJson(std::string& out, const ConnectSchema* schema, const ConnectValue& value,
                       const Converter& converter) {
  if (value.is_null()) {
    if (schema != nullptr && schema->default_value && converter.replace_null_with_default) {
      AppendConnectJson(out, schema, *schema->default_value, converter);
    } else {
      out += "null";
    }
    return;
  }
  if (const auto* flag = std::get_if<bool>(&value.v)) {
    out += *flag ? "true" : "false";
  } else if (const auto* integer = std::get_if<int64_t>(&value.v)) {
    AppendInteger(out, *integer);
  } else if (const auto* real = std::get_if<double>(&value.v)) {
    AppendDouble(out, schema, *real);
  } else if (const auto* text = std::get_if<std::string>(&value.v)) {
    if (schema != nullptr && schema->type == ConnectType::kBytes) {
      AppendBytes(out, schema, *text, converter);
    } else {
      AppendJsonString(out, *text);
    }
  } else if (const auto* map = std::get_if<std::shared_ptr<ConnectMap>>(&value.v)) {
    AppendMap(out, schema, **map, converter);
  } else {
    const ConnectList& list = *std::get<std::shared_ptr<ConnectList>>(value.v);
    if (schema != nullptr && schema->type == ConnectType::kStruct) {
      AppendStruct(out, *schema, list, converter);
    } else {
      AppendList(out, schema != nullptr ? schema->element.get() : nullptr, list, converter);
    }
  }
}

}  // namespace tidewire::format
