// Properties that the connectors of several databases share: same name, type, meaning.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "source/property_rows.h"

namespace tidewire::source {

// Connectors name these rows (Shared) and say what differs for them.
std::span<const PropertyRow> CommonRunProperties();
std::span<const PropertyRow> CommonEventProperties();

// For Definition::patterns: properties of the topic naming strategy, which the connectors do not
// declare, those whose names hold a value, those of plugged-in Java parts, and those that Debezium
// reads and does not declare.
std::vector<std::pair<std::string, config::Support>> CommonPatterns();

}  // namespace tidewire::source
