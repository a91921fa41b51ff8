// The records of the stream that are no rows: heartbeats, transaction metadata and logical
// messages.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/batch.h"
#include "source/postgres/pgoutput.h"
#include "source/postgres/postgres_settings.h"

namespace tidewire::source {

// Where a logical message stands, for its source block.
struct LogicalMessageContext {
  Lsn lsn;
  Lsn last_commit;           // Unset: none.
  uint32_t xid = 0;          // 0: not transactional.
  int64_t commit_ts_us = 0;  // Of its transaction, or of the last commit seen.
  int64_t now_ms = 0;
  uint64_t total_order = 0;  // 0: no transaction block.
  uint64_t collection_order = 0;
};

// Builds them in Debezium's form; schemas are made once. One thread.
class PostgresStreamEvents {
 public:
  // `settings` must outlive this object.
  PostgresStreamEvents(const PostgresSettings& settings,
                       std::shared_ptr<const model::RenderOptions> render);

  // Counts of changes by collection ("schema.table"), in the order in which they were first seen.
  using CollectionCounts = std::vector<std::pair<std::string, uint64_t>>;

  // Each appends one record to the batch and returns it.
  model::Record& AddHeartbeat(model::ChangeBatch& batch, int64_t now_ms) const;
  model::Record& AddBegin(model::ChangeBatch& batch, const std::string& id, int64_t ts_ms) const;
  model::Record& AddEnd(model::ChangeBatch& batch, const std::string& id, int64_t ts_ms,
                        uint64_t count, CollectionCounts collections) const;
  model::Record& AddMessage(model::ChangeBatch& batch, const LogicalMessage& message,
                            const LogicalMessageContext& context) const;

 private:
  const PostgresSettings& settings_;
  std::shared_ptr<const model::RenderOptions> render_;
  model::TopicSchemaPtr heartbeat_;
  model::TopicSchemaPtr transaction_;
  model::TopicSchemaPtr message_;
};

// The order in which java.util.HashMap lists these keys, which is how Debezium's END events order
// their collections.
void SortAsJavaHashMap(PostgresStreamEvents::CollectionCounts& collections);

}  // namespace tidewire::source
