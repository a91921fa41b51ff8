// Records of the schema change topic (include.schema.changes), whose name is topic.prefix.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "model/batch.h"
#include "source/mysql/schema_history.h"

namespace tidewire::source {

// The source block of a schema change. version, connector and name are the render options'.
struct SchemaChangeSource {
  int64_t ts_ns = 0;  // Epoch nanoseconds: of the event; in a snapshot, of its reading.
  std::string snapshot = "false";  // "true" in a snapshot.
  std::string database;
  // The tables that the whole event is about, with commas; empty where the statement changed none;
  // nothing for databases, and where a snapshot's statement names no table.
  std::optional<std::string> table;
  int64_t server_id = 0;
  std::optional<std::string> gtid;
  std::string file;
  int64_t pos = 0;
  int32_t row = 0;
  std::optional<int64_t> thread;
  std::optional<std::string> query;
};

// source.table for each change of an event.
std::optional<std::string> SourceTable(const std::vector<SchemaChange>& changes);

// Builds them in Debezium's form; schemas are made once. One thread.
class SchemaChangeEvents {
 public:
  // `render` says the connector's kind ("mysql", "mariadb"), version and logical name.
  SchemaChangeEvents(std::string topic, std::shared_ptr<const model::RenderOptions> render);

  // Appends the record that belongs to a record of the history, and returns it; position and
  // transaction are left for the caller to set.
  model::Record& Add(model::ChangeBatch& batch, const SchemaChangeSource& source,
                     const HistoryRecord& record) const;

 private:
  std::shared_ptr<const model::RenderOptions> render_;
  model::TopicSchemaPtr topic_;
};

}  // namespace tidewire::source
