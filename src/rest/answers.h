// The bodies of answers, with the member order of a real Kafka Connect worker.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "rest/json.h"
#include "runtime/herder.h"

namespace tidewire::rest {

void WriteInfo(JsonWriter& out, const runtime::ConnectorInfo& info);
void WriteStatus(JsonWriter& out, const runtime::ConnectorStatus& status);
void WriteTaskStatus(JsonWriter& out, const runtime::TaskStatus& status);
void WriteProperties(JsonWriter& out, const config::Properties& properties);
void WriteTaskId(JsonWriter& out, const std::string& connector, int task);

// GET /connector-plugins
std::string PluginsJson(const runtime::Plugins& plugins, bool connectors_only);
// GET /connector-plugins/{plugin}/config
std::string PluginConfigJson(const runtime::Plugin& plugin);
// PUT …/config/validate. `given` is the request's configuration: what a config provider put in
// place of ${…} is not shown, the reference is; passwords are "[hidden]". Has the member `warnings`
// beside Kafka Connect's where there are any.
std::string ValidationJson(const runtime::ValidatedConfig& validated,
                           const config::Properties& given, const runtime::Plugins& plugins);

}  // namespace tidewire::rest
