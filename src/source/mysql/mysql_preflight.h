// A look at the server before the start: what is missing, and the SQL that mends it.
#pragma once

#include <vector>

#include "config/config.h"
#include "config/finding.h"
#include "source/mysql/mysql_settings.h"

namespace tidewire::source {

// Depth::kConnect only logs in (for at most connection.validation.timeout.ms). Depth::kFull checks
// all that could fail later; it changes nothing. Never throws for what it finds: a failed login is
// a finding. Throws ConfigError when the properties themselves cannot be read.
std::vector<config::Finding> PreflightMysql(const config::Config& config, MysqlFlavour flavour,
                                            config::Depth depth);

}  // namespace tidewire::source
