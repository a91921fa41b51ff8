#include "source/mysql/ddl_statements.h"

#include "source/mysql/mysql_names.h"

namespace tidewire::source {
namespace {

// As String.trim of Java has it.
std::string_view Trimmed(std::string_view text) {
  const auto is_space = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// Statements about rows, transactions and rights, which no history keeps.
bool IsIgnored(DdlCursor& cursor) {
  return cursor.IsAnyOf({"INSERT", "UPDATE",   "DELETE",    "REPLACE", "SELECT", "WITH",
                         "VALUES", "LOAD",     "DO",        "CALL",    "BEGIN",  "START",
                         "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "XA",     "GRANT",
                         "REVOKE", "ANALYZE",  "OPTIMIZE",  "REPAIR"}) ||
         cursor.Is('(') || (cursor.Is("FLUSH") && cursor.Is("RELAY", 1));
}

}  // namespace

std::vector<SchemaChange> DdlStatements::Run() {
  bool kept = false;
  while (cursor_.NextStatement()) {
    if (!cursor_.AtEnd()) kept |= Statement() == Passed::kKept;
  }
  if (changes_.empty() && kept) {
    SchemaChange& change = changes_.emplace_back();
    change.database = context_.database;
    change.ddl = Trimmed(sql_);
  }
  return std::move(changes_);
}

MysqlTablePtr DdlStatements::ReadTable(const MysqlTableId& id) {
  Run();
  // The answer has the table's name alone; what the caller asked for is its place.
  const auto& tables = schema_.tables();
  if (tables.size() != 1) return nullptr;
  MysqlTable table = *tables.begin()->second;
  table.database = id.first;
  table.name = id.second;
  return std::make_shared<const MysqlTable>(std::move(table));
}

DdlStatements::Passed DdlStatements::Statement() {
  // MariaDB: SET STATEMENT variable = value, … FOR statement.
  while (cursor_.Accept({"SET", "STATEMENT"})) {
    while (!cursor_.AtEnd() && !cursor_.Accept("FOR")) cursor_.Take();
    cursor_.BeginHere();
  }
  if (IsIgnored(cursor_)) return Passed::kIgnored;
  if (cursor_.Accept("CREATE")) return Create();
  if (cursor_.Accept("ALTER")) return Alter();
  if (cursor_.Accept("DROP")) return Drop();
  if (cursor_.Accept("TRUNCATE")) return Truncate();
  if (cursor_.Accept("SET")) return Set();
  if (cursor_.Accept("USE")) return Use();
  if (cursor_.Is("RENAME") && cursor_.IsAnyOf({"TABLE", "TABLES"}, 1)) return RenameTables();
  return Passed::kKept;
}

DdlStatements::Passed DdlStatements::Create() {
  const bool or_replace = cursor_.Accept({"OR", "REPLACE"});
  if (cursor_.Accept("TEMPORARY")) return Passed::kIgnored;
  if (cursor_.Accept("TABLE")) return CreateTable();
  if (cursor_.AcceptAnyOf({"DATABASE", "SCHEMA"})) return CreateDatabase(or_replace);
  cursor_.AcceptAnyOf({"ONLINE", "OFFLINE"});
  const bool unique = cursor_.Is("UNIQUE");
  const size_t kind = cursor_.IsAnyOf({"UNIQUE", "FULLTEXT", "SPATIAL", "VECTOR"}) ? 1 : 0;
  if (cursor_.Is("INDEX", kind)) {
    for (size_t i = 0; i <= kind; ++i) cursor_.Take();
    return CreateIndex(unique, or_replace);
  }
  return CreateOrDropOther();
}

DdlStatements::Passed DdlStatements::Alter() {
  cursor_.AcceptAnyOf({"ONLINE", "OFFLINE"});
  cursor_.Accept("IGNORE");
  if (cursor_.Accept("TABLE")) return AlterTable();
  if (cursor_.AcceptAnyOf({"DATABASE", "SCHEMA"})) return AlterDatabase();
  return CreateOrDropOther();
}

DdlStatements::Passed DdlStatements::Drop() {
  if (cursor_.Accept("TEMPORARY")) return Passed::kIgnored;
  if (cursor_.AcceptAnyOf({"TABLE", "TABLES"})) return DropTables();
  if (cursor_.AcceptAnyOf({"DATABASE", "SCHEMA"})) return DropDatabase();
  cursor_.AcceptAnyOf({"ONLINE", "OFFLINE"});
  if (cursor_.Accept("INDEX")) return DropIndex();
  return CreateOrDropOther();
}

// Views, routines, users and the like: what it is stands behind ALGORITHM, DEFINER and so on.
DdlStatements::Passed DdlStatements::CreateOrDropOther() {
  while (!cursor_.AtEnd()) {
    if (cursor_.IsAnyOf({"VIEW", "USER", "ROLE"})) return Passed::kIgnored;
    if (cursor_.IsAnyOf({"FUNCTION", "PROCEDURE", "TRIGGER"})) {
      // Semicolons in its body end no statement.
      cursor_.Abandon();
      return Passed::kIgnored;
    }
    if (cursor_.IsAnyOf({"EVENT", "PACKAGE"})) {
      cursor_.Abandon();
      return Passed::kKept;
    }
    if (cursor_.IsAnyOf({"SERVER", "SEQUENCE", "TABLESPACE", "LOGFILE", "RESOURCE", "UNDO",
                         "SPATIAL", "INSTANCE"})) {
      return Passed::kKept;
    }
    cursor_.Take();
  }
  return Passed::kKept;
}

DdlStatements::Passed DdlStatements::Set() {
  const size_t scope = cursor_.IsAnyOf({"GLOBAL", "SESSION", "LOCAL"}) ? 1 : 0;
  if (!cursor_.IsAnyOf({"character_set_server", "collation_server"}, scope)) return Passed::kKept;
  SetServerDefaults();
  AddDatabase(context_.database);
  return Passed::kKept;
}

// SET character_set_server=utf8mb4, collation_server=utf8mb4_general_ci: a snapshot's history
// begins with it.
void DdlStatements::SetServerDefaults() {
  std::string charset;
  std::string collation;
  do {
    cursor_.AcceptAnyOf({"GLOBAL", "SESSION", "LOCAL"});
    const DdlToken variable = cursor_.Take();
    cursor_.Accept(':');
    cursor_.Accept('=');
    const DdlToken value = cursor_.Take();
    const std::string text = value.kind == DdlTokenKind::kString
                                 ? DecodeString(value.text, context_.mode)
                                 : DecodeName(value.text);
    if (variable.Is("character_set_server")) charset = text;
    if (variable.Is("collation_server")) collation = text;
    cursor_.SkipToComma();
  } while (cursor_.Accept(','));
  schema_.server = ResolveCharset(charset, collation, schema_.server);
}

DdlStatements::Passed DdlStatements::Truncate() {
  cursor_.Accept("TABLE");
  const auto id = TableName();
  if (!id || !Follows(*id)) return Passed::kIgnored;
  Add(SchemaChange::Kind::kTruncate, *id, cursor_.StatementText());
  return Passed::kIgnored;
}

std::string DdlStatements::Folded(std::string_view name) const {
  return options_.fold_names ? FoldName(name) : std::string(name);
}

MysqlCharset DdlStatements::ServerDefaults() const {
  return context_.server.charset.empty() ? schema_.server : context_.server;
}

MysqlCharset DdlStatements::DefaultsOf(const std::string& database) const {
  const auto known = schema_.databases.find(database);
  if (known != schema_.databases.end() && !known->second.charset.empty()) return known->second;
  if (database == Folded(context_.database) && !context_.of_database.charset.empty()) {
    return context_.of_database;
  }
  return ServerDefaults();
}

SchemaChange& DdlStatements::Add(SchemaChange::Kind kind, MysqlTableId id, std::string_view ddl) {
  SchemaChange& change = changes_.emplace_back();
  change.kind = kind;
  change.database = id.first;
  change.id = std::move(id);
  change.ddl = ddl;
  return change;
}

SchemaChange& DdlStatements::AddTable(SchemaChange::Kind kind, MysqlTable table,
                                      std::string_view ddl) {
  SchemaChange& change = Add(kind, {table.database, table.name}, ddl);
  change.table = std::make_shared<const MysqlTable>(std::move(table));
  schema_.Put(change.table);
  return change;
}

SchemaChange& DdlStatements::Reread(SchemaChange::Kind meant, const MysqlTableId& id,
                                    std::string_view ddl, std::string_view why) {
  schema_.Erase(id);
  SchemaChange& change = Add(SchemaChange::Kind::kReread, id, ddl);
  change.meant = meant;
  // Its beginning, cut between characters.
  size_t shown = std::min<size_t>(ddl.size(), 200);
  while (shown > 0 && shown < ddl.size() && (ddl[shown] & 0xC0) == 0x80) --shown;
  change.warning = fmt::format(
      "table {}.{} cannot be followed through \"{}{}\" ({}); it is read from the server", id.first,
      id.second, ddl.substr(0, shown), shown < ddl.size() ? "…" : "", why);
  return change;
}

}  // namespace tidewire::source
