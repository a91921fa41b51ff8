#include "source/mysql/mysql_definition.h"

#include "source/common_properties.h"
#include "source/mysql/mysql_definition_rows.h"

namespace tidewire::source {
namespace {

// The first pattern that matches a name counts.
std::vector<std::pair<std::string, config::Support>> Patterns() {
  using config::Support;
  auto out = CommonPatterns();
  out.insert(out.end(),
             {{"schema\\.history\\.internal\\.(kafka\\.topic|file\\.filename)", Support::kYes},
              // Reaching Kafka: topics are in the log here.
              {"schema\\.history\\.internal\\.kafka\\.(bootstrap\\.servers|recovery\\.attempts|"
               "(recovery\\.poll\\.interval|query\\.timeout|create\\.timeout)\\.ms)",
               Support::kNoEffect},
              {"schema\\.history\\.internal\\.(consumer|producer)\\..+", Support::kNoEffect},
              {"schema\\.history\\.internal\\..+", Support::kNotYet},
              {"event\\.converting\\.failure\\.handling\\.mode", Support::kNotYet},
              {"field\\.name\\.adjustment\\.mode", Support::kNotYet},
              {"snapshot\\.locking\\.mode\\.custom\\.name", Support::kNotYet},
              // How Debezium reads DDL. Here a table that statements do not explain is read again.
              {"ddl\\.parser\\.type", Support::kNoEffect},
              {"resolve\\.create\\.table\\.like\\.schema", Support::kNoEffect},
              {"unavailable\\.value\\.placeholder", Support::kNoEffect},
              // Of the Java driver, which takes what begins with "database.".
              {"database\\.(jdbc\\.driver|protocol|allowPublicKeyRetrieval|connectionTimeZone|"
               "serverTimezone|useSSL)",
               Support::kNoEffect}});
  return out;
}

config::Definition MakeDefinition(const MysqlVariant& variant) {
  config::Definition out;
  out.plugin = variant.plugin;
  AddProperties(variant.server_group, MysqlServerProperties(), out);
  AddProperties(variant.server_group, variant.server, out);
  AddProperties("Connector", MysqlConnectorProperties(), out);
  AddProperties("Connector", variant.locking, out);
  AddProperties("Connector", MysqlFurtherConnectorProperties(), out);
  AddProperties("History Storage", MysqlHistoryProperties(), out);
  AddProperties("Events", MysqlEventProperties(), out);
  AddProperties("Events", variant.events, out);
  AddProperties("Events", MysqlFurtherEventProperties(), out);
  Require(out, {"topic.prefix", "database.hostname", "database.user", "database.server.id"});
  Declared(out, "snapshot.mode").old_values = {{"schema_only", "no_data"},
                                               {"schema_only_recovery", "recovery"}};
  out.patterns = Patterns();
  return out;
}

}  // namespace

const config::Definition& MysqlDefinition() {
  static const config::Definition definition = MakeDefinition(kMysqlVariant);
  return definition;
}

const config::Definition& MariadbDefinition() {
  static const config::Definition definition = MakeDefinition(kMariadbVariant);
  return definition;
}

PropertyComplaints CheckMysqlTogether(const config::Properties& given) {
  PropertyComplaints out = CheckListPairs(given, {"database", "table", "column"});
  if (IsSet(given, "gtid.source.includes") && IsSet(given, "gtid.source.excludes")) {
    out.emplace_back("gtid.source.excludes",
                     "The 'gtid.source.excludes' value is invalid: 'gtid.source.includes' is "
                     "already specified");
  }
  const auto history = given.find("schema.history.internal");
  const std::string file = "schema.history.internal.file.filename";
  if (history != given.end() && config::Trimmed(history->second).ends_with(".FileSchemaHistory") &&
      !IsSet(given, file)) {
    out.emplace_back(file, fmt::format("The '{}' value is invalid: A value is required", file));
  }
  return out;
}

}  // namespace tidewire::source
