// How properties become typed values where config::Config does not say it all.
#pragma once

#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "config/config.h"

namespace tidewire::source {

// With the letters A to Z made small.
std::string Lower(std::string_view text);

// A property that the definition knows by pattern only, trimmed; `otherwise` when it is not given
// or blank.
std::string GivenOr(const config::Properties& given, const std::string& name,
                    std::string otherwise);

std::chrono::milliseconds Millis(const config::Config& config, std::string_view name);

// At single semicolons, trimmed, empty ones dropped; a doubled semicolon stands for itself.
std::vector<std::string> SplitStatements(const std::string& text);

// A declared property's value; of one that the definition knows by pattern what is given, trimmed,
// else `otherwise`; of one that it does not know `otherwise`.
std::string ValueOr(const config::Config& config, std::string_view name, std::string otherwise);

// The choice whose text the property has, without regard to case; the first one for a property that
// the definition does not know. Throws ConfigError for any other text.
template <class T>
T OneOf(const config::Config& config, std::string_view name,
        std::initializer_list<std::pair<std::string_view, T>> choices) {
  const std::string given = ValueOr(config, name, std::string(choices.begin()->first));
  const std::string value = Lower(given);
  for (const auto& [text, choice] : choices) {
    if (value == text) return choice;
  }
  throw ConfigError(fmt::format("The '{}' value is invalid: '{}' is not supported", name, given));
}

}  // namespace tidewire::source
