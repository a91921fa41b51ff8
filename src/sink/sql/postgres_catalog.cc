#include "sink/sql/postgres_catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sink/sql/postgres_sql.h"

namespace tidewire::sink {
namespace {

using model::Kind;

std::string Text(const PGresult* result, int row, int column) {
  return PQgetvalue(result, row, column);
}
bool Flag(const PGresult* result, int row, int column) {
  return *PQgetvalue(result, row, column) == 't';
}

// "1 3" (an int2vector of attribute numbers) → indexes of columns; empty when one is unknown.
std::vector<uint32_t> ColumnIndexes(const std::string& vector,
                                    const std::map<int, uint32_t>& by_number) {
  std::vector<uint32_t> out;
  const char* next = vector.data();
  const char* end = next + vector.size();
  while (next < end) {
    int number = 0;
    const auto parsed = std::from_chars(next, end, number);
    if (parsed.ec != std::errc{}) break;
    next = parsed.ptr == end ? end : parsed.ptr + 1;
    const auto it = by_number.find(number);
    if (it == by_number.end()) return {};
    out.push_back(it->second);
  }
  return out;
}

std::string CatalogQuery(const TableName& name) {
  const std::string table = "to_regclass(" + QuoteLiteral(QuoteTable(name)) + ")";
  return fmt::format(
      "SELECT c.oid, n.nspname, c.relname, c.relkind = 'p',"
      " EXISTS (SELECT FROM pg_constraint f WHERE f.confrelid = c.oid AND f.contype = 'f'),"
      " EXISTS (SELECT FROM pg_constraint f WHERE f.confrelid = c.oid AND f.contype = 'f'"
      "  AND (f.confdeltype NOT IN ('a', 'r') OR f.confupdtype NOT IN ('a', 'r'))),"
      " EXISTS (SELECT FROM pg_constraint f WHERE f.conrelid = c.oid AND f.condeferrable)"
      " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = {0};"
      "SELECT a.attnum, a.attname, b.oid, b.typname, format_type(a.atttypid, a.atttypmod), "
      "a.atttypmod, b.typtype = 'e',"
      " a.attnotnull, a.atthasdef, a.attgenerated <> '', a.attidentity = 'a', a.attidentity <> ''"
      " FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
      " JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END"
      " WHERE a.attrelid = {0} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum;"
      "SELECT i.indkey::text, i.indisprimary, k.conname, i.indnkeyatts, i.indimmediate FROM "
      "pg_index i"
      " LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype = 'p'"
      " WHERE i.indrelid = {0} AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND "
      "i.indexprs IS NULL;"
      "SELECT DISTINCT f.confrelid FROM pg_constraint f WHERE f.conrelid = {0} AND f.contype = 'f' "
      "AND f.confrelid <> {0}",
      table);
}

void ReadColumns(const PGresult* result, TargetTable& table, std::map<int, uint32_t>& by_number) {
  for (int row = 0; row < PQntuples(result); ++row) {
    TargetColumn column;
    column.name = Text(result, row, 1);
    column.type_id = static_cast<uint32_t>(std::stoul(Text(result, row, 2)));
    column.type_name = Text(result, row, 3);
    column.type = Text(result, row, 4);
    column.type_modifier = std::stoi(Text(result, row, 5));
    column.is_enum = Flag(result, row, 6);
    column.not_null = Flag(result, row, 7);
    column.generated = Flag(result, row, 9);
    column.identity_always = Flag(result, row, 10);
    column.has_default = (Flag(result, row, 8) && !column.generated) || Flag(result, row, 11);
    by_number[std::stoi(Text(result, row, 0))] = static_cast<uint32_t>(table.columns.size());
    table.columns.push_back(std::move(column));
  }
}

void ReadIndexes(const PGresult* result, TargetTable& table,
                 const std::map<int, uint32_t>& by_number) {
  for (int row = 0; row < PQntuples(result); ++row) {
    std::vector<uint32_t> columns = ColumnIndexes(Text(result, row, 0), by_number);
    // Columns behind the key ones are only included ones.
    const auto keys = static_cast<size_t>(std::stoi(Text(result, row, 3)));
    if (columns.size() < keys) continue;
    columns.resize(keys);
    if (Flag(result, row, 1)) {
      table.primary_key = columns;
      table.primary_key_name = Text(result, row, 2);
    }
    if (Flag(result, row, 4)) table.unique_keys.push_back(std::move(columns));
  }
}

std::string WithModifier(const char* name, int32_t modifier, const char* tail = "") {
  return modifier < 0 ? fmt::format("{}{}", name, tail)
                      : fmt::format("{}({}){}", name, modifier, tail);
}

// "numeric(10,2)" → {"numeric", 10, 2}; "timestamp(3) without time zone" → {"timestamp without time
// zone", 3}.
struct ParsedType {
  std::string base;
  std::vector<int> modifiers;
};
ParsedType ParseType(const std::string& text) {
  ParsedType out;
  const size_t open = text.find('(');
  const size_t close = text.find(')', open == std::string::npos ? 0 : open);
  if (open == std::string::npos || close == std::string::npos) return {text, {}};
  out.base = text.substr(0, open) + text.substr(close + 1);
  const char* next = text.data() + open + 1;
  const char* end = text.data() + close;
  while (next < end) {
    int value = 0;
    const auto parsed = std::from_chars(next, end, value);
    if (parsed.ec != std::errc{}) return {text, {}};
    out.modifiers.push_back(value);
    next = parsed.ptr == end ? end : parsed.ptr + 1;
  }
  return out;
}

int Rank(const std::vector<std::string>& ladder, const std::string& base) {
  const auto it = std::find(ladder.begin(), ladder.end(), base);
  return it == ladder.end() ? -1 : static_cast<int>(it - ladder.begin());
}

// No modifier: no limit.
int Limit(const ParsedType& type, size_t at) {
  return type.modifiers.size() > at ? type.modifiers[at] : INT32_MAX;
}

// MySQL's '0000-00-00', which no calendar has.
bool IsZeroDate(const WantedColumn& column) {
  if (column.source_kind == "postgresql") return false;
  const Kind kind = column.type.kind;
  return (kind == Kind::kDate || kind == Kind::kTimestamp || kind == Kind::kTimestampTz) &&
         (column.default_text->starts_with("0000-") ||
          column.default_text->find("-00") != std::string::npos);
}

std::string DefaultClause(const WantedColumn& column, const std::string& type) {
  // Only the source's own kind of SQL can be taken over.
  if (!column.generation.empty() && column.source_kind == "postgresql")
    return fmt::format(" GENERATED ALWAYS AS ({}) STORED", column.generation);
  if (!column.default_text || IsZeroDate(column)) return "";
  return fmt::format(" DEFAULT {}::{}", QuoteLiteral(*column.default_text), type);
}

}  // namespace

TargetTablePtr DescribePostgresTable(PostgresConnection& connection, const TableName& name) {
  const std::vector<PqResult> results = connection.Execute(CatalogQuery(name));
  if (results.size() < 4 || PQntuples(results[0].get()) == 0) return nullptr;
  auto table = std::make_shared<TargetTable>();
  const PGresult* head = results[0].get();
  table->id = std::stoull(Text(head, 0, 0));
  table->name = {Text(head, 0, 1), Text(head, 0, 2)};
  table->partitioned = Flag(head, 0, 3);
  table->referenced = Flag(head, 0, 4);
  table->cascades = Flag(head, 0, 5);
  table->deferrable = Flag(head, 0, 6);
  std::map<int, uint32_t> by_number;
  ReadColumns(results[1].get(), *table, by_number);
  ReadIndexes(results[2].get(), *table, by_number);
  for (int row = 0; row < PQntuples(results[3].get()); ++row)
    table->parents.push_back(std::stoull(Text(results[3].get(), row, 0)));
  return table;
}

std::string PostgresTypeByKind(const model::ColumnType& type) {
  switch (type.kind) {
    case Kind::kBool:
      return "boolean";
    case Kind::kInt16:
      return "smallint";
    case Kind::kInt32:
    case Kind::kYear:
      return "integer";
    case Kind::kInt64:
      return "bigint";
    case Kind::kUInt64:
      return "numeric(20,0)";
    case Kind::kFloat32:
      return "real";
    case Kind::kFloat64:
      return "double precision";
    case Kind::kDecimal:
    case Kind::kMoney:
      if (type.precision <= 0) return "numeric";
      return fmt::format("numeric({},{})", type.precision, std::max(type.scale, 0));
    case Kind::kChar:
      return WithModifier("character", type.length);
    case Kind::kString:
      return type.length > 0 ? WithModifier("character varying", type.length) : "text";
    case Kind::kBytes:
    case Kind::kGeometry:
      return "bytea";
    case Kind::kVector:
      return "real[]";
    case Kind::kDate:
      return "date";
    case Kind::kTime:
      return WithModifier("time", type.precision, " without time zone");
    case Kind::kTimeTz:
      return WithModifier("time", type.precision, " with time zone");
    case Kind::kTimestamp:
      return WithModifier("timestamp", type.precision, " without time zone");
    case Kind::kTimestampTz:
      return WithModifier("timestamp", type.precision, " with time zone");
    case Kind::kInterval:
      return "interval";
    case Kind::kUuid:
      return "uuid";
    case Kind::kJson:
      return "json";
    case Kind::kXml:
      return "xml";
    case Kind::kBits:
      return WithModifier("bit varying", type.length);
    case Kind::kPoint:
      return "point";
    case Kind::kTsvector:
      return "tsvector";
    case Kind::kArray:
      return type.element ? PostgresTypeByKind(*type.element) + "[]" : "text";
    case Kind::kEnum:
    case Kind::kEnumSet:
    case Kind::kHstore:
    case Kind::kLtree:
    case Kind::kOther:
      return "text";
  }
  return "text";
}

std::string PostgresTypes::TypeFor(const WantedColumn& column) {
  if (column.source_kind == "postgresql" && !column.type.native.empty()) return Native(column.type);
  // Where the extensions are, their types say more.
  if (column.type.kind == Kind::kGeometry && Exists("geometry")) return "geometry";
  if (column.type.kind == Kind::kVector && column.type.length > 0 && Exists("vector"))
    return WithModifier("vector", column.type.length);
  // A time of MySQL may be negative, and go beyond a day.
  const bool mysql = column.source_kind == "mysql" || column.source_kind == "mariadb";
  if (mysql && column.type.kind == Kind::kTime)
    return WithModifier("interval", column.type.precision);
  return PostgresTypeByKind(column.type);
}

bool PostgresTypes::Exists(const std::string& type) {
  const auto it = known_.find(type);
  if (it != known_.end()) return it->second;
  // Composite types of the same name could have another shape: only base types count.
  const auto row = connection_.Row("SELECT typtype = 'b' FROM pg_type WHERE oid = to_regtype(" +
                                   QuoteLiteral(type) + ")");
  return known_[type] = !row.empty() && row[0] == "t";
}

std::string PostgresTypes::Native(const model::ColumnType& type) {
  if (type.kind == Kind::kArray && type.element) {
    // The element decides; an array has as many dimensions as its values.
    return Native(*type.element) + "[]";
  }
  if (type.native.empty()) return PostgresTypeByKind(type);
  if (type.built_in) return type.native;
  if (type.kind == Kind::kEnum) return "text";
  if (!type.base_native.empty()) {
    model::ColumnType base = type;
    base.native = type.base_native;
    base.base_native.clear();
    if (PostgresTypeByKind(base) != "text" || Exists(ParseType(base.native).base))
      return base.native;
    return "text";
  }
  const std::string bare = QuoteIdentifier(type.type_name);
  return !type.type_name.empty() && Exists(bare) ? bare : "text";
}

std::string CreateTableStatement(const TableName& name, const std::vector<WantedColumn>& columns,
                                 const std::vector<std::string>& types) {
  std::string body;
  std::string key;
  for (size_t i = 0; i < columns.size(); ++i) {
    const WantedColumn& column = columns[i];
    if (!body.empty()) body += ", ";
    body += QuoteIdentifier(column.name) + ' ' + types[i] + DefaultClause(column, types[i]);
    if (!column.nullable) body += " NOT NULL";
    if (column.key) key += (key.empty() ? "" : ", ") + QuoteIdentifier(column.name);
  }
  if (!key.empty()) body += ", PRIMARY KEY (" + key + ")";
  return fmt::format("CREATE TABLE IF NOT EXISTS {} ({})", QuoteTable(name), body);
}

bool IsLosslessWidening(const std::string& from, const std::string& to) {
  static const std::vector<std::string> kIntegers{"smallint", "integer", "bigint", "numeric"};
  if (from == to) return false;
  const ParsedType a = ParseType(from);
  const ParsedType b = ParseType(to);
  const int rank_a = Rank(kIntegers, a.base);
  const int rank_b = Rank(kIntegers, b.base);
  if (rank_a >= 0 && rank_b > rank_a) return b.modifiers.empty();
  if (b.base == "text")
    return (a.base == "character varying" || a.base == "character") && b.modifiers.empty();
  if (a.base != b.base) return a.base == "real" && b.base == "double precision";
  if (a.base == "numeric") {
    if (b.modifiers.empty()) return true;
    // No digit may be lost on either side of the point.
    if (a.modifiers.size() < 2 || b.modifiers.size() < 2) return false;
    return b.modifiers[1] >= a.modifiers[1] &&
           b.modifiers[0] - b.modifiers[1] >= a.modifiers[0] - a.modifiers[1];
  }
  if (a.base == "character" || a.base == "character varying" || a.base == "bit varying" ||
      a.base == "interval" || a.base.starts_with("time"))
    return Limit(b, 0) > Limit(a, 0);
  return false;
}

std::vector<std::string> EvolutionStatements(const TargetTable& table,
                                             const std::vector<WantedColumn>& columns,
                                             const std::vector<std::string>& types) {
  const std::string alter = "ALTER TABLE " + QuoteTable(table.name) + " ";
  std::vector<std::string> out;
  std::vector<uint32_t> key;
  std::vector<bool> wanted(table.columns.size(), false);
  std::string key_names;
  for (size_t i = 0; i < columns.size(); ++i) {
    const WantedColumn& column = columns[i];
    const std::string name = QuoteIdentifier(column.name);
    const auto at = table.Find(column.name);
    if (column.key) key_names += (key_names.empty() ? "" : ", ") + name;
    if (!at) {
      // Rows that are there already get the default, as the source's did.
      const bool not_null = !column.nullable && column.default_text.has_value();
      out.push_back(fmt::format("{}ADD COLUMN IF NOT EXISTS {} {}{}{}", alter, name, types[i],
                                DefaultClause(column, types[i]), not_null ? " NOT NULL" : ""));
      continue;
    }
    wanted[*at] = true;
    if (column.key) key.push_back(*at);
    const TargetColumn& target = table.columns[*at];
    if (!target.generated && IsLosslessWidening(target.type, types[i])) {
      out.push_back(fmt::format("{}ALTER COLUMN {} TYPE {}", alter, name, types[i]));
    }
    const bool in_key = std::find(table.primary_key.begin(), table.primary_key.end(), *at) !=
                        table.primary_key.end();
    if (target.not_null && column.nullable && !in_key && !target.identity_always) {
      out.push_back(fmt::format("{}ALTER COLUMN {} DROP NOT NULL", alter, name));
    }
  }
  // A key that grew at the source no longer makes the old one unique.
  const bool grew =
      !table.primary_key.empty() && key.size() > table.primary_key.size() &&
      std::all_of(table.primary_key.begin(), table.primary_key.end(),
                  [&](uint32_t c) { return std::find(key.begin(), key.end(), c) != key.end(); });
  if (grew && !table.referenced) {
    out.push_back(alter + "DROP CONSTRAINT " + QuoteIdentifier(table.primary_key_name) +
                  ", ADD PRIMARY KEY (" + key_names + ")");
  }
  for (uint32_t c = 0; c < table.columns.size(); ++c) {
    const TargetColumn& target = table.columns[c];
    const bool in_key =
        std::find(table.primary_key.begin(), table.primary_key.end(), c) != table.primary_key.end();
    if (wanted[c] || !target.not_null || target.has_default || target.generated || in_key) continue;
    // The source has dropped or renamed it: its rows come without.
    out.push_back(alter + "ALTER COLUMN " + QuoteIdentifier(target.name) + " DROP NOT NULL");
  }
  return out;
}

}  // namespace tidewire::sink
