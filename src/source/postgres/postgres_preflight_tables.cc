#include <charconv>
#include <set>

#include "source/postgres/postgres_catalog_build.h"
#include "source/postgres/postgres_preflight_checks.h"

namespace tidewire::source {
namespace {

constexpr size_t kNamed = 5;         // In a message.
constexpr size_t kStatements = 100;  // In a remedy.

std::string IdOf(const TableFacts& table) {
  return PgQuoteIdentifier(table.schema) + "." + PgQuoteIdentifier(table.name);
}

using Tables = std::vector<const PreflightTable*>;

template <class Condition>
Tables Those(const std::vector<PreflightTable>& tables, Condition condition) {
  Tables out;
  for (const PreflightTable& table : tables) {
    if (condition(table)) out.push_back(&table);
  }
  return out;
}

// "a, b, c and 12 more"
std::string Names(const Tables& tables) {
  std::string out;
  for (size_t i = 0; i < tables.size() && i < kNamed; ++i) {
    if (i > 0) out += ", ";
    out += IdOf(tables[i]->facts);
  }
  if (tables.size() > kNamed) out += fmt::format(" and {} more", tables.size() - kNamed);
  return out;
}

// `statement` has {} for the table.
std::string ForEach(const Tables& tables, const std::string& statement) {
  std::string out;
  for (size_t i = 0; i < tables.size() && i < kStatements; ++i) {
    if (i > 0) out += ' ';
    out += fmt::format(fmt::runtime(statement), IdOf(tables[i]->facts));
  }
  if (tables.size() > kStatements) {
    out += fmt::format(" -- and likewise for {} more", tables.size() - kStatements);
  }
  return out;
}

std::string IdList(const Tables& tables) {
  std::string out;
  for (const PreflightTable* table : tables) {
    if (!out.empty()) out += ", ";
    out += IdOf(table->facts);
  }
  return out;
}

bool IsTrue(PGconn* connection, const std::string& sql) {
  const PgResultHandle row = PgExecute(connection, sql, "look at the role's rights");
  return PQntuples(row.get()) != 0 && PgText(row.get(), 0, 0) == "t";
}

void CheckPublicationIsThere(const PreflightContext& context, const PublicationFacts& publication,
                             const Tables& published) {
  const std::string& name = context.settings.publication_name;
  const Tables missing = [&] {
    Tables out;
    for (const PreflightTable* table : published) {
      if (!publication.tables.contains({table->facts.schema, table->facts.name})) {
        out.push_back(table);
      }
    }
    return out;
  }();
  // Partitions are published through their root, or roots through their partitions.
  const bool all_leaves = std::all_of(missing.begin(), missing.end(), [](const auto* table) {
    return table->facts.is_partition || table->facts.kind == 'p';
  });
  if (missing.empty() || all_leaves) return;
  if (context.settings.publication_mode == PublicationMode::kFiltered) return;
  context.Warn(
      "publication.name",
      fmt::format("publication {} does not hold {}: their changes are not seen", name,
                  Names(missing)),
      fmt::format("ALTER PUBLICATION {} ADD TABLE {};", PgQuoteIdentifier(name), IdList(missing)));
}

void CheckPublishedOperations(const PreflightContext& context) {
  const std::string& name = context.settings.publication_name;
  const PgResultHandle row = PgExecute(
      context.connection,
      "SELECT pubinsert AND pubupdate AND pubdelete, pubtruncate FROM pg_catalog.pg_publication"
      " WHERE pubname = $1",
      {name}, "look at the publication");
  if (PQntuples(row.get()) == 0) return;
  const bool truncates_missing =
      !context.settings.events.skipped.truncates && PgText(row.get(), 0, 1) != "t";
  if (PgText(row.get(), 0, 0) == "t" && !truncates_missing) return;
  context.Warn("publication.name",
               fmt::format("publication {} does not publish all operations", name),
               fmt::format("ALTER PUBLICATION {} SET (publish = 'insert, update, delete, "
                           "truncate');",
                           PgQuoteIdentifier(name)));
}

void CheckMayCreate(const PreflightContext& context, const std::vector<PreflightTable>& tables) {
  const std::string& name = context.settings.publication_name;
  const std::string quoted = PgQuoteIdentifier(name);
  const auto complain = [&](const std::string& why, const std::string& sql) {
    context.Error("publication.autocreate.mode",
                  fmt::format("publication {} does not exist, and {}", name, why), sql);
  };
  const Tables all = Those(tables, [](const auto&) { return true; });
  if (context.settings.publication_mode == PublicationMode::kDisabled) {
    return complain("publication.autocreate.mode is disabled",
                    fmt::format("CREATE PUBLICATION {} FOR TABLE {};", quoted, IdList(all)));
  }
  if (IsTrue(context.connection,
             "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user")) {
    return;
  }
  if (context.settings.publication_mode == PublicationMode::kAllTables) {
    return complain(
        fmt::format("only a superuser may make one for all tables; {} is none", context.Role()),
        fmt::format("as a superuser: CREATE PUBLICATION {} FOR ALL TABLES; or set "
                    "publication.autocreate.mode=filtered",
                    quoted));
  }
  if (!IsTrue(context.connection,
              "SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(), "
              "'CREATE')")) {
    complain(fmt::format("role {} may not make one in this database", context.Role()),
             fmt::format("GRANT CREATE ON DATABASE {} TO {};",
                         PgQuoteIdentifier(PQdb(context.connection)), context.Role()));
  }
  const Tables foreign = Those(tables, [](const auto& table) { return !table.owns; });
  if (context.settings.publication_mode == PublicationMode::kFiltered && !foreign.empty()) {
    complain(fmt::format("role {} does not own {}", context.Role(), Names(foreign)),
             fmt::format("as the owner: CREATE PUBLICATION {} FOR TABLE {};", quoted, IdList(all)));
  }
}

// Columns that message.key.columns names but old rows do not hold.
bool KeyIsNotInOldRows(const TableFacts& facts, const std::vector<std::string>& configured) {
  const RelationMessage relation = RelationOf(facts, {});
  return std::any_of(relation.columns.begin(), relation.columns.end(), [&](const auto& column) {
    const bool in_key =
        std::find(configured.begin(), configured.end(), column.name) != configured.end();
    return in_key && !column.key;
  });
}

}  // namespace

std::vector<PreflightTable> ReadCapturedTables(const PreflightContext& context,
                                               const CaptureFilters& filters) {
  std::vector<PreflightTable> out;
  std::unordered_map<uint32_t, size_t> by_oid;
  for (TableFacts& facts : ReadTables(context.connection, std::nullopt)) {
    if (!filters.CapturesTable(facts.schema, facts.name)) continue;
    by_oid.emplace(facts.oid, out.size());
    out.emplace_back().facts = std::move(facts);
  }
  const PgResultHandle rows = PgExecute(
      context.connection,
      "SELECT c.oid, pg_catalog.has_table_privilege(c.oid, 'SELECT'),"
      " pg_catalog.has_schema_privilege(c.relnamespace, 'USAGE'),"
      " pg_catalog.pg_has_role(c.relowner, 'USAGE'), pg_catalog.row_security_active(c.oid)"
      " FROM pg_catalog.pg_class c WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p'",
      "read the role's rights");
  for (int row = 0; row < PQntuples(rows.get()); ++row) {
    const std::string_view text = PgText(rows.get(), row, 0);
    uint32_t oid = 0;
    std::from_chars(text.data(), text.data() + text.size(), oid);
    const auto it = by_oid.find(oid);
    if (it == by_oid.end()) continue;
    PreflightTable& table = out[it->second];
    table.can_select = PgText(rows.get(), row, 1) == "t";
    table.can_use_schema = PgText(rows.get(), row, 2) == "t";
    table.owns = PgText(rows.get(), row, 3) == "t";
    table.row_security = PgText(rows.get(), row, 4) == "t";
  }
  if (out.empty()) {
    context.Warn("table.include.list", "no table of the database passes the include lists",
                 "correct schema.include.list and table.include.list; names are case-insensitive "
                 "and tables are written schema.table");
  }
  return out;
}

void CheckGrants(const PreflightContext& context, const std::vector<PreflightTable>& tables) {
  std::set<std::string> schemas;
  for (const PreflightTable& table : tables) {
    if (!table.can_use_schema) schemas.insert(PgQuoteIdentifier(table.facts.schema));
  }
  if (!schemas.empty()) {
    context.Error(
        "database.user",
        fmt::format("role {} may not use schema {}", context.Role(), fmt::join(schemas, ", ")),
        fmt::format("GRANT USAGE ON SCHEMA {} TO {};", fmt::join(schemas, ", "), context.Role()));
  }
  const Tables unread = Those(tables, [](const auto& table) { return !table.can_select; });
  if (!unread.empty()) {
    context.Error("database.user",
                  fmt::format("role {} may not read {}", context.Role(), Names(unread)),
                  fmt::format("GRANT SELECT ON {} TO {};", IdList(unread), context.Role()));
  }
  const Tables hidden = Those(tables, [](const auto& table) { return table.row_security; });
  if (!hidden.empty()) {
    context.Error(
        "database.user",
        fmt::format("row security hides rows of {} from role {}", Names(hidden), context.Role()),
        fmt::format("ALTER ROLE {} BYPASSRLS;", context.Role()));
  }
}

void CheckPublication(const PreflightContext& context, const std::vector<PreflightTable>& tables) {
  const PublicationFacts publication =
      ReadPublication(context.connection, context.settings.publication_name);
  if (!publication.exists) return CheckMayCreate(context, tables);
  CheckPublishedOperations(context);
  CheckPublicationIsThere(context, publication, Those(tables, [](const auto&) { return true; }));
}

void CheckKeys(const PreflightContext& context, const std::vector<PreflightTable>& tables,
               const CaptureFilters& filters) {
  const Tables refused = Those(tables, [](const PreflightTable& table) {
    return table.facts.replica_identity == 'n' ||
           (table.facts.replica_identity == 'd' && table.facts.primary_key.empty());
  });
  if (!refused.empty()) {
    context.Warn("",
                 fmt::format("{}: without a replica identity the server refuses updates and "
                             "deletes of a published table",
                             Names(refused)),
                 ForEach(refused, "ALTER TABLE {} REPLICA IDENTITY FULL;"));
  }
  const Tables keyless = Those(tables, [&](const PreflightTable& table) {
    const auto* configured = filters.KeyColumns(table.facts.schema, table.facts.name);
    return KeyOf(RelationOf(table.facts, {}), &table.facts, configured).empty();
  });
  if (!keyless.empty()) {
    context.Warn("message.key.columns",
                 fmt::format("{}: no primary key, so events have no key; sinks can only insert",
                             Names(keyless)),
                 ForEach(keyless, "ALTER TABLE {} ADD PRIMARY KEY (…);") +
                     " or name the key in message.key.columns");
  }
  const Tables partial = Those(tables, [&](const PreflightTable& table) {
    const auto* configured = filters.KeyColumns(table.facts.schema, table.facts.name);
    return configured != nullptr && KeyIsNotInOldRows(table.facts, *configured);
  });
  if (!partial.empty()) {
    context.Warn("message.key.columns",
                 fmt::format("{}: the configured key columns are not part of the replica identity, "
                             "so deletes and key changes do not carry them",
                             Names(partial)),
                 ForEach(partial, "ALTER TABLE {} REPLICA IDENTITY FULL;"));
  }
}

}  // namespace tidewire::source
