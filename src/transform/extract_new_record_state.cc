// io.debezium.transforms.ExtractNewRecordState: envelopes become flat rows. A topic's records
// change by getting a schema that says so (TopicSchema::unwrap); values are not touched.
#include "base/error.h"
#include "model/flat_row.h"
#include "transform/step.h"

namespace tidewire::transform {
namespace {

using model::ChangeBatch;
using model::Op;
using model::Record;
using model::TopicSchema;
using model::TopicSchemaPtr;
using model::Unwrap;

struct DeleteHandling {
  Unwrap::Deletes deletes = Unwrap::Deletes::kTombstone;
  bool keep_tombstones = false;
};

bool IsTrue(const std::string& text) {
  return text.size() == 4 && std::equal(text.begin(), text.end(), "true", [](char a, char b) {
           return std::tolower(static_cast<unsigned char>(a)) == b;
         });
}

// A property that the class does not declare but takes; empty when it is not given.
std::string Undeclared(const config::Config& config, const std::string& name) {
  const auto found = config.given().find(name);
  return found == config.given().end() ? std::string() : config::Trimmed(found->second);
}

DeleteHandling FromMode(const std::string& mode) {
  if (mode == "drop") return {Unwrap::Deletes::kDrop, false};
  if (mode == "rewrite") return {Unwrap::Deletes::kRewrite, false};
  if (mode == "rewrite-with-tombstone") return {Unwrap::Deletes::kRewriteWithTombstone, true};
  if (mode == "delete-to-tombstone") return {Unwrap::Deletes::kDeleteToTombstone, false};
  return {Unwrap::Deletes::kTombstone, false};
}

// The pair of properties that delete.tombstone.handling.mode has replaced.
DeleteHandling FromOldProperties(const std::string& mode, const std::string& drop_tombstones,
                                 const std::string& prefix) {
  const bool keep = !drop_tombstones.empty() && !IsTrue(drop_tombstones);
  if (mode.empty() || mode == "drop") return {Unwrap::Deletes::kDrop, keep};
  if (mode == "none") return {Unwrap::Deletes::kTombstone, keep};
  if (mode == "rewrite") {
    return {keep ? Unwrap::Deletes::kRewriteWithTombstone : Unwrap::Deletes::kRewrite, keep};
  }
  throw ConfigError(
      fmt::format("{}delete.handling.mode: '{}' is none of drop, rewrite, none; better set "
                  "{}delete.tombstone.handling.mode",
                  prefix, mode, prefix));
}

DeleteHandling ReadDeleteHandling(const config::Config& config, const std::string& prefix) {
  const std::string mode = Undeclared(config, prefix + "delete.handling.mode");
  const std::string drop_tombstones = Undeclared(config, prefix + "drop.tombstones");
  const bool old = !mode.empty() || !drop_tombstones.empty();
  const std::string current = prefix + "delete.tombstone.handling.mode";
  if (old && !config.given().contains(current))
    return FromOldProperties(mode, drop_tombstones, prefix);
  std::string text = config.Get(current);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return FromMode(text);
}

// "op", "source.ts_ms", "table:origin": the path in the envelope and the name that the field gets.
Unwrap::AddedField ParseField(const std::string& text, const std::string& name_prefix,
                              const std::string& property) {
  const size_t colon = text.find(':');
  const std::string path = text.substr(0, colon);
  const size_t dot = path.find('.');
  const std::string parent = dot == std::string::npos ? std::string() : path.substr(0, dot);
  const bool known = parent.empty() || parent == "source" || parent == "transaction" ||
                     parent == "before" || parent == "after";
  const bool second_colon =
      colon != std::string::npos && text.find(':', colon + 1) != std::string::npos;
  if (path.empty() || !known || second_colon) {
    throw ConfigError(fmt::format(
        "{}: '{}' is not a field of the envelope; write field, source.field, transaction.field, "
        "before.column or after.column, each with an optional ':new_name'",
        property, text));
  }
  std::string name = path;
  std::replace(name.begin(), name.end(), '.', '_');
  if (colon != std::string::npos) name = text.substr(colon + 1);
  return {path, name_prefix + name};
}

std::vector<Unwrap::AddedField> ReadFields(const config::Config& config, const std::string& prefix,
                                           const std::string& name) {
  std::vector<Unwrap::AddedField> fields;
  const std::string name_prefix = config.Get(prefix + name + ".prefix");
  for (const std::string& text : config.GetList(prefix + name)) {
    fields.push_back(ParseField(text, name_prefix, prefix + name));
  }
  return fields;
}

class ExtractNewRecordState : public Step {
 public:
  ExtractNewRecordState(Unwrap unwrap, bool keep_tombstones, std::string prefix)
      : unwrap_(std::move(unwrap)), keep_tombstones_(keep_tombstones), prefix_(std::move(prefix)) {}

