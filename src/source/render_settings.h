// How a source's rows are rendered, by its properties.
#pragma once

#include <memory>
#include <string>

#include "config/config.h"
#include "model/topic_schema.h"
#include "source/event_settings.h"

namespace tidewire::source {

// `connector_kind`: "postgresql", "mysql", "mariadb". `run_id`: one UUID for each run of the task.
// Handling modes that the connector's definition does not know have their defaults; what only one
// connector has and is no handling mode is left for it to set. Throws ConfigError for a
// mode that does not exist.
std::shared_ptr<model::RenderOptions> MakeRenderOptions(const EventSettings& events,
                                                        const config::Config& config,
                                                        std::string connector_kind,
                                                        std::string run_id);

}  // namespace tidewire::source
