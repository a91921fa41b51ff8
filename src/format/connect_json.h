// Kafka Connect's schemas and values as JsonConverter writes them.
// Source: org.apache.kafka.connect.json.JsonConverter.
#pragma once

#include <string>

#include "model/topic_schema.h"

namespace tidewire::format {

// Members in this order: type, items or keys and values or fields, optional, name, version, doc,
// parameters, default, field. `field` is the name under which a struct holds it; empty: not in a
// struct.
std::string ConnectSchemaJson(const model::ConnectSchema& schema, const model::Converter& converter,
                              const std::string& field = {});

// The payload. A null schema writes the value by what it holds. Throws FatalError when the value
// does not fit the schema, which is a programmer's error of whoever made it.
void AppendConnectJson(std::string& out, const model::ConnectSchema* schema,
                       const model::ConnectValue& value, const model::Converter& converter);

}  // namespace tidewire::format
