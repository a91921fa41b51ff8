#include "base/error.h"
#include "format/connect_json.h"
#include "format/json_text.h"
#include "format/render.h"
#include "format/topic_plan.h"

namespace tidewire::format {
namespace {

using model::ChangeBatch;
using model::Converter;
using model::ConverterKind;
using model::Op;
using model::Record;
using model::TopicSchema;

// More topic schemas than any connector has at one time; beyond it the cache starts anew.
constexpr size_t kCachedSchemasMax = 65'536;

struct GeneralPlan {
  Wrapping key;
  Wrapping value;
};

// Holds the schema, so that its address stays its own.
struct CachedPlan {
  model::TopicSchemaPtr schema;
  std::unique_ptr<TablePlan> table;
  std::unique_ptr<GeneralPlan> general;
};

// Writes into strings that are there already, so that their memory is used again.
class HeaderList {
 public:
  explicit HeaderList(std::vector<std::pair<std::string, std::string>>& list) : list_(list) {}
  std::string& Add(std::string_view name) {
    if (used_ == list_.size()) list_.emplace_back();
    auto& header = list_[used_++];
    header.first = name;
    header.second.clear();
    return header.second;
  }
  void Finish() { list_.resize(used_); }

 private:
  std::vector<std::pair<std::string, std::string>>& list_;
  size_t used_ = 0;
};

std::string& Fresh(std::optional<std::string>& text) {
  if (text) {
    text->clear();
  } else {
    text.emplace();
  }
  return *text;
}

bool HasValue(const TopicSchema& schema, const Record& record) {
  if (record.op == Op::kTombstone) return false;
  return !(record.op == Op::kDelete && schema.unwrap &&
           schema.unwrap->deletes == model::Unwrap::Deletes::kDeleteToTombstone);
}

// A header's value as org.apache.kafka.connect.storage.SimpleHeaderConverter writes it: strings
// bare.
void AppendHeaderValue(const AddedPlan& plan, const model::Datum& value, std::string& out) {
  if (model::HoldsView(plan.column.kind) && plan.column.form == Form::kText) {
    out += value.view();
    return;
  }
  std::string json;
  plan.column.Append(value, json);
  AppendJavaText(out, json);
}

class ConnectRenderer : public Renderer {
 public:
  void Render(const ChangeBatch& batch, const Record& record, RenderedRecord& out) override {
    const CachedPlan& plan = PlanOf(batch.schemas[record.schema]);
    if (record.op == Op::kGeneral) {
      RenderGeneral(plan, batch.generals[record.general], out);
      return;
    }
    TW_CHECK(plan.table != nullptr, "a row change needs a topic schema with a table");
    arena_.Clear();
    std::string& key = Fresh(out.key);
    if (!AppendKey(plan, record, key)) out.key.reset();
    if (HasValue(*plan.schema, record)) {
      RenderValue(plan, batch, record, Fresh(out.value));
    } else {
      out.value.reset();
    }
    RenderHeaders(plan, batch, record, out);
  }

  bool RenderKey(const ChangeBatch& batch, const Record& record, std::string& out) override {
    const CachedPlan& plan = PlanOf(batch.schemas[record.schema]);
    if (record.op != Op::kGeneral) return AppendKey(plan, record, out);
    return AppendGeneral(plan.schema->key_schema.get(), batch.generals[record.general].key,
                         plan.schema->render->key_converter, plan.general->key, *plan.schema, out);
  }

 private:
  const CachedPlan& PlanOf(const model::TopicSchemaPtr& schema) {
    if (schema.get() == last_schema_) return *last_;
    if (plans_.size() >= kCachedSchemasMax) plans_.clear();
    CachedPlan& plan = plans_[schema.get()];
    if (plan.schema == nullptr) {
      plan.schema = schema;
      if (schema->is_table()) {
        plan.table = std::make_unique<TablePlan>(*schema);
      } else {
        plan.general = std::make_unique<GeneralPlan>(
            GeneralPlan{WrappingOf(schema->key_schema.get(), schema->render->key_converter),
                        WrappingOf(schema->value_schema.get(), schema->render->value_converter)});
      }
    }
    last_schema_ = schema.get();
    last_ = &plan;
    return plan;
  }

  // `json` as the converter's bytes; JsonConverter's are there already.
  void Convert(const Converter& converter, const TopicSchema& schema, size_t start,
               std::string& out) {
    if (converter.kind == ConverterKind::kJson) return;
    if (converter.kind == ConverterKind::kByteArray) {
      throw DataError(fmt::format(
          "topic {}: ByteArrayConverter takes bytes only, but the records are rows; set "
          "key.converter and value.converter to org.apache.kafka.connect.json.JsonConverter",
          schema.topic));
    }
    scratch_.assign(out, start);
    out.resize(start);
    AppendJavaText(out, scratch_);
  }

