#include "source/mysql/ddl_parser.h"

#include "source/mysql/ddl_statements.h"

namespace tidewire::source {

std::vector<SchemaChange> DdlParser::Apply(MysqlSchema& schema, const DdlContext& context,
                                           std::string_view sql) const {
  return DdlStatements(schema, context, options_, sql).Run();
}

MysqlTablePtr DdlParser::ReadTable(const MysqlSchema& schema, const DdlContext& context,
                                   const MysqlTableId& id, std::string_view show_create) const {
  DdlContext shown = context;
  shown.database = id.first;
  // The answer says all that the server had implied when the table was made.
  shown.mode.explicit_timestamp_defaults = true;
  MysqlSchema scratch;
  scratch.databases = schema.databases;
  scratch.server = schema.server;
  return DdlStatements(scratch, shown, options_, show_create).ReadTable(id);
}

}  // namespace tidewire::source
