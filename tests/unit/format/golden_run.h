// Renders the golden script as one of the recorded runs would have it, with the recorded clocks,
// positions and transaction ids in place of our own.
#pragma once

#include <rapidjson/document.h>

#include "format/render.h"
#include "support/golden_file.h"
#include "unit/format/golden_rows.h"

namespace tidewire::testing {

struct GoldenRun {
  std::string name;
  std::string recording;  // Its file below tests/golden/ref, without ending.
  model::RenderOptions options;
  std::optional<model::Unwrap> unwrap;
  bool tombstones = true;
  bool truncates = false;
};

// A run of tests/golden/ref/README.md. MySQL's connectors have another default for times.
inline GoldenRun MakeRun(const std::string& connector_kind, const std::string& name) {
  GoldenRun run;
  run.name = name;
  model::RenderOptions& o = run.options;
  o.connector_kind = connector_kind;
  o.version = "3.5.0.Final";
  if (connector_kind != "postgresql") o.time = model::TimeMode::kAdaptiveMicroseconds;
  if (name == "noschemas" || name == "unwrap-rewrite") {
    o.key_converter.schemas_enable = o.value_converter.schemas_enable = false;
  } else if (name == "strings") {
    o.decimal = model::DecimalMode::kString;
    o.time = model::TimeMode::kConnect;
    o.binary = model::BinaryMode::kBase64;
  } else if (name == "double-hex") {
    o.decimal = model::DecimalMode::kDouble;
    if (connector_kind == "postgresql") o.time = model::TimeMode::kMicroseconds;
    o.binary = model::BinaryMode::kHex;
    o.interval = model::IntervalMode::kString;
    o.hstore = model::HstoreMode::kMap;
    o.unsigned_bigint = model::UnsignedBigintMode::kPrecise;
  } else if (name == "isostring") {
    o.time = model::TimeMode::kIsoString;
    o.include_unknown_datatypes = true;
  } else if (name == "txmeta") {
    run.tombstones = false;
    run.truncates = true;
  }
  if (name == "unwrap") run.unwrap.emplace();
  if (name == "unwrap-rewrite") {
    run.unwrap.emplace();
    run.unwrap->deletes = model::Unwrap::Deletes::kRewrite;
    run.unwrap->add_fields = {
        {"op", "__op"}, {"table", "__table"}, {"source.ts_ms", "__source_ts_ms"}};
    run.unwrap->add_headers = {{"db", "__db"}, {"op", "__op"}};
  }
  if (run.unwrap) run.tombstones = false;
  return run;
}

// One event to come, with texts in place of values.
struct ScriptedRecord {
  model::TableSchemaPtr table;
  model::Op op = model::Op::kCreate;
  model::KeyHeader key_header = model::KeyHeader::kNone;
  Row before;
  Row after;
  Row other;  // With key_header: the row that has the other key.
};

// A change as the records that it becomes.
inline std::vector<ScriptedRecord> Expand(const GoldenRun& run, const TopicScript& script) {
  using model::KeyHeader;
  using model::Op;
  std::vector<ScriptedRecord> out;
  for (const TopicScript::Part& part : script.parts) {
    for (const Change& change : part.changes) {
      const auto add = [&](Op op, const Row& before, const Row& after,
                           KeyHeader header = KeyHeader::kNone, const Row& other = {}) {
        out.push_back({part.table, op, header, before, after, other});
      };
      const bool moves = change.op == 'k';
      const KeyHeader header = moves ? KeyHeader::kNewKey : KeyHeader::kNone;
      if (change.op == 'r') add(Op::kRead, {}, change.after);
      if (change.op == 'c') add(Op::kCreate, {}, change.after);
      if (change.op == 'u') add(Op::kUpdate, change.before, change.after);
      if (change.op == 't' && run.truncates) add(Op::kTruncate, {}, {});
      if (change.op == 'd' || moves) {
        add(Op::kDelete, change.before, {}, header, change.after);
        if (run.tombstones) add(Op::kTombstone, change.before, {}, header, change.after);
      }
      if (moves) add(Op::kCreate, {}, change.after, KeyHeader::kOldKey, change.before);
    }
  }
  return out;
}

// What a recorded event says about clocks and positions.
class Recorded {
 public:
  explicit Recorded(const GoldenRecord& golden) {
    document_.SetNull();
    if (golden.value) document_.Parse(golden.value->data(), golden.value->size());
    payload_ =
        document_.IsObject() && document_.HasMember("payload") ? &document_["payload"] : &document_;
  }
  const rapidjson::Value* Find(const char* name, const char* inner = nullptr) const {
    if (!payload_->IsObject() || !payload_->HasMember(name)) return nullptr;
    const rapidjson::Value* found = &(*payload_)[name];
    if (inner == nullptr) return found;
    return found->IsObject() && found->HasMember(inner) ? &(*found)[inner] : nullptr;
  }
  int64_t Number(const char* name, const char* inner = nullptr) const {
    const rapidjson::Value* found = Find(name, inner);
    return found != nullptr && found->IsInt64() ? found->GetInt64() : 0;
  }
  std::string Text(const char* name, const char* inner = nullptr) const {
    const rapidjson::Value* found = Find(name, inner);
    return found != nullptr && found->IsString()
               ? std::string(found->GetString(), found->GetStringLength())
               : "";
  }
  // The recorded member of the row; `side` is "before" or "after", and flat rows have none.
  std::string Member(const char* side, const char* name) const {
    return Find("op") == nullptr ? Text(name) : Text(side, name);
  }

