// What a stream says, as records of batches: the part that is the same for every database.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/batch.h"
#include "source/event_settings.h"
#include "source/stream_events.h"

namespace tidewire::source {

// Fills one ChangeBatch after the other. Records are Debezium's: a delete is followed by a
// tombstone, a change of the key is delete, tombstone and create. Counts changes for transaction
// metadata. Operations that skipped.operations names are left out by the caller, who then need not
// read their rows. No allocation for a record but what the batch's vectors need. One thread.
class ChangeWriter {
 public:
  // What transaction metadata counts by. The owner keeps it where it is until the transaction ends
  // that it was counted in.
  class Collection {
   public:
    // "schema.table", "database.table".
    void SetName(std::string name) { name_ = std::move(name); }
    const std::string& name() const { return name_; }

   private:
    friend class ChangeWriter;
    std::string name_;
    uint64_t transaction_serial_ = 0;
    uint64_t changes_ = 0;  // In the transaction with that serial.
  };
  // A table that records are written for; it may get other versions of its schema.
  class Table : public Collection {
   public:
    // Of the records from now on.
    void SetSchema(model::TopicSchemaPtr schema) {
      schema_ = std::move(schema);
      batch_serial_ = 0;
    }
    const model::TableSchema& table() const { return *schema_->table; }

   private:
    friend class ChangeWriter;
    model::TopicSchemaPtr schema_;
    uint64_t batch_serial_ = 0;
    uint32_t schema_index_ = 0;  // In the batch with that serial.
  };
  // Where a record stands in the source's stream: the members of model::Record.
  struct Place {
    uint64_t position = 0;
    uint32_t row = 0;
    uint32_t statement = 0;
  };
  struct Order {
    uint64_t total = 0;
    uint64_t collection = 0;
  };
  // How far the batch was filled at some moment.
  struct Mark {
    size_t records = 0;
    size_t generals = 0;
  };

  // `settings` must outlive this object.
  ChangeWriter(const EventSettings& settings, std::shared_ptr<const model::RenderOptions> render);

  // When what follows is processed; epoch nanoseconds.
  void SetNow(int64_t now_ns) { now_ns_ = now_ns; }
  int64_t now_ns() const { return now_ns_; }

  // What follows belongs to that transaction, until it ends. Its entry is made in each batch that
  // holds records of it.
  void BeginTransaction(model::Transaction transaction);
  void EndTransaction();
  bool in_transaction() const { return in_transaction_; }
  // The records BEGIN and END, inside of the transaction. To be called only with
  // provide.transaction.metadata.
  void AddBegin(const std::string& id, int64_t ts_ms, Place at);
  void AddEnd(const std::string& id, int64_t ts_ms, Place at);

  // The batch that is being filled: rows, and records that are no rows, are made in it.
  model::ChangeBatch& batch() { return *batch_; }
  size_t records() const { return batch_->records.size(); }
  size_t bytes() const { return batch_->bytes(); }

  // Rows lie in the batch's arena. A row before that lacks columns has them absent.
  void Create(Table& table, const model::Datum* after, Place at);
  // `before` may be null: the key is the same then.
  void Update(Table& table, const model::Datum* before, const model::Datum* after, Place at);
  void Delete(Table& table, const model::Datum* before, Place at);
  void Truncate(Table& table, Place at);
  // Between transactions only.
  void AddHeartbeat(uint64_t position);

  // For records that the caller appends: their place and time; the transaction's entry in the
  // batch; their orders in the transaction (with provide.transaction.metadata).
  void SetPlace(model::Record& record, Place at) const;
  uint32_t TransactionIndex();
  Order Count(Collection& collection);

  // Leaves out what was written since, because the log holds it from a former run; it stays
  // counted.
  Mark mark() const { return {batch_->records.size(), batch_->generals.size()}; }
  void DropSince(const Mark& mark);

  // The batch as it stands, with the source's offset (a JSON object) and what may be confirmed;
  // begins a new one.
  model::ChangeBatchPtr Take(std::string offset, uint64_t confirm);

 private:
  model::Record& AddRecord(Table& table, model::Op op, Place at);
  void AddTombstone(model::Record of);
  void AddKeyChange(Table& table, const model::Datum* before, const model::Datum* after, Place at);
  void Complete(model::Record& record, Place at);
  model::ChangeBatchPtr Renew();

  const EventSettings& settings_;
  const std::string partition_;
  StreamEvents events_;

  model::ChangeBatchPtr batch_;
  uint64_t batch_serial_ = 1;
  uint32_t transaction_index_ = model::kNoTransaction;  // In batch_.
  int64_t now_ns_ = 0;

  bool in_transaction_ = false;
  model::Transaction transaction_;
  uint64_t transaction_serial_ = 0;
  uint64_t total_order_ = 0;
  std::vector<const Collection*> counted_;  // In the transaction, in order of their first change.
};

}  // namespace tidewire::source