  TopicSchemaPtr Map(const TopicSchemaPtr& schema) override {
    if (!schema->is_table() || schema->unwrap) return schema;
    return flat_.Get(schema, [&](const TopicSchemaPtr& from) {
      auto flat = std::make_shared<TopicSchema>(*from);
      flat->unwrap = unwrap_;
      return flat;
    });
  }

  bool Keep(ChangeBatch& batch, Record& record) override {
    switch (record.op) {
      case Op::kTruncate:
        return false;  // A flat row cannot tell it.
      case Op::kTombstone:
        return keep_tombstones_;
      case Op::kDelete:
        if (unwrap_.deletes == Unwrap::Deletes::kDrop) return false;
        break;
      default:
        break;
    }
    if (!unwrap_.route_by_field.empty()) Route(batch, record);
    return true;
  }

 private:
  void Route(ChangeBatch& batch, Record& record) {
    const TopicSchemaPtr schema = batch.schemas[record.schema];
    const auto column = schema->table->Find(unwrap_.route_by_field);
    if (!column || !model::HoldsView(schema->table->columns[*column].type.kind)) {
      throw DataError(fmt::format(
          "{}route.by.field: topic {} has no text column '{}'; name one that every table has, or "
          "limit the transform with a predicate",
          prefix_, schema->topic, unwrap_.route_by_field));
    }
    const model::Datum* row = model::FlatRow(record);
    if (row == nullptr || !row[*column].has_value()) return;
    const std::string topic(row[*column].view());
    if (config::Trimmed(topic).empty()) return;
    record.schema = batch.SchemaIndex(Routed(schema, topic));
  }

  TopicSchemaPtr Routed(const TopicSchemaPtr& schema, const std::string& topic) {
    if (routed_topics_.size() >= kRoutedTopicsMax) routed_topics_.clear();
    return routed_topics_[topic].Get(schema, [&](const TopicSchemaPtr& from) {
      auto routed = std::make_shared<TopicSchema>(*from);
      routed->topic = topic;
      return routed;
    });
  }

  static constexpr size_t kRoutedTopicsMax = 10'000;

  const Unwrap unwrap_;
  const bool keep_tombstones_;
  const std::string prefix_;
  SchemaCache flat_;
  std::unordered_map<std::string, SchemaCache> routed_topics_;
};

}  // namespace

std::unique_ptr<Step> MakeExtractNewRecordState(const config::Config& config,
                                                const std::string& prefix) {
  Unwrap unwrap;
  const DeleteHandling handling = ReadDeleteHandling(config, prefix);
  unwrap.deletes = handling.deletes;
  unwrap.add_fields = ReadFields(config, prefix, "add.fields");
  unwrap.add_headers = ReadFields(config, prefix, "add.headers");
  unwrap.route_by_field = config.Get(prefix + "route.by.field");
  unwrap.drop_fields_header = config.Get(prefix + "drop.fields.header.name");
  unwrap.drop_fields_from_key = config.GetBool(prefix + "drop.fields.from.key");
  unwrap.drop_fields_keep_schema_compatible =
      config.GetBool(prefix + "drop.fields.keep.schema.compatible");
  const std::string replace = Undeclared(config, prefix + "replace.null.with.default");
  unwrap.replace_null_with_default = replace.empty() || IsTrue(replace);
  return std::make_unique<ExtractNewRecordState>(std::move(unwrap), handling.keep_tombstones,
                                                 prefix);
}

}  // namespace tidewire::transform
