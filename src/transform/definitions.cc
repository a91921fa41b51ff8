// The properties of each transform and predicate: names, types and defaults as Kafka Connect's REST
// API lists them.
#include "transform/transform.h"

namespace tidewire::transform {
namespace {

using config::Definition;
using config::Importance;
using config::Property;
using config::Support;
using config::Type;

Property Declare(std::string name, Type type, std::optional<std::string> default_value,
                 Importance importance, std::string documentation) {
  Property property;
  property.name = std::move(name);
  property.type = type;
  property.default_value = std::move(default_value);
  property.importance = importance;
  property.documentation = std::move(documentation);
  return property;
}

Property Required(std::string name, Importance importance, std::string documentation) {
  Property property =
      Declare(std::move(name), Type::kString, std::nullopt, importance, std::move(documentation));
  property.required = true;
  return property;
}

Definition ExtractNewRecordStateDefinition() {
  Definition d;
  d.plugin = "io.debezium.transforms.ExtractNewRecordState";
  Property mode = Declare(
      "delete.tombstone.handling.mode", Type::kString, "tombstone", Importance::kMedium,
      "What becomes of deletes and of the tombstones behind them. drop: neither goes on. "
      "tombstone: "
      "the delete gets a null value, the tombstone is dropped. rewrite: the delete goes on as the "
      "old row with __deleted=true. rewrite-with-tombstone: likewise, and the tombstone, too. "
      "delete-to-tombstone: the delete becomes a tombstone without a schema.");
  mode.allowed = {"drop", "tombstone", "rewrite", "rewrite-with-tombstone", "delete-to-tombstone"};
  Property drop_header =
      Declare("drop.fields.header.name", Type::kString, std::nullopt, Importance::kLow,
              "A header that lists the fields to leave out of a record.");
  drop_header.support = Support::kNotYet;
  Property from_key = Declare("drop.fields.from.key", Type::kBoolean, "false", Importance::kLow,
                              "Whether the listed fields are left out of the key, too.");
  from_key.support = Support::kNoEffect;
  Property compatible =
      Declare("drop.fields.keep.schema.compatible", Type::kBoolean, "true", Importance::kLow,
              "Whether only optional fields are left out, so that the schema stays as it is.");
  compatible.support = Support::kNoEffect;
  d.properties = {
      std::move(mode),
      Declare("route.by.field", Type::kString, "", Importance::kLow,
              "A text column whose value becomes the record's topic."),
      Declare("add.fields.prefix", Type::kString, "__", Importance::kLow,
              "Stands before the names of the fields that add.fields makes."),
      Declare("add.fields", Type::kList, "", Importance::kLow,
              "Fields of the envelope that are added to the row: op, table, source.ts_ms, "
              "before.column; 'field:name' gives the field another name."),
      Declare("add.headers.prefix", Type::kString, "__", Importance::kLow,
              "Stands before the names of the headers that add.headers makes."),
      Declare("add.headers", Type::kList, "", Importance::kLow,
              "Fields of the envelope that become headers, written as for add.fields."),
      std::move(drop_header),
      std::move(from_key),
      std::move(compatible)};
  // Taken, but not listed by the class: the predecessors of delete.tombstone.handling.mode, and a
  // switch of the base.
  d.patterns = {{"drop\\.tombstones|delete\\.handling\\.mode|replace\\.null\\.with\\.default",
                 Support::kYes}};
  return d;
}

Definition RegexRouterDefinition() {
  Definition d;
  d.plugin = "org.apache.kafka.connect.transforms.RegexRouter";
  d.properties = {Required("regex", Importance::kHigh,
                           "Topics whose whole name matches this regular expression are renamed."),
                  Required("replacement", Importance::kHigh,
                           "The new name; $1 stands for what the first group matched.")};
  return d;
}

Definition TopicNameMatchesDefinition() {
  Definition d;
  d.plugin = "org.apache.kafka.connect.transforms.predicates.TopicNameMatches";
  d.properties = {Required("pattern", Importance::kMedium,
                           "A regular expression for the whole name of the record's topic.")};
  return d;
}

Definition HasHeaderKeyDefinition() {
  Definition d;
  d.plugin = "org.apache.kafka.connect.transforms.predicates.HasHeaderKey";
  d.properties = {Required("name", Importance::kMedium, "The header that the record must have.")};
  return d;
}

Definition RecordIsTombstoneDefinition() {
  Definition d;
  d.plugin = "org.apache.kafka.connect.transforms.predicates.RecordIsTombstone";
  return d;
}

// By class name, or by the name behind the last dot, as Kafka Connect takes both.
const Definition* FindIn(const std::vector<Definition>& all, const std::string& type) {
  for (const Definition& definition : all) {
    const std::string& name = definition.plugin;
    if (type == name || type == name.substr(name.rfind('.') + 1)) return &definition;
  }
  return nullptr;
}

}  // namespace

const std::vector<Definition>& TransformDefinitions() {
  static const std::vector<Definition> all = {ExtractNewRecordStateDefinition(),
                                              RegexRouterDefinition()};
  return all;
}

const std::vector<Definition>& PredicateDefinitions() {
  static const std::vector<Definition> all = {
      TopicNameMatchesDefinition(), HasHeaderKeyDefinition(), RecordIsTombstoneDefinition()};
  return all;
}

const Definition* FindTransformDefinition(const std::string& type) {
  return FindIn(TransformDefinitions(), type);
}

const Definition* FindPredicateDefinition(const std::string& type) {
  return FindIn(PredicateDefinitions(), type);
}

}  // namespace tidewire::transform
