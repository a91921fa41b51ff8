// Statements and schema histories, made up: the DDL parser ends with changes, never otherwise, and
// what it follows can be written to a history and read back.
#include "fuzz/one_of.h"
#include "source/mysql/ddl_lexer.h"
#include "source/mysql/ddl_parser.h"
#include "source/mysql/schema_history.h"

namespace {

using namespace tidewire;
using namespace tidewire::source;

void Require(bool holds) {
  if (!holds) __builtin_trap();
}

// The first byte is the session's modes.
DdlMode ModeOf(char flags) {
  DdlMode mode;
  mode.mariadb = (flags & 1) != 0;
  mode.ansi_quotes = (flags & 2) != 0;
  mode.no_backslash_escapes = (flags & 4) != 0;
  mode.real_as_float = (flags & 8) != 0;
  mode.explicit_timestamp_defaults = (flags & 16) == 0;
  if ((flags & 32) != 0) mode.version = mode.mariadb ? 101119 : 80403;
  return mode;
}

// Every token lies within the text, behind the one before.
void FuzzLexer(std::string_view bytes) {
  if (bytes.empty()) return;
  const DdlMode mode = ModeOf(bytes[0]);
  const std::string text(bytes.substr(1));
  DdlLexer lexer(text, mode);
  const char* last = text.data();
  for (DdlToken token = lexer.Next(); token.kind != DdlTokenKind::kEnd; token = lexer.Next()) {
    Require(!token.text.empty() && token.text.data() >= last);
    last = token.text.data() + token.text.size();
    Require(last <= text.data() + text.size());
    DecodeString(token.text, mode);
    DecodeName(token.text);
    if (token.kind == DdlTokenKind::kHex) DecodeHex(token.text);
  }
}

// A table's form comes back as it was, once what has no form (a default of bytes, for example) is
// gone.
void CheckForm(const MysqlTable& table, const DdlMode& mode) {
  const MysqlTableId id{table.database, table.name};
  const TableForm form = FormOfTable(TableOfForm(id, FormOfTable(table, true), mode), true);
  Require(form.columns.size() == table.columns.size());
  for (size_t i = 0; i < form.columns.size(); ++i) {
    Require(form.columns[i].name == table.columns[i].name);
  }
  for (const std::string& column : table.primary_key) Require(table.Find(column).has_value());
}

// Statements with blank lines between, against a schema that has a table.
void FuzzParser(std::string_view bytes) {
  if (bytes.empty()) return;
  DdlContext context;
  context.database = "d";
  context.server = {"latin1", ""};
  context.mode = ModeOf(bytes[0]);
  DdlParser::Options options;
  options.fold_names = (bytes[0] & 64) != 0;
  const DdlParser parser(options);
  MysqlSchema schema;
  parser.Apply(
      schema, context,
      "CREATE TABLE t (a INT PRIMARY KEY, b VARCHAR(9) DEFAULT 'x', c TEXT, d INT NOT NULL "
      "UNIQUE, KEY k (b, d))");
  std::string_view rest = bytes.substr(1);
  while (!rest.empty()) {
    const size_t end = std::min(rest.find("\n\n"), rest.size());
    const std::string sql(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 2, rest.size()));
    for (const SchemaChange& change : parser.Apply(schema, context, sql)) {
      Require((change.kind == SchemaChange::Kind::kReread) == !change.warning.empty());
      if (change.table) CheckForm(*change.table, context.mode);
      HistoryRecord record;
      record.changes = TableChangesOf(change, true);
      WriteHistoryRecord(record);
    }
    parser.ReadTable(schema, context, {"d", "t"}, sql);
  }
}

void FuzzHistory(std::string_view bytes) {
  const auto record = ReadHistoryRecord(bytes);
  if (!record) return;
  // What was read is what is written again.
  const auto again = ReadHistoryRecord(WriteHistoryRecord(*record));
  if (again) Require(*again == *record);
  MysqlSchema schema;
  RecoverFrom(*record, DdlParser({}), {}, schema);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return fuzz::OneOf(data, size, {FuzzLexer, FuzzParser, FuzzHistory});
}
