#include "sim/fakes.h"

#include <algorithm>

namespace tidewire::sim {
namespace {

std::shared_ptr<const model::RenderOptions> Render() {
  static const auto render = [] {
    auto out = std::make_shared<model::RenderOptions>();
    out->connector_kind = "postgresql";
    out->logical_name = "sim";
    return out;
  }();
  return render;
}

model::Column BigintColumn(const char* name) {
  model::Column out;
  out.name = name;
  out.type.kind = model::Kind::kInt64;
  out.type.native = "bigint";
  out.type.type_name = "int8";
  return out;
}

model::TopicSchemaPtr MakeTable(int number) {
  auto table = std::make_shared<model::TableSchema>();
  table->catalog = "sim";
  table->schema = "public";
  table->name = "t" + std::to_string(number);
  table->columns = {BigintColumn("id"), BigintColumn("value")};
  table->columns[0].nullable = false;
  table->key = {0};
  auto topic = std::make_shared<model::TopicSchema>();
  topic->topic = topic->base_topic = "sim.public." + table->name;
  topic->render = Render();
  topic->table = table;
  return topic;
}

}  // namespace

History History::Make(uint64_t seed, size_t transactions) {
  History out;
  std::mt19937_64 random(seed);
  for (int i = 0; i < 3; ++i) out.tables.push_back(MakeTable(i));
  int64_t value = 0;
  for (size_t t = 1; t <= transactions; ++t) {
    const size_t count = 1 + random() % 6;
    for (size_t i = 0; i < count; ++i) {
      out.events.push_back({.value = ++value,
                            .transaction = static_cast<int64_t>(t),
                            .table = static_cast<uint32_t>(random() % out.tables.size())});
    }
  }
  return out;
}

const std::string& FakeSourceTask::Partition() {
  static const std::string partition = R"({"server":"sim"})";
  return partition;
}

void FakeSourceTask::Run(source::SourceContext& context, std::stop_token stop) {
  size_t next = 0;
  if (const auto offset = context.LoadOffset(Partition())) {
    next = std::stoull(offset->substr(offset->find(':') + 1));
  }
  while (next < history_.events.size()) {
    if (stop.stop_requested()) return;
    faults_.MayFail("source read");
    const size_t end = std::min(history_.events.size(), next + 1 + random_() % 9);
    const auto then = random_() % 3 == 0 ? source::Then::kWaits : source::Then::kGoesOn;
    if (!context.Emit(MakeBatch(next, end), then)) return;
    next = end;
    if (yield_) yield_();
    TW_CHECK(context.DurableConfirm() <= next, "confirmed what was not emitted");
  }
  if (at_end_) at_end_(context, stop);
}

model::ChangeBatchPtr FakeSourceTask::MakeBatch(size_t begin, size_t end) {
  auto batch = std::make_unique<model::ChangeBatch>();
  for (size_t i = begin; i < end; ++i) {
    const HistoryEvent& event = history_.events[i];
    if (batch->transactions.empty() || batch->transactions.back().id != event.transaction) {
      model::Transaction& begun = batch->transactions.emplace_back();
      begun.id = begun.commit_ts_us = event.transaction;
    }
    const model::TopicSchemaPtr& topic = history_.tables[event.table];
    model::Datum* row = batch->NewRow(*topic->table);
    row[0] = model::Datum::Integer(event.value % 17);
    row[1] = model::Datum::Integer(event.value);
    model::Record record;
    record.schema = batch->SchemaIndex(topic);
    record.transaction = static_cast<uint32_t>(batch->transactions.size() - 1);
    record.after = row;
    record.position = static_cast<uint64_t>(event.value);
    batch->records.push_back(record);
  }
  batch->open_transaction = !history_.EndsTransaction(end - 1);
  batch->offset = model::SourceOffset{.partition = Partition(),
                                      .offset = "{\"next\":" + std::to_string(end) + "}"};
  batch->confirm = end;
  return batch;
}

std::string FakeSinkTask::Open() {
  faults_.MayFail("sink open");
  pending_.clear();
  std::lock_guard lock(target_.mutex);
  committed_ = target_.position;
  return committed_;
}

void FakeSinkTask::Put(sink::SinkBatch batch, bool) {
  faults_.MayFail("sink put");
  const model::ChangeBatch& changes = *batch.batch;
  const auto& records = changes.records;
  const auto transaction_of = [&](size_t i) {
    return changes.transactions[records[i].transaction].id;
  };
  // What came last was the end of its transaction if another one begins, or if nothing of it can
  // follow.
  if (!pending_.empty() && (records.empty() ? !changes.open_transaction
                                            : transaction_of(0) != pending_.back().transaction)) {
    pending_.back().ends = true;
  }
  for (size_t i = 0; i < records.size(); ++i) {
    const bool last = i + 1 == records.size();
    pending_.push_back(
        {.value = records[i].after[1].integer,
         .transaction = transaction_of(i),
         .behind = batch.behind(i),
         .ends = last ? !changes.open_transaction : transaction_of(i + 1) != transaction_of(i)});
  }
}

void FakeSinkTask::Flush() {
  size_t whole = pending_.size();
  while (whole > 0 && !pending_[whole - 1].ends) --whole;
  if (whole == 0) return;
  faults_.MayFail("sink before commit");
  {
    std::lock_guard lock(target_.mutex);
    for (size_t i = 0; i < whole; ++i) target_.applied.push_back(pending_[i].value);
    target_.position = pending_[whole - 1].behind;
    target_.commits.push_back(target_.applied.size());
  }
  // The target has committed, and the answer is lost.
  faults_.MayFail("sink after commit");
  committed_ = pending_[whole - 1].behind;
  counters_.records += whole;
  counters_.rows_written += whole;
  ++counters_.transactions;
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<ptrdiff_t>(whole));
}

void FakeSinkTask::AlterPosition(const std::string& position) {
  std::lock_guard lock(target_.mutex);
  target_.position = position;
  committed_ = position;
}

}  // namespace tidewire::sim
