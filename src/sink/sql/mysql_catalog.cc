#include "sink/sql/mysql_catalog.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>

#include "sink/sql/mysql_sql.h"

namespace tidewire::sink {
namespace {

std::string Quoted(std::string_view text) {
  std::string out;
  AppendMysqlQuoted(text, out);
  return out;
}

std::string Joined(std::string_view database, std::string_view table) {
  std::string out(database);
  out += '\0';
  return out.append(table);
}

uint64_t IdOf(std::string_view joined) { return XXH3_64bits(joined.data(), joined.size()); }

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// "NULL" and "NOT NULL" stand in front of DEFAULT; TIMESTAMP columns without either would get an
// ON UPDATE of their own from older servers.
std::string DefinitionOf(const WantedColumn& column, const std::string& type, bool not_null,
                         const MysqlFacts& facts) {
  const bool binlog = column.source_kind == "mysql" || column.source_kind == "mariadb";
  const MysqlType parsed = ParseMysqlType(type);
  std::string out = type;
  if (parsed.IsText() || !parsed.members.empty())
    out += fmt::format(" CHARACTER SET utf8mb4 COLLATE {}", facts.exact_collation());
  if (!column.generation.empty() && binlog)
    return out + fmt::format(" GENERATED ALWAYS AS ({}) STORED", column.generation);
  out += not_null ? " NOT NULL" : " NULL";
  std::string value = MysqlDefault(column, type, facts);
  if (value.empty() && not_null && parsed.base == "timestamp") {
    value = parsed.length > 0 ? fmt::format("CURRENT_TIMESTAMP({})", parsed.length)
                              : "CURRENT_TIMESTAMP";
  }
  if (!value.empty()) out += " DEFAULT " + value;
  return out;
}

std::string KeyNames(const std::vector<WantedColumn>& columns) {
  std::string out;
  for (const WantedColumn& column : columns) {
    if (column.key) out += (out.empty() ? "" : ", ") + MysqlName(column.name);
  }
  return out;
}

// Where the next word outside of quotes begins that is `word`, or npos.
size_t FindWord(std::string_view text, std::string_view word) {
  char quote = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '`' || c == '"') {
      quote = c;
    } else if (text.substr(at).starts_with(word)) {
      return at;
    }
  }
  return std::string_view::npos;
}

}  // namespace

const MysqlCatalog::ForeignKeys& MysqlCatalog::ForeignKeysOf(const std::string& database) {
  const auto it = foreign_keys_.find(database);
  if (it != foreign_keys_.end()) return it->second;
  ForeignKeys& out = foreign_keys_[database];
  auto rows = pipeline_.Query(
      fmt::format(
          "SELECT TABLE_NAME, UNIQUE_CONSTRAINT_SCHEMA, REFERENCED_TABLE_NAME, UPDATE_RULE, "
          "DELETE_RULE FROM information_schema.REFERENTIAL_CONSTRAINTS "
          "WHERE CONSTRAINT_SCHEMA = {}",
          Quoted(database)),
      "look at the foreign keys");
  const auto passive = [](std::string_view rule) {
    return rule == "RESTRICT" || rule == "NO ACTION";
  };
  while (const client::MysqlRow row = rows.Next()) {
    const std::string parent = Joined(row[1], row[2]);
    if (parent != Joined(database, row[0])) out.parents[row.text(0)].insert(parent);
    out.referenced.insert(parent);
    if (!passive(row[3]) || !passive(row[4])) out.cascading.insert(parent);
  }
  return out;
}

void MysqlCatalog::ReadColumns(TargetTable& table) {
  auto rows = pipeline_.Query(
      fmt::format("SELECT COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT, EXTRA, "
                  "CHARACTER_SET_NAME, COLLATION_NAME FROM information_schema.COLUMNS WHERE "
                  "TABLE_SCHEMA = {} AND TABLE_NAME = {} ORDER BY ORDINAL_POSITION",
                  Quoted(table.name.schema), Quoted(table.name.name)),
      "look at the columns");
  while (const client::MysqlRow row = rows.Next()) {
    TargetColumn column;
    column.name = row.text(0);
    column.type_name = row.text(1);
    column.type = row.text(2);
    column.is_enum = column.type_name == "enum";
    column.not_null = row[3] == "NO";
    column.generated =
        Contains(row[5], "VIRTUAL GENERATED") || Contains(row[5], "STORED GENERATED");
    column.has_default = (!row.is_null(4) || Contains(row[5], "auto_increment") ||
                          Contains(row[5], "DEFAULT_GENERATED")) &&
                         !column.generated;
    column.charset = row.text(6);
    column.collation = row.text(7);
    table.columns.push_back(std::move(column));
  }
}

