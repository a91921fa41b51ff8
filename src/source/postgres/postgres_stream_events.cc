#include "source/postgres/postgres_stream_events.h"

#include "base/byte_text.h"

namespace tidewire::source {
namespace {

using model::ConnectField;
using model::ConnectList;
using model::ConnectSchema;
using model::ConnectSchemaPtr;
using model::ConnectType;
using model::ConnectValue;

ConnectSchemaPtr Plain(ConnectType type, bool optional = false) {
  ConnectSchema schema;
  schema.type = type;
  schema.optional = optional;
  return std::make_shared<const ConnectSchema>(std::move(schema));
}

ConnectSchemaPtr Struct(std::string name, std::vector<ConnectField> fields, bool optional = false) {
  ConnectSchema schema;
  schema.type = ConnectType::kStruct;
  schema.optional = optional;
  schema.name = std::move(name);
  schema.version = 1;
  schema.fields = std::move(fields);
  return std::make_shared<const ConnectSchema>(std::move(schema));
}

ConnectSchemaPtr String(bool optional = false) { return Plain(ConnectType::kString, optional); }
ConnectSchemaPtr Int64(bool optional = false) { return Plain(ConnectType::kInt64, optional); }

ConnectSchemaPtr SnapshotMarkSchema() {
  ConnectSchema schema;
  schema.type = ConnectType::kString;
  schema.optional = true;
  schema.name = "io.debezium.data.Enum";
  schema.version = 1;
  schema.parameters = {
      {"allowed",
       "true,first,first_in_data_collection,last_in_data_collection,last,false,incremental"}};
  schema.default_value = ConnectValue{std::string("false")};
  return std::make_shared<const ConnectSchema>(std::move(schema));
}

ConnectSchemaPtr SourceSchema() {
  return Struct("io.debezium.connector.postgresql.Source", {{"version", String()},
                                                            {"connector", String()},
                                                            {"name", String()},
                                                            {"ts_ms", Int64()},
                                                            {"snapshot", SnapshotMarkSchema()},
                                                            {"db", String()},
                                                            {"sequence", String(true)},
                                                            {"ts_us", Int64(true)},
                                                            {"ts_ns", Int64(true)},
                                                            {"schema", String()},
                                                            {"table", String()},
                                                            {"txId", Int64(true)},
                                                            {"lsn", Int64(true)},
                                                            {"xmin", Int64(true)},
                                                            {"origin", String(true)},
                                                            {"origin_lsn", Int64(true)}});
}

ConnectSchemaPtr MessageValueSchema(model::BinaryMode binary) {
  const ConnectSchemaPtr transaction = Struct(
      "event.block",
      {{"id", String()}, {"total_order", Int64()}, {"data_collection_order", Int64()}}, true);
  const auto content =
      binary == model::BinaryMode::kBytes ? ConnectType::kBytes : ConnectType::kString;
  const ConnectSchemaPtr message =
      Struct("io.debezium.connector.postgresql.Message",
             {{"prefix", String(true)}, {"content", Plain(content, true)}});
  return Struct("io.debezium.connector.postgresql.MessageValue", {{"op", String()},
                                                                  {"ts_ms", Int64(true)},
                                                                  {"source", SourceSchema()},
                                                                  {"transaction", transaction},
                                                                  {"message", message}});
}

ConnectSchemaPtr TransactionValueSchema() {
  const ConnectSchemaPtr item =
      Struct("event.collection", {{"data_collection", String()}, {"event_count", Int64()}}, true);
  ConnectSchema list;
  list.type = ConnectType::kArray;
  list.optional = true;
  list.element = item;
  return Struct("io.debezium.connector.common.TransactionMetadataValue",
                {{"status", String()},
                 {"id", String()},
                 {"event_count", Int64(true)},
                 {"data_collections", std::make_shared<const ConnectSchema>(std::move(list))},
                 {"ts_ms", Int64()}});
}

// binary.handling.mode holds for the content of messages, too.
std::string ContentText(std::string_view bytes, model::BinaryMode mode) {
  std::string out;
  switch (mode) {
    case model::BinaryMode::kBytes:
      return std::string(bytes);
    case model::BinaryMode::kBase64:
      AppendBase64(out, bytes);
      break;
    case model::BinaryMode::kBase64UrlSafe:
      AppendBase64(out, bytes, Base64Alphabet::kUrl);
      break;
    case model::BinaryMode::kHex:
      AppendHex(out, bytes);
      break;
  }
  return out;
}

ConnectValue Text(std::string_view text) { return {std::string(text)}; }
ConnectValue Number(int64_t value) { return {value}; }
ConnectValue Null() { return {}; }
ConnectValue List(ConnectList values) { return {std::make_shared<ConnectList>(std::move(values))}; }

model::TopicSchemaPtr Topic(std::string topic, std::shared_ptr<const model::RenderOptions> render,
                            ConnectSchemaPtr key, ConnectSchemaPtr value) {
  model::TopicSchema schema;
  schema.base_topic = topic;
  schema.topic = std::move(topic);
  schema.render = std::move(render);
  schema.key_schema = std::move(key);
  schema.value_schema = std::move(value);
  return std::make_shared<const model::TopicSchema>(std::move(schema));
}

model::Record& Append(model::ChangeBatch& batch, const model::TopicSchemaPtr& schema,
                      ConnectValue key, ConnectValue value) {
  batch.generals.push_back({std::move(key), std::move(value)});
  model::Record& record = batch.records.emplace_back();
  record.op = model::Op::kGeneral;
  record.schema = batch.SchemaIndex(schema);
  record.general = static_cast<uint32_t>(batch.generals.size() - 1);
  return record;
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

void SortAsJavaHashMap(PostgresStreamEvents::CollectionCounts& collections) {
  size_t buckets = 16;
  while (collections.size() * 4 > buckets * 3) buckets *= 2;
  const auto bucket = [&](const auto& entry) { return JavaHash(entry.first) & (buckets - 1); };
  std::stable_sort(collections.begin(), collections.end(),
                   [&](const auto& a, const auto& b) { return bucket(a) < bucket(b); });
}

PostgresStreamEvents::PostgresStreamEvents(const PostgresSettings& settings,
                                           std::shared_ptr<const model::RenderOptions> render)
    : settings_(settings), render_(std::move(render)) {
  heartbeat_ =
      Topic(settings.events.HeartbeatTopic(), render_,
            Struct("io.debezium.connector.common.ServerNameKey", {{"serverName", String()}}),
            Struct("io.debezium.connector.common.Heartbeat", {{"ts_ms", Int64()}}));
  transaction_ =
      Topic(settings.events.TransactionTopic(), render_,
            Struct("io.debezium.connector.common.TransactionMetadataKey", {{"id", String()}}),
            TransactionValueSchema());
  message_ =
      Topic(settings.MessageTopic(), render_,
            Struct("io.debezium.connector.postgresql.MessageKey", {{"prefix", String(true)}}),
            MessageValueSchema(render_->binary));
}

model::Record& PostgresStreamEvents::AddHeartbeat(model::ChangeBatch& batch, int64_t now_ms) const {
  return Append(batch, heartbeat_, List({Text(settings_.events.topic_prefix)}),
                List({Number(now_ms)}));
}

model::Record& PostgresStreamEvents::AddBegin(model::ChangeBatch& batch, const std::string& id,
                                              int64_t ts_ms) const {
  return Append(batch, transaction_, List({Text(id)}),
                List({Text("BEGIN"), Text(id), Null(), Null(), Number(ts_ms)}));
}

model::Record& PostgresStreamEvents::AddEnd(model::ChangeBatch& batch, const std::string& id,
                                            int64_t ts_ms, uint64_t count,
                                            CollectionCounts collections) const {
  SortAsJavaHashMap(collections);
  ConnectList list;
  for (const auto& [name, changes] : collections) {
    list.push_back(List({Text(name), Number(static_cast<int64_t>(changes))}));
  }
  return Append(batch, transaction_, List({Text(id)}),
                List({Text("END"), Text(id), Number(static_cast<int64_t>(count)),
                      List(std::move(list)), Number(ts_ms)}));
}

model::Record& PostgresStreamEvents::AddMessage(model::ChangeBatch& batch,
                                                const LogicalMessage& message,
                                                const LogicalMessageContext& context) const {
  const std::string sequence =
      context.last_commit.is_set()
          ? fmt::format("[\"{}\",\"{}\"]", context.last_commit.value, context.lsn.value)
          : fmt::format("[null,\"{}\"]", context.lsn.value);
  const int64_t lsn = static_cast<int64_t>(context.lsn.value);
  ConnectValue source =
      List({Text(render_->version), Text(render_->connector_kind), Text(render_->logical_name),
            Number(context.commit_ts_us / 1000), Text("false"), Text(settings_.connection.database),
            Text(sequence), Number(context.commit_ts_us), Number(context.commit_ts_us * 1000),
            Text(""), Text(""), context.xid == 0 ? Null() : Number(context.xid), Number(lsn),
            Null(), Null(), Null()});
  ConnectValue transaction = context.total_order == 0
                                 ? Null()
                                 : List({Text(fmt::format("{}:{}", context.xid, context.lsn.value)),
                                         Number(static_cast<int64_t>(context.total_order)),
                                         Number(static_cast<int64_t>(context.collection_order))});
  return Append(
      batch, message_, List({Text(message.prefix)}),
      List({Text("m"), Number(context.now_ms), std::move(source), std::move(transaction),
            List({Text(message.prefix), Text(ContentText(message.content, render_->binary))})}));
}

}  // namespace tidewire::source
