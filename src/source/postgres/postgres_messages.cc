#include "source/postgres/postgres_messages.h"

#include "base/byte_text.h"
#include "source/general_records.h"

namespace tidewire::source {
namespace {

using model::ConnectSchemaPtr;
using model::ConnectType;
using model::ConnectValue;

ConnectSchemaPtr SourceSchema() {
  return StructSchema("io.debezium.connector.postgresql.Source",
                      {{"version", StringSchema()},
                       {"connector", StringSchema()},
                       {"name", StringSchema()},
                       {"ts_ms", Int64Schema()},
                       {"snapshot", SnapshotMarkSchema()},
                       {"db", StringSchema()},
                       {"sequence", StringSchema(true)},
                       {"ts_us", Int64Schema(true)},
                       {"ts_ns", Int64Schema(true)},
                       {"schema", StringSchema()},
                       {"table", StringSchema()},
                       {"txId", Int64Schema(true)},
                       {"lsn", Int64Schema(true)},
                       {"xmin", Int64Schema(true)},
                       {"origin", StringSchema(true)},
                       {"origin_lsn", Int64Schema(true)}});
}

ConnectSchemaPtr MessageValueSchema(model::BinaryMode binary) {
  const auto content =
      binary == model::BinaryMode::kBytes ? ConnectType::kBytes : ConnectType::kString;
  const ConnectSchemaPtr message =
      StructSchema("io.debezium.connector.postgresql.Message",
                   {{"prefix", StringSchema(true)}, {"content", PlainSchema(content, true)}});
  return StructSchema("io.debezium.connector.postgresql.MessageValue",
                      {{"op", StringSchema()},
                       {"ts_ms", Int64Schema(true)},
                       {"source", SourceSchema()},
                       {"transaction", TransactionBlockSchema()},
                       {"message", message}});
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

}  // namespace

PostgresMessages::PostgresMessages(const PostgresSettings& settings,
                                   std::shared_ptr<const model::RenderOptions> render)
    : settings_(settings), render_(std::move(render)) {
  topic_ = GeneralTopic(
      settings.MessageTopic(), render_,
      StructSchema("io.debezium.connector.postgresql.MessageKey", {{"prefix", StringSchema(true)}}),
      MessageValueSchema(render_->binary));
}

model::Record& PostgresMessages::Add(model::ChangeBatch& batch, const LogicalMessage& message,
                                     const LogicalMessageContext& context) const {
  const std::string sequence =
      context.last_commit.is_set()
          ? fmt::format("[\"{}\",\"{}\"]", context.last_commit.value, context.lsn.value)
          : fmt::format("[null,\"{}\"]", context.lsn.value);
  const int64_t lsn = static_cast<int64_t>(context.lsn.value);
  ConnectValue source = ListValue(
      {TextValue(render_->version), TextValue(render_->connector_kind),
       TextValue(render_->logical_name), NumberValue(context.commit_ts_us / 1000),
       TextValue("false"), TextValue(settings_.connection.database), TextValue(sequence),
       NumberValue(context.commit_ts_us), NumberValue(context.commit_ts_us * 1000), TextValue(""),
       TextValue(""), context.xid == 0 ? NullValue() : NumberValue(context.xid), NumberValue(lsn),
       NullValue(), NullValue(), NullValue()});
  ConnectValue transaction =
      context.total_order == 0
          ? NullValue()
          : ListValue({TextValue(fmt::format("{}:{}", context.xid, context.lsn.value)),
                       NumberValue(static_cast<int64_t>(context.total_order)),
                       NumberValue(static_cast<int64_t>(context.collection_order))});
  return AppendGeneral(
      batch, topic_, ListValue({TextValue(message.prefix)}),
      ListValue({TextValue("m"), NumberValue(context.now_ms), std::move(source),
                 std::move(transaction),
                 ListValue({TextValue(message.prefix),
                            TextValue(ContentText(message.content, render_->binary))})}));
}

}  // namespace tidewire::source