 private:
  rapidjson::Document document_;
  const rapidjson::Value* payload_;
};

// `row` with the texts that only the recorded event knows.
inline const Datum* RowFor(model::ChangeBatch& batch, const model::TableSchema& table,
                           const Row& row, const Recorded& recorded, const char* side) {
  std::deque<std::string> texts;
  Row resolved = row;
  for (size_t i = 0; i < resolved.size(); ++i) {
    const char* const token = resolved[i];
    if (token == nullptr || token[0] != '\x02') continue;
    const std::string big = recorded.Member(side, "big");
    if (token == kRecorded) texts.push_back(recorded.Member(side, table.columns[i].name.c_str()));
    if (token == kRecordedBigAsHex) texts.push_back("\\x" + big);
    if (token == kRecordedBigAsJson) texts.push_back("{\"k\": \"" + big + "\"}");
    if (token == kRecordedBigAsArray) texts.push_back("{" + big + "}");
    resolved[i] = texts.back().c_str();
  }
  return MakeRow(batch.arena, table, resolved);
}

inline model::SnapshotMark MarkOf(const std::string& text) {
  using model::SnapshotMark;
  const std::map<std::string, SnapshotMark> marks = {
      {"true", SnapshotMark::kTrue},
      {"first", SnapshotMark::kFirst},
      {"first_in_data_collection", SnapshotMark::kFirstInDataCollection},
      {"last_in_data_collection", SnapshotMark::kLastInDataCollection},
      {"last", SnapshotMark::kLast}};
  const auto found = marks.find(text);
  return found == marks.end() ? SnapshotMark::kFalse : found->second;
}

inline model::Transaction TransactionFrom(const Recorded& recorded) {
  model::Transaction transaction;
  transaction.id = recorded.Number("source", "txId");
  transaction.commit_ts_us = recorded.Number("source", "ts_us");
  if (recorded.Find("source") == nullptr)
    transaction.commit_ts_us = recorded.Number("__source_ts_ms") * 1000;
  const std::string sequence = recorded.Text("source", "sequence");
  if (sequence.starts_with("[\""))
    transaction.last_commit_position = std::strtoull(sequence.c_str() + 2, nullptr, 10);
  transaction.name = recorded.Text("source", "gtid");
  transaction.file = recorded.Text("source", "file");
  transaction.server_id = static_cast<uint32_t>(recorded.Number("source", "server_id"));
  const rapidjson::Value* thread = recorded.Find("source", "thread");
  if (thread != nullptr && thread->IsInt64()) transaction.thread = thread->GetInt64();
  return transaction;
}

// The bytes that we render for the scripted record.
inline format::RenderedRecord RenderScripted(const GoldenRun& run, const ScriptedRecord& scripted,
                                             const GoldenRecord& golden) {
  const Recorded recorded(golden);
  auto options = std::make_shared<model::RenderOptions>(run.options);
  for (const auto& [name, value] : golden.headers) {
    if (name == "__debezium.context.runId") options->run_id = value;
  }
  auto schema = std::make_shared<model::TopicSchema>();
  schema->topic = schema->base_topic = golden.topic;
  schema->render = options;
  schema->table = scripted.table;
  schema->unwrap = run.unwrap;
  model::ChangeBatch batch;
  model::Record record;
  record.op = scripted.op;
  record.key_header = scripted.key_header;
  record.schema = batch.SchemaIndex(schema);
  record.transaction = 0;
  batch.transactions.push_back(TransactionFrom(recorded));
  record.snapshot = MarkOf(recorded.Text("source", "snapshot"));
  record.position =
      static_cast<uint64_t>(recorded.Number("source", "lsn") + recorded.Number("source", "pos"));
  record.row = static_cast<uint32_t>(recorded.Number("source", "row"));
  record.ts_ns = recorded.Number("ts_ns");
  record.total_order = static_cast<uint64_t>(recorded.Number("transaction", "total_order"));
  record.collection_order =
      static_cast<uint64_t>(recorded.Number("transaction", "data_collection_order"));
  const model::TableSchema& table = *scripted.table;
  record.before = RowFor(batch, table, scripted.before, recorded, "before");
  record.after = RowFor(batch, table, scripted.after, recorded, "after");
  if (scripted.key_header != model::KeyHeader::kNone) {
    const Datum* other = MakeRow(batch.arena, table, scripted.other);
    Datum* key = batch.arena.AllocateArray<Datum>(table.key.size());
    for (size_t i = 0; i < table.key.size(); ++i) key[i] = other[table.key[i]];
    record.other_key = key;
  }
  format::RenderedRecord out;
  format::MakeRenderer()->Render(batch, record, out);
  return out;
}

}  // namespace tidewire::testing
