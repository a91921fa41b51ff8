#include "source/mysql/mysql_source.h"

#include "source/mysql/mysql_definition.h"
#include "source/mysql/mysql_preflight.h"
#include "source/mysql/mysql_task.h"

namespace tidewire::source {

const config::Definition& MysqlSource::definition() const {
  return flavour_ == MysqlFlavour::kMysql ? MysqlDefinition() : MariadbDefinition();
}

std::unique_ptr<SourceTask> MysqlSource::CreateTask(const config::Config& config) {
  return std::make_unique<MysqlTask>(config, flavour_, SystemClock());
}

std::vector<config::Finding> MysqlSource::Preflight(const config::Config& config,
                                                    config::Depth depth) {
  return PreflightMysql(config, flavour_, depth);
}

}  // namespace tidewire::source
