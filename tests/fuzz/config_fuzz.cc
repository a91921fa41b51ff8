// Configurations that somebody else wrote: any text as a properties file, and what it holds as the
// worker's properties and as a connector's. A connector whose configuration is found valid has a
// task, or says in an Error why not.
#include "base/error.h"
#include "cli/catalogue.h"
#include "config/properties_file.h"
#include "config/providers.h"
#include "config/worker.h"
#include "runtime/connector_validation.h"
#include "transform/transform.h"

namespace {

using namespace tidewire;

const runtime::Plugins& Catalogue() {
  static const runtime::Plugins plugins = cli::MakeCatalogue();
  return plugins;
}

void FuzzWorker(const config::Properties& given) {
  config::Validate(config::WorkerDefinition(), given);
  config::Masked(config::WorkerDefinition(), given, {});
  try {
    config::ParseListeners(config::Config(config::WorkerDefinition(), given).Get("listeners"));
    const config::ConfigProviders providers(given);
  } catch (const ConfigError&) {
  }
}

void FuzzConnector(config::Properties given) {
  static const char* const kClasses[] = {"PostgresConnector",
                                         "io.debezium.connector.jdbc.JdbcSinkConnector",
                                         "io.confluent.connect.jdbc.JdbcSinkConnector"};
  given.try_emplace("name", "fuzz");
  given.try_emplace("connector.class", kClasses[given.size() % std::size(kClasses)]);
  try {
    const runtime::ValidatedConfig validated = ValidateConnector(Catalogue(), {}, given);
    ComplaintText(validated);
    if (validated.error_count() > 0) return;
    transform::Chain::FromConfig(given);
    const runtime::Plugin& plugin = RequireConnectorClass(Catalogue(), given);
    const config::Config config(*plugin.definition, given);
    if (plugin.source) plugin.source->CreateTask(config);
    if (plugin.sink) plugin.sink->CreateTask(config);
  } catch (const Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  config::Properties properties;
  try {
    properties = config::ParseProperties(text);
  } catch (const ConfigError&) {
    return 0;
  }
  FuzzWorker(properties);
  FuzzConnector(std::move(properties));
  return 0;
}
