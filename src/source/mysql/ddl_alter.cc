#include "source/mysql/ddl_alter.h"

#include "source/mysql/ddl_columns.h"
#include "source/mysql/ddl_keys.h"

namespace tidewire::source {
namespace {

// Clauses that leave columns and keys as they are, besides those of the form WORD = value.
bool IsHarmless(DdlCursor& cursor) {
  constexpr std::string_view kWords[] = {"ALGORITHM",
                                         "LOCK",
                                         "FORCE",
                                         "WAIT",
                                         "NOWAIT",
                                         "ENABLE",
                                         "DISABLE",
                                         "DISCARD",
                                         "IMPORT",
                                         "WITH",
                                         "WITHOUT",
                                         "ENGINE",
                                         "TYPE",
                                         "STORAGE",
                                         "AUTO_INCREMENT",
                                         "ROW_FORMAT",
                                         "KEY_BLOCK_SIZE",
                                         "MAX_ROWS",
                                         "MIN_ROWS",
                                         "AVG_ROW_LENGTH",
                                         "CHECKSUM",
                                         "PACK_KEYS",
                                         "DELAY_KEY_WRITE",
                                         "STATS_PERSISTENT",
                                         "UNION",
                                         "DATA",
                                         "INDEX",
                                         "INSERT_METHOD",
                                         "CONNECTION",
                                         "TABLESPACE",
                                         "COMPRESSION",
                                         "STATS_AUTO_RECALC",
                                         "ENCRYPTION",
                                         "TRANSACTIONAL",
                                         "SECONDARY_LOAD",
                                         "STATS_SAMPLE_PAGES",
                                         "SECONDARY_UNLOAD",
                                         "AUTOEXTEND_SIZE"};
  const DdlToken first = cursor.Peek();
  return cursor.Is('=', 1) || std::any_of(std::begin(kWords), std::end(kWords),
                                          [&](std::string_view word) { return first.Is(word); });
}

bool IsPartitionClause(DdlCursor& cursor) {
  if (cursor.IsAnyOf({"PARTITION", "COALESCE", "REORGANIZE", "EXCHANGE", "REBUILD", "REMOVE"})) {
    return true;
  }
  return cursor.IsAnyOf({"ADD", "DROP", "ANALYZE", "CHECK", "OPTIMIZE", "REPAIR", "TRUNCATE",
                         "DISCARD", "IMPORT"}) &&
         cursor.Is("PARTITION", 1);
}

class AlterParser {
 public:
  AlterParser(DdlCursor& cursor, const std::string& database, bool fold_names)
      : cursor_(cursor), database_(database), fold_names_(fold_names) {}

  DdlTableSpec Run() {
    // MariaDB: how long to wait for the table.
    if (cursor_.Accept("WAIT")) cursor_.Take();
    cursor_.Accept("NOWAIT");
    while (!cursor_.AtEnd()) {
      if (!Clause() && spec_.unknown.empty()) {
        spec_.unknown = cursor_.AtEnd() ? "its end" : cursor_.Peek().text;
      }
      cursor_.SkipToComma();
      if (!cursor_.Accept(',')) cursor_.Take();
    }
    return std::move(spec_);
  }

 private:
  bool Clause() {
    if (IsPartitionClause(cursor_)) return cursor_.SkipToEnd(), true;
    if (cursor_.Accept("ADD")) return Add();
    if (cursor_.Accept("DROP")) return Drop();
    if (cursor_.Accept("MODIFY")) return Modify();
    if (cursor_.Accept("CHANGE")) return Change();
    if (cursor_.Accept("ALTER")) return AlterColumn();
    if (cursor_.Accept("RENAME")) return Rename();
    if (cursor_.Accept("CONVERT")) return Convert();
    if (cursor_.Accept({"ORDER", "BY"})) return OrderBy();
    return Options();
  }

