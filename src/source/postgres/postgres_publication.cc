#include "source/postgres/postgres_publication.h"

#include <set>

#include "base/error.h"
#include "base/logging.h"

namespace tidewire::source {
namespace {

using Tables = std::vector<std::pair<std::string, std::string>>;

std::string TableList(const Tables& tables) {
  std::string out;
  for (const auto& [schema, table] : tables) {
    if (!out.empty()) out += ", ";
    out += PgQuoteIdentifier(schema) + "." + PgQuoteIdentifier(table);
  }
  return out;
}

Tables FilteredTables(const PostgresSettings& settings, const PublishedTables& tables) {
  Tables out = tables();
  if (out.empty()) {
    throw ConfigError(
        fmt::format("publication {}: no table passes the include and exclude lists, and a "
                    "publication of mode filtered needs one; "
                    "correct table.include.list, or use publication.autocreate.mode=no_tables",
                    settings.publication_name));
  }
  return out;
}

void Create(const PostgresSettings& settings, PGconn* connection, const PublishedTables& tables) {
  std::string sql = "CREATE PUBLICATION " + PgQuoteIdentifier(settings.publication_name);
  if (settings.publication_mode == PublicationMode::kAllTables) sql += " FOR ALL TABLES";
  if (settings.publication_mode == PublicationMode::kFiltered) {
    sql += " FOR TABLE " + TableList(FilteredTables(settings, tables));
  }
  if (settings.publish_via_partition_root) sql += " WITH (publish_via_partition_root = true)";
  if (settings.publication_mode == PublicationMode::kDisabled) {
    throw ConfigError(
        fmt::format("publication {} does not exist and publication.autocreate.mode is disabled; "
                    "make it: {} FOR TABLE …, or choose "
                    "another mode",
                    settings.publication_name, sql));
  }
  PgExecute(connection, sql, fmt::format("create publication {}", settings.publication_name));
  Logger("source.postgres").info("created publication {}", settings.publication_name);
}

// Only when it differs: ALTER PUBLICATION invalidates caches at the server and waits for locks.
void AlterTables(const PostgresSettings& settings, PGconn* connection,
                 const PublishedTables& tables) {
  const Tables wanted = FilteredTables(settings, tables);
  const PgResultHandle rows =
      PgExecute(connection,
                "SELECT n.nspname, c.relname FROM pg_catalog.pg_publication p "
                "JOIN pg_catalog.pg_publication_rel r ON r.prpubid = p.oid "
                "JOIN pg_catalog.pg_class c ON c.oid = r.prrelid "
                "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE p.pubname = $1",
                {settings.publication_name}, "read the publication's tables");
  std::set<std::pair<std::string, std::string>> present;
  for (int i = 0; i < PQntuples(rows.get()); ++i) {
    present.emplace(PgText(rows.get(), i, 0), PgText(rows.get(), i, 1));
  }
  if (present == std::set(wanted.begin(), wanted.end())) return;
  PgExecute(connection,
            fmt::format("ALTER PUBLICATION {} SET TABLE {}",
                        PgQuoteIdentifier(settings.publication_name), TableList(wanted)),
            fmt::format("set the tables of publication {}", settings.publication_name));
  Logger("source.postgres")
      .info("publication {} now has {} tables", settings.publication_name, wanted.size());
}

}  // namespace

void EnsurePublication(const PostgresSettings& settings, PGconn* connection,
                       const PublishedTables& tables) {
  const PgResultHandle rows =
      PgExecute(connection, "SELECT puballtables FROM pg_catalog.pg_publication WHERE pubname = $1",
                {settings.publication_name},
                fmt::format("look for publication {}", settings.publication_name));
  if (PQntuples(rows.get()) == 0) return Create(settings, connection, tables);
  if (settings.publication_mode != PublicationMode::kFiltered) return;
  if (PgText(rows.get(), 0, 0) == "t") {
    throw ConfigError(
        fmt::format("publication {} is FOR ALL TABLES, but publication.autocreate.mode is "
                    "filtered; drop it (DROP PUBLICATION {}) or "
                    "use publication.autocreate.mode=all_tables",
                    settings.publication_name, PgQuoteIdentifier(settings.publication_name)));
  }
  AlterTables(settings, connection, tables);
}

}  // namespace tidewire::source
