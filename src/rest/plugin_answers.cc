// The answers of /connector-plugins.
#include <algorithm>
#include <set>

#include "config/providers.h"
#include "rest/answers.h"

namespace tidewire::rest {
namespace {

using config::Property;
using runtime::Plugin;
using runtime::PluginType;

struct TypeName {
  PluginType type;
  const char* name;
};

// In the order of the answer.
constexpr TypeName kTypes[] = {{PluginType::kSink, "sink"},
                               {PluginType::kSource, "source"},
                               {PluginType::kTransformation, "transformation"},
                               {PluginType::kPredicate, "predicate"},
                               {PluginType::kConverter, "converter"},
                               {PluginType::kHeaderConverter, "header_converter"}};

const char* TypeText(config::Type type) {
  constexpr const char* kNames[] = {"BOOLEAN", "STRING", "INT",   "SHORT",   "LONG",
                                    "DOUBLE",  "LIST",   "CLASS", "PASSWORD"};
  return kNames[static_cast<size_t>(type)];
}

const char* ImportanceText(config::Importance importance) {
  constexpr const char* kNames[] = {"HIGH", "MEDIUM", "LOW"};
  return kNames[static_cast<size_t>(importance)];
}

const char* WidthText(config::Width width) {
  constexpr const char* kNames[] = {"NONE", "SHORT", "MEDIUM", "LONG"};
  return kNames[static_cast<size_t>(width)];
}

std::vector<const Plugin*> OfType(const runtime::Plugins& plugins, PluginType type) {
  std::vector<const Plugin*> out;
  for (const Plugin& plugin : plugins.all()) {
    if (plugin.type == type) out.push_back(&plugin);
  }
  std::sort(out.begin(), out.end(),
            [](const Plugin* a, const Plugin* b) { return a->class_name < b->class_name; });
  return out;
}

// Places inside groups, for properties that do not name theirs.
class Orders {
 public:
  int Next(const Property& property) {
    if (property.group.empty()) return -1;
    const int place = ++counts_[property.group];
    return property.order != 0 ? property.order : place;
  }

 private:
  std::map<std::string, int> counts_;
};

// `order`, `required`: as shown, which is not always as declared.
void WriteDefinition(JsonWriter& out, const Property& property, int order, bool required) {
  out.BeginObject().Key("name").Text(property.name).Key("type").Text(TypeText(property.type));
  out.Key("required").Bool(required).Key("default_value");
  const bool secret = property.type == config::Type::kPassword && property.default_value;
  out.TextOrNull(secret ? config::kHidden : property.default_value);
  out.Key("importance").Text(ImportanceText(property.importance));
  out.Key("documentation").Text(property.documentation).Key("group");
  if (property.group.empty()) {
    out.Null();
  } else {
    out.Text(property.group);
  }
  out.Key("width").Text(WidthText(property.width)).Key("display_name");
  out.Text(property.display_name.empty() ? property.name : property.display_name);
  out.Key("dependents").Texts(property.dependents).Key("order").Int(order).EndObject();
}

const config::Definition* OwnDefinition(const Plugin* plugin) {
  if (plugin == nullptr) return nullptr;
  if (plugin->definition != nullptr) return plugin->definition;
  if (plugin->source) return &plugin->source->definition();
  return plugin->sink ? &plugin->sink->definition() : nullptr;
}

// Debezium declares nothing as required: its own validators complain instead.
bool ShownAsRequired(const Property& property, const config::Definition& definition) {
  return property.required && config::ComplaintsOf(definition) == config::Complaints::kKafka;
}

// Writes the `configs` of one validation.
class Validated {
 public:
  Validated(const runtime::ValidatedConfig& validated, const config::Properties& given,
            const runtime::Plugins& plugins, JsonWriter& out)
      : validated_(validated), given_(given), plugins_(plugins), out_(out) {}

  void Write() {
    out_.BeginArray();
    for (const auto& property : validated_.properties) WriteOne(property);
    out_.EndArray();
  }

