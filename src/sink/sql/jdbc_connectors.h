// The two connector classes that people have: Confluent's and Debezium's JDBC sinks.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sink/sink.h"
#include "sink/sql/options.h"

namespace tidewire::sink {

// io.confluent.connect.jdbc.JdbcSinkConnector and io.debezium.connector.jdbc.JdbcSinkConnector.

std::unique_ptr<SinkConnector> MakeConfluentJdbcSink();
std::unique_ptr<SinkConnector> MakeDebeziumJdbcSink();

config::Definition ConfluentJdbcDefinition();
config::Definition DebeziumJdbcDefinition();
// Throw ConfigError, naming the property.
SqlSinkOptions ConfluentJdbcOptions(const config::Config& config);
SqlSinkOptions DebeziumJdbcOptions(const config::Config& config);

}  // namespace tidewire::sink
