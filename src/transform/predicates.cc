// The predicates of org.apache.kafka.connect.transforms.predicates.
#include "base/error.h"
#include "base/regex.h"
#include "model/flat_row.h"
#include "transform/step.h"

namespace tidewire::transform {
namespace {

using model::ChangeBatch;
using model::Record;

class TopicNameMatches : public Predicate {
 public:
  explicit TopicNameMatches(Regex regex) : regex_(std::move(regex)) {}
  bool Test(const ChangeBatch& batch, const Record& record) override {
    const model::TopicSchemaPtr& schema = batch.schemas[record.schema];
    if (schema != last_) {
      last_ = schema;
      matches_ = regex_.FullMatch(schema->topic);
    }
    return matches_;
  }

 private:
  const Regex regex_;
  model::TopicSchemaPtr last_;  // Neighbours mostly share their topic.
  bool matches_ = false;
};

class HasHeaderKey : public Predicate {
 public:
  explicit HasHeaderKey(std::string name) : name_(std::move(name)) {}

  bool Test(const ChangeBatch& batch, const Record& record) override {
    const model::TopicSchema& schema = *batch.schemas[record.schema];
    if (!schema.is_table()) return false;
    if (name_ == "__debezium.newkey") return record.key_header == model::KeyHeader::kNewKey;
    if (name_ == "__debezium.oldkey") return record.key_header == model::KeyHeader::kOldKey;
    if (schema.render->context_headers && IsContextHeader()) return true;
    return HasAddedHeader(schema);
  }

 private:
  bool IsContextHeader() const {
    return name_ == "__debezium.context.connectorLogicalName" ||
           name_ == "__debezium.context.taskId" || name_ == "__debezium.context.connectorName" ||
           name_ == "__debezium.context.runId";
  }

  bool HasAddedHeader(const model::TopicSchema& schema) const {
    if (!schema.unwrap) return false;
    const auto& headers = schema.unwrap->add_headers;
    return std::any_of(
        headers.begin(), headers.end(),
        [&](const model::Unwrap::AddedField& header) { return header.name == name_; });
  }

  const std::string name_;
};

// A null value: tombstones, and the deletes that ExtractNewRecordState made null.
class RecordIsTombstone : public Predicate {
 public:
  bool Test(const ChangeBatch& batch, const Record& record) override {
    if (record.op == model::Op::kGeneral) return batch.generals[record.general].value.is_null();
    return model::IsFlatDelete(*batch.schemas[record.schema], record);
  }
};

}  // namespace

std::unique_ptr<Predicate> MakePredicate(const std::string& type, const config::Config& config,
                                         const std::string& prefix) {
  if (type.ends_with("TopicNameMatches")) {
    auto regex = Regex::Compile(config.Get(prefix + "pattern"));
    if (!regex) throw ConfigError(fmt::format("{}pattern: {}", prefix, regex.error()));
    return std::make_unique<TopicNameMatches>(std::move(*regex));
  }
  if (type.ends_with("HasHeaderKey")) {
    return std::make_unique<HasHeaderKey>(config.Get(prefix + "name"));
  }
  return std::make_unique<RecordIsTombstone>();
}

}  // namespace tidewire::transform
