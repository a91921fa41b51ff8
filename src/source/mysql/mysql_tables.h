// The tables that the binlog's rows belong to, as of the place that is being read.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "client/mysql_connection.h"
#include "model/topic_schema.h"
#include "source/capture_filters.h"
#include "source/change_writer.h"
#include "source/mysql/binlog_event.h"
#include "source/mysql/binlog_rows.h"
#include "source/mysql/ddl_parser.h"
#include "source/mysql/mysql_relation.h"
#include "source/mysql/mysql_schema.h"
#include "source/mysql/mysql_server.h"
#include "source/mysql/mysql_settings.h"

namespace tidewire::source {

// A captured table with what is needed to read rows of it. Stays where it is as long as the
// MysqlTables that made it; its version changes.
struct MysqlRelation : ChangeWriter::Table {
  MysqlTablePtr definition;
  MysqlTableShape::Shape shape;
  std::unique_ptr<BinlogRowDecoder> decoder;
  std::string map;  // The body of the table map that the decoder was made for.
};

// Follows DDL, keeps the definitions, asks the server where they do not do. One thread.
class MysqlTables {
 public:
  // `settings` must outlive this object. `server` is what the source reads from. Throws ConfigError
  // for filters that cannot be read.
  MysqlTables(const MysqlSettings& settings, MysqlServer server,
              std::shared_ptr<const model::RenderOptions> render);

  const MysqlServer& server() const { return server_; }
  const CaptureFilters& filters() const { return filters_; }
  const MysqlTableShape& shapes() const { return shapes_; }
  const DdlParser& parser() const { return parser_; }
  MysqlSchema& schema() { return schema_; }
  CharsetRegistry& charsets() { return charsets_; }
  bool Captures(const MysqlTableId& id) const {
    return filters_.CapturesTable(id.first, id.second);
  }

  // What a statement's session says about it.
  DdlContext ContextOf(const QueryEvent& query) const;
  DdlContext DefaultContext() const;
  // The statement's text as UTF-8; a view of `storage` where it is not.
  std::string_view TextOf(const QueryEvent& query, Arena& storage);
  // Applies the statements; tables that cannot be followed are read from the server. Never throws
  // for what a statement says; RetriableError and ConfigError come from the server.
  std::vector<SchemaChange> Follow(const DdlContext& context, std::string_view sql);

  // The captured table that a TABLE_MAP event announces, ready for rows; null: not captured. Throws
  // DataError when its rows cannot be read: no definition is known that fits.
  MysqlRelation* ForMap(std::string_view body);
  // For records without rows (TRUNCATE); null: not captured, or not known.
  MysqlRelation* ForTable(const MysqlTableId& id);

  // The definition as the server has it now; null: there is no such table.
  MysqlTablePtr ReadFromServer(const MysqlTableId& id);
  // A session of its own for questions, made when it is first needed.
  client::MysqlConnection& connection();

 private:
  MysqlRelation& RelationOf(const MysqlTableId& id);
  void Adopt(MysqlRelation& relation, MysqlTablePtr definition);
  MysqlTablePtr DefinitionFor(const MysqlTableId& id, const BinlogTableMap& map);
  void Reread(SchemaChange& change);

  const MysqlSettings& settings_;
  const MysqlServer server_;
  const CaptureFilters filters_;
  const MysqlTableShape shapes_;
  const DdlParser parser_;
  MysqlSchema schema_;
  CharsetRegistry charsets_;
  std::unique_ptr<client::MysqlConnection> connection_;
  std::map<MysqlTableId, MysqlRelation> relations_;
};

}  // namespace tidewire::source
