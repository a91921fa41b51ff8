// The properties that every connector has, whatever its class: those of Kafka Connect's
// ConnectorConfig, SourceConnectorConfig and SinkConnectorConfig, and of each transform and
// predicate in a chain.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace tidewire::config {

enum class ConnectorKind { kSource, kSink };

// What the worker gives where a connector says nothing.
struct CommonDefaults {
  std::string connector_version;  // Of the connector's class.
  std::string worker_version;     // Of the converters.
  std::string key_converter = "org.apache.kafka.connect.json.JsonConverter";
  std::string value_converter = "org.apache.kafka.connect.json.JsonConverter";
  std::string header_converter = "org.apache.kafka.connect.storage.SimpleHeaderConverter";
};

// In the order, groups and with the `order` numbers of the real validate answer. Has no plugin, so
// Validate looks for no unknown names with it. Definitions of aliases (below) stand between these
// and the plugin's own in that answer.
Definition CommonDefinition(ConnectorKind kind, const CommonDefaults& defaults);

// `transforms.<alias>.*`: type, plugin.version, negate, predicate (one of `predicates`, the
// declared aliases), then the properties of the transform. `transform` is null when its class is
// unknown: `type` then complains about any value.
Definition TransformDefinition(const std::string& alias, const Definition* transform,
                               const std::string& version,
                               const std::vector<std::string>& predicates);
// `predicates.<alias>.*`, likewise: type, plugin.version, then the predicate's own.
Definition PredicateDefinition(const std::string& alias, const Definition* predicate,
                               const std::string& version);

// What concerns several properties: topics against topics.regex, repeated aliases, properties of
// aliases that no list names. Complaints and warnings go to `validation`, which is that of
// CommonDefinition.
void CheckTogether(ConnectorKind kind, const Properties& given, Validation& validation);

// The groups of the validate answer before the connector's own: "Common", "Transforms", …, then one
// for each alias.
std::vector<std::string> CommonGroups(ConnectorKind kind,
                                      const std::vector<std::string>& transforms,
                                      const std::vector<std::string>& predicates);

// Names that belong to the framework and not to a connector's class: the common ones, those of
// aliases, converters, client overrides and topic creation.
bool BelongsToEveryConnector(std::string_view name);
const std::vector<std::string>& CommonNames();

}  // namespace tidewire::config
