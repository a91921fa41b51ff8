// The properties of `tidewire worker [worker.properties]`: Kafka Connect's names, and ours under
// `tidewire.`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/config.h"

namespace tidewire::config {

// Everything has a default. Lives as long as the process.
const Definition& WorkerDefinition();

struct Listener {
  std::string host;  // As bound: "0.0.0.0" for all addresses; IPv6 without brackets.
  int port = 0;      // 0: any free one.
};
// "HTTP://127.0.0.1:8083,http://[::1]:8083": loopback where no host is given ("http://:8083").
// Throws ConfigError for https (not supported yet) and for anything that is no listener.
std::vector<Listener> ParseListeners(const std::string& text);

}  // namespace tidewire::config
