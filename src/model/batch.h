// What travels between the rooms: many records at a time, with everything they point to.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/arena.h"
#include "model/record.h"
#include "model/topic_schema.h"

namespace tidewire::model {

// A transaction of the source, as far as records of this batch belong to it.
struct Transaction {
  int64_t id = 0;                     // PostgreSQL: xid. 0: none (non-transactional message).
  uint64_t begin_position = 0;        // Of its first record.
  uint64_t commit_position = 0;       // PostgreSQL: LSN of the commit record.
  uint64_t last_commit_position = 0;  // The commit before it (source.sequence[0]); 0: none.
  int64_t commit_ts_us = 0;           // Epoch microseconds: source.ts_us.
  std::string name;  // Systems whose transactions have names (MySQL's GTID); else empty.
  // Sources that read a binlog: the file of the records' positions, the server that wrote the
  // transaction, its session there (-1: not known). Empty, 0 and -1 otherwise.
  std::string file;
  uint32_t server_id = 0;
  int64_t thread = -1;
};

struct GeneralRecord {
  ConnectValue key;
  ConnectValue value;
};

// Where a source connector stands: what GET /connectors/{c}/offsets shows. Both are JSON objects,
// compact.
struct SourceOffset {
  std::string partition;
  std::string offset;
};

// Built by one thread, then handed on as a whole; immutable once in the log's hands.
class ChangeBatch {
 public:
  ChangeBatch() = default;
  ChangeBatch(const ChangeBatch&) = delete;
  ChangeBatch& operator=(const ChangeBatch&) = delete;

  Arena arena;
  std::vector<TopicSchemaPtr> schemas;
  std::vector<Transaction> transactions;
  std::vector<Record> records;
  std::deque<GeneralRecord> generals;
  // SQL texts that caused records (source.query), where the source was asked to tell them.
  std::vector<std::string> statements;
  // What view Datums may point to besides the arena (a buffer of the log); may be null.
  std::shared_ptr<const void> backing;

  // The last transaction goes on in the next batch of the same source: a consumer that keeps
  // transactions whole must not commit behind the last record.
  bool open_transaction = false;
  // The source's offset once all records of this batch are in the log; committed with them in one
  // write.
  std::optional<SourceOffset> offset;
  // What the source may confirm to its database once this batch is durable (PostgreSQL: an LSN); 0:
  // nothing new.
  uint64_t confirm = 0;

  // A value for Record::statement.
  uint32_t AddStatement(std::string_view text);
  // Index of `schema` in `schemas`, added when it is new. The pointer is the identity.
  uint32_t SchemaIndex(const TopicSchemaPtr& schema);
  // A row of null Datums for `table`, in the arena.
  Datum* NewRow(const TableSchema& table) {
    return arena.AllocateArray<Datum>(table.columns.size());
  }
  // Estimate of the memory it holds; what queues count.
  size_t bytes() const;

 private:
  size_t statement_bytes_ = 0;
};

using ChangeBatchPtr = std::unique_ptr<ChangeBatch>;

}  // namespace tidewire::model
