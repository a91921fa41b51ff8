// Fills a router with the API's routes. The herder outlives the router.
#pragma once

#include <string>

#include "rest/router.h"
#include "runtime/herder.h"

namespace tidewire::rest {

// /connectors and all below it.
void AddConnectorRoutes(Router& router, runtime::Herder& herder);
// /connectors/{c}/offsets, topics, tasks and what starts and stops them.
void AddConnectorStateRoutes(Router& router, runtime::Herder& herder);
// /connector-plugins
void AddPluginRoutes(Router& router, runtime::Herder& herder);
// /admin/loggers, /health, /metrics and /
void AddAdminRoutes(Router& router, runtime::Herder& herder, const std::string& version,
                    const std::string& commit);

}  // namespace tidewire::rest
