// What this program can do: every class name that a connector's configuration may hold. The one
// place that names concrete connectors.
#pragma once

#include "runtime/plugins.h"

namespace tidewire::cli {

runtime::Plugins MakeCatalogue();

}  // namespace tidewire::cli
