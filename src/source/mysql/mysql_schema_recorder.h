// What changes of tables' structures leave behind: records of the schema history and of the schema
// change topic.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "source/mysql/ddl_parser.h"
#include "source/mysql/mysql_history.h"
#include "source/mysql/mysql_settings.h"
#include "source/mysql/mysql_tables.h"
#include "source/mysql/schema_change_events.h"

namespace tidewire::source {

// One thread.
class MysqlSchemaRecorder {
 public:
  // All references must outlive this object.
  MysqlSchemaRecorder(const MysqlSettings& settings, MysqlTables& tables, MysqlHistory& history,
                      std::shared_ptr<const model::RenderOptions> render);

  // Adds the records of `changes` (but TRUNCATEs') to the batch. `source`: without database and
  // table; `place` gets each record, for its position and transaction.
  void Record(model::ChangeBatch& batch, const std::vector<SchemaChange>& changes,
              SchemaChangeSource source, const HistoryPosition& position, int64_t now_ms,
              const std::function<void(model::Record&)>& place);

 private:
  const MysqlSettings& settings_;
  MysqlTables& tables_;
  MysqlHistory& history_;
  SchemaChangeEvents events_;
};

}  // namespace tidewire::source
