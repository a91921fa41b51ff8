#include "source/postgres/postgres_catalog_facts.h"

#include <charconv>
#include <unordered_map>

#include "base/error.h"
#include "source/postgres/postgres_defaults.h"
#include "source/snapshot_order.h"

namespace tidewire::source {
namespace {

template <class T>
T Number(std::string_view text) {
  T value{};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

constexpr const char* kOwnSchemas = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

std::string Where(std::optional<uint32_t> oid) {
  return fmt::format(" WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND {}{}",
                     kOwnSchemas, oid ? fmt::format(" AND c.oid = {}", *oid) : "");
}

// Of one row that begins a table.
TableFacts ReadTable(const PGresult* rows, int row) {
  TableFacts out;
  out.oid = Number<uint32_t>(PgText(rows, row, 0));
  out.schema = PgText(rows, row, 1);
  out.name = PgText(rows, row, 2);
  out.kind = PgText(rows, row, 3).front();
  out.replica_identity = PgText(rows, row, 4).front();
  out.is_partition = PgText(rows, row, 5) == "t";
  out.estimated_rows = std::max(0.0, Number<double>(PgText(rows, row, 6)));
  out.pages = Number<uint64_t>(PgText(rows, row, 7));
  return out;
}

ColumnFacts ReadColumn(const PGresult* rows, int row) {
  ColumnFacts out;
  out.name = PgText(rows, row, 9);
  out.type_oid = Number<uint32_t>(PgText(rows, row, 10));
  out.type_modifier = Number<int32_t>(PgText(rows, row, 11));
  out.not_null = PgText(rows, row, 12) == "t";
  out.generated = !PgText(rows, row, 13).empty();
  out.default_expression = PgText(rows, row, 15);
  out.has_default = out.generated || !PgIsNull(rows, row, 15);
  out.identity = !PgText(rows, row, 14).empty() || out.default_expression.starts_with("nextval(") ||
                 out.default_expression.starts_with("pg_catalog.nextval(");
  return out;
}

// Positions (pg_attribute.attnum) of an index's columns as indexes into the table's; empty when it
// is over an expression.
std::vector<uint32_t> IndexColumns(std::string_view attribute_numbers, size_t count,
                                   const std::vector<int>& numbers) {
  std::vector<uint32_t> out;
  const char* at = attribute_numbers.data();
  const char* const end = at + attribute_numbers.size();
  while (at != end && out.size() < count) {
    int number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    const auto it = std::find(numbers.begin(), numbers.end(), number);
    if (error != std::errc() || it == numbers.end()) return {};
    out.push_back(static_cast<uint32_t>(it - numbers.begin()));
    at = next;
    while (at != end && *at == ' ') ++at;
  }
  return out;
}

bool AllNotNull(const TableFacts& table, const std::vector<uint32_t>& columns) {
  return std::all_of(columns.begin(), columns.end(),
                     [&](uint32_t column) { return table.columns[column].not_null; });
}

void ReadIndexes(PGconn* connection, std::optional<uint32_t> oid, std::vector<TableFacts>& tables,
                 const std::vector<std::vector<int>>& numbers) {
  std::unordered_map<uint32_t, size_t> by_oid;
  for (size_t i = 0; i < tables.size(); ++i) by_oid.emplace(tables[i].oid, i);
  const auto rows =
      PgExecute(connection,
                "SELECT i.indrelid, i.indisprimary, i.indisreplident,"
                " i.indpred IS NULL AND i.indexprs IS NULL AND i.indimmediate,"
                " i.indnkeyatts, i.indkey"
                " FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indrelid"
                " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace" +
                    Where(oid) + " AND i.indisunique AND i.indisvalid ORDER BY i.indexrelid",
                "read the keys of the tables");
  const PGresult* const result = rows.get();
  for (int row = 0; row < PQntuples(result); ++row) {
    const auto it = by_oid.find(Number<uint32_t>(PgText(result, row, 0)));
    if (it == by_oid.end()) continue;
    TableFacts& table = tables[it->second];
    const auto columns = IndexColumns(PgText(result, row, 5),
                                      Number<size_t>(PgText(result, row, 4)), numbers[it->second]);
    if (columns.empty()) continue;
    if (PgText(result, row, 1) == "t") table.primary_key = columns;
    if (PgText(result, row, 2) == "t") table.identity_index = columns;
    const bool whole = PgText(result, row, 3) == "t";
    if (whole && table.unique_index.empty() && AllNotNull(table, columns)) {
      table.unique_index = columns;
    }
  }
}

// The elements of a text[]'s output.
std::vector<std::string> ReadTextArray(std::string_view text) {
  std::vector<std::string> out;
  std::string item;
  bool quoted = false;
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      quoted = !quoted;
    } else if (c == '\\') {
      item += text[++i];
    } else if (c == ',' && !quoted) {
      out.push_back(std::move(item));
      item.clear();
    } else {
      item += c;
    }
  }
  if (text.size() > 2) out.push_back(std::move(item));
  return out;
}

struct OpenDefault {
  ColumnFacts* column;
  std::string sql;
};

// Each in a statement of its own: one of the many was refused.
void AskOneByOne(PGconn* connection, std::span<const OpenDefault> defaults) {
  for (const OpenDefault& open : defaults) {
    const PgResultHandle row(PQexec(connection, ("SELECT " + open.sql).c_str()));
    if (PQresultStatus(row.get()) != PGRES_TUPLES_OK) {
      if (PQstatus(connection) != CONNECTION_OK) PgThrow(connection, row.get(), "read a default");
      continue;
    }
    if (!PgIsNull(row.get(), 0, 0)) {
      open.column->default_text = std::string(PgText(row.get(), 0, 0));
    }
  }
}

void AskServer(PGconn* connection, std::span<const OpenDefault> defaults) {
  std::string sql = "SELECT ";
  for (const OpenDefault& open : defaults) {
    if (&open != defaults.data()) sql += ',';
    sql += open.sql;
  }
  const PgResultHandle row(PQexec(connection, sql.c_str()));
  if (PQresultStatus(row.get()) != PGRES_TUPLES_OK) return AskOneByOne(connection, defaults);
  for (size_t i = 0; i < defaults.size(); ++i) {
    const int column = static_cast<int>(i);
    if (PgIsNull(row.get(), 0, column)) continue;
    defaults[i].column->default_text = std::string(PgText(row.get(), 0, column));
  }
}

}  // namespace

