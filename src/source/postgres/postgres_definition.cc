#include "source/postgres/postgres_definition.h"

#include "source/common_properties.h"
#include "source/postgres/postgres_definition_rows.h"

namespace tidewire::source {
namespace {

config::Definition MakeDefinition() {
  config::Definition out;
  out.plugin = "io.debezium.connector.postgresql.PostgresConnector";
  AddProperties("Postgres", ServerProperties(), out);
  AddProperties("Connector", ConnectorProperties(), out);
  AddProperties("Connector", ValueProperties(), out);
  AddProperties("Events", EventProperties(), out);
  Require(out, {"topic.prefix", "database.hostname", "database.user", "database.dbname"});
  Declared(out, "snapshot.mode").old_values = {{"never", "no_data"}};
  using config::Support;
  out.patterns = CommonPatterns();
  out.patterns.emplace_back("money\\.fraction\\.digits", Support::kYes);
  out.patterns.emplace_back("offset\\.mismatch\\.strategy", Support::kNotYet);
  return out;
}

}  // namespace

const config::Definition& PostgresDefinition() {
  static const config::Definition definition = MakeDefinition();
  return definition;
}

PropertyComplaints CheckPostgresTogether(const config::Properties& given) {
  return CheckListPairs(given, {"schema", "table", "column"});
}

}  // namespace tidewire::source
