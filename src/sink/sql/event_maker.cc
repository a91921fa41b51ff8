#include "sink/sql/event_maker.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/logging.h"

namespace tidewire::sink {
namespace {

using model::Datum;
using model::DatumState;
using model::KeyHeader;
using model::Op;
using model::Record;

// The record that makes the row anew whose key the delete at `i` took away, or `i`: a change of the
// key comes as delete, tombstone (if configured) and create, one behind the other.
size_t OtherHalf(const model::ChangeBatch& batch, size_t i, size_t to) {
  const Record& first = batch.records[i];
  if (first.key_header != KeyHeader::kNewKey) return i;
  for (size_t j = i + 1; j < to && j <= i + 2; ++j) {
    const Record& next = batch.records[j];
    if (next.schema != first.schema) return i;
    if (next.op == Op::kCreate && next.key_header == KeyHeader::kOldKey) return j;
    if (next.op != Op::kTombstone || next.key_header != KeyHeader::kNewKey) return i;
  }
  return i;
}

bool DeletesRow(const model::TopicSchema& schema, const Record& record) {
  return model::IsFlatDelete(schema, record) || (record.op == Op::kDelete && !schema.unwrap);
}

// Generated columns are never sent in a stream, whatever the replica identity.
bool IsWhole(const model::TableSchema& table, const Datum* row) {
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (row[i].state > DatumState::kValue && !table.columns[i].generated) return false;
  }
  return true;
}

}  // namespace

void EventMaker::Make(const model::ChangeBatch& batch, size_t from, size_t to, Arena& arena,
                      std::vector<RowEvent>& out) {
  for (size_t i = from; i < to; ++i) {
    const Record& record = batch.records[i];
    const model::TopicSchemaPtr& schema = batch.schemas[record.schema];
    if (!schema->is_table() || record.op == Op::kGeneral) {
      WarnOnce(
          schema->topic,
          "its records are no rows of a table, so they are not written; leave the topic out of "
          "topics or topics.regex to be rid of this message");
      continue;
    }
    if (record.op == Op::kTruncate) {
      if (options_.truncates) {
        out.push_back(
            {RowOp::kTruncate, &planner_.PlanFor(schema), nullptr, nullptr, &batch, &record});
      } else {
        WarnOnce(schema->topic,
                 "a TRUNCATE at the source is not applied; truncate.enabled=true of Debezium's "
                 "sink does so");
      }
      continue;
    }
    const RowPlan& plan = planner_.PlanFor(schema);
    if (DeletesRow(*schema, record)) {
      const size_t other = OtherHalf(batch, i, to);
      if (other != i && options_.deletes && plan.has_key() &&
          (plan.table->referenced || LacksValues(plan, batch.records[other].after))) {
        const Record& made = batch.records[other];
        out.push_back({RowOp::kMove, &plan, Extended(plan, batch, made, made.after, arena),
                       record.before, &batch, &made});
        i = other;
        continue;
      }
      // Behind its delete a tombstone says nothing more.
      if (record.op == Op::kTombstone && i > 0 && batch.records[i - 1].op == Op::kDelete &&
          batch.records[i - 1].schema == record.schema && !schema->unwrap) {
        continue;
      }
      MakeDelete(plan, batch, record, out);
    } else {
      MakeRow(plan, batch, record, arena, out);
    }
  }
}

void EventMaker::MakeRow(const RowPlan& plan, const model::ChangeBatch& batch, const Record& record,
                         Arena& arena, std::vector<RowEvent>& out) {
  const Datum* values = model::FlatRow(record);
  if (values == nullptr) return;
  RowEvent event{RowOp::kUpsert, &plan,  Extended(plan, batch, record, values, arena),
                 nullptr,        &batch, &record};
  const bool made = record.op == Op::kCreate || record.op == Op::kRead;
  switch (options_.insert_mode) {
    case InsertMode::kInsert:
      event.op = RowOp::kInsert;
      break;
    case InsertMode::kUpdate:
      event.op = RowOp::kUpdate;
      break;
    case InsertMode::kUpsert:
      event.op = made ? RowOp::kCreate : RowOp::kUpsert;
      if (plan.has_key()) break;
      event.op = made ? RowOp::kInsert : RowOp::kMatchUpdate;
      if (made) break;
      RequireWholeBefore(batch, record);
      event.old = record.before;
      break;
  }
  out.push_back(event);
}

void EventMaker::MakeDelete(const RowPlan& plan, const model::ChangeBatch& batch,
                            const Record& record, std::vector<RowEvent>& out) {
  const model::TopicSchema& schema = *batch.schemas[record.schema];
  if (!options_.deletes) {
    WarnOnce(schema.topic,
             "rows deleted at the source stay in the target; set delete.enabled=true to delete "
             "them too");
    return;
  }
  RowEvent event{RowOp::kDelete, &plan, nullptr, record.before, &batch, &record};
  if (!plan.has_key()) {
    // A tombstone without key names no row; the delete in front of it did.
    if (record.op == Op::kTombstone && !schema.unwrap) return;
    RequireWholeBefore(batch, record);
    event.op = RowOp::kMatchDelete;
  } else if (record.before == nullptr) {
    throw DataError(fmt::format("topic {}, offset {}: a delete without a key cannot be applied",
                                schema.topic, record.offset));
  }
  for (const uint32_t k : plan.key) {
    if (record.before[plan.fields[k].source].state <= DatumState::kValue) continue;
    throw DataError(
        fmt::format("topic {}, offset {}: the delete does not hold key column {}; set REPLICA "
                    "IDENTITY FULL on the "
                    "source's table, or use the record's own key",
                    schema.topic, record.offset, plan.table->columns[plan.fields[k].target].name));
  }
  out.push_back(event);
}

const Datum* EventMaker::Extended(const RowPlan& plan, const model::ChangeBatch& batch,
                                  const Record& record, const Datum* row, Arena& arena) const {
  if (plan.width() == plan.source_columns) return row;
  Datum* out = arena.AllocateArray<Datum>(plan.width());
  std::copy_n(row, plan.source_columns, out);
  Datum* extra = out + plan.source_columns;
  for (const model::AddedColumn& added : plan.added) {
    *extra++ = model::AddedDatum(added, batch, record, arena);
  }
  if (plan.kafka_columns) {
    *extra++ = Datum::View(batch.schemas[record.schema]->topic);
    *extra++ = Datum::Integer(record.partition);
    *extra++ = Datum::Integer(record.offset);
  }
  return out;
}

void EventMaker::RequireWholeBefore(const model::ChangeBatch& batch, const Record& record) const {
  const model::TopicSchema& schema = *batch.schemas[record.schema];
  if (record.before != nullptr && IsWhole(*schema.table, record.before)) return;
  throw DataError(
      fmt::format("topic {}, partition {}, offset {}: a change of table {}.{}, which has no key, "
                  "comes without the row's former values, so its "
                  "row cannot be found; at the source run ALTER TABLE {}.{} REPLICA IDENTITY FULL, "
                  "or give the table a primary key",
                  schema.topic, record.partition, record.offset, schema.table->schema,
                  schema.table->name, schema.table->schema, schema.table->name));
}

void EventMaker::WarnOnce(const std::string& topic, const std::string& text) {
  if (warned_.insert(topic + text).second)
    Logger("sink.sql").warn("{}: topic {}: {}", options_.connector, topic, text);
}

}  // namespace tidewire::sink