void UseEmptySearchPath(PGconn* connection) {
  PgExecute(connection, "SET search_path = pg_catalog", "set the search path");
}

std::vector<TableFacts> ReadTables(PGconn* connection, std::optional<uint32_t> oid) {
  const auto rows = PgExecute(
      connection,
      "SELECT c.oid, n.nspname, c.relname, c.relkind, c.relreplident, c.relispartition,"
      " c.reltuples, CASE WHEN c.relkind = 'r' THEN pg_catalog.pg_relation_size(c.oid) / 8192"
      " ELSE 0 END,"
      " a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attgenerated,"
      " a.attidentity, pg_catalog.pg_get_expr(d.adbin, d.adrelid)"
      " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
      " LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
      " AND NOT a.attisdropped"
      " LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum" +
          Where(oid) + " ORDER BY n.nspname COLLATE \"C\", c.relname COLLATE \"C\", a.attnum",
      "read the tables of the database");
  const PGresult* const result = rows.get();
  std::vector<TableFacts> out;
  std::vector<std::vector<int>> numbers;
  for (int row = 0; row < PQntuples(result); ++row) {
    if (out.empty() || out.back().oid != Number<uint32_t>(PgText(result, row, 0))) {
      out.push_back(ReadTable(result, row));
      numbers.emplace_back();
    }
    if (PgIsNull(result, row, 8)) continue;
    out.back().columns.push_back(ReadColumn(result, row));
    numbers.back().push_back(Number<int>(PgText(result, row, 8)));
  }
  ReadIndexes(connection, oid, out, numbers);
  return out;
}

