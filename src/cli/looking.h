// Looking into the log: what `tidewire topics` and `tidewire consume` show, from a directory, or
// (through the routes) from a running worker.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "cli/record_printer.h"
#include "log/log.h"
#include "rest/rest_server.h"

namespace tidewire::cli {

struct TopicsRequest {
  bool describe = false;
  std::string topic;  // Empty: all.
};

struct ConsumeRequest {
  log::Subscription subscription;
  bool from_beginning = false;
  bool follow = false;  // Go on waiting at the end.
  std::optional<int32_t> partition;
  std::optional<uint64_t> messages_max;
  std::optional<std::chrono::milliseconds> timeout;  // End when nothing came for so long.
  PrintOptions print;
};

// Takes a piece of the answer; false: nobody listens any more.
using TextSink = std::function<bool(std::string_view)>;

// As kafka-topics prints it. Throws ConfigError for a topic that there is not.
std::string DescribeTopics(log::Log& log, const TopicsRequest& request);
// Returns the number of records.
uint64_t Consume(log::Log& log, const ConsumeRequest& request, const TextSink& write,
                 std::stop_token stop);

// The same over HTTP: GET /tidewire/topics and /tidewire/consume, with the request in the query.
void AddLookingRoutes(rest::RestServer& server, log::Log& log);
std::string ToQuery(const TopicsRequest& request);
std::string ToQuery(const ConsumeRequest& request);
TopicsRequest TopicsRequestOf(const rest::HttpRequest& http);
ConsumeRequest ConsumeRequestOf(const rest::HttpRequest& http);

}  // namespace tidewire::cli
