// From topic schemas to their hashes and back, so that a schema is encoded and decoded once, not
// for each batch.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "model/topic_schema.h"

namespace tidewire::log {

// Thread-safe.
class SchemaCache {
 public:
  // The hash of an appended schema. The pointer is the identity, as in a batch.
  uint64_t HashOf(const model::TopicSchemaPtr& schema);
  // Null: not known (any more).
  model::TopicSchemaPtr Find(uint64_t hash);
  // Decodes a stored schema and keeps it; returns the one known meanwhile, if any. Throws
  // DataError.
  model::TopicSchemaPtr Add(uint64_t hash, std::string_view encoded);

 private:
  struct Known {
    std::weak_ptr<const model::TopicSchema> schema;
    uint64_t hash = 0;
  };
  void Prune();

  std::mutex mutex_;
  std::unordered_map<const model::TopicSchema*, Known> hashes_;
  // Readers and appenders share one object for a hash as long as anybody holds it.
  std::unordered_map<uint64_t, std::weak_ptr<const model::TopicSchema>> schemas_;
  // The most recent ones, so that a schema outlives the batches that name it.
  std::deque<model::TopicSchemaPtr> recent_;
  std::shared_ptr<const model::RenderOptions> render_;
  size_t prune_at_ = 0;
};

}  // namespace tidewire::log
