// Kafka Connect's schemas of columns and rows.
#pragma once

#include <string>
#include <vector>

#include "model/topic_schema.h"

namespace tidewire::format {

// Type, name, version, parameters, optionality and default of the column as events show it. Never
// null.
model::ConnectSchemaPtr ColumnConnectSchema(const model::Column& column,
                                            const model::RenderOptions& options);

// Schema names of a topic's parts are made of the topic before routing: "<base>.Key",
// "<base>.Value", "<base>.Envelope".
model::ConnectSchemaPtr KeyConnectSchema(const model::TopicSchema& schema);
// The row as it stands in before and after; or, for unwrapped topics, the whole value with its
// added fields.
model::ConnectSchemaPtr RowConnectSchema(const model::TopicSchema& schema, bool optional);
// before, after, source, transaction, op, ts_ms, ts_us, ts_ns.
model::ConnectSchemaPtr EnvelopeConnectSchema(const model::TopicSchema& schema);

// The source block and the transaction block, which logical messages have, too. Throws FatalError
// for a connector kind whose source block is not known.
model::ConnectSchemaPtr SourceConnectSchema(const std::string& connector_kind);
model::ConnectSchemaPtr TransactionConnectSchema();

}  // namespace tidewire::format
