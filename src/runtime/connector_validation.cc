#include "runtime/connector_validation.h"

#include <unordered_set>

#include "config/common.h"
#include "config/converters.h"
#include "transform/transform.h"

namespace tidewire::runtime {
namespace {

constexpr std::string_view kPreflightPrefix = "Error while validating connector config: ";

std::string Valued(const config::Properties& config, const std::string& name) {
  const auto found = config.find(name);
  return found == config.end() ? std::string() : found->second;
}

// java.util.Map's text, which Kafka Connect puts into this message.
std::string MapText(const config::Properties& config) {
  std::string out = "{";
  for (const auto& [name, value] : config) {
    const bool secret = name.find("password") != std::string::npos;
    out += fmt::format("{}{}={}", out.size() > 1 ? ", " : "", name, secret ? "[hidden]" : value);
  }
  return out + "}";
}

std::string AvailableText(const Plugins& plugins) {
  std::string out;
  for (const Plugin& plugin : plugins.all()) {
    if (plugin.type != PluginType::kSource && plugin.type != PluginType::kSink) continue;
    const char* type = plugin.type == PluginType::kSource ? "source" : "sink";
    out += fmt::format(
        "{}PluginDesc{{klass=class {}, name='{}', version='{}', encodedVersion={}, type={}, "
        "typeName='{}', location='classpath'}}",
        out.empty() ? "" : ", ", plugin.class_name, plugin.class_name, plugin.version,
        plugin.version, type, type);
  }
  return out;
}

// Appends a definition's validation; keeps the definition alive for as long as the answer lives.
class Collector {
 public:
  explicit Collector(ValidatedConfig& out) : out_(out) {}

  void Add(config::Definition definition, const config::Properties& given,
           const std::function<void(config::Validation&)>& together = {}) {
    const auto kept = std::make_shared<const config::Definition>(std::move(definition));
    config::Validation validation = config::Validate(*kept, given);
    if (together) together(validation);
    for (config::ValidatedProperty& property : validation.properties) {
      out_.owned.push_back(std::shared_ptr<const config::Property>(kept, property.property));
      out_.properties.push_back(std::move(property));
    }
    out_.warnings.insert(out_.warnings.end(), validation.warnings.begin(),
                         validation.warnings.end());
  }