  bool Add() {
    if (cursor_.Accept({"SYSTEM", "VERSIONING"})) {
      spec_.system_versioned = true;
      return true;
    }
    if (!cursor_.Accept("COLUMN") && ParseKeyOrConstraint(cursor_, spec_)) return true;
    DdlColumnSpec column;
    column.tolerant = cursor_.Accept({"IF", "NOT", "EXISTS"});
    if (cursor_.Is('(')) return AddList(column.tolerant);
    return Definition(std::move(column));
  }

  bool AddList(bool tolerant) {
    const size_t before = spec_.columns.size();
    if (!ParseTableElements(cursor_, spec_)) return false;
    for (size_t i = before; i < spec_.columns.size(); ++i) spec_.columns[i].tolerant = tolerant;
    return true;
  }

  // name type clauses [FIRST | AFTER name]
  bool Definition(DdlColumnSpec column) {
    auto name = cursor_.Name();
    if (!name) return false;
    column.column.name = std::move(*name);
    if (!ParseColumnDefinition(cursor_, column, spec_.keys)) return false;
    if (cursor_.Accept("FIRST")) {
      column.place = DdlColumnSpec::Place::kFirst;
    } else if (cursor_.Accept("AFTER")) {
      auto after = cursor_.Name();
      if (!after) return false;
      column.place = DdlColumnSpec::Place::kAfter;
      column.after = std::move(*after);
    }
    spec_.columns.push_back(std::move(column));
    return true;
  }

  bool Modify() {
    DdlColumnSpec column;
    cursor_.Accept("COLUMN");
    column.tolerant = cursor_.Accept({"IF", "EXISTS"});
    if (cursor_.Peek().kind == DdlTokenKind::kEnd) return false;
    column.former = DecodeName(cursor_.Peek().text);
    return Definition(std::move(column));
  }

  bool Change() {
    DdlColumnSpec column;
    cursor_.Accept("COLUMN");
    column.tolerant = cursor_.Accept({"IF", "EXISTS"});
    auto former = cursor_.Name();
    if (!former) return false;
    column.former = std::move(*former);
    return Definition(std::move(column));
  }

  bool Drop() {
    if (cursor_.Accept({"PRIMARY", "KEY"})) return spec_.drop_primary = true;
    if (cursor_.Accept({"SYSTEM", "VERSIONING"})) {
      spec_.system_versioned = false;
      return true;
    }
    if (cursor_.Accept({"FOREIGN", "KEY"}) || cursor_.Accept({"PERIOD", "FOR"})) return true;
    if (cursor_.Is("CHECK")) return true;
    if (cursor_.AcceptAnyOf({"INDEX", "KEY"})) return DropNamed(spec_.dropped_keys);
    if (cursor_.Accept("CONSTRAINT")) return DropNamed(spec_.dropped_constraints);
    cursor_.Accept("COLUMN");
    return DropNamed(spec_.dropped_columns);
  }

  bool DropNamed(std::vector<DdlDrop>& drops) {
    DdlDrop drop;
    drop.tolerant = cursor_.Accept({"IF", "EXISTS"});
    auto name = cursor_.Name();
    if (!name) return false;
    drop.name = std::move(*name);
    drops.push_back(std::move(drop));
    return true;
  }

  bool AlterColumn() {
    if (cursor_.IsAnyOf({"INDEX", "KEY", "CHECK", "CONSTRAINT"})) return true;
    DdlColumnChange change;
    cursor_.Accept("COLUMN");
    change.tolerant = cursor_.Accept({"IF", "EXISTS"});
    auto name = cursor_.Name();
    if (!name) return false;
    change.name = std::move(*name);
    if (cursor_.Accept({"SET", "DEFAULT"})) {
      change.kind = DdlColumnChange::Kind::kSetDefault;
      // What a constant means depends on the column, which is looked up later.
      MysqlColumn any;
      ParseDefaultValue(cursor_, any);
      change.value = std::move(any.default_written);
    } else if (cursor_.Accept({"DROP", "DEFAULT"})) {
      change.kind = DdlColumnChange::Kind::kDropDefault;
    } else if (cursor_.Accept({"SET", "VISIBLE"})) {
      change.kind = DdlColumnChange::Kind::kVisible;
    } else if (cursor_.Accept({"SET", "INVISIBLE"})) {
      change.kind = DdlColumnChange::Kind::kInvisible;
    } else {
      return false;
    }
    spec_.changes.push_back(std::move(change));
    return true;
  }

