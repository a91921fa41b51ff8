// The tables behind MysqlDefinition and MariadbDefinition, by group.
#pragma once

#include <span>

#include "source/property_rows.h"

namespace tidewire::source {

// Where the two connectors differ.
struct MysqlVariant {
  const char* plugin;
  const char* server_group;
  std::span<const PropertyEntry> server;   // Behind MysqlServerProperties.
  std::span<const PropertyEntry> locking;  // Behind MysqlConnectorProperties.
  std::span<const PropertyEntry> events;   // Behind MysqlEventProperties.
};
extern const MysqlVariant kMysqlVariant;
extern const MysqlVariant kMariadbVariant;

std::span<const PropertyEntry> MysqlServerProperties();
std::span<const PropertyEntry> MysqlConnectorProperties();
std::span<const PropertyEntry> MysqlHistoryProperties();
std::span<const PropertyEntry> MysqlEventProperties();
// Those that the real connectors do not declare: some they read all the same, the others are ours.
// They stand behind all others of their group.
std::span<const PropertyEntry> MysqlFurtherConnectorProperties();
std::span<const PropertyEntry> MysqlFurtherEventProperties();

}  // namespace tidewire::source
