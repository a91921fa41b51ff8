// The statements that the DDL parser knows, one by one. Internal to it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "source/mysql/ddl_cursor.h"
#include "source/mysql/ddl_parser.h"
#include "source/mysql/ddl_spec.h"

namespace tidewire::source {

// Runs the statements of one text.
class DdlStatements {
 public:
  DdlStatements(MysqlSchema& schema, const DdlContext& context, const DdlParser::Options& options,
                std::string_view sql)
      : schema_(schema),
        context_(context),
        options_(options),
        sql_(sql),
        lexer_(sql, context.mode),
        cursor_(lexer_),
        database_(Folded(context.database)) {}

  std::vector<SchemaChange> Run();

  // The text's only statement is CREATE TABLE.
  MysqlTablePtr ReadTable(const MysqlTableId& id);

 private:
  // What a statement without changes of its own means: the history keeps it, or nobody does.
  enum class Passed : uint8_t { kKept, kIgnored };
  Passed Statement();
  Passed Create();
  Passed Alter();
  Passed Drop();
  Passed Set();
  Passed CreateOrDropOther();

  Passed CreateTable();
  void CreateLike(const MysqlTableId& id, const MysqlTableId& model, std::string_view text);
  Passed AlterTable();
  Passed DropTables();
  Passed RenameTables();
  void RenameTable(const MysqlTableId& from, const MysqlTableId& to, std::string_view text);
  Passed Truncate();
  Passed CreateIndex(bool unique, bool or_replace);
  Passed DropIndex();
  Passed ChangeIndexes(const MysqlTable& table, DdlTableSpec spec);

  Passed CreateDatabase(bool or_replace);
  Passed AlterDatabase();
  Passed DropDatabase();
  Passed Use();
  void EraseDatabase(const std::string& database, SchemaChange& change);
  void SetServerDefaults();
  // [DEFAULT] CHARACTER SET …, COLLATE …; others are passed over.
  MysqlCharset DatabaseOptions(const MysqlCharset& inherited);

  bool Follows(const MysqlTableId& id) const { return !options_.follows || options_.follows(id); }
  std::string Folded(std::string_view name) const;
  std::optional<MysqlTableId> TableName() {
    return cursor_.TableName(database_, options_.fold_names);
  }
  MysqlCharset DefaultsOf(const std::string& database) const;
  MysqlCharset ServerDefaults() const;

  SchemaChange& Add(SchemaChange::Kind kind, MysqlTableId id, std::string_view ddl);
  SchemaChange& AddTable(SchemaChange::Kind kind, MysqlTable table, std::string_view ddl);
  SchemaChange& Reread(SchemaChange::Kind meant, const MysqlTableId& id, std::string_view ddl,
                       std::string_view why);
  SchemaChange& AddDatabase(std::string database);

  MysqlSchema& schema_;
  const DdlContext& context_;
  const DdlParser::Options& options_;
  const std::string_view sql_;
  DdlLexer lexer_;
  DdlCursor cursor_;
  std::string database_;
  std::vector<SchemaChange> changes_;
};

}  // namespace tidewire::source
