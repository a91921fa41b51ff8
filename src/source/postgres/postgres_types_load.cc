#include <charconv>
#include <unordered_set>

#include "source/postgres/postgres_types.h"

namespace tidewire::source {
namespace {

template <class T>
T Number(std::string_view text) {
  T value{};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string OidList(const std::unordered_set<uint32_t>& oids) {
  return fmt::format("ANY('{{{}}}'::pg_catalog.oid[])", fmt::join(oids, ","));
}

}  // namespace

void PostgresTypes::LoadAll(PGconn* connection) {
  // Row types of tables, and arrays of them, are as many as there are tables and seldom a column's
  // type: Load reads them when they are.
  Read(connection,
       "(t.typrelid = 0 OR EXISTS (SELECT 1 FROM pg_catalog.pg_class c"
       " WHERE c.oid = t.typrelid AND c.relkind = 'c'))"
       " AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_type e JOIN pg_catalog.pg_class c"
       " ON c.oid = e.typrelid WHERE e.oid = t.typelem AND c.relkind <> 'c')");
  ReadLabels(connection, "true");
}

void PostgresTypes::Load(PGconn* connection,
                         const std::vector<std::pair<uint32_t, int32_t>>& types) {
  std::unordered_set<uint32_t> asked;
  for (;;) {
    std::unordered_set<uint32_t> missing;
    const size_t before = asked.size();
    const auto want = [&](uint32_t oid) {
      if (oid != 0 && asked.insert(oid).second && Find(oid) == nullptr) missing.insert(oid);
    };
    for (const auto& [oid, modifier] : types) want(oid);
    for (const uint32_t oid : std::vector<uint32_t>(asked.begin(), asked.end())) {
      if (const PgType* type = Find(oid)) {
        want(type->base_oid);
        want(type->element_oid);
      }
    }
    if (missing.empty() && asked.size() == before) break;
    if (missing.empty()) continue;
    Read(connection, "t.oid = " + OidList(missing));
    ReadLabels(connection, "e.enumtypid = " + OidList(missing));
  }
  // ALTER TYPE … ADD VALUE tells nobody.
  std::unordered_set<uint32_t> enums;
  for (const uint32_t oid : asked) {
    if (const PgType* type = Find(oid); type != nullptr && type->kind == 'e') enums.insert(oid);
  }
  if (!enums.empty()) ReadLabels(connection, "e.enumtypid = " + OidList(enums));
  for (const auto& [oid, modifier] : types) {
    const PgType* type = Find(oid);
    if (type == nullptr || modifier < 0 || formatted_.contains({oid, modifier})) continue;
    if (type->schema == "pg_catalog" && type->element_oid == 0) continue;
    const auto rows =
        PgExecute(connection, fmt::format("SELECT pg_catalog.format_type({}, {})", oid, modifier),
                  "read the name of a type");
    AddFormatted(oid, modifier, std::string(PgText(rows.get(), 0, 0)));
  }
}

void PostgresTypes::Read(PGconn* connection, const std::string& condition) {
  const auto rows = PgExecute(
      connection,
      "SELECT t.oid, n.nspname, t.typname, t.typtype, t.typbasetype, t.typtypmod,"
      " CASE WHEN t.typinput = 'pg_catalog.array_in'::pg_catalog.regproc THEN t.typelem ELSE 0 END,"
      " pg_catalog.format_type(t.oid, -1)"
      " FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace"
      " WHERE " +
          condition,
      "read the types of the database");
  const PGresult* const result = rows.get();
  for (int row = 0; row < PQntuples(result); ++row) {
    PgType type;
    type.oid = Number<uint32_t>(PgText(result, row, 0));
    type.schema = PgText(result, row, 1);
    type.name = PgText(result, row, 2);
    type.kind = PgText(result, row, 3).front();
    type.base_oid = Number<uint32_t>(PgText(result, row, 4));
    type.base_modifier = Number<int32_t>(PgText(result, row, 5));
    type.element_oid = Number<uint32_t>(PgText(result, row, 6));
    type.formatted = PgText(result, row, 7);
    Add(std::move(type));
  }
}

void PostgresTypes::ReadLabels(PGconn* connection, const std::string& condition) {
  const auto rows = PgExecute(connection,
                              "SELECT e.enumtypid, e.enumlabel FROM pg_catalog.pg_enum e WHERE " +
                                  condition + " ORDER BY e.enumtypid, e.enumsortorder",
                              "read the labels of enum types");
  const PGresult* const result = rows.get();
  std::unordered_set<uint32_t> seen;
  for (int row = 0; row < PQntuples(result); ++row) {
    const auto oid = Number<uint32_t>(PgText(result, row, 0));
    const auto it = types_.find(oid);
    if (it == types_.end()) continue;
    if (seen.insert(oid).second) it->second.labels.clear();
    it->second.labels.emplace_back(PgText(result, row, 1));
  }
}

}  // namespace tidewire::source
