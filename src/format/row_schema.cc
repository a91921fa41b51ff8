#include "base/error.h"
#include "format/column_schema.h"
#include "model/flat_row.h"

namespace tidewire::format {
namespace {

using model::ConnectSchema;
using model::ConnectSchemaPtr;
using model::ConnectType;
using model::TopicSchema;

ConnectSchemaPtr Plain(ConnectType type, bool optional) {
  auto schema = std::make_shared<ConnectSchema>();
  schema->type = type;
  schema->optional = optional;
  return schema;
}

std::shared_ptr<ConnectSchema> Struct(std::string name, bool optional) {
  auto schema = std::make_shared<ConnectSchema>();
  schema->type = ConnectType::kStruct;
  schema->name = std::move(name);
  schema->optional = optional;
  return schema;
}

ConnectSchemaPtr SnapshotSchema() {
  auto schema = std::make_shared<ConnectSchema>();
  schema->type = ConnectType::kString;
  schema->optional = true;
  schema->name = "io.debezium.data.Enum";
  schema->version = 1;
  schema->parameters = {
      {"allowed",
       "true,first,first_in_data_collection,last_in_data_collection,last,false,incremental"}};
  schema->default_value = model::ConnectValue{std::string("false")};
  return schema;
}

ConnectSchemaPtr SourceFieldSchema(const model::SourceField& field) {
  switch (field.kind) {
    case model::Kind::kEnum:
      return SnapshotSchema();
    case model::Kind::kInt32:
      return Plain(ConnectType::kInt32, field.optional);
    case model::Kind::kInt64:
      return Plain(ConnectType::kInt64, field.optional);
    default:
      return Plain(ConnectType::kString, field.optional);
  }
}

}  // namespace

ConnectSchemaPtr KeyConnectSchema(const TopicSchema& topic) {
  auto schema = Struct(topic.base_topic + ".Key", false);
  for (const uint32_t index : topic.table->key) {
    const model::Column& column = topic.table->columns[index];
    schema->fields.push_back({column.name, ColumnConnectSchema(column, *topic.render)});
  }
  return schema;
}

ConnectSchemaPtr RowConnectSchema(const TopicSchema& topic, bool optional) {
  auto schema = Struct(topic.base_topic + ".Value", optional);
  for (const model::Column& column : topic.table->columns) {
    schema->fields.push_back({column.name, ColumnConnectSchema(column, *topic.render)});
  }
  for (const model::AddedColumn& added : model::AddedColumns(topic)) {
    schema->fields.push_back({added.column.name, ColumnConnectSchema(added.column, *topic.render)});
  }
  return schema;
}

ConnectSchemaPtr SourceConnectSchema(const std::string& connector_kind) {
  const auto fields = model::SourceFields(connector_kind);
  if (fields.empty()) {
    throw FatalError(
        fmt::format("no source block is known for connector kind '{}'", connector_kind));
  }
  auto schema = Struct("io.debezium.connector." + connector_kind + ".Source", false);
  schema->version = 1;
  for (const model::SourceField& field : fields) {
    schema->fields.push_back({std::string(field.name), SourceFieldSchema(field)});
  }
  return schema;
}

ConnectSchemaPtr TransactionConnectSchema() {
  auto schema = Struct("event.block", true);
  schema->version = 1;
  schema->fields = {{"id", Plain(ConnectType::kString, false)},
                    {"total_order", Plain(ConnectType::kInt64, false)},
                    {"data_collection_order", Plain(ConnectType::kInt64, false)}};
  return schema;
}

ConnectSchemaPtr EnvelopeConnectSchema(const TopicSchema& topic) {
  auto schema = Struct(topic.base_topic + ".Envelope", false);
  schema->version = 2;
  const ConnectSchemaPtr row = RowConnectSchema(topic, true);
  const auto optional_number = Plain(ConnectType::kInt64, true);
  schema->fields = {{"before", row},
                    {"after", row},
                    {"source", SourceConnectSchema(topic.render->connector_kind)},
                    {"transaction", TransactionConnectSchema()},
                    {"op", Plain(ConnectType::kString, false)},
                    {"ts_ms", optional_number},
                    {"ts_us", optional_number},
                    {"ts_ns", optional_number}};
  return schema;
}

}  // namespace tidewire::format
