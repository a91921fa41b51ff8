// Batches for the tests of the log: a table with a column of each way of holding values, and
// records that are told apart by their numbers.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "log/log.h"
#include "model/batch.h"

namespace tidewire::log {

inline std::shared_ptr<const model::RenderOptions> SomeRender() {
  static const auto render = [] {
    auto made = std::make_shared<model::RenderOptions>();
    made->connector_kind = "postgresql";
    made->logical_name = "shop";
    return std::shared_ptr<const model::RenderOptions>(made);
  }();
  return render;
}

// id bigint primary key, note text, amount double precision.
inline model::TopicSchemaPtr TableTopic(const std::string& topic) {
  auto table = std::make_shared<model::TableSchema>();
  table->catalog = "shop";
  table->schema = "public";
  table->name = topic;
  const std::pair<const char*, model::Kind> columns[] = {{"id", model::Kind::kInt64},
                                                         {"note", model::Kind::kString},
                                                         {"amount", model::Kind::kFloat64}};
  for (const auto& [name, kind] : columns) {
    model::Column column;
    column.name = name;
    column.type.kind = kind;
    table->columns.push_back(column);
  }
  table->key = {0};
  auto schema = std::make_shared<model::TopicSchema>();
  schema->topic = topic;
  schema->base_topic = topic;
  schema->render = SomeRender();
  schema->table = std::move(table);
  return schema;
}

// Builds one batch. Not for reuse after Take.
class BatchBuilder {
 public:
  // A row with that id and note; a delete has it as `before`.
  BatchBuilder& Add(const model::TopicSchemaPtr& schema, int64_t id, const std::string& note,
                    model::Op op = model::Op::kCreate) {
    model::Datum* row = batch_->NewRow(*schema->table);
    row[0] = model::Datum::Integer(id);
    row[1] = model::Datum::View(batch_->arena.Copy(note));
    row[2] = model::Datum::Real(0.5 * static_cast<double>(id));
    model::Record record;
    record.op = op;
    record.schema = batch_->SchemaIndex(schema);
    if (op == model::Op::kDelete || op == model::Op::kTombstone) {
      record.before = row;
    } else {
      record.after = row;
    }
    if (!batch_->transactions.empty()) {
      record.transaction = static_cast<uint32_t>(batch_->transactions.size() - 1);
    }
    record.position = 1000 + static_cast<uint64_t>(batch_->records.size());
    batch_->records.push_back(record);
    return *this;
  }
  BatchBuilder& Transaction(int64_t id) {
    batch_->transactions.emplace_back().id = id;
    return *this;
  }
  BatchBuilder& Open() {
    batch_->open_transaction = true;
    return *this;
  }
  BatchBuilder& Offset(const std::string& partition, const std::string& offset) {
    batch_->offset = model::SourceOffset{partition, offset};
    return *this;
  }
  model::ChangeBatchPtr Take() { return std::move(batch_); }

 private:
  model::ChangeBatchPtr batch_ = std::make_unique<model::ChangeBatch>();
};

inline void AppendOne(Log& log, const model::ChangeBatchPtr& batch,
                      std::string_view connector = "source") {
  const PendingAppend pending{connector, batch.get()};
  log.Append({&pending, 1});
}

// One batch with the records id first … last of `topic`.
inline void AppendRange(Log& log, const model::TopicSchemaPtr& schema, int64_t first,
                        int64_t last) {
  BatchBuilder builder;
  for (int64_t id = first; id <= last; ++id) builder.Add(schema, id, "n" + std::to_string(id));
  AppendOne(log, builder.Take());
}

inline const model::Datum* AnyRow(const model::Record& record) {
  return record.after != nullptr ? record.after : record.before;
}

struct Seen {
  std::vector<int64_t> ids;
  std::vector<int64_t> offsets;
  std::vector<Position> behind;
};

// Fetches what is there, in pieces of about `bytes`, without waiting.
inline Seen ReadAll(Reader& reader, size_t bytes = 1 << 20) {
  Seen seen;
  for (;;) {
    const FetchedBatch fetched = reader.Fetch(bytes, std::chrono::steady_clock::now(), {});
    if (!fetched.batch) return seen;
    for (size_t i = 0; i < fetched.batch->records.size(); ++i) {
      const model::Record& record = fetched.batch->records[i];
      seen.ids.push_back(AnyRow(record)[0].integer);
      seen.offsets.push_back(record.offset);
      seen.behind.push_back(fetched.positions->Behind(i));
    }
  }
}

inline std::vector<int64_t> Range(int64_t first, int64_t last) {
  std::vector<int64_t> out;
  for (int64_t i = first; i <= last; ++i) out.push_back(i);
  return out;
}

// A clock that stands still until it is moved.
class ManualClock final : public Clock {
 public:
  std::atomic<int64_t> now_ms = 1'700'000'000'000;
  int64_t WallNanos() override { return now_ms * 1'000'000; }
  std::chrono::steady_clock::time_point Steady() override { return {}; }
};

}  // namespace tidewire::log
