// Asks a running worker.
#pragma once

#include <string>

#include "cli/looking.h"

namespace tidewire::cli {

// `address`: "host:port" or "http://host:port". Writes the answer to `write` as it comes. Throws
// ConfigError when the worker refuses the request, RetriableError when there is none at the
// address.
void AskWorker(const std::string& address, const std::string& path_and_query,
               const TextSink& write);

}  // namespace tidewire::cli
