// Logical messages (pg_logical_emit_message) as records.
#pragma once

#include <cstdint>
#include <memory>

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

// Builds them in Debezium's form; the schema is made once. One thread.
class PostgresMessages {
 public:
  // `settings` must outlive this object.
  PostgresMessages(const PostgresSettings& settings,
                   std::shared_ptr<const model::RenderOptions> render);

  // Appends one record to the batch and returns it.
  model::Record& Add(model::ChangeBatch& batch, const LogicalMessage& message,
                     const LogicalMessageContext& context) const;

 private:
  const PostgresSettings& settings_;
  std::shared_ptr<const model::RenderOptions> render_;
  model::TopicSchemaPtr topic_;
};

}  // namespace tidewire::source
