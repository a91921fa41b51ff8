// Checks a connector's configuration as a whole: what every connector has, its transforms and
// predicates, its class.
#pragma once

#include <string>
#include <vector>

#include "config/common.h"
#include "runtime/herder.h"

namespace tidewire::runtime {

// Does no I/O. `config` has its ${…} resolved. Throws RequestError(400) when the class is missing
// or unknown, in Kafka Connect's words.
ValidatedConfig ValidateConnector(const Plugins& plugins, const config::CommonDefaults& defaults,
                                  const config::Properties& config);

// Adds what the database says, as the real connectors do: complaints go to the property that they
// concern.
void AddFindings(const std::vector<config::Finding>& findings, ValidatedConfig& validated);

// The message of the 400 answer, or empty when there is nothing to complain about.
std::string ComplaintText(const ValidatedConfig& validated);

// Whether the class is known; throws RequestError(400) otherwise.
const Plugin& RequireConnectorClass(const Plugins& plugins, const config::Properties& config);

}  // namespace tidewire::runtime
