// Which schemas, tables and columns of a PostgreSQL database are captured.
#pragma once

#include "source/capture_filters.h"

namespace tidewire::source {

// The server's own schemas are never captured. Throws as CaptureFilters.
CaptureFilters MakePostgresFilters(const FilterSettings& settings);

}  // namespace tidewire::source
