#include "source/mysql/schema_history.h"

#include "client/mysql_connection.h"

namespace tidewire::source {

std::vector<TableChange> TableChangesOf(const SchemaChange& change, bool comments) {
  TableChange out;
  out.id = change.id;
  switch (change.kind) {
    case SchemaChange::Kind::kCreate:
      out.type = TableChange::Type::kCreate;
      break;
    case SchemaChange::Kind::kRename:
      out.former = change.former;
      [[fallthrough]];
    case SchemaChange::Kind::kAlter:
      out.type = TableChange::Type::kAlter;
      break;
    case SchemaChange::Kind::kDrop:
      out.type = TableChange::Type::kDrop;
      break;
    default:
      return {};
  }
  if (change.table) out.table = FormOfTable(*change.table, comments);
  return {std::move(out)};
}

std::string_view TypeWord(TableChange::Type type) {
  switch (type) {
    case TableChange::Type::kCreate:
      return "CREATE";
    case TableChange::Type::kAlter:
      return "ALTER";
    default:
      return "DROP";
  }
}

void RecoverFrom(const HistoryRecord& record, const DdlParser& parser, const DdlContext& context,
                 MysqlSchema& schema) {
  DdlContext of_record = context;
  of_record.database = record.database.value_or("");
  // Whether TIMESTAMP columns had implied defaults then is not told; the record has the outcome.
  of_record.mode.explicit_timestamp_defaults = true;
  parser.Apply(schema, of_record, record.ddl);
  for (const TableChange& change : record.changes) {
    if (change.former) schema.Erase(*change.former);
    if (!change.table) {
      schema.Erase(change.id);
      continue;
    }
    const MysqlTablePtr followed = schema.Find(change.id);
    TableForm form = *change.table;
    if (followed) {
      // Comments are in the record only where the source was asked for them.
      TableForm known = FormOfTable(*followed, true);
      form.comment = known.comment;
      if (known.columns.size() == form.columns.size()) {
        for (size_t i = 0; i < form.columns.size(); ++i) {
          form.columns[i].comment = known.columns[i].comment;
        }
      }
      if (known == form) continue;
    }
    MysqlTable table = TableOfForm(change.id, *change.table, of_record.mode);
    if (followed) Complete(table, *followed);
    schema.Put(std::make_shared<const MysqlTable>(std::move(table)));
  }
}

std::string ServerDefaultsDdl(const MysqlCharset& defaults) {
  return fmt::format("SET character_set_server={}, collation_server={}", defaults.charset,
                     defaults.collation);
}

std::string DropTableDdl(const MysqlTableId& id) {
  return "DROP TABLE IF EXISTS " + client::MysqlQuote(id.first, id.second);
}

std::string DropDatabaseDdl(const std::string& database) {
  return "DROP DATABASE IF EXISTS " + client::MysqlQuote(database);
}

std::string CreateDatabaseDdl(const std::string& database, const MysqlCharset& defaults) {
  std::string out = "CREATE DATABASE " + client::MysqlQuote(database);
  if (!defaults.charset.empty()) out += " CHARSET " + defaults.charset;
  if (!defaults.collation.empty()) out += " COLLATE " + defaults.collation;
  return out;
}

std::string UseDdl(const std::string& database) { return "USE " + client::MysqlQuote(database); }

}  // namespace tidewire::source
