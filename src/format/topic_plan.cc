#include "format/topic_plan.h"

#include <charconv>

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

void AppendMember(std::string& out, std::string_view name, std::string_view value) {
  AppendJsonString(out, name);
  out += ':';
  AppendJsonString(out, value);
}

std::string TableName(const TopicSchema& schema) {
  const model::TableSchema& table = *schema.table;
  return table.schema.empty() ? table.name : table.schema + '.' + table.name;
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
    plan.prefix = after_others || !plans.empty() ? "," : "{";
    AppendJsonString(plan.prefix, added.column.name);
    plan.prefix += ':';
    plan.column = MakeColumnPlan(added.column, *schema.render, schema.render->value_converter,
                                 false, Target::kPayload, TableName(schema));
    plan.added = std::move(added);
    plans.push_back(std::move(plan));
  }
  return plans;
}

// An instant's digits in milliseconds, microseconds and nanoseconds: each is the begin of the next,
// so one conversion serves all three.
class ClockText {
 public:
  explicit ClockText(int64_t ns) {
    // Small and negative values have no digits to share; only clocks that stand still give them.
    const int64_t shared = std::max(ns, kSharedMin);
    size_ =
        static_cast<size_t>(std::to_chars(digits_, digits_ + sizeof digits_, shared).ptr - digits_);
    if (ns < kSharedMin) size_ = 0;
    ns_ = ns;
  }
  void AppendMillis(std::string& out) const { Append(out, 6, 1'000'000); }
  void AppendMicros(std::string& out) const { Append(out, 3, 1000); }
  void AppendNanos(std::string& out) const { Append(out, 0, 1); }

 private:
  static constexpr int64_t kSharedMin = 1'000'000;
  void Append(std::string& out, size_t without, int64_t divisor) const {
    if (size_ > 0) {
      out.append(digits_, size_ - without);
    } else {
      AppendInteger(out, ns_ / divisor);
    }
  }

  char digits_[24];
  size_t size_ = 0;
  int64_t ns_ = 0;
};

void AppendClock(std::string& out, int64_t ns) {
  const ClockText clock(ns);
  out += ",\"ts_ms\":";
  clock.AppendMillis(out);
  out += ",\"ts_us\":";
  clock.AppendMicros(out);
  out += ",\"ts_ns\":";
  clock.AppendNanos(out);
}

void AppendTransaction(std::string& out, const Record& record, const Transaction* transaction) {
  out += ",\"transaction\":";
  if (record.total_order == 0 || transaction == nullptr) {
    out += "null";
    return;
  }
  out += "{\"id\":\"";
  model::AppendTransactionId(out, *transaction, record.position);
  out += "\",\"total_order\":";
  AppendInteger(out, static_cast<int64_t>(record.total_order));
  out += ",\"data_collection_order\":";
  AppendInteger(out, static_cast<int64_t>(record.collection_order));
  out += '}';
}

// The sequence is JSON inside of a string: its quotes are escaped.
void AppendQuotedSequence(std::string& out, uint64_t last_commit, uint64_t position) {
  out += '[';
  if (last_commit == 0) {
    out += "null";
  } else {
    out += "\\\"";
    AppendInteger(out, static_cast<int64_t>(last_commit));
    out += "\\\"";
  }
  out += ",\\\"";
  AppendInteger(out, static_cast<int64_t>(position));
  out += "\\\"]";
}

void AppendNumberOrNull(std::string& out, int64_t value) {
  if (value == 0) {
    out += "null";
  } else {
    AppendInteger(out, value);
  }
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
    BuildSource(schema);
  }
}

void TablePlan::BuildSource(const TopicSchema& schema) {
  const model::RenderOptions& options = *schema.render;
  source_.head = ",\"source\":{";
  AppendMember(source_.head, "version", options.version);
  source_.head += ',';
  AppendMember(source_.head, "connector", options.connector_kind);
  source_.head += ',';
  AppendMember(source_.head, "name", options.logical_name);
  source_.head += ",\"ts_ms\":";
  source_.snapshot = ",\"snapshot\":\"";
  source_.database = "\",";
  AppendMember(source_.database, "db", schema.table->catalog);
  source_.database += ",\"sequence\":\"";
  source_.clock = "\",\"ts_us\":";
  source_.table = ",";
  AppendMember(source_.table, "schema", schema.table->schema);
  source_.table += ',';
  AppendMember(source_.table, "table", schema.table->name);
  source_.table += ",\"txId\":";
}

void TablePlan::AppendSource(const Record& record, const Transaction* transaction,
                             std::string& out) const {
  const int64_t micros = transaction == nullptr ? record.ts_ns / 1000 : transaction->commit_ts_us;
  const ClockText clock(micros * 1000);
  out += source_.head;
  clock.AppendMillis(out);
  out += source_.snapshot;
  out += model::SnapshotText(record.snapshot);
  out += source_.database;
  AppendQuotedSequence(out, transaction == nullptr ? 0 : transaction->last_commit_position,
                       record.position);
  out += source_.clock;
  clock.AppendMicros(out);
  out += ",\"ts_ns\":";
  clock.AppendNanos(out);
  out += source_.table;
  AppendNumberOrNull(out, transaction == nullptr ? 0 : transaction->id);
  out += ",\"lsn\":";
  AppendNumberOrNull(out, static_cast<int64_t>(record.position));
  out += ",\"xmin\":null,\"origin\":null,\"origin_lsn\":null}";
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
  AppendSource(record, transaction, out);
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
