// Logs: for people on a terminal, one JSON object a line otherwise. Levels are changed at run time,
// by logger name.
#pragma once

#include <spdlog/logger.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidewire {

// The logger of that dotted name ("source.postgres", "log.embedded"); made on first use, with the
// level of its nearest named ancestor. Thread-safe; the reference stays valid for the life of the
// process. Messages never hold secrets.
spdlog::logger& Logger(std::string_view name);

enum class LogStyle { kTerminal, kJson };
// Where and how to write; call once before the first message. Default: stderr, kTerminal when that
// is a terminal.
void SetUpLogging(LogStyle style, std::string_view level);

struct LoggerLevel {
  std::string level;  // TRACE DEBUG INFO WARN ERROR OFF
  std::optional<int64_t>
      last_modified_ms;  // Epoch milliseconds; empty when never changed at run time.
};
// All known loggers, "root" included.
std::map<std::string, LoggerLevel> LoggerLevels();
// Sets the level of `name` and of all loggers below it; returns their names, or nothing when
// `level` is not a level.
std::optional<std::vector<std::string>> SetLoggerLevel(std::string_view name,
                                                       std::string_view level, int64_t now_ms);

}  // namespace tidewire
