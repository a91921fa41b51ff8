#include "config/common.h"

#include <set>

#include "base/regex.h"
#include "config/converters.h"

namespace tidewire::config {
namespace {

constexpr const char* kErrorHandling = "Error Handling";
constexpr const char* kExactlyOnce = "Exactly Once Support";

// One line of the tables below; null default: none.
struct Row {
  const char* name;
  Type type;
  const char* default_value;
  Importance importance;
  const char* group;
  int order;
  Width width;
  const char* display_name;
  Support support;
  const char* documentation;
};

Property MakeProperty(const Row& row) {
  Property out;
  out.name = row.name;
  out.type = row.type;
  if (row.default_value != nullptr) out.default_value = row.default_value;
  out.importance = row.importance;
  out.group = row.group;
  out.order = row.order;
  out.width = row.width;
  out.display_name = row.display_name;
  out.support = row.support;
  out.documentation = row.documentation;
  return out;
}

constexpr auto kHigh = Importance::kHigh;
constexpr auto kMedium = Importance::kMedium;
constexpr auto kLow = Importance::kLow;

const Row kBase[] = {
    {"name", Type::kString, nullptr, kHigh, "Common", 1, Width::kMedium, "Connector name",
     Support::kYes, "The connector's name; no other connector of the cluster has it."},
    {"connector.class", Type::kString, nullptr, kHigh, "Common", 2, Width::kLong, "Connector class",
     Support::kYes,
     "Which connector to run: its class, the class without its package, or that without "
     "'Connector'."},
    {"connector.plugin.version", Type::kString, nullptr, kMedium, "Common", 3, Width::kMedium,
     "Connector version", Support::kNoEffect,
     "The connector's version; there is one in each build."},
    {"tasks.max", Type::kInt, "1", kHigh, "Common", 4, Width::kShort, "Tasks max", Support::kYes,
     "At most so many tasks share the connector's work."},
    {"tasks.max.enforce", Type::kBoolean, "true", kLow, "Common", 5, Width::kShort,
     "Enforce tasks max", Support::kNoEffect,
     "Whether tasks.max is a hard limit. No connector here makes more tasks than that."},
    {"key.converter", Type::kClass, nullptr, kLow, "Common", 6, Width::kShort,
     "Key converter class", Support::kYes, "How keys are written as bytes."},
    {"key.converter.plugin.version", Type::kString, nullptr, kLow, "Common", 7, Width::kShort,
     "Key converter version", Support::kNoEffect, "The key converter's version."},
    {"value.converter", Type::kClass, nullptr, kLow, "Common", 8, Width::kShort,
     "Value converter class", Support::kYes, "How values are written as bytes."},
    {"value.converter.plugin.version", Type::kString, nullptr, kLow, "Common", 9, Width::kShort,
     "Value converter version", Support::kNoEffect, "The value converter's version."},
    {"header.converter", Type::kClass, nullptr, kLow, "Common", 10, Width::kShort,
     "Header converter class", Support::kYes, "How headers are written as bytes."},
    {"header.converter.plugin.version", Type::kString, nullptr, kLow, "Common", 11, Width::kShort,
     "Header converter version", Support::kNoEffect, "The header converter's version."},
    {"transforms", Type::kList, "", kLow, "Transforms", 12, Width::kLong, "Transforms",
     Support::kYes, "Names of the transforms that records pass, in this order."},
    {"predicates", Type::kList, "", kLow, "Predicates", 13, Width::kLong, "Predicates",
     Support::kYes, "Names of the predicates that transforms may refer to."},
    {"config.action.reload", Type::kString, "restart", kLow, "Common", 14, Width::kMedium,
     "Reload Action", Support::kNoEffect,
     "What to do when a config provider's value expires; none of the providers here has values "
     "that expire."},
    {"errors.retry.timeout", Type::kLong, "0", kMedium, kErrorHandling, 1, Width::kMedium,
     "Retry Timeout for Errors", Support::kNotYet,
     "For how many milliseconds a failed record is tried again; -1: for ever."},
    {"errors.retry.delay.max.ms", Type::kLong, "60000", kMedium, kErrorHandling, 2, Width::kMedium,
     "Maximum Delay Between Retries for Errors", Support::kNotYet,
     "The longest pause between two tries of a failed record, in milliseconds."},
    {"errors.tolerance", Type::kString, "none", kMedium, kErrorHandling, 3, Width::kShort,
     "Error Tolerance", Support::kNotYet,
     "none: a bad record fails the task. all: bad records are left out."},
    {"errors.log.enable", Type::kBoolean, "false", kMedium, kErrorHandling, 4, Width::kShort,
     "Log Errors", Support::kNotYet, "Whether errors that are tolerated are logged as well."},
    {"errors.log.include.messages", Type::kBoolean, "false", kMedium, kErrorHandling, 5,
     Width::kShort, "Log Error Details", Support::kNotYet,
     "Whether the log line of an error holds the record."},
};

const Row kSourceOnly[] = {
    {"topic.creation.groups", Type::kList, "", kLow, "Topic Creation", 1, Width::kLong,
     "Topic Creation Groups", Support::kNotYet,
     "Names of groups of topics that are made with settings of their own."},
    {"exactly.once.support", Type::kString, "requested", kMedium, kExactlyOnce, 2, Width::kShort,
     "Exactly once support", Support::kYes,
     "required: refuse to run without exactly-once delivery. Sources here always deliver exactly "
     "once into the log."},
    {"transaction.boundary", Type::kString, "poll", kMedium, kExactlyOnce, 3, Width::kShort,
     "Transaction Boundary", Support::kNoEffect,
     "Where the log's transactions end. Here every append is one, together with its offset."},
    {"transaction.boundary.interval.ms", Type::kLong, nullptr, kLow, kExactlyOnce, 4, Width::kShort,
     "Transaction boundary interval", Support::kNoEffect,
     "Milliseconds between transaction ends when transaction.boundary is 'interval'."},
    {"offsets.storage.topic", Type::kString, nullptr, kLow, "offsets.topic", 1, Width::kLong,
     "Offsets topic", Support::kNotYet,
     "A topic of its own for this connector's offsets; the worker's store otherwise."},
};

const Row kSinkOnly[] = {
    {"topics", Type::kList, "", kHigh, "Common", 4, Width::kLong, "Topics", Support::kYes,
     "The topics to read, by name. Either this or topics.regex is needed."},
    {"topics.regex", Type::kString, "", kHigh, "Common", 4, Width::kLong, "Topics regex",
     Support::kYes, "Reads all topics whose whole name matches this regular expression."},
    {"errors.deadletterqueue.topic.name", Type::kString, "", kMedium, kErrorHandling, 6,
     Width::kMedium, "Dead Letter Queue Topic Name", Support::kNotYet,
     "The topic for records that cannot be processed; empty: none."},
    {"errors.deadletterqueue.topic.replication.factor", Type::kShort, "3", kMedium, kErrorHandling,
     7, Width::kMedium, "Dead Letter Queue Topic Replication Factor", Support::kNotYet,
     "The replication factor with which the dead letter topic is made."},
    {"errors.deadletterqueue.context.headers.enable", Type::kBoolean, "false", kMedium,
     kErrorHandling, 8, Width::kMedium, "Enable Error Context Headers", Support::kNotYet,
     "Whether a dead letter's headers tell where and why it failed."},
};

std::string CheckName(const std::string& name) {
  if (name.empty()) return "String may not be empty";
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x20) {
      return fmt::format(
          "String may not contain control sequences but had the following ASCII chars: {}",
          static_cast<int>(c));
    }
  }
  return "";
}

