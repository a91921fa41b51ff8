// The bodies of requests. Everything here throws RequestError(400), in words that say what is
// expected, for a body that is not: where Kafka Connect answers 500 to a client's mistake, 400 is
// right.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "runtime/herder.h"

namespace tidewire::rest {

struct CreateRequest {
  std::string name;  // Trimmed; empty when not given.
  config::Properties config;
  runtime::TargetState initial_state = runtime::TargetState::kStarted;
};
// POST /connectors
CreateRequest ParseCreateRequest(const std::string& body);

// A bare configuration: an object of texts. Numbers and booleans are taken as their text, as Kafka
// Connect does; a null is left out.
config::Properties ParseConfig(const std::string& body);
// PATCH …/config: a null removes the key.
std::map<std::string, std::optional<std::string>> ParseConfigPatch(const std::string& body);
// PATCH …/offsets; an empty or missing list is an error in Kafka Connect's words.
std::vector<runtime::OffsetEntry> ParseOffsets(const std::string& body);
// PUT /admin/loggers/…: the wanted level.
std::string ParseLevel(const std::string& body);

}  // namespace tidewire::rest
