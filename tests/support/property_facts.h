// Facts of declared properties as text, one line each, to compare a definition with the recorded
// facts of a real connector.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "config/config.h"

namespace tidewire::test {

inline std::string DescribeProperty(const config::Property& property) {
  constexpr const char* kTypes[] = {"BOOLEAN", "STRING", "INT",   "SHORT",   "LONG",
                                    "DOUBLE",  "LIST",   "CLASS", "PASSWORD"};
  constexpr const char* kImportance[] = {"HIGH", "MEDIUM", "LOW"};
  constexpr const char* kWidth[] = {"NONE", "SHORT", "MEDIUM", "LONG"};
  return fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}", property.name,
                     kTypes[static_cast<int>(property.type)], property.default_value.value_or("-"),
                     kImportance[static_cast<int>(property.importance)], property.group,
                     property.order, kWidth[static_cast<int>(property.width)],
                     fmt::join(property.allowed, ","), fmt::join(property.dependents, ","));
}

// The recorded lines; `path` is relative to the project's root, where tests run.
inline std::vector<std::string> ReadPropertyFacts(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path + " is missing; run in the project's root");
  std::vector<std::string> out;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with('#')) out.push_back(line);
  }
  return out;
}

// What validation finds wrong with one property of a configuration.
inline std::vector<std::string> ErrorsOf(const config::Definition& definition,
                                         config::Properties given, const std::string& name,
                                         const std::string& value) {
  given[name] = value;
  for (const auto& property : config::Validate(definition, given).properties) {
    if (property.property->name == name) return property.errors;
  }
  return {"not declared"};
}

}  // namespace tidewire::test
