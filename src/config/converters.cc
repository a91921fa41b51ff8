#include "config/converters.h"

namespace tidewire::config {
namespace {

constexpr std::string_view kConverterType = "converter.type";

Property TypeProperty() {
  Property out;
  out.name = std::string(kConverterType);
  out.required = true;
  out.importance = Importance::kLow;
  out.width = Width::kNone;
  out.display_name = out.name;
  out.allowed = {"key", "value", "header"};
  out.documentation = "What is converted; the framework sets it.";
  return out;
}

Property Make(const char* name, Type type, const char* default_value, Importance importance,
              const char* group, const char* display_name) {
  Property out;
  out.name = name;
  out.type = type;
  out.default_value = default_value;
  out.importance = importance;
  out.group = group;
  out.display_name = display_name;
  return out;
}

Definition JsonDefinition() {
  Definition out;
  out.plugin = "org.apache.kafka.connect.json.JsonConverter";
  Property schemas = Make("schemas.enable", Type::kBoolean, "true", Importance::kHigh, "Schemas",
                          "Enable Schemas");
  schemas.documentation = "Whether each message carries its schema: {\"schema\":…,\"payload\":…}.";
  Property cache = Make("schemas.cache.size", Type::kInt, "1000", Importance::kHigh, "Schemas",
                        "Schema Cache Size");
  cache.support = Support::kNoEffect;
  cache.documentation = "How many rendered schemas to keep; here all of those in use are kept.";
  Property decimal = Make("decimal.format", Type::kString, "BASE64", Importance::kLow,
                          "Serialization", "Decimal Format");
  decimal.allowed = {"BASE64", "NUMERIC"};
  decimal.documentation = "How decimals appear: BASE64 of their unscaled bytes, or as a NUMERIC.";
  Property nulls = Make("replace.null.with.default", Type::kBoolean, "true", Importance::kLow,
                        "Serialization", "Replace null with default");
  nulls.documentation = "Whether a null becomes the field's default where it has one.";
  out.properties = {TypeProperty(), std::move(schemas), std::move(cache), std::move(decimal),
                    std::move(nulls)};
  return out;
}

Definition StringDefinition() {
  Definition out;
  out.plugin = "org.apache.kafka.connect.storage.StringConverter";
  Property encoding = Make("converter.encoding", Type::kString, "UTF-8", Importance::kHigh, "",
                           "converter.encoding");
  encoding.width = Width::kNone;
  encoding.allowed = {"UTF-8", "UTF8"};
  encoding.documentation = "The character set of the bytes.";
  out.properties = {TypeProperty(), std::move(encoding)};
  return out;
}

Definition PlainDefinition(std::string class_name) {
  Definition out;
  out.plugin = std::move(class_name);
  out.properties = {TypeProperty()};
  return out;
}

std::string_view SimpleName(std::string_view class_name) {
  return class_name.substr(class_name.rfind('.') + 1);
}

}  // namespace

const std::vector<Converter>& Converters() {
  static const auto* all = [] {
    auto* out = new std::vector<Converter>;
    for (const char* kind :
         {"Boolean", "ByteArray", "Double", "Float", "Integer", "Long", "Short"}) {
      out->push_back(
          {PlainDefinition(fmt::format("org.apache.kafka.connect.converters.{}Converter", kind))});
    }
    out->push_back({JsonDefinition()});
    Definition simple;
    simple.plugin = "org.apache.kafka.connect.storage.SimpleHeaderConverter";
    out->push_back({std::move(simple), false, true});
    out->push_back({StringDefinition()});
    return out;
  }();
  return *all;
}

const Converter* FindConverter(std::string_view name, bool header) {
  for (const Converter& converter : Converters()) {
    if (!(header ? converter.for_headers : converter.for_data)) continue;
    const std::string_view full = converter.definition.plugin;
    std::string_view alias = SimpleName(full);
    if (name == full || name == alias) return &converter;
    alias.remove_suffix(std::string_view(header && alias.ends_with("HeaderConverter")
                                             ? "HeaderConverter"
                                             : "Converter")
                            .size());
    if (name == alias) return &converter;
  }
  return nullptr;
}

Definition ConverterDefinition(const Converter& converter, const std::string& prefix) {
  Definition out;
  out.plugin = converter.definition.plugin;
  out.prefix = prefix;
  for (Property property : converter.definition.properties) {
    if (property.name == kConverterType) continue;
    property.name = prefix + property.name;
    out.properties.push_back(std::move(property));
  }
  // Every converter is offered the same settings by those who write them for all at once.
  out.patterns.emplace_back("\\Q" + prefix + "\\E(plugin\\.version|schemas\\.enable)",
                            Support::kNoEffect);
  return out;
}

}  // namespace tidewire::config
