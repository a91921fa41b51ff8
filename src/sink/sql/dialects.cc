#include "sink/sql/dialects.h"

namespace tidewire::sink {

const Dialect* FindDialect(std::string_view subprotocol) {
  if (subprotocol == "postgresql") return &PostgresTarget();
  if (subprotocol == "mysql" || subprotocol == "mariadb") return &MysqlTargets();
  return nullptr;
}

}  // namespace tidewire::sink