  bool AppendKey(const CachedPlan& plan, const Record& record, std::string& out) {
    const model::Datum* row = record.key_row();
    if (record.op == Op::kTruncate || row == nullptr || plan.table->key().columns.empty())
      return false;
    const size_t start = out.size();
    out += plan.table->key_wrapping().open;
    plan.table->key().Append(row, out);
    out += plan.table->key_wrapping().close;
    Convert(plan.schema->render->key_converter, *plan.schema, start, out);
    return true;
  }

  void RenderValue(const CachedPlan& plan, const ChangeBatch& batch, const Record& record,
                   std::string& out) {
    plan.table->AppendValue(batch, record, arena_, out);
    Convert(plan.schema->render->value_converter, *plan.schema, 0, out);
  }

  static void AddContextHeaders(const model::RenderOptions& options, HeaderList& headers) {
    if (!options.context_headers) return;
    headers.Add("__debezium.context.connectorLogicalName") = options.logical_name;
    headers.Add("__debezium.context.taskId") = options.task_id;
    headers.Add("__debezium.context.connectorName") = options.connector_kind;
    headers.Add("__debezium.context.runId") = options.run_id;
  }

  void RenderHeaders(const CachedPlan& plan, const ChangeBatch& batch, const Record& record,
                     RenderedRecord& out) {
    HeaderList headers(out.headers);
    const model::RenderOptions& options = *plan.schema->render;
    if (record.key_header != model::KeyHeader::kNone && record.other_key != nullptr) {
      const bool is_new = record.key_header == model::KeyHeader::kNewKey;
      AppendOtherKey(plan, record.other_key,
                     headers.Add(is_new ? "__debezium.newkey" : "__debezium.oldkey"));
    }
    AddContextHeaders(options, headers);
    for (const AddedPlan& added : plan.table->headers()) {
      // A tombstone has no envelope to take fields from; it gets only the operation.
      if (record.op == Op::kTombstone && added.added.from != model::AddedFrom::kOp) continue;
      const model::Datum value = model::AddedDatum(added.added, batch, record, arena_);
      if (value.has_value()) AppendHeaderValue(added, value, headers.Add(added.added.column.name));
    }
    headers.Finish();
  }

  // `other_key` holds the key's values only, in the key's order.
  void AppendOtherKey(const CachedPlan& plan, const model::Datum* other_key, std::string& out) {
    const RowPlan& key = plan.table->header_key();
    for (size_t i = 0; i < key.columns.size(); ++i) {
      out += key.prefixes[i];
      key.columns[i].Append(other_key[i], out);
    }
    out += '}';
  }

  bool AppendGeneral(const model::ConnectSchema* schema, const model::ConnectValue& value,
                     const Converter& converter, const Wrapping& wrapping, const TopicSchema& topic,
                     std::string& out) {
    if (value.is_null() && schema == nullptr) return false;
    const auto* text = std::get_if<std::string>(&value.v);
    if (converter.kind == ConverterKind::kByteArray && text != nullptr) {
      out += *text;
      return true;
    }
    const size_t start = out.size();
    out += wrapping.open;
    AppendConnectJson(out, schema, value, converter);
    out += wrapping.close;
    Convert(converter, topic, start, out);
    return true;
  }

  void RenderGeneral(const CachedPlan& plan, const model::GeneralRecord& general,
                     RenderedRecord& out) {
    const TopicSchema& schema = *plan.schema;
    if (!AppendGeneral(schema.key_schema.get(), general.key, schema.render->key_converter,
                       plan.general->key, schema, Fresh(out.key))) {
      out.key.reset();
    }
    if (!AppendGeneral(schema.value_schema.get(), general.value, schema.render->value_converter,
                       plan.general->value, schema, Fresh(out.value))) {
      out.value.reset();
    }
    HeaderList headers(out.headers);
    AddContextHeaders(*schema.render, headers);
    headers.Finish();
  }

  std::unordered_map<const TopicSchema*, CachedPlan> plans_;
  const TopicSchema* last_schema_ = nullptr;
  const CachedPlan* last_ = nullptr;
  Arena arena_;
  std::string scratch_;
};

}  // namespace

std::unique_ptr<Renderer> MakeRenderer() { return std::make_unique<ConnectRenderer>(); }

}  // namespace tidewire::format
