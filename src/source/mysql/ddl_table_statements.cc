#include "client/mysql_connection.h"
#include "source/mysql/ddl_alter.h"
#include "source/mysql/ddl_apply.h"
#include "source/mysql/ddl_keys.h"
#include "source/mysql/ddl_statements.h"

namespace tidewire::source {

DdlStatements::Passed DdlStatements::CreateTable() {
  const bool only_if_absent = cursor_.Accept({"IF", "NOT", "EXISTS"});
  const auto id = TableName();
  if (!id || !Follows(*id)) return Passed::kIgnored;
  // The binlog has the statement even where it did nothing.
  if (only_if_absent && schema_.Find(*id)) return Passed::kKept;
  DdlCreate create = ParseCreateBody(cursor_, database_, options_.fold_names);
  const std::string_view text = cursor_.StatementText();
  switch (create.form) {
    case DdlCreateForm::kLike:
      CreateLike(*id, create.model, text);
      break;
    case DdlCreateForm::kSelect:
      Reread(SchemaChange::Kind::kCreate, *id, text, "its columns come from a query");
      break;
    case DdlCreateForm::kUnknown:
      Reread(SchemaChange::Kind::kCreate, *id, text, "its columns cannot be made out");
      break;
    case DdlCreateForm::kColumns: {
      auto table = MakeTable(*id, std::move(create.spec), DefaultsOf(id->first), context_.mode);
      if (table) {
        AddTable(SchemaChange::Kind::kCreate, std::move(*table), text);
      } else {
        Reread(SchemaChange::Kind::kCreate, *id, text, table.error());
      }
      break;
    }
  }
  return Passed::kKept;
}

void DdlStatements::CreateLike(const MysqlTableId& id, const MysqlTableId& model,
                               std::string_view text) {
  const MysqlTablePtr known = schema_.Find(model);
  if (!known) {
    Reread(SchemaChange::Kind::kCreate, id, text, "the table it is like is not known");
    return;
  }
  MysqlTable table = *known;
  table.database = id.first;
  table.name = id.second;
  AddTable(SchemaChange::Kind::kCreate, std::move(table), text);
}

DdlStatements::Passed DdlStatements::AlterTable() {
  cursor_.Accept({"IF", "EXISTS"});
  const auto id = TableName();
  if (!id) return Passed::kIgnored;
  DdlTableSpec spec = ParseAlterBody(cursor_, database_, options_.fold_names);
  const MysqlTableId target = spec.rename_to.value_or(*id);
  if (!Follows(*id) && !Follows(target)) return Passed::kIgnored;
  const std::string_view text = cursor_.StatementText();
  const MysqlTablePtr known = schema_.Find(*id);
  if (target != *id) schema_.Erase(*id);
  if (!Follows(target)) {
    Add(SchemaChange::Kind::kDrop, *id, text);
    return Passed::kKept;
  }
  const auto follow = [&]() -> Result<MysqlTable> {
    if (!known) return Failure("its columns so far are not known");
    if (!spec.unknown.empty()) return Failure("unknown clause at " + spec.unknown);
    return ApplySpec(*known, std::move(spec), DefaultsOf(id->first), context_.mode);
  };
  const auto made_of_partition = spec.made_of_partition;
  const auto made_partition = spec.made_partition;
  Result<MysqlTable> table = follow();
  if (table) {
    table->database = target.first;
    table->name = target.second;
  }
  SchemaChange& change = table ? AddTable(SchemaChange::Kind::kAlter, std::move(*table), text)
                               : Reread(SchemaChange::Kind::kAlter, target, text, table.error());
  if (target != *id) change.former = *id;
  // MariaDB: a partition became a table of its own, or the other way round.
  if (made_of_partition && Follows(*made_of_partition))
    CreateLike(*made_of_partition, target, text);
  if (made_partition && Follows(*made_partition)) {
    schema_.Erase(*made_partition);
    Add(SchemaChange::Kind::kDrop, *made_partition, text);
  }
  return Passed::kKept;
}

DdlStatements::Passed DdlStatements::DropTables() {
  cursor_.Accept({"IF", "EXISTS"});
  const char* first = cursor_.position();
  const std::string prefix(cursor_.statement_begin(), first);
  std::vector<MysqlTableId> ids;
  do {
    auto id = TableName();
    if (!id) break;
    ids.push_back(std::move(*id));
  } while (cursor_.Accept(','));
  std::string suffix;
  if (cursor_.IsAnyOf({"RESTRICT", "CASCADE"})) suffix = fmt::format(" {}", cursor_.Take().text);
  for (MysqlTableId& id : ids) {
    if (!Follows(id)) continue;
    schema_.Erase(id);
    const std::string text = prefix + client::MysqlQuote(id.first, id.second) + suffix;
    Add(SchemaChange::Kind::kDrop, std::move(id), text);
  }
  return Passed::kIgnored;
}

DdlStatements::Passed DdlStatements::RenameTables() {
  cursor_.Take();
  cursor_.Take();
  cursor_.Accept({"IF", "EXISTS"});
  const char* first = cursor_.position();
  const std::string prefix(cursor_.statement_begin(), first);
  do {
    const char* begin = cursor_.position();
    const auto from = TableName();
    if (cursor_.Accept("WAIT")) cursor_.Take();
    cursor_.Accept("NOWAIT");
    if (!from || !cursor_.Accept("TO")) break;
    const auto to = TableName();
    if (!to) break;
    const std::string text = prefix + std::string(cursor_.TextFrom(begin));
    RenameTable(*from, *to, text);
  } while (cursor_.Accept(','));
  return Passed::kIgnored;
}

void DdlStatements::RenameTable(const MysqlTableId& from, const MysqlTableId& to,
                                std::string_view text) {
  const MysqlTablePtr known = schema_.Find(from);
  schema_.Erase(from);
  if (!Follows(to)) {
    if (Follows(from)) Add(SchemaChange::Kind::kDrop, from, text);
    return;
  }
  if (!known) {
    Reread(SchemaChange::Kind::kRename, to, text, "its columns so far are not known").former = from;
    return;
  }
  MysqlTable table = *known;
  table.database = to.first;
  table.name = to.second;
  AddTable(SchemaChange::Kind::kRename, std::move(table), text).former = from;
}

DdlStatements::Passed DdlStatements::CreateIndex(bool unique, bool or_replace) {
  DdlKeySpec key;
  key.kind = unique ? DdlKeySpec::Kind::kUnique : DdlKeySpec::Kind::kPlain;
  key.index.unique = unique;
  key.tolerant = cursor_.Accept({"IF", "NOT", "EXISTS"});
  auto name = cursor_.Name();
  while (!cursor_.AtEnd() && !cursor_.Accept("ON")) cursor_.Take();
  const auto id = TableName();
  if (!name || !id || !Follows(*id)) return Passed::kIgnored;
  key.index.name = std::move(*name);
  ParseKeyParts(cursor_, key);
  const MysqlTablePtr known = schema_.Find(*id);
  if (!known) return Passed::kKept;
  DdlTableSpec spec;
  if (or_replace) spec.dropped_keys.push_back({key.index.name, true});
  spec.keys.push_back(std::move(key));
  return ChangeIndexes(*known, std::move(spec));
}

DdlStatements::Passed DdlStatements::DropIndex() {
  cursor_.Accept({"IF", "EXISTS"});
  auto name = cursor_.Name();
  if (!name || !cursor_.Accept("ON")) return Passed::kIgnored;
  const auto id = TableName();
  if (!id || !Follows(*id)) return Passed::kIgnored;
  const MysqlTablePtr known = schema_.Find(*id);
  if (!known) return Passed::kKept;
  DdlTableSpec spec;
  spec.dropped_keys.push_back({std::move(*name), true});
  return ChangeIndexes(*known, std::move(spec));
}

// An index matters to events only where it changes their key.
DdlStatements::Passed DdlStatements::ChangeIndexes(const MysqlTable& table, DdlTableSpec spec) {
  const MysqlTableId id{table.database, table.name};
  const std::string_view text = cursor_.StatementText();
  Result<MysqlTable> changed = ApplySpec(table, std::move(spec), {}, context_.mode);
  if (!changed) {
    Reread(SchemaChange::Kind::kAlter, id, text, changed.error());
  } else if (changed->EventKey() != table.EventKey()) {
    AddTable(SchemaChange::Kind::kAlter, std::move(*changed), text);
  } else {
    schema_.Put(std::make_shared<const MysqlTable>(std::move(*changed)));
  }
  return Passed::kKept;
}

}  // namespace tidewire::source
