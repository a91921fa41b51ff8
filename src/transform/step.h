// One transform of a chain, as the chain drives it: what becomes of a topic's schema is decided
// once, what depends on the record is a cheap second look.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "config/config.h"
#include "model/batch.h"
#include "transform/transform.h"

namespace tidewire::transform {

class Step {
 public:
  virtual ~Step() = default;
  // The schema for records that had `schema`; the same pointer: the transform leaves them alone.
  virtual model::TopicSchemaPtr Map(const model::TopicSchemaPtr& schema) = 0;
  // Called for each record whose schema Map has changed, with the changed schema in place. May give
  // it yet another schema. False: the record is dropped. Throws DataError for a record it cannot
  // take.
  virtual bool Keep(model::ChangeBatch& batch, model::Record& record) {
    static_cast<void>(batch);
    static_cast<void>(record);
    return true;
  }
};

// Remembers what a step made of each schema, by the schema's identity. Bounded: beyond its size it
// starts anew.
class SchemaCache {
 public:
  template <class Make>
  const model::TopicSchemaPtr& Get(const model::TopicSchemaPtr& schema, Make make) {
    if (entries_.size() >= kEntriesMax) entries_.clear();
    Entry& entry = entries_[schema.get()];
    if (entry.from == nullptr) {
      entry.to = make(schema);
      entry.from = schema;
    }
    return entry.to;
  }

 private:
  static constexpr size_t kEntriesMax = 65'536;
  struct Entry {
    model::TopicSchemaPtr from;  // Kept, so that no other schema gets its address.
    model::TopicSchemaPtr to;
  };
  std::unordered_map<const model::TopicSchema*, Entry> entries_;
};

// `prefix` is "transforms.<alias>."; messages name properties with it. Throw ConfigError.
std::unique_ptr<Step> MakeExtractNewRecordState(const config::Config& config,
                                                const std::string& prefix);
std::unique_ptr<Step> MakeRegexRouter(const config::Config& config, const std::string& prefix);
std::unique_ptr<Predicate> MakePredicate(const std::string& type, const config::Config& config,
                                         const std::string& prefix);

}  // namespace tidewire::transform
