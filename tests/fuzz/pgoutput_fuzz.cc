// What a PostgreSQL server sends, made up: messages of pgoutput, lines of COPY, single values. The
// decoders end with an Error or a result, never otherwise, and a row never points to what is not
// its batch's.
#include "base/error.h"
#include "format/pg_text.h"
#include "format/time_text.h"
#include "fuzz/one_of.h"
#include "source/postgres/pgoutput.h"
#include "source/postgres/postgres_copy_decoder.h"
#include "source/postgres/postgres_stream_decoder.h"
#include "source/postgres/value_decoder.h"

namespace {

using namespace tidewire;
using namespace tidewire::source;

constexpr auto kKinds = static_cast<uint32_t>(model::Kind::kOther) + 1;

model::ColumnType TypeOf(uint32_t number) {
  model::ColumnType type;
  type.kind = static_cast<model::Kind>(number % kKinds);
  type.type_name = "int4";
  type.length = type.kind == model::Kind::kBits ? 3 : -1;
  if (type.kind == model::Kind::kArray) {
    auto element = std::make_shared<model::ColumnType>();
    element->kind = static_cast<model::Kind>(number / kKinds % kKinds);
    type.element = std::move(element);
  }
  return type;
}

// As the catalog would answer: the OID of a column's type chooses its kind, and every fifth column
// is filtered out.
CapturedTablePtr Capture(const RelationMessage& relation) {
  if (relation.oid % 7 == 6) return nullptr;
  auto table = std::make_shared<model::TableSchema>();
  auto captured = std::make_shared<CapturedTable>();
  table->schema = relation.schema;
  table->name = relation.name;
  for (size_t i = 0; i < relation.columns.size(); ++i) {
    if (i % 5 == 4) {
      captured->wire_to_column.push_back(-1);
      continue;
    }
    const auto index = static_cast<uint32_t>(table->columns.size());
    captured->wire_to_column.push_back(static_cast<int>(index));
    if (relation.columns[i].key) table->key.push_back(index);
    model::Column column;
    column.name = relation.columns[i].name;
    column.type = TypeOf(relation.columns[i].type_oid);
    table->columns.push_back(std::move(column));
  }
  auto topic = std::make_shared<model::TopicSchema>();
  topic->topic = topic->base_topic = relation.schema + "." + relation.name;
  topic->table = table;
  captured->oid = relation.oid;
  captured->topic_schema = std::move(topic);
  return captured;
}

// Reads every byte of the row, for the sanitizers.
size_t Touch(const model::TableSchema& table, const model::Datum* row) {
  size_t sum = 0;
  for (size_t i = 0; row != nullptr && i < table.columns.size(); ++i) {
    if (!row[i].has_value() || !model::HoldsView(table.columns[i].type.kind)) continue;
    for (const char c : row[i].view()) sum += static_cast<unsigned char>(c);
  }
  return sum;
}

// Messages, each behind its length in two bytes. Every message lies in memory of its own.
void FuzzStream(std::string_view bytes, bool with_metadata) {
  PostgresSettings settings;
  settings.events.topic_prefix = "p";
  settings.events.heartbeat_topics_prefix = "h";
  settings.events.transaction_topic_name = "transaction";
  settings.events.provide_transaction_metadata = with_metadata;
  auto render = std::make_shared<model::RenderOptions>();
  render->connector_kind = "postgresql";
  PostgresStreamDecoder decoder(settings, render, Capture, {});
  std::vector<model::ChangeBatchPtr> batches;
  try {
    for (uint64_t lsn = 100; bytes.size() >= 2; ++lsn) {
      const size_t size = std::min<size_t>(LoadBigEndian<uint16_t>(bytes.data()), bytes.size() - 2);
      decoder.Handle(Lsn{lsn}, std::string(bytes.substr(2, size)), 42);
      bytes.remove_prefix(2 + size);
      if (lsn % 16 == 0) batches.push_back(decoder.Take());
    }
    if (!decoder.in_transaction()) decoder.AddHeartbeat(42);
    batches.push_back(decoder.Take());
  } catch (const Error&) {
  }
  for (const auto& batch : batches) {
    for (const model::Record& record : batch->records) {
      const auto& table = batch->schemas[record.schema]->table;
      if (table) Touch(*table, record.before), Touch(*table, record.after);
    }
  }
}

// One line; the kinds of its columns come from the first byte.
void FuzzCopy(std::string_view bytes) {
  if (bytes.empty()) return;
  RelationMessage relation;
  for (uint32_t i = 0; i < 3; ++i) {
    relation.columns.push_back(
        {i == 0, "c" + std::to_string(i), static_cast<unsigned char>(bytes[0]) + i, -1});
  }
  const CapturedTablePtr table = Capture(relation);
  const PostgresCopyDecoder decoder(*table);
  model::ChangeBatch batch;
  try {
    std::string line(bytes.substr(1));
    const model::Datum* row = decoder.DecodeRow(line, batch);
    line.assign(line.size(), '#');
    line.shrink_to_fit();
    Touch(table->schema(), row);
  } catch (const DataError&) {
  }
}

void FuzzValue(std::string_view bytes) {
  if (bytes.size() < 2) return;
  const model::ColumnType type = TypeOf(LoadBigEndian<uint16_t>(bytes.data()));
  Arena arena;
  try {
    DecodeText(type, bytes.substr(2), arena);
  } catch (const DataError&) {
  }
}

// What stands in texts that travel as they came: elements of arrays, intervals, times with a zone.
void FuzzInnerText(std::string_view bytes) {
  if (bytes.empty()) return;
  const model::ColumnType type = TypeOf(static_cast<unsigned char>(bytes[0]));
  const std::string_view text = bytes.substr(1);
  std::string scratch;
  std::string out;
  const auto value = format::ParseDatum(type.kind, text, scratch);
  if (value && text.find("inf") == std::string_view::npos) {
    if (type.kind == model::Kind::kDate) format::AppendIsoDate(out, value->integer);
    if (type.kind == model::Kind::kTime) {
      format::AppendIsoTime(out, value->integer, format::kTrimmedFraction);
    }
    if (type.kind == model::Kind::kTimestamp) {
      format::AppendIsoTimestamp(out, value->integer, model::kEpoch2000Days, 6);
    }
  }
  if (format::AppendUtcTime(out, text)) out.clear();
  if (const auto fields = format::ParseInterval(text)) {
    format::IntervalMicros(*fields);
    format::AppendIsoInterval(out, *fields);
  }
  format::ArrayTokens array(text, ',');
  for (auto token = array.Next();
       token != format::ArrayTokens::Token::kEnd && token != format::ArrayTokens::Token::kMalformed;
       token = array.Next()) {
    out.assign(array.value());
  }
  format::HstorePairs pairs(text);
  while (pairs.Next()) out = pairs.key() + pairs.value();
  double x = 0;
  double y = 0;
  if (!format::ParsePoint(text, x, y)) format::AppendWithJavaNumbers(out, text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return fuzz::OneOf(data, size,
                     {[](std::string_view bytes) { FuzzStream(bytes, false); },
                      [](std::string_view bytes) { FuzzStream(bytes, true); }, FuzzCopy, FuzzValue,
                      FuzzInnerText});
}