void OrderByForeignKeys(PGconn* connection, std::vector<TableFacts>& tables) {
  const auto rows = PgExecute(connection,
                              "SELECT DISTINCT conrelid, confrelid FROM pg_catalog.pg_constraint"
                              " WHERE contype = 'f' AND conrelid <> confrelid",
                              "read the foreign keys");
  std::unordered_map<uint32_t, size_t> places;
  for (size_t i = 0; i < tables.size(); ++i) places.emplace(tables[i].oid, i);
  std::vector<TableReference> references;
  for (int row = 0; row < PQntuples(rows.get()); ++row) {
    const auto from = places.find(Number<uint32_t>(PgText(rows.get(), row, 0)));
    const auto to = places.find(Number<uint32_t>(PgText(rows.get(), row, 1)));
    if (from == places.end() || to == places.end()) continue;
    references.emplace_back(from->second, to->second);
  }
  std::vector<TableFacts> out;
  out.reserve(tables.size());
  for (const size_t i : ReferredFirst(tables.size(), references)) {
    out.push_back(std::move(tables[i]));
  }
  tables = std::move(out);
}

PublicationFacts ReadPublication(PGconn* connection, const std::string& name) {
  PublicationFacts out;
  const std::vector<std::string> parameters = {name};
  const auto publication =
      PgExecute(connection, "SELECT pubviaroot FROM pg_catalog.pg_publication WHERE pubname = $1",
                parameters, "look at the publication");
  if (PQntuples(publication.get()) == 0) return out;
  out.exists = true;
  out.via_root = PgText(publication.get(), 0, 0) == "t";
  // Column lists and row filters exist since PostgreSQL 15.
  const bool filters = PQserverVersion(connection) >= 150000;
  const auto rows =
      PgExecute(connection,
                fmt::format("SELECT schemaname, tablename{} FROM pg_catalog.pg_publication_tables"
                            " WHERE pubname = $1",
                            filters ? ", attnames::pg_catalog.text[], rowfilter" : ""),
                parameters, "read the tables of the publication");
  const PGresult* const result = rows.get();
  for (int row = 0; row < PQntuples(result); ++row) {
    PublishedTable table;
    if (filters) {
      table.columns = ReadTextArray(PgText(result, row, 2));
      table.row_filter = PgText(result, row, 3);
    }
    out.tables.emplace(
        TableName(std::string(PgText(result, row, 0)), std::string(PgText(result, row, 1))),
        std::move(table));
  }
  return out;
}

void ResolveDefaults(PGconn* connection, const PostgresTypes& types,
                     const std::vector<TableFacts*>& tables) {
  constexpr size_t kDefaultsInOneQuery = 200;
  std::vector<OpenDefault> open;
  for (TableFacts* table : tables) {
    for (ColumnFacts& column : table->columns) {
      if (!column.has_default || column.generated || column.default_expression.empty()) continue;
      const model::ColumnType type = types.TypeOf(column.type_oid, column.type_modifier);
      ParsedDefault parsed = ParseDefault(column.default_expression, type);
      if (parsed.form == DefaultForm::kNull) column.has_default = false;
      if (parsed.form == DefaultForm::kText) column.default_text = std::move(parsed.text);
      // The column's modifiers are applied to the expression only when a row is written.
      if (parsed.form == DefaultForm::kLiteral) {
        open.push_back({&column, fmt::format("({})::{}", column.default_expression, type.native)});
      }
    }
  }
  for (size_t i = 0; i < open.size(); i += kDefaultsInOneQuery) {
    AskServer(connection,
              std::span(open).subspan(i, std::min(kDefaultsInOneQuery, open.size() - i)));
  }
}

}  // namespace tidewire::source
