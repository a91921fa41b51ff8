// The properties of io.debezium.connector.mysql.MySqlConnector and
// io.debezium.connector.mariadb.MariaDbConnector.
#pragma once

#include "config/config.h"
#include "source/property_checks.h"

namespace tidewire::source {

// Without those that every connector has (config/common.h). Immutable; live as long as the process;
// thread-safe. Names, types and meanings are the same in both but for database.ssl.mode,
// snapshot.locking.mode and the properties of the Java driver.
const config::Definition& MysqlDefinition();
const config::Definition& MariadbDefinition();

// Complaints about properties that exclude or need each other, for both connectors.
PropertyComplaints CheckMysqlTogether(const config::Properties& given);

}  // namespace tidewire::source
