// The properties of io.debezium.connector.postgresql.PostgresConnector.
#pragma once

#include "config/config.h"
#include "source/property_checks.h"

namespace tidewire::source {

// Without those that every connector has (config/common.h). Immutable; lives as long as the
// process; thread-safe.
const config::Definition& PostgresDefinition();

// Complaints about properties that exclude each other (an include list and its exclude list).
PropertyComplaints CheckPostgresTogether(const config::Properties& given);

}  // namespace tidewire::source