 private:
  ValidatedConfig& out_;
};

void AddAliases(const Plugins& plugins, const config::Properties& config, Collector& collector,
                const std::vector<std::string>& transforms,
                const std::vector<std::string>& predicates) {
  const auto version_of = [&](const std::string& type) {
    const Plugin* plugin = plugins.Find(type);
    return plugin == nullptr ? std::string() : plugin->version;
  };
  for (const std::string& alias : transforms) {
    const std::string type = Valued(config, "transforms." + alias + ".type");
    collector.Add(config::TransformDefinition(alias, transform::FindTransformDefinition(type),
                                              version_of(type), predicates),
                  config);
  }
  for (const std::string& alias : predicates) {
    const std::string type = Valued(config, "predicates." + alias + ".type");
    collector.Add(config::PredicateDefinition(alias, transform::FindPredicateDefinition(type),
                                              version_of(type)),
                  config);
  }
}

// Converters are configured under the connector's own names; the real answer does not list them,
// but what they do not know deserves its warning.
void AddConverterWarnings(const config::Properties& config, ValidatedConfig& out) {
  for (const char* name : {"key.converter", "value.converter", "header.converter"}) {
    const config::Converter* converter =
        config::FindConverter(Valued(config, name), std::string_view(name) == "header.converter");
    if (converter == nullptr) continue;
    const config::Definition definition =
        config::ConverterDefinition(*converter, std::string(name) + ".");
    const config::Validation validation = config::Validate(definition, config);
    out.warnings.insert(out.warnings.end(), validation.warnings.begin(), validation.warnings.end());
    for (const config::ValidatedProperty& property : validation.properties) {
      for (const std::string& error : property.errors) out.warnings.push_back(error);
    }
  }
}

std::vector<std::string> Aliases(const config::Properties& config, const std::string& name) {
  std::vector<std::string> out;
  for (std::string& alias : config::SplitList(Valued(config, name))) {
    if (std::find(out.begin(), out.end(), alias) == out.end()) out.push_back(std::move(alias));
  }
  return out;
}

void AddGroups(const config::Definition& definition, std::vector<std::string>& groups) {
  std::unordered_set<std::string> known(groups.begin(), groups.end());
  for (const config::Property& property : definition.properties) {
    if (!property.group.empty() && known.insert(property.group).second) {
      groups.push_back(property.group);
    }
  }
}

}  // namespace

int ValidatedConfig::error_count() const {
  size_t count = 0;
  for (const config::ValidatedProperty& property : properties) count += property.errors.size();
  return static_cast<int>(count);
}

const Plugin& RequireConnectorClass(const Plugins& plugins, const config::Properties& config) {
  const std::string name = Valued(config, "connector.class");
  if (name.empty()) {
    throw RequestError(
        400, fmt::format("Connector config {} contains no connector type", MapText(config)));
  }
  const Plugin* plugin = plugins.FindConnector(name);
  if (plugin == nullptr) {
    throw RequestError(
        400, fmt::format("org.apache.kafka.connect.errors.ConnectException: Failed to find any "
                         "class that implements Connector and which name matches {}, available "
                         "connectors are: {}",
                         name, AvailableText(plugins)));
  }
  return *plugin;
}

ValidatedConfig ValidateConnector(const Plugins& plugins, const config::CommonDefaults& defaults,
                                  const config::Properties& config) {
  const Plugin& plugin = RequireConnectorClass(plugins, config);
  const auto kind = plugin.type == PluginType::kSource ? config::ConnectorKind::kSource
                                                       : config::ConnectorKind::kSink;
  const std::vector<std::string> transforms = Aliases(config, "transforms");
  const std::vector<std::string> predicates = Aliases(config, "predicates");

  ValidatedConfig out;
  out.name = Valued(config, "connector.class");
  out.plugin = &plugin;
  out.groups = config::CommonGroups(kind, transforms, predicates);
  config::CommonDefaults of_plugin = defaults;
  of_plugin.connector_version = plugin.version;

  Collector collector(out);
  collector.Add(config::CommonDefinition(kind, of_plugin), config,
                [&](config::Validation& common) { config::CheckTogether(kind, config, common); });
  AddAliases(plugins, config, collector, transforms, predicates);
  if (plugin.definition != nullptr) {
    collector.Add(*plugin.definition, config);
    AddGroups(*plugin.definition, out.groups);
  }
  AddConverterWarnings(config, out);
  return out;
}

void AddFindings(const std::vector<config::Finding>& findings, ValidatedConfig& validated) {
  for (const config::Finding& finding : findings) {
    if (finding.severity != config::Finding::Severity::kError) continue;
    std::string message = finding.message;
    if (!message.starts_with(kPreflightPrefix)) message.insert(0, kPreflightPrefix);
    auto at = std::find_if(
        validated.properties.begin(), validated.properties.end(),
        [&](const auto& property) { return property.property->name == finding.property; });
    // Every connector has a name: a complaint about no property in particular goes there.
    if (at == validated.properties.end()) at = validated.properties.begin();
    if (at != validated.properties.end()) at->errors.push_back(std::move(message));
  }
}

std::string ComplaintText(const ValidatedConfig& validated) {
  const int count = validated.error_count();
  if (count == 0) return {};
  std::string out = fmt::format(
      "Connector configuration is invalid and contains the following {} error(s):", count);
  for (const config::ValidatedProperty& property : validated.properties) {
    for (const std::string& error : property.errors) out += "\n" + error;
  }
  return out +
         "\nYou can also find the above list of errors at the endpoint "
         "`/connector-plugins/{connectorType}/config/validate`";
}

}  // namespace tidewire::runtime
