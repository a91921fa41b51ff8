#include "source/mysql/mysql_schema_recorder.h"

namespace tidewire::source {

MysqlSchemaRecorder::MysqlSchemaRecorder(const MysqlSettings& settings, MysqlTables& tables,
                                         MysqlHistory& history,
                                         std::shared_ptr<const model::RenderOptions> render)
    : settings_(settings),
      tables_(tables),
      history_(history),
      events_(settings.events.topic_prefix, std::move(render)) {}

void MysqlSchemaRecorder::Record(model::ChangeBatch& batch,
                                 const std::vector<SchemaChange>& changes,
                                 SchemaChangeSource source, const HistoryPosition& position,
                                 int64_t now_ms, const std::function<void(model::Record&)>& place) {
  source.table = SourceTable(changes);
  for (const SchemaChange& change : changes) {
    if (change.kind == SchemaChange::Kind::kTruncate) continue;
    if (!history_.Keeps(tables_, {change.database, change.id.second})) continue;
    HistoryRecord record;
    record.server = settings_.events.topic_prefix;
    record.position = position;
    record.ts_ms = now_ms;
    record.database = change.database;
    record.ddl = change.ddl;
    record.changes = TableChangesOf(change, settings_.include_schema_comments);
    if (model::Record* const added = history_.Add(batch, record)) place(*added);
    if (!settings_.include_schema_changes) continue;
    source.database = change.database;
    place(events_.Add(batch, source, record));
  }
}

}  // namespace tidewire::source
