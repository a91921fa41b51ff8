#include "source/mysql/ddl_keys.h"
#include "source/mysql/ddl_statements.h"

namespace tidewire::source {

SchemaChange& DdlStatements::AddDatabase(std::string database) {
  SchemaChange& change = changes_.emplace_back();
  change.kind = SchemaChange::Kind::kDatabase;
  change.database = std::move(database);
  change.ddl = cursor_.StatementText();
  return change;
}

MysqlCharset DdlStatements::DatabaseOptions(const MysqlCharset& inherited) {
  DdlTableSpec options;
  while (!cursor_.AtEnd()) {
    if (!ParseTableOption(cursor_, options)) cursor_.Take();
  }
  return ResolveCharset(options.charset, options.collation, inherited);
}

void DdlStatements::EraseDatabase(const std::string& database, SchemaChange& change) {
  for (const auto& [id, table] : schema_.tables()) {
    if (id.first == database) change.dropped.push_back(id);
  }
  for (const MysqlTableId& id : change.dropped) schema_.Erase(id);
  schema_.databases.erase(database);
}

DdlStatements::Passed DdlStatements::CreateDatabase(bool or_replace) {
  const bool only_if_absent = cursor_.Accept({"IF", "NOT", "EXISTS"});
  auto name = cursor_.Name();
  if (!name) return Passed::kIgnored;
  const std::string database = Folded(*name);
  const MysqlCharset charset = DatabaseOptions(ServerDefaults());
  SchemaChange& change = AddDatabase(database);
  if (or_replace) EraseDatabase(database, change);
  if (!only_if_absent || !schema_.databases.contains(database)) {
    schema_.databases[database] = charset;
  }
  return Passed::kKept;
}

DdlStatements::Passed DdlStatements::AlterDatabase() {
  std::string database = database_;
  const bool option = cursor_.IsAnyOf(
      {"DEFAULT", "CHARACTER", "CHARSET", "COLLATE", "COMMENT", "ENCRYPTION", "READ"});
  if (!option) {
    auto name = cursor_.Name();
    if (!name) return Passed::kIgnored;
    database = Folded(*name);
  }
  const auto known = schema_.databases.find(database);
  const bool is_known = known != schema_.databases.end();
  schema_.databases[database] = DatabaseOptions(is_known ? known->second : ServerDefaults());
  AddDatabase(context_.database);
  return Passed::kKept;
}

DdlStatements::Passed DdlStatements::DropDatabase() {
  cursor_.Accept({"IF", "EXISTS"});
  auto name = cursor_.Name();
  if (!name) return Passed::kIgnored;
  const std::string database = Folded(*name);
  EraseDatabase(database, AddDatabase(database));
  return Passed::kKept;
}

DdlStatements::Passed DdlStatements::Use() {
  auto name = cursor_.Name();
  if (!name) return Passed::kIgnored;
  database_ = Folded(*name);
  AddDatabase(database_);
  return Passed::kKept;
}

}  // namespace tidewire::source
