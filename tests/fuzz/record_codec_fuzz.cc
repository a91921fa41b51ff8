// The log's two decoders on arbitrary bytes: they end with DataError or a result, never otherwise.
// A topic schema that decodes must encode to what decodes to the same.
#include <cstdlib>

#include "base/error.h"
#include "fuzz/one_of.h"
#include "log/record_codec.h"

namespace {

using namespace tidewire;

model::TopicSchemaPtr SomeTable() {
  auto table = std::make_shared<model::TableSchema>();
  for (const model::Kind kind : {model::Kind::kInt64, model::Kind::kString, model::Kind::kFloat64,
                                 model::Kind::kTimestamp, model::Kind::kBytes}) {
    model::Column column;
    column.type.kind = kind;
    table->columns.push_back(column);
  }
  table->key = {0, 1};
  auto schema = std::make_shared<model::TopicSchema>();
  schema->render = std::make_shared<model::RenderOptions>();
  schema->table = table;
  return schema;
}

void FuzzSchema(std::string_view bytes) {
  model::TopicSchema schema;
  try {
    schema = model::DecodeTopicSchema(bytes);
  } catch (const DataError&) {
    return;
  }
  const std::string encoded = model::EncodeTopicSchema(schema);
  if (model::EncodeTopicSchema(model::DecodeTopicSchema(encoded)) != encoded) std::abort();
}

// The first bytes choose what the header says; the rest is the body, under a right checksum.
void FuzzRecords(std::string_view bytes, bool places) {
  static const std::vector<model::TopicSchemaPtr> schemas = {SomeTable(), SomeTable()};
  if (bytes.size() < 2) return;
  log::BatchHeader header;
  header.records = static_cast<uint8_t>(bytes[0]);
  header.open_transaction = (bytes[1] & 1) != 0;
  header.schemas.resize(2);
  header.slots.resize(2);
  header.slots[0].count = header.slots[1].count = header.records;
  const std::vector<int64_t> from = {0, (bytes[1] & 2) != 0 ? log::BatchDecoder::kNothing : 3};
  bytes.remove_prefix(2);
  try {
    auto stored =
        log::StoredBatch::Parse(log::EncodeBatchHeader(header, log::HashBody(bytes)).append(bytes));
    log::RecordPlaces where;
    log::BatchDecoder decoder(1, stored, schemas, from, 0, places ? &where : nullptr);
    while (!decoder.done()) {
      model::ChangeBatch batch;
      std::vector<log::IndexRun> runs;
      decoder.Decode(500, batch, runs);
      decoder.transaction_open();
    }
    log::CountBefore(*stored, 0, 10);
  } catch (const DataError&) {
  }
}

void FuzzStored(std::string_view bytes) {
  try {
    log::StoredBatch::Parse(std::string(bytes));
  } catch (const DataError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return fuzz::OneOf(data, size,
                     {FuzzSchema, [](std::string_view bytes) { FuzzRecords(bytes, false); },
                      [](std::string_view bytes) { FuzzRecords(bytes, true); }, FuzzStored});
}
