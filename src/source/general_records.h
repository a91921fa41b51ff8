// What records that are no rows are made of (Op::kGeneral): schemas, values, the record itself.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/batch.h"

namespace tidewire::source {

model::ConnectSchemaPtr PlainSchema(model::ConnectType type, bool optional = false);
inline model::ConnectSchemaPtr StringSchema(bool optional = false) {
  return PlainSchema(model::ConnectType::kString, optional);
}
inline model::ConnectSchemaPtr Int64Schema(bool optional = false) {
  return PlainSchema(model::ConnectType::kInt64, optional);
}
// Version 1, as all of Debezium's structs that have a name.
model::ConnectSchemaPtr StructSchema(std::string name, std::vector<model::ConnectField> fields,
                                     bool optional = false);
model::ConnectSchemaPtr ArraySchema(model::ConnectSchemaPtr element, bool optional = false);
// source.snapshot of the source block.
model::ConnectSchemaPtr SnapshotMarkSchema();
// The transaction block of an envelope: id, total_order, data_collection_order.
model::ConnectSchemaPtr TransactionBlockSchema();

inline model::ConnectValue TextValue(std::string_view text) { return {std::string(text)}; }
inline model::ConnectValue NumberValue(int64_t value) { return {value}; }
inline model::ConnectValue NullValue() { return {}; }
// A struct's fields, in the schema's order, or an array's items.
model::ConnectValue ListValue(model::ConnectList values);

// A topic whose records have no table, and no headers unless they are those of `render`.
enum class GeneralHeaders : uint8_t { kNone, kContext };
model::TopicSchemaPtr GeneralTopic(std::string topic,
                                   std::shared_ptr<const model::RenderOptions> render,
                                   model::ConnectSchemaPtr key, model::ConnectSchemaPtr value,
                                   GeneralHeaders headers = GeneralHeaders::kNone);

// Appends a record of that topic; position, time and transaction are left for the caller to set.
model::Record& AppendGeneral(model::ChangeBatch& batch, const model::TopicSchemaPtr& topic,
                             model::ConnectValue key, model::ConnectValue value);

}  // namespace tidewire::source
