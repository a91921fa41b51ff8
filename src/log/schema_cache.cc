#include "log/schema_cache.h"

namespace tidewire::log {
namespace {

// Decoded schemas that nobody else holds: some kilobytes each.
constexpr size_t kRecentMax = 2048;
constexpr size_t kPruneAtMin = 4 * kRecentMax;

}  // namespace

uint64_t SchemaCache::HashOf(const model::TopicSchemaPtr& schema) {
  {
    std::lock_guard lock(mutex_);
    const auto found = hashes_.find(schema.get());
    // An address may be used again: it counts only while its old owner lives.
    if (found != hashes_.end() && found->second.schema.lock() == schema) return found->second.hash;
  }
  const uint64_t hash = model::HashTopicSchema(model::EncodeTopicSchema(*schema));
  std::lock_guard lock(mutex_);
  Prune();
  hashes_[schema.get()] = {schema, hash};
  auto& known = schemas_[hash];
  if (known.expired()) known = schema;
  return hash;
}

model::TopicSchemaPtr SchemaCache::Find(uint64_t hash) {
  std::lock_guard lock(mutex_);
  const auto found = schemas_.find(hash);
  return found == schemas_.end() ? nullptr : found->second.lock();
}

model::TopicSchemaPtr SchemaCache::Add(uint64_t hash, std::string_view encoded) {
  auto schema = std::make_shared<model::TopicSchema>(model::DecodeTopicSchema(encoded));
  std::lock_guard lock(mutex_);
  Prune();
  if (auto known = schemas_[hash].lock()) return known;
  // All topics of a connector are rendered alike: one object for them.
  if (render_ && *render_ == *schema->render) {
    schema->render = render_;
  } else {
    render_ = schema->render;
  }
  schemas_[hash] = schema;
  recent_.push_back(schema);
  if (recent_.size() > kRecentMax) recent_.pop_front();
  return schema;
}

void SchemaCache::Prune() {
  if (hashes_.size() + schemas_.size() < prune_at_) return;
  std::erase_if(hashes_, [](const auto& entry) { return entry.second.schema.expired(); });
  std::erase_if(schemas_, [](const auto& entry) { return entry.second.expired(); });
  prune_at_ = std::max(kPruneAtMin, 2 * (hashes_.size() + schemas_.size()));
}

}  // namespace tidewire::log
