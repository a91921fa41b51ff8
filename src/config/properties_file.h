// Files in the syntax of java.util.Properties, as Kafka Connect's worker.properties is written.
#pragma once

#include <filesystem>
#include <string_view>

#include "config/config.h"

namespace tidewire::config {

// Comments (# and !), "=", ":" or blanks between key and value, lines that go on after a backslash,
// \t \n \r \f, \u with four hexadecimal digits, and escaped separators. The text is UTF-8. A key
// given twice: the last one counts. Throws ConfigError with the line number for a broken \u escape.
Properties ParseProperties(std::string_view text);

// Throws ConfigError naming the file when it cannot be read or parsed.
Properties LoadPropertiesFile(const std::filesystem::path& path);

// The whole file as text. Throws ConfigError naming it.
std::string ReadTextFile(const std::filesystem::path& path);

}  // namespace tidewire::config