std::string CheckAtLeastOne(const std::string& value) {
  return value.starts_with('-') || Trimmed(value) == "0" ? "Value must be at least 1" : "";
}

std::string CheckRegex(const std::string& value) {
  const auto regex = Regex::Compile(value);
  return regex ? "" : regex.error();
}

std::string CheckConverter(const std::string& value, bool header) {
  return FindConverter(value, header) == nullptr
             ? fmt::format("Class {} could not be found.", value)
             : "";
}

// Checks that belong to single names of the tables.
void AddChecks(Property& property) {
  if (property.name == "name") {
    property.required = true;
    property.check = CheckName;
  } else if (property.name == "connector.class") {
    property.required = true;
  } else if (property.name == "tasks.max" || property.name == "transaction.boundary.interval.ms") {
    property.check = CheckAtLeastOne;
  } else if (property.name == "key.converter" || property.name == "value.converter") {
    property.check = [](const std::string& value) { return CheckConverter(value, false); };
  } else if (property.name == "header.converter") {
    property.check = [](const std::string& value) { return CheckConverter(value, true); };
  } else if (property.name == "config.action.reload") {
    property.allowed = {"none", "restart"};
  } else if (property.name == "errors.tolerance") {
    property.allowed = {"none", "all"};
  } else if (property.name == "exactly.once.support") {
    property.allowed = {"requested", "required"};
  } else if (property.name == "transaction.boundary") {
    property.allowed = {"poll", "interval", "connector"};
  } else if (property.name == "topics.regex") {
    property.check = CheckRegex;
  }
}

