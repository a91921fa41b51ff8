#include <fmt/format.h>

#include "sink/sql/dialects.h"
#include "sink/sql/postgres_session.h"
#include "sink/sql/postgres_url.h"

namespace tidewire::sink {
namespace {

using config::Finding;

constexpr std::chrono::milliseconds kLookPatience{5'000};

class PostgresDialect final : public Dialect {
 public:
  std::unique_ptr<TargetSession> MakeSession(const SqlSinkOptions& options) const override {
    return std::make_unique<PostgresSession>(options);
  }

  std::vector<Finding> Preflight(const SqlSinkOptions& options,
                                 config::Depth depth) const override {
    std::vector<Finding> out;
    try {
      PostgresConnection connection(ToLibpq(options.connection).values, "the target database",
                                    nullptr, kLookPatience);
      if (depth == config::Depth::kFull) Look(connection, options, out);
    } catch (const Error& error) {
      out.push_back({Finding::Severity::kError, "connection.url", error.what(),
                     "check connection.url, user and password, and that the server runs and admits "
                     "this host (pg_hba.conf)"});
    }
    return out;
  }

  bool folds_names() const override { return true; }

 private:
  static void Look(PostgresConnection& connection, const SqlSinkOptions& options,
                   std::vector<Finding>& out) {
    const auto row = connection.Row(
        "SELECT current_schema(), current_user, pg_is_in_recovery(), "
        "to_regclass('tidewire_offsets') IS NOT NULL,"
        " current_schema() IS NOT NULL AND has_schema_privilege(current_schema(), 'CREATE'), "
        "current_database()");
    if (row.size() < 6) return;
    const std::string schema = row[0].value_or("");
    const std::string user = row[1].value_or("");
    if (row[2] == "t") {
      out.push_back({Finding::Severity::kError, "connection.url",
                     "the target is a read-only standby",
                     "point connection.url to the primary, or add targetServerType=primary"});
    }
    if (schema.empty()) {
      out.push_back(
          {Finding::Severity::kError, "connection.url",
           "the search path names no schema that exists",
           fmt::format("CREATE SCHEMA {}; or add currentSchema=… to connection.url", user)});
    } else if (row[4] != "t" && (row[3] != "t" || options.create_tables)) {
      const bool confluent = options.naming == TableNaming::kSplitAtDots;
      out.push_back({Finding::Severity::kError,
                     confluent ? "connection.user" : "connection.username",
                     fmt::format("role {} may not create tables in schema {}", user, schema),
                     fmt::format("GRANT CREATE, USAGE ON SCHEMA {} TO {};", QuoteIdentifier(schema),
                                 QuoteIdentifier(user))});
    }
  }
};

}  // namespace

const Dialect& PostgresTarget() {
  static const PostgresDialect dialect;
  return dialect;
}

}  // namespace tidewire::sink
