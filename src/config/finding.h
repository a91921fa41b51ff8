// What a look at a server before the start found.
#pragma once

#include <string>

namespace tidewire::config {

// kConfig: only what the configuration alone shows. kConnect: only what validation through the REST
// API does (can it log in). kFull: everything that could fail later.
enum class Depth { kConfig, kConnect, kFull };

struct Finding {
  enum class Severity { kInfo, kWarning, kError };
  Severity severity = Severity::kError;
  std::string property;  // The property concerned, or empty.
  std::string message;   // What is wrong, for a person.
  std::string remedy;    // The SQL statement or the property that mends it.
};

}  // namespace tidewire::config