void AddRows(std::span<const Row> rows, std::vector<Property>& out) {
  for (const Row& row : rows) {
    out.push_back(MakeProperty(row));
    AddChecks(out.back());
  }
}

void SetDefault(Definition& definition, std::string_view name, const std::string& value) {
  for (Property& property : definition.properties) {
    if (property.name == name && !value.empty()) property.default_value = value;
  }
}

ValidatedProperty* Find(Validation& validation, std::string_view name) {
  for (auto& property : validation.properties) {
    if (property.property->name == name) return &property;
  }
  return nullptr;
}

std::string Given(const Properties& given, const std::string& name) {
  const auto it = given.find(name);
  return it == given.end() ? "" : Trimmed(it->second);
}

void CheckTopics(const Properties& given, Validation& validation) {
  const bool topics = !SplitList(Given(given, "topics")).empty();
  const bool regex = !Given(given, "topics.regex").empty();
  const char* why = nullptr;
  if (!topics && !regex) why = "Must configure one of topics or topics.regex";
  if (topics && regex) {
    why = "topics and topics.regex are mutually exclusive options, but both are set.";
  }
  if (why == nullptr) return;
  for (const char* name : {"topics", "topics.regex"}) {
    if (auto* property = Find(validation, name)) property->errors.push_back(why);
  }
}

// `list` is "transforms" or "predicates": the aliases, and the properties "<list>.<alias>.…".
void CheckAliases(const std::string& list, const Properties& given, Validation& validation) {
  const std::string text = Given(given, list);
  const auto aliases = SplitList(text);
  const std::set<std::string> known(aliases.begin(), aliases.end());
  if (known.size() != aliases.size()) {
    if (auto* property = Find(validation, list)) {
      property->errors.push_back(fmt::format(
          "Invalid value {} for configuration {}: Duplicate alias provided.", text, list));
    }
  }
  const std::string prefix = list + ".";
  for (auto it = given.lower_bound(prefix); it != given.end() && it->first.starts_with(prefix);
       ++it) {
    const auto dot = it->first.find('.', prefix.size());
    const std::string alias = it->first.substr(prefix.size(), dot - prefix.size());
    if (known.contains(alias)) continue;
    validation.warnings.push_back(fmt::format(
        "The property '{}' has no effect: '{}' is not in the list '{}'", it->first, alias, list));
  }
}

// The parts that transforms and predicates share.
Definition AliasDefinition(const std::string& list, const std::string& noun,
                           const std::string& alias, const Definition* plugin,
                           const std::string& version) {
  Definition out;
  out.prefix = fmt::format("{}.{}.", list, alias);
  if (plugin != nullptr) out.plugin = plugin->plugin;
  const std::string group =
      fmt::format("{}: {}", list == "transforms" ? "Transforms" : "Predicates", alias);
  const std::string title = list == "transforms" ? "Transformation" : "Predicate";
  Property type;
  type.name = out.prefix + "type";
  type.type = Type::kClass;
  type.required = true;
  type.importance = Importance::kHigh;
  type.width = Width::kLong;
  type.group = group;
  type.display_name = fmt::format("{} type for {}", title, alias);
  type.documentation = fmt::format("The class of the {} '{}'.", noun, alias);
  if (plugin == nullptr) {
    type.check = [](const std::string& value) {
      return fmt::format("Class {} could not be found.", value);
    };
  }
  Property plugin_version = type;
  plugin_version.name = out.prefix + "plugin.version";
  plugin_version.type = Type::kString;
  plugin_version.required = false;
  plugin_version.check = nullptr;
  if (plugin != nullptr && !version.empty()) plugin_version.default_value = version;
  plugin_version.support = Support::kNoEffect;
  plugin_version.display_name = fmt::format("{} version for {}", title, alias);
  plugin_version.documentation = fmt::format("The version of the {} '{}'.", noun, alias);
  out.properties = {std::move(type), std::move(plugin_version)};
  return out;
}

void AddOwnProperties(const Definition& plugin, Definition& out) {
  const std::string group = out.properties.front().group;
  for (Property property : plugin.properties) {
    if (property.display_name.empty()) property.display_name = property.name;
    property.name = out.prefix + property.name;
    property.group = group;
    for (std::string& dependent : property.dependents) dependent.insert(0, out.prefix);
    out.properties.push_back(std::move(property));
  }
  for (const auto& [pattern, support] : plugin.patterns) {
    out.patterns.emplace_back(fmt::format("\\Q{}\\E(?:{})", out.prefix, pattern), support);
  }
}

void NumberInOrder(Definition& definition) {
  int order = 0;
  for (Property& property : definition.properties) property.order = order++;
}

