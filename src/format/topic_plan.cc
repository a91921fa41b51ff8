#include "format/topic_plan.h"

#include "format/clock_text.h"
#include "format/column_schema.h"
#include "format/connect_json.h"
#include "format/json_text.h"

namespace tidewire::format {
namespace {

using model::ChangeBatch;
using model::Converter;
using model::Record;
using model::TopicSchema;
using model::Transaction;

// As errors name it. Systems without schemas have databases in their place.
std::string TableName(const TopicSchema& schema) {
  const model::TableSchema& table = *schema.table;
  const std::string& space = table.schema.empty() ? table.catalog : table.schema;
  return space.empty() ? table.name : space + '.' + table.name;
}

RowPlan KeyPlan(const TopicSchema& schema, Target target) {
  Converter converter = schema.render->key_converter;
  RowPlan plan;
  for (const uint32_t index : schema.table->key) {
    const model::Column& column = schema.table->columns[index];
    plan.Add(column.name,
             MakeColumnPlan(column, *schema.render, converter, converter.replace_null_with_default,
                            target, TableName(schema)),
             index);
  }
  return plan;
}

std::vector<AddedPlan> AddedPlans(const TopicSchema& schema,
                                  std::vector<model::AddedColumn> columns, bool after_others) {
  std::vector<AddedPlan> plans;
  for (model::AddedColumn& added : columns) {
    AddedPlan plan;
    plan.prefix += after_others || !plans.empty() ? ',' : '{';
    AppendJsonString(plan.prefix, added.column.name);
    plan.prefix += ':';
    plan.column = MakeColumnPlan(added.column, *schema.render, schema.render->value_converter,
                                 false, Target::kPayload, TableName(schema));
    plan.added = std::move(added);
    plans.push_back(std::move(plan));
  }
  return plans;
}

void AppendClock(std::string& out, int64_t ns) {
  const ClockText clock(ns);
  out += ",\"ts_ms\":";
  clock.AppendMillis(out);
  out += ",\"ts_us\":";
  clock.AppendMicros(out);
  out += ",\"ts_ns\":";
  clock.AppendNanos(out);
}

void AppendTransactionIdJson(std::string& out, const Transaction& transaction, uint64_t position) {
  if (!transaction.name.empty()) {
    AppendJsonString(out, transaction.name);
  } else if (!transaction.file.empty()) {
    std::string id;
    model::AppendTransactionId(id, transaction, position);
    AppendJsonString(out, id);
  } else {
    out += '"';
    model::AppendTransactionId(out, transaction, position);
    out += '"';
  }
}

void AppendTransaction(std::string& out, const Record& record, const Transaction* transaction) {
  out += ",\"transaction\":";
  if (record.total_order == 0 || transaction == nullptr) {
    out += "null";
    return;
  }
  out += "{\"id\":";
  AppendTransactionIdJson(out, *transaction, record.position);
  out += ",\"total_order\":";
  AppendInteger(out, static_cast<int64_t>(record.total_order));
  out += ",\"data_collection_order\":";
  AppendInteger(out, static_cast<int64_t>(record.collection_order));
  out += '}';
}

}  // namespace

Wrapping WrappingOf(const model::ConnectSchema* schema, const Converter& converter) {
  if (!converter.schemas_enable || converter.kind != model::ConverterKind::kJson) return {};
  std::string text = schema == nullptr ? "null" : ConnectSchemaJson(*schema, converter);
  return {"{\"schema\":" + text + ",\"payload\":", "}"};
}

TablePlan::TablePlan(const TopicSchema& schema) : unwrapped_(schema.unwrap.has_value()) {
  const model::RenderOptions& options = *schema.render;
  key_wrapping_ = WrappingOf(KeyConnectSchema(schema).get(), options.key_converter);
  key_ = KeyPlan(schema, Target::kPayload);
  header_key_ = KeyPlan(schema, Target::kHeader);
  const Converter& converter = options.value_converter;
  const bool replace_null = converter.replace_null_with_default ||
                            (unwrapped_ && schema.unwrap->replace_null_with_default);
  const auto& columns = schema.table->columns;
  for (uint32_t i = 0; i < columns.size(); ++i) {
    row_.Add(columns[i].name,
             MakeColumnPlan(columns[i], options, converter, replace_null, Target::kPayload,
                            TableName(schema)),
             i);
  }
  if (unwrapped_) {
    value_wrapping_ = WrappingOf(RowConnectSchema(schema, false).get(), converter);
    // The null of a delete has the schema of the envelope's own field: without what is added.
    TopicSchema plain = schema;
    plain.unwrap.reset();
    null_wrapping_ = WrappingOf(RowConnectSchema(plain, true).get(), converter);
    added_ = AddedPlans(schema, model::AddedColumns(schema), !columns.empty());
    headers_ = AddedPlans(schema, model::AddedHeaders(schema), true);
  } else {
    value_wrapping_ = WrappingOf(EnvelopeConnectSchema(schema).get(), converter);
    source_ = MakeSourceBlock(schema);
  }
}

void TablePlan::AppendEnvelope(const ChangeBatch& batch, const Record& record,
                               std::string& out) const {
  const Transaction* transaction = record.transaction == model::kNoTransaction
                                       ? nullptr
                                       : &batch.transactions[record.transaction];
  out += "{\"before\":";
  row_.Append(record.before, out);
  out += ",\"after\":";
  row_.Append(record.after, out);
  source_->Append(batch, record, transaction, out);
  AppendTransaction(out, record, transaction);
  out += ",\"op\":\"";
  out += model::OpLetter(record.op);
  out += '"';
  AppendClock(out, record.ts_ns);
  out += '}';
}

void TablePlan::AppendFlat(const ChangeBatch& batch, const Record& record, Arena& arena,
                           std::string& out) const {
  const model::Datum* row = model::FlatRow(record);
  if (row == nullptr || model::IsFlatDelete(*batch.schemas[record.schema], record)) {
    out += null_wrapping_.open;
    out += "null";
    out += null_wrapping_.close;
    return;
  }
  out += value_wrapping_.open;
  if (row_.columns.empty() && added_.empty()) out += '{';
  row_.AppendMembers(row, out);
  for (const AddedPlan& plan : added_) {
    out += plan.prefix;
    plan.column.Append(model::AddedDatum(plan.added, batch, record, arena), out);
  }
  out += '}';
  out += value_wrapping_.close;
}

void TablePlan::AppendValue(const ChangeBatch& batch, const Record& record, Arena& arena,
                            std::string& out) const {
  if (unwrapped_) {
    AppendFlat(batch, record, arena, out);
    return;
  }
  out += value_wrapping_.open;
  AppendEnvelope(batch, record, out);
  out += value_wrapping_.close;
}

}  // namespace tidewire::format
