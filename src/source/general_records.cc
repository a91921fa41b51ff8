#include "source/general_records.h"

namespace tidewire::source {

using model::ConnectSchema;
using model::ConnectSchemaPtr;
using model::ConnectType;
using model::ConnectValue;

ConnectSchemaPtr PlainSchema(ConnectType type, bool optional) {
  ConnectSchema schema;
  schema.type = type;
  schema.optional = optional;
  return std::make_shared<const ConnectSchema>(std::move(schema));
}

ConnectSchemaPtr StructSchema(std::string name, std::vector<model::ConnectField> fields,
                              bool optional) {
  ConnectSchema schema;
  schema.type = ConnectType::kStruct;
  schema.optional = optional;
  schema.name = std::move(name);
  schema.version = 1;
  schema.fields = std::move(fields);
  return std::make_shared<const ConnectSchema>(std::move(schema));
}

ConnectSchemaPtr ArraySchema(ConnectSchemaPtr element, bool optional) {
  ConnectSchema schema;
  schema.type = ConnectType::kArray;
  schema.optional = optional;
  schema.element = std::move(element);
  return std::make_shared<const ConnectSchema>(std::move(schema));
}

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

ConnectSchemaPtr TransactionBlockSchema() {
  return StructSchema("event.block",
                      {{"id", StringSchema()},
                       {"total_order", Int64Schema()},
                       {"data_collection_order", Int64Schema()}},
                      true);
}

ConnectValue ListValue(model::ConnectList values) {
  return {std::make_shared<model::ConnectList>(std::move(values))};
}

model::TopicSchemaPtr GeneralTopic(std::string topic,
                                   std::shared_ptr<const model::RenderOptions> render,
                                   ConnectSchemaPtr key, ConnectSchemaPtr value,
                                   GeneralHeaders headers) {
  if (headers == GeneralHeaders::kNone && render->context_headers) {
    auto without = std::make_shared<model::RenderOptions>(*render);
    without->context_headers = false;
    render = std::move(without);
  }
  model::TopicSchema schema;
  schema.base_topic = topic;
  schema.topic = std::move(topic);
  schema.render = std::move(render);
  schema.key_schema = std::move(key);
  schema.value_schema = std::move(value);
  return std::make_shared<const model::TopicSchema>(std::move(schema));
}

model::Record& AppendGeneral(model::ChangeBatch& batch, const model::TopicSchemaPtr& topic,
                             ConnectValue key, ConnectValue value) {
  batch.generals.push_back({std::move(key), std::move(value)});
  model::Record& record = batch.records.emplace_back();
  record.op = model::Op::kGeneral;
  record.schema = batch.SchemaIndex(topic);
  record.general = static_cast<uint32_t>(batch.generals.size() - 1);
  return record;
}

}  // namespace tidewire::source
