// The tables behind PostgresDefinition, by group.
#pragma once

#include <span>

#include "source/property_rows.h"

namespace tidewire::source {

std::span<const PropertyEntry> ServerProperties();
std::span<const PropertyEntry> ConnectorProperties();
std::span<const PropertyEntry> ValueProperties();
std::span<const PropertyEntry> EventProperties();

}  // namespace tidewire::source
