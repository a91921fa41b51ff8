#include "source/stream_events.h"

#include "source/general_records.h"

namespace tidewire::source {
namespace {

using model::ConnectSchemaPtr;

ConnectSchemaPtr TransactionValueSchema() {
  const ConnectSchemaPtr item =
      StructSchema("event.collection",
                   {{"data_collection", StringSchema()}, {"event_count", Int64Schema()}}, true);
  return StructSchema("io.debezium.connector.common.TransactionMetadataValue",
                      {{"status", StringSchema()},
                       {"id", StringSchema()},
                       {"event_count", Int64Schema(true)},
                       {"data_collections", ArraySchema(item, true)},
                       {"ts_ms", Int64Schema()}});
}

// String.hashCode with HashMap's spreading of the high bits. Surrogate pairs count as two units, as
// in Java.
uint32_t JavaHash(std::string_view utf8) {
  uint32_t hash = 0;
  for (size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    uint32_t code = length == 1 ? lead : lead & (0xFFu >> (length + 1));
    for (size_t k = 1; k < length && i + k < utf8.size(); ++k) {
      code = code << 6 | (static_cast<unsigned char>(utf8[i + k]) & 0x3Fu);
    }
    i += length;
    if (code >= 0x10000) {
      hash = hash * 31 + (0xD7C0 + (code >> 10));
      code = 0xDC00 + (code & 0x3FF);
    }
    hash = hash * 31 + code;
  }
  return hash ^ hash >> 16;
}

}  // namespace

void SortAsJavaHashMap(CollectionCounts& collections) {
  size_t buckets = 16;
  while (collections.size() * 4 > buckets * 3) buckets *= 2;
  const auto bucket = [&](const auto& entry) { return JavaHash(entry.first) & (buckets - 1); };
  std::stable_sort(collections.begin(), collections.end(),
                   [&](const auto& a, const auto& b) { return bucket(a) < bucket(b); });
}

StreamEvents::StreamEvents(const EventSettings& settings,
                           std::shared_ptr<const model::RenderOptions> render)
    : settings_(settings) {
  heartbeat_ = GeneralTopic(
      settings.HeartbeatTopic(), render,
      StructSchema("io.debezium.connector.common.ServerNameKey", {{"serverName", StringSchema()}}),
      StructSchema("io.debezium.connector.common.Heartbeat", {{"ts_ms", Int64Schema()}}));
  transaction_ = GeneralTopic(
      settings.TransactionTopic(), std::move(render),
      StructSchema("io.debezium.connector.common.TransactionMetadataKey", {{"id", StringSchema()}}),
      TransactionValueSchema());
}

model::Record& StreamEvents::AddHeartbeat(model::ChangeBatch& batch, int64_t now_ms) const {
  return AppendGeneral(batch, heartbeat_, ListValue({TextValue(settings_.topic_prefix)}),
                       ListValue({NumberValue(now_ms)}));
}

model::Record& StreamEvents::AddBegin(model::ChangeBatch& batch, const std::string& id,
                                      int64_t ts_ms) const {
  return AppendGeneral(
      batch, transaction_, ListValue({TextValue(id)}),
      ListValue({TextValue("BEGIN"), TextValue(id), NullValue(), NullValue(), NumberValue(ts_ms)}));
}

model::Record& StreamEvents::AddEnd(model::ChangeBatch& batch, const std::string& id, int64_t ts_ms,
                                    uint64_t count, CollectionCounts collections) const {
  SortAsJavaHashMap(collections);
  model::ConnectList list;
  for (const auto& [name, changes] : collections) {
    list.push_back(ListValue({TextValue(name), NumberValue(static_cast<int64_t>(changes))}));
  }
  return AppendGeneral(
      batch, transaction_, ListValue({TextValue(id)}),
      ListValue({TextValue("END"), TextValue(id), NumberValue(static_cast<int64_t>(count)),
                 ListValue(std::move(list)), NumberValue(ts_ms)}));
}

}  // namespace tidewire::source
