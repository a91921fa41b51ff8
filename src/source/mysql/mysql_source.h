// The MySQL and MariaDB source connectors: io.debezium.connector.mysql.MySqlConnector and
// io.debezium.connector.mariadb.MariaDbConnector.
#pragma once

#include <memory>
#include <vector>

#include "source/mysql/mysql_settings.h"
#include "source/source.h"

namespace tidewire::source {

// Thread-safe: holds nothing but which of the two it is.
class MysqlSource final : public SourceConnector {
 public:
  explicit MysqlSource(MysqlFlavour flavour) : flavour_(flavour) {}

  const config::Definition& definition() const override;
  std::unique_ptr<SourceTask> CreateTask(const config::Config& config) override;
  std::vector<config::Finding> Preflight(const config::Config& config,
                                         config::Depth depth) override;

 private:
  const MysqlFlavour flavour_;
};

}  // namespace tidewire::source