void MysqlCatalog::ReadIndexes(TargetTable& table) {
  constexpr uint32_t kNone = UINT32_MAX;
  auto rows = pipeline_.Query(fmt::format("SELECT INDEX_NAME, COLUMN_NAME, SUB_PART, NON_UNIQUE "
                                          "FROM information_schema.STATISTICS WHERE "
                                          "TABLE_SCHEMA = {} AND TABLE_NAME = {} "
                                          "ORDER BY INDEX_NAME, SEQ_IN_INDEX",
                                          Quoted(table.name.schema), Quoted(table.name.name)),
                              "look at the indexes");
  struct Index {
    std::vector<uint32_t> columns;
    bool whole = true;  // No expression, no prefix.
  };
  std::map<std::string, Index> indexes;
  while (const client::MysqlRow row = rows.Next()) {
    const uint32_t column = table.Find(row[1]).value_or(kNone);  // NULL for an expression.
    if (column != kNone) table.columns[column].indexed = true;
    if (row[3] != "0") continue;
    Index& index = indexes[row.text(0)];
    if (column == kNone || !row.is_null(2)) {
      index.whole = false;
    } else {
      index.columns.push_back(column);
    }
  }
  for (auto& [name, index] : indexes) {
    ++table.unique_indexes;
    if (!index.whole) continue;
    if (name == "PRIMARY") {
      table.primary_key = index.columns;
      table.primary_key_name = name;
    }
    table.unique_keys.push_back(std::move(index.columns));
  }
}

TargetTablePtr MysqlCatalog::Describe(const TableName& name) {
  auto table = std::make_shared<TargetTable>();
  const std::string& schema = name.schema.empty() ? database_ : name.schema;
  auto rows = pipeline_.Query(
      fmt::format("SELECT t.TABLE_SCHEMA, t.TABLE_NAME, t.ENGINE, e.TRANSACTIONS, t.CREATE_OPTIONS "
                  "FROM information_schema.TABLES t LEFT JOIN information_schema.ENGINES e ON "
                  "e.ENGINE = t.ENGINE WHERE t.TABLE_SCHEMA = {} AND t.TABLE_NAME = {}",
                  Quoted(schema), Quoted(name.name)),
      "look at the table");
  const client::MysqlRow head = rows.Next();
  if (!head) return nullptr;
  table->name = {head.text(0), head.text(1)};
  if (!head.is_null(2) && head[3] != "YES") {
    throw DataError(fmt::format(
        "table \"{}\".\"{}\" uses the engine {}, which knows no transactions, so rows and position "
        "could not be committed together; ALTER TABLE {} ENGINE = InnoDB",
        schema, name.name, head[2], MysqlName(table->name)));
  }
  table->partitioned = Contains(head[4], "partitioned");
  table->folds_columns = true;
  const std::string joined = Joined(table->name.schema, table->name.name);
  table->id = IdOf(joined);
  ReadColumns(*table);
  ReadIndexes(*table);
  const ForeignKeys& keys = ForeignKeysOf(table->name.schema);
  table->referenced = keys.referenced.contains(joined);
  table->cascades = keys.cascading.contains(joined);
  if (const auto parents = keys.parents.find(table->name.name); parents != keys.parents.end()) {
    for (const std::string& parent : parents->second) table->parents.push_back(IdOf(parent));
  }
  return table;
}

bool MysqlCatalog::HasDatabase(const std::string& name) {
  auto rows = pipeline_.Query(
      "SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = " + Quoted(name),
      "look for the database");
  return static_cast<bool>(rows.Next());
}

