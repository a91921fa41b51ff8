// The embedded log as the command line opens it.
#pragma once

#include <memory>
#include <string>

#include "config/config.h"
#include "log/log.h"

namespace tidewire::cli {

// `worker`: validated properties of the worker. Throws ConfigError when another process has the
// directory, or when it cannot be made.
std::unique_ptr<log::Log> OpenLog(const config::Config& worker);
// For looking only; also while a worker has the directory: then as of this moment. Throws
// ConfigError when there is no log.
std::unique_ptr<log::Log> OpenLogReadOnly(const std::string& directory);

}  // namespace tidewire::cli
