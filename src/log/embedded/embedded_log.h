// The log in a directory of this machine. docs/decisions/0002-embedded-log.md.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "log/stored_log.h"

namespace tidewire::log {

struct EmbeddedLogOptions {
  StoredLogOptions log;
  // Between two passes of retention and compaction, which have a thread of their own; 0: no thread,
  // no passes.
  std::chrono::milliseconds clean_interval{5 * 60 * 1000};
};

struct EmbeddedLog {
  // Makes the directory when it is missing. The log closes with the last pointer; readers must be
  // gone before. Throws ConfigError when another process has the directory open, FatalError when it
  // is damaged, RetriableError when the disk is full.
  static std::unique_ptr<Log> Open(const std::string& directory, EmbeddedLogOptions options);
  // For looking into a stopped worker's directory: readers see what was there at this time,
  // everything that would write throws ConfigError.
  static std::unique_ptr<Log> OpenReadOnly(const std::string& directory);
};

}  // namespace tidewire::log
