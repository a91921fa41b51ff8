// Schemas and batches made by hand, as a source would send them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/batch.h"
#include "sink/sink.h"

namespace tidewire::sink {

inline model::ColumnType TypeOf(model::Kind kind, const std::string& native) {
  model::ColumnType type;
  type.kind = kind;
  type.native = native;
  type.type_name = native.substr(0, native.find('('));
  return type;
}

class BatchMaker {
 public:
  struct C {
    std::string name;
    model::Kind kind;
    std::string native;
    bool key = false;
    bool nullable = true;
    int32_t length = -1;
    int32_t precision = -1;
    int32_t scale = -1;
    model::Kind element = model::Kind::kString;  // Of an array.
  };
  static model::TopicSchemaPtr Schema(const std::string& topic, const std::vector<C>& columns,
                                      const std::string& connector_kind = "postgresql") {
    auto table = std::make_shared<model::TableSchema>();
    table->schema = "public";
    table->name = topic.substr(topic.rfind('.') + 1);
    for (const C& c : columns) {
      if (c.key) table->key.push_back(static_cast<uint32_t>(table->columns.size()));
      model::Column column;
      column.name = c.name;
      column.type = TypeOf(c.kind, c.native);
      column.type.length = c.length;
      column.type.precision = c.precision;
      column.type.scale = c.scale;
      if (c.kind == model::Kind::kArray) {
        column.type.element =
            std::make_shared<model::ColumnType>(TypeOf(c.element, std::string(c.native)));
      }
      column.nullable = c.nullable && !c.key;
      table->columns.push_back(column);
    }
    auto schema = std::make_shared<model::TopicSchema>();
    schema->topic = schema->base_topic = topic;
    auto render = std::make_shared<model::RenderOptions>();
    render->connector_kind = connector_kind;
    render->logical_name = "src";
    schema->render = render;
    schema->table = table;
    return schema;
  }

  BatchMaker() : batch_(std::make_unique<model::ChangeBatch>()) {}

  using Row = std::vector<model::Datum>;
  const model::Datum* Keep(const Row& row) {
    if (row.empty()) return nullptr;
    model::Datum* out = batch_->arena.AllocateArray<model::Datum>(row.size());
    for (size_t i = 0; i < row.size(); ++i) out[i] = row[i];
    return out;
  }
  model::Datum Text(std::string_view text) { return model::Datum::View(batch_->arena.Copy(text)); }
  static model::Datum Int(int64_t v) { return model::Datum::Integer(v); }
  static model::Datum Absent() { return model::Datum::Of(model::DatumState::kAbsent); }
  static model::Datum Unavailable() { return model::Datum::Of(model::DatumState::kUnavailable); }

  void Begin(int64_t transaction) {
    model::Transaction t;
    t.id = transaction;
    t.commit_position = static_cast<uint64_t>(transaction);
    batch_->transactions.push_back(t);
    in_transaction_ = true;
  }
  void End() { in_transaction_ = false; }

  model::Record& Add(const model::TopicSchemaPtr& schema, model::Op op, const Row& before,
                     const Row& after) {
    model::Record record;
    record.op = op;
    record.schema = batch_->SchemaIndex(schema);
    record.before = Keep(before);
    record.after = Keep(after);
    record.offset = next_offset_++;
    if (in_transaction_)
      record.transaction = static_cast<uint32_t>(batch_->transactions.size() - 1);
    batch_->records.push_back(record);
    return batch_->records.back();
  }
  size_t size() const { return batch_->records.size(); }
  model::ChangeBatch& batch() { return *batch_; }

  // Positions count records from `first`.
  SinkBatch Take(uint64_t first, bool open = false) {
    SinkBatch out;
    batch_->open_transaction = open;
    out.end = std::to_string(first + batch_->records.size());
    out.behind = [first](size_t i) { return std::to_string(first + i + 1); };
    out.batch = std::move(batch_);
    batch_ = std::make_unique<model::ChangeBatch>();
    return out;
  }

 private:
  std::unique_ptr<model::ChangeBatch> batch_;
  bool in_transaction_ = false;
  int64_t next_offset_ = 0;
};

}  // namespace tidewire::sink