std::vector<std::string> MysqlCatalog::EvolutionOf(const TargetTable& table,
                                                   const std::vector<WantedColumn>& columns) {
  const std::vector<std::string> types = MysqlTypesFor(columns, facts_);
  std::string changes;
  const auto add = [&](const std::string& change) {
    changes += (changes.empty() ? "" : ", ") + change;
  };
  std::map<std::string, std::string> definitions;
  const auto modify = [&](const TargetColumn& column, std::string_view type, bool drop_not_null) {
    if (definitions.empty()) {
      auto rows = pipeline_.Query("SHOW CREATE TABLE " + MysqlName(table.name),
                                  "look at the table's definition");
      const client::MysqlRow row = rows.Next();
      if (row) definitions = ColumnDefinitions(row[1]);
    }
    const auto found = definitions.find(column.name);
    if (found == definitions.end()) return;
    add(fmt::format("MODIFY COLUMN {} {}", MysqlName(column.name),
                    ChangedDefinition(found->second, column.type, type, drop_not_null)));
  };
  const auto in_key = [&](uint32_t c) {
    return std::find(table.primary_key.begin(), table.primary_key.end(), c) !=
           table.primary_key.end();
  };
  std::vector<uint32_t> key;
  std::vector<bool> wanted(table.columns.size(), false);
  for (size_t i = 0; i < columns.size(); ++i) {
    const WantedColumn& column = columns[i];
    const auto at = table.Find(column.name);
    if (!at) {
      // Rows that are there already get the default, as the source's did.
      const bool has_default = !MysqlDefault(column, types[i], facts_).empty();
      add(fmt::format("ADD COLUMN {}{} {}", facts_.mariadb ? "IF NOT EXISTS " : "",
                      MysqlName(column.name),
                      DefinitionOf(column, types[i], !column.nullable && has_default, facts_)));
      continue;
    }
    wanted[*at] = true;
    if (column.key) key.push_back(*at);
    const TargetColumn& target = table.columns[*at];
    if (target.generated) continue;
    // A large object has no place in an index.
    const bool widens = IsMysqlWidening(target.type, types[i]) &&
                        !(target.indexed && ParseMysqlType(types[i]).IsLarge());
    const bool frees = target.not_null && column.nullable && !in_key(*at);
    if (widens || frees) modify(target, widens ? types[i] : "", frees);
  }
  for (uint32_t c = 0; c < table.columns.size(); ++c) {
    const TargetColumn& target = table.columns[c];
    if (wanted[c] || !target.not_null || target.has_default || target.generated || in_key(c))
      continue;
    // The source has dropped or renamed it: its rows come without.
    modify(target, "", true);
  }
  // A key that grew at the source no longer makes the old one unique.
  const bool grew =
      !table.primary_key.empty() && key.size() > table.primary_key.size() &&
      std::all_of(table.primary_key.begin(), table.primary_key.end(),
                  [&](uint32_t c) { return std::find(key.begin(), key.end(), c) != key.end(); });
  if (grew && !table.referenced)
    add("DROP PRIMARY KEY, ADD PRIMARY KEY (" + KeyNames(columns) + ")");
  if (changes.empty()) return {};
  return {"ALTER TABLE " + MysqlName(table.name) + ' ' + changes};
}

std::string MysqlCreateTable(const TableName& name, const std::vector<WantedColumn>& columns,
                             const MysqlFacts& facts) {
  const std::vector<std::string> types = MysqlTypesFor(columns, facts);
  std::string body;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) body += ", ";
    body += MysqlName(columns[i].name) + ' ' +
            DefinitionOf(columns[i], types[i], !columns[i].nullable, facts);
  }
  if (const std::string key = KeyNames(columns); !key.empty())
    body += ", PRIMARY KEY (" + key + ")";
  return fmt::format(
      "CREATE TABLE IF NOT EXISTS {} ({}) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE {}",
      MysqlName(name), body, facts.exact_collation());
}

std::string ChangedDefinition(std::string_view definition, std::string_view old_type,
                              std::string_view type, bool drop_not_null) {
  std::string out(definition);
  if (!type.empty() && definition.starts_with(old_type)) {
    out = type;
    out += definition.substr(old_type.size());
    // Large objects of MySQL take expressions as defaults only.
    constexpr std::string_view kDefault = "DEFAULT '";
    const size_t at = ParseMysqlType(type).IsLarge() ? FindWord(out, kDefault) : std::string::npos;
    if (at != std::string::npos) {
      size_t end = at + kDefault.size();
      for (; end < out.size(); ++end) {
        if (out[end] != '\'') continue;
        if (end + 1 >= out.size() || out[end + 1] != '\'') break;
        ++end;
      }
      out.insert(std::min(end + 1, out.size()), ")");
      out.insert(at + kDefault.size() - 1, "(");
    }
  }
  if (drop_not_null) {
    constexpr std::string_view kNotNull = "NOT NULL";
    const size_t at = FindWord(out, kNotNull);
    if (at != std::string::npos) out.replace(at, kNotNull.size(), "NULL");
  }
  return out;
}

std::map<std::string, std::string> ColumnDefinitions(std::string_view create_table) {
  std::map<std::string, std::string> out;
  while (!create_table.empty()) {
    const size_t end = create_table.find('\n');
    std::string_view line = create_table.substr(0, end);
    create_table.remove_prefix(end == std::string_view::npos ? create_table.size() : end + 1);
    constexpr std::string_view kBegin = "  `";
    if (!line.starts_with(kBegin)) continue;
    line.remove_prefix(kBegin.size());
    std::string name;
    while (!line.empty()) {
      if (line.front() == '`') {
        line.remove_prefix(1);
        if (!line.starts_with('`')) break;
      }
      name += line.front();
      line.remove_prefix(1);
    }
    if (line.ends_with(',')) line.remove_suffix(1);
    if (line.starts_with(' ')) line.remove_prefix(1);
    out[name] = line;
  }
  return out;
}

}  // namespace tidewire::sink
