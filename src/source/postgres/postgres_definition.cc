#include "source/postgres/postgres_definition.h"

#include "base/error.h"
#include "source/postgres/postgres_definition_rows.h"

namespace tidewire::source {
namespace {

config::Property MakeProperty(const PropertyRow& row) {
  config::Property out;
  out.name = row.name;
  out.type = row.type;
  if (row.default_value != nullptr) out.default_value = row.default_value;
  out.importance = row.importance;
  out.documentation = row.documentation;
  out.group = row.group;
  out.order = row.order;
  out.width = row.width;
  out.display_name = row.display_name;
  if (row.allowed != nullptr) out.allowed = config::SplitList(row.allowed);
  if (row.check != nullptr) out.check = row.check;
  out.support = row.support;
  return out;
}

// The real connector declares these as optional and complains about their absence all the same.
void MarkRequired(config::Definition& definition) {
  for (auto& property : definition.properties) {
    for (const char* name :
         {"topic.prefix", "database.hostname", "database.user", "database.dbname"}) {
      if (property.name == name) property.required = true;
    }
    if (property.name == "schema.include.list") property.dependents = {"table.include.list"};
    if (property.name == "snapshot.mode") property.old_values = {{"never", "no_data"}};
  }
}

config::Definition MakeDefinition() {
  config::Definition out;
  out.plugin = "io.debezium.connector.postgresql.PostgresConnector";
  for (const auto rows :
       {ServerProperties(), ConnectorProperties(), ValueProperties(), EventProperties()}) {
    for (const PropertyRow& row : rows) out.properties.push_back(MakeProperty(row));
  }
  MarkRequired(out);
  using config::Support;
  // Properties of the topic naming strategy, which the connector does not declare, then those whose
  // names hold a value, then those of plugged-in Java parts.
  out.patterns = {
      {"topic\\.delimiter", Support::kYes},
      {"topic\\.transaction", Support::kYes},
      {"topic\\.heartbeat\\.prefix", Support::kYes},
      {"topic\\.cache\\.size", Support::kNoEffect},
      {"column\\.truncate\\.to\\.\\d+\\.chars", Support::kNotYet},
      {"column\\.mask\\.with\\.\\d+\\.chars", Support::kNotYet},
      {"column\\.mask\\.hash\\.(v2\\.)?[^.]+\\.with\\.salt\\..+", Support::kNotYet},
      {"snapshot\\.select\\.statement\\.overrides\\..+", Support::kNotYet},
      {"signal\\..+", Support::kNotYet},
      {"money\\.fraction\\.digits", Support::kYes},
      {"skip\\.messages\\.without\\.change", Support::kNotYet},
      {"read\\.only", Support::kNotYet},
      {"offset\\.mismatch\\.strategy", Support::kNotYet},
      {"statistics\\.metrics\\.enabled", Support::kNoEffect},
      {"driver\\..+", Support::kNoEffect},
  };
  return out;
}

}  // namespace

const config::Definition& PostgresDefinition() {
  static const config::Definition definition = MakeDefinition();
  return definition;
}

std::vector<std::pair<std::string, std::string>> CheckPostgresTogether(
    const config::Properties& given) {
  std::vector<std::pair<std::string, std::string>> out;
  const auto is_set = [&](const std::string& name) {
    const auto it = given.find(name);
    return it != given.end() && !config::Trimmed(it->second).empty();
  };
  for (const std::string kind : {"schema", "table", "column"}) {
    const std::string include = kind + ".include.list";
    const std::string exclude = kind + ".exclude.list";
    if (!is_set(include) || !is_set(exclude)) continue;
    out.emplace_back(exclude, fmt::format("The '{}' value is invalid: '{}' is already specified",
                                          exclude, include));
  }
  return out;
}

}  // namespace tidewire::source
