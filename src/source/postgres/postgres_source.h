// The PostgreSQL source connector: io.debezium.connector.postgresql.PostgresConnector.
#pragma once

#include <memory>
#include <vector>

#include "source/source.h"

namespace tidewire::source {

// Thread-safe: holds nothing.
class PostgresSource final : public SourceConnector {
 public:
  const config::Definition& definition() const override;
  std::unique_ptr<SourceTask> CreateTask(const config::Config& config) override;
  std::vector<config::Finding> Preflight(const config::Config& config,
                                         config::Depth depth) override;
};

}  // namespace tidewire::source
