#include "source/postgres/postgres_source.h"

#include "source/postgres/postgres_definition.h"
#include "source/postgres/postgres_preflight.h"
#include "source/postgres/postgres_task.h"

namespace tidewire::source {

const config::Definition& PostgresSource::definition() const { return PostgresDefinition(); }

std::unique_ptr<SourceTask> PostgresSource::CreateTask(const config::Config& config) {
  return std::make_unique<PostgresTask>(config, SystemClock());
}

std::vector<config::Finding> PostgresSource::Preflight(const config::Config& config,
                                                       config::Depth depth) {
  return PreflightPostgres(config, depth);
}

}  // namespace tidewire::source