 private:
  void WriteOne(const config::ValidatedProperty& one) {
    const Property& property = *one.property;
    const config::Definition* own = OwnDefinition(validated_.plugin);
    const bool is_own = own != nullptr && own->Find(property.name) != nullptr;
    // The properties of an alias count from 0, `type`.
    const int order =
        property.name.starts_with("transforms.") || property.name.starts_with("predicates.")
            ? property.order
            : orders_.Next(property);
    out_.BeginObject().Key("definition");
    WriteDefinition(out_, property, order,
                    is_own ? ShownAsRequired(property, *own) : property.required);
    out_.Key("value").BeginObject().Key("name").Text(property.name).Key("value");
    out_.TextOrNull(ShownValue(one));
    out_.Key("recommended_values").Texts(Recommended(property, is_own));
    out_.Key("errors").Texts(ShownErrors(one)).Key("visible").Bool(true).EndObject();
    out_.EndObject();
  }

  // The given text, when a config provider has a part in the value.
  const std::string* Reference(const Property& property) const {
    const auto it = given_.find(property.name);
    const bool has = it != given_.end() && it->second.find("${") != std::string::npos &&
                     it->second.find(':') != std::string::npos;
    return has ? &it->second : nullptr;
  }

  std::optional<std::string> ShownValue(const config::ValidatedProperty& one) const {
    if (!one.value) return std::nullopt;
    if (one.property->type == config::Type::kPassword) return config::kHidden;
    const std::string* reference = Reference(*one.property);
    return reference != nullptr ? *reference : *one.value;
  }

  std::vector<std::string> ShownErrors(const config::ValidatedProperty& one) const {
    const std::string* reference = Reference(*one.property);
    if (reference == nullptr || one.errors.empty() || one.value == *reference) return one.errors;
    return {fmt::format("The value that '{}' stands for is not valid for '{}'", *reference,
                        one.property->name)};
  }

  std::vector<std::string> Recommended(const Property& property, bool is_own) const {
    const std::string_view name = property.name;
    if (is_own) return property.allowed;
    if (name.ends_with(".plugin.version")) {
      if (property.default_value) return {*property.default_value};
      return {};
    }
    if (name == "key.converter" || name == "value.converter") {
      return Classes(PluginType::kConverter);
    }
    if (name == "header.converter") return Classes(PluginType::kHeaderConverter);
    const bool alias_type = name.ends_with(".type") && property.type == config::Type::kClass;
    if (alias_type && name.starts_with("transforms.")) return Classes(PluginType::kTransformation);
    if (alias_type && name.starts_with("predicates.")) return Classes(PluginType::kPredicate);
    return {};
  }

  std::vector<std::string> Classes(PluginType type) const {
    std::vector<std::string> out;
    for (const Plugin* plugin : OfType(plugins_, type)) out.push_back(plugin->class_name);
    return out;
  }

  const runtime::ValidatedConfig& validated_;
  const config::Properties& given_;
  const runtime::Plugins& plugins_;
  JsonWriter& out_;
  Orders orders_;
};

}  // namespace

std::string PluginsJson(const runtime::Plugins& plugins, bool connectors_only) {
  JsonWriter out;
  out.BeginArray();
  for (const TypeName& type : kTypes) {
    const bool connector = type.type == PluginType::kSink || type.type == PluginType::kSource;
    if (connectors_only && !connector) continue;
    for (const Plugin* plugin : OfType(plugins, type.type)) {
      out.BeginObject().Key("class").Text(plugin->class_name).Key("type").Text(type.name);
      if (!plugin->version.empty()) out.Key("version").Text(plugin->version);
      out.EndObject();
    }
  }
  out.EndArray();
  return out.Take();
}

std::string PluginConfigJson(const Plugin& plugin) {
  JsonWriter out;
  Orders orders;
  out.BeginArray();
  if (const config::Definition* own = OwnDefinition(&plugin)) {
    for (const Property& property : own->properties) {
      WriteDefinition(out, property, orders.Next(property), ShownAsRequired(property, *own));
    }
  }
  out.EndArray();
  return out.Take();
}

std::string ValidationJson(const runtime::ValidatedConfig& validated,
                           const config::Properties& given, const runtime::Plugins& plugins) {
  JsonWriter out;
  out.BeginObject().Key("name").Text(validated.name);
  out.Key("error_count").Int(validated.error_count());
  out.Key("groups").Texts(validated.groups).Key("configs");
  Validated(validated, given, plugins, out).Write();
  if (!validated.warnings.empty()) out.Key("warnings").Texts(validated.warnings);
  out.EndObject();
  return out.Take();
}

}  // namespace tidewire::rest
