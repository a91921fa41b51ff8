// The records that every source's stream has beside rows: heartbeats and transaction metadata.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/batch.h"
#include "source/event_settings.h"

namespace tidewire::source {

// Counts of changes by collection ("schema.table", "database.table"), in the order in which they
// were first seen.
using CollectionCounts = std::vector<std::pair<std::string, uint64_t>>;

// Builds them in Debezium's form; schemas are made once. One thread.
class StreamEvents {
 public:
  // `settings` must outlive this object.
  StreamEvents(const EventSettings& settings, std::shared_ptr<const model::RenderOptions> render);

  // Each appends one record to the batch and returns it; position, time and transaction are left
  // for the caller to set.
  model::Record& AddHeartbeat(model::ChangeBatch& batch, int64_t now_ms) const;
  model::Record& AddBegin(model::ChangeBatch& batch, const std::string& id, int64_t ts_ms) const;
  model::Record& AddEnd(model::ChangeBatch& batch, const std::string& id, int64_t ts_ms,
                        uint64_t count, CollectionCounts collections) const;

 private:
  const EventSettings& settings_;
  model::TopicSchemaPtr heartbeat_;
  model::TopicSchemaPtr transaction_;
};

// The order in which java.util.HashMap lists these keys, which is how Debezium's END events order
// their collections.
void SortAsJavaHashMap(CollectionCounts& collections);

}  // namespace tidewire::source