Property NegateProperty(const std::string& prefix, const std::string& group) {
  Property out;
  out.name = prefix + "negate";
  out.type = Type::kBoolean;
  out.default_value = "false";
  out.group = group;
  out.width = Width::kNone;
  out.display_name = "negate";
  out.documentation =
      "Whether the transform works on the records that the predicate does not meet.";
  return out;
}

Property PredicateProperty(const std::string& prefix, const std::string& group,
                           const std::vector<std::string>& predicates) {
  Property out;
  out.name = prefix + "predicate";
  out.group = group;
  out.width = Width::kNone;
  out.display_name = "predicate";
  out.documentation = "The predicate that decides which records the transform works on.";
  out.check = [predicates](const std::string& value) {
    const bool known = std::find(predicates.begin(), predicates.end(), value) != predicates.end();
    return known ? std::string()
                 : fmt::format("'{}' is not in the list 'predicates'; declare it there", value);
  };
  return out;
}

}  // namespace

Definition CommonDefinition(ConnectorKind kind, const CommonDefaults& defaults) {
  Definition out;
  AddRows(kBase, out.properties);
  if (kind == ConnectorKind::kSource) {
    AddRows(kSourceOnly, out.properties);
  } else {
    AddRows(kSinkOnly, out.properties);
  }
  SetDefault(out, "connector.plugin.version", defaults.connector_version);
  SetDefault(out, "key.converter", defaults.key_converter);
  SetDefault(out, "value.converter", defaults.value_converter);
  SetDefault(out, "header.converter", defaults.header_converter);
  for (const char* name : {"key.converter.plugin.version", "value.converter.plugin.version",
                           "header.converter.plugin.version"}) {
    SetDefault(out, name, defaults.worker_version);
  }
  return out;
}

Definition TransformDefinition(const std::string& alias, const Definition* transform,
                               const std::string& version,
                               const std::vector<std::string>& predicates) {
  Definition out = AliasDefinition("transforms", "transform", alias, transform, version);
  if (transform != nullptr) {
    const std::string group = out.properties.front().group;
    out.properties.push_back(NegateProperty(out.prefix, group));
    out.properties.push_back(PredicateProperty(out.prefix, group, predicates));
    AddOwnProperties(*transform, out);
  }
  NumberInOrder(out);
  return out;
}

Definition PredicateDefinition(const std::string& alias, const Definition* predicate,
                               const std::string& version) {
  Definition out = AliasDefinition("predicates", "predicate", alias, predicate, version);
  if (predicate != nullptr) AddOwnProperties(*predicate, out);
  NumberInOrder(out);
  return out;
}

void CheckTogether(ConnectorKind kind, const Properties& given, Validation& validation) {
  if (kind == ConnectorKind::kSink) CheckTopics(given, validation);
  CheckAliases("transforms", given, validation);
  CheckAliases("predicates", given, validation);
  for (const auto& [name, value] : given) {
    if (name.starts_with("topic.creation.") && Find(validation, name) == nullptr) {
      validation.warnings.push_back(
          fmt::format("The property '{}' is not supported yet: topics are made with the log's own "
                      "settings",
                      name));
    }
  }
}

std::vector<std::string> CommonGroups(ConnectorKind kind,
                                      const std::vector<std::string>& transforms,
                                      const std::vector<std::string>& predicates) {
  std::vector<std::string> out = {"Common", "Transforms", "Predicates", kErrorHandling};
  if (kind == ConnectorKind::kSource) {
    out.insert(out.end(), {"Topic Creation", kExactlyOnce, "offsets.topic"});
  }
  for (const auto& alias : transforms) out.push_back("Transforms: " + alias);
  for (const auto& alias : predicates) out.push_back("Predicates: " + alias);
  return out;
}

bool BelongsToEveryConnector(std::string_view name) {
  static const std::set<std::string, std::less<>> names(CommonNames().begin(), CommonNames().end());
  if (names.contains(name)) return true;
  for (const std::string_view prefix :
       {"transforms.", "predicates.", "key.converter.", "value.converter.", "header.converter.",
        "producer.override.", "consumer.override.", "admin.override.", "topic.creation."}) {
    if (name.starts_with(prefix)) return true;
  }
  return false;
}

const std::vector<std::string>& CommonNames() {
  static const auto* names = [] {
    auto* out = new std::vector<std::string>;
    for (const Row& row : kBase) out->emplace_back(row.name);
    for (const Row& row : kSourceOnly) out->emplace_back(row.name);
    for (const Row& row : kSinkOnly) out->emplace_back(row.name);
    return out;
  }();
  return *names;
}

}  // namespace tidewire::config
