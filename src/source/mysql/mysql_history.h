// The schema history: what tables were like, so that the stream can go on where it stopped.
#pragma once

#include <memory>
#include <string>

#include "model/batch.h"
#include "source/mysql/mysql_position.h"
#include "source/mysql/mysql_settings.h"
#include "source/mysql/mysql_tables.h"
#include "source/mysql/schema_history.h"
#include "source/source.h"

namespace tidewire::source {

// In a topic of the log (then a record moves with the offset of its batch), in a file (written
// before the batch), or nowhere. One thread.
class MysqlHistory {
 public:
  // `settings` must outlive this object.
  MysqlHistory(const MysqlSettings& settings,
               const std::shared_ptr<const model::RenderOptions>& render);

  // Brings the tables' schema to where it was at `upto`. False: there is no history. Throws
  // FatalError for a history that cannot be read.
  bool Recover(SourceContext& context, MysqlTables& tables, const MysqlPosition& upto) const;

  // Whether the history keeps changes of that database and table (empty: none in particular).
  bool Keeps(const MysqlTables& tables, const MysqlTableId& id) const;
  // Adds a record; where it is kept in the log, to the batch, with position and transaction left
  // for the caller to set. Null: the batch got none.
  model::Record* Add(model::ChangeBatch& batch, const HistoryRecord& record);

 private:
  void Apply(std::string_view text, MysqlTables& tables, const MysqlPosition& upto,
             bool& any) const;

  const MysqlSettings& settings_;
  model::TopicSchemaPtr topic_;
};

}  // namespace tidewire::source
