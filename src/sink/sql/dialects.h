// The dialects that there are, for FindDialect.
#pragma once

#include "sink/sql/dialect.h"

namespace tidewire::sink {

const Dialect& PostgresTarget();
// MySQL and MariaDB; which of them it is tells the server.
const Dialect& MysqlTargets();

}  // namespace tidewire::sink