  bool Rename() {
    if (cursor_.Accept("COLUMN")) {
      DdlColumnChange change;
      change.kind = DdlColumnChange::Kind::kRename;
      change.tolerant = cursor_.Accept({"IF", "EXISTS"});
      if (!RenameNames(change.name, change.new_name)) return false;
      spec_.changes.push_back(std::move(change));
      return true;
    }
    if (cursor_.AcceptAnyOf({"INDEX", "KEY"})) {
      cursor_.Accept({"IF", "EXISTS"});
      auto& [from, to] = spec_.renamed_keys.emplace_back();
      return RenameNames(from, to);
    }
    if (!cursor_.AcceptAnyOf({"TO", "AS"})) cursor_.Accept('=');
    spec_.rename_to = cursor_.TableName(database_, fold_names_);
    return spec_.rename_to.has_value();
  }

  // a TO b
  bool RenameNames(std::string& from, std::string& to) {
    auto before = cursor_.Name();
    if (!before || !cursor_.Accept("TO")) return false;
    auto behind = cursor_.Name();
    if (!behind) return false;
    from = std::move(*before);
    to = std::move(*behind);
    return true;
  }

  // TO CHARACTER SET x [COLLATE y]; MariaDB: PARTITION p TO TABLE x, TABLE x TO PARTITION p …
  bool Convert() {
    if (cursor_.Accept("PARTITION")) {
      cursor_.Name();
      if (!cursor_.Accept({"TO", "TABLE"})) return false;
      spec_.made_of_partition = cursor_.TableName(database_, fold_names_);
      return true;
    }
    if (cursor_.Accept("TABLE")) {
      spec_.made_partition = cursor_.TableName(database_, fold_names_);
      return cursor_.SkipToEnd(), true;
    }
    if (!cursor_.Accept("TO")) return false;
    spec_.convert = true;
    while (ParseTableOption(cursor_, spec_)) {
    }
    return !spec_.charset.empty() || !spec_.collation.empty();
  }

  // Its commas separate names of columns, until one is followed by what begins a clause.
  bool OrderBy() {
    do {
      cursor_.Name();
      while (!cursor_.AtEnd() && !cursor_.Is(',')) cursor_.Take();
    } while (cursor_.Is(',') && !IsClauseBehindComma() && cursor_.Accept(','));
    return true;
  }

  bool IsClauseBehindComma() {
    return cursor_.IsAnyOf({"ADD", "DROP", "CHANGE", "ALTER", "RENAME", "CONVERT", "ORDER"}, 1) ||
           cursor_.Is('=', 2);
  }

  // Options of the table follow each other with or without commas.
  bool Options() {
    bool taken = false;
    while (!cursor_.AtEnd() && !cursor_.Is(',')) {
      if (!ParseTableOption(cursor_, spec_)) {
        if (!taken && !IsHarmless(cursor_)) return false;
        if (cursor_.Is('(')) {
          cursor_.SkipParentheses();
        } else {
          cursor_.Take();
        }
      }
      taken = true;
    }
    return true;
  }

  DdlCursor& cursor_;
  const std::string& database_;
  const bool fold_names_;
  DdlTableSpec spec_;
};

}  // namespace

DdlTableSpec ParseAlterBody(DdlCursor& cursor, const std::string& database, bool fold_names) {
  return AlterParser(cursor, database, fold_names).Run();
}

}  // namespace tidewire::source
