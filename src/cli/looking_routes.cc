// Requests of `tidewire topics` and `tidewire consume` as queries of HTTP routes, and back.
#include <charconv>

#include "base/error.h"
#include "base/regex.h"
#include "cli/looking.h"

namespace tidewire::cli {
namespace {

class QueryWriter {
 public:
  void Add(std::string_view name, std::string_view value) {
    out_ += fmt::format("{}{}={}", out_.empty() ? "?" : "&", name, rest::PercentEncodeQuery(value));
  }
  void Add(std::string_view name, bool value) {
    Add(name, std::string_view(value ? "true" : "false"));
  }
  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
};

bool Flag(const rest::HttpRequest& http, const char* name, bool otherwise) {
  return http.Query(name, otherwise ? "true" : "false") == "true";
}

template <class T>
std::optional<T> Number(const rest::HttpRequest& http, const char* name) {
  const std::string text = http.Query(name);
  if (text.empty()) return {};
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw ConfigError(fmt::format("{}={} is no number", name, text));
  }
  return value;
}

rest::HttpResponse Text(std::string body) {
  rest::HttpResponse out;
  out.content_type = "text/plain; charset=utf-8";
  out.body = std::move(body);
  return out;
}

}  // namespace

std::string ToQuery(const TopicsRequest& request) {
  QueryWriter query;
  query.Add("describe", request.describe);
  if (!request.topic.empty()) query.Add("topic", std::string_view(request.topic));
  return query.Take();
}

TopicsRequest TopicsRequestOf(const rest::HttpRequest& http) {
  return {.describe = Flag(http, "describe", false), .topic = http.Query("topic")};
}

std::string ToQuery(const ConsumeRequest& request) {
  QueryWriter query;
  for (const std::string& topic : request.subscription.topics)
    query.Add("topic", std::string_view(topic));
  if (!request.subscription.topics_regex.empty()) {
    query.Add("topics-regex", std::string_view(request.subscription.topics_regex));
  }
  query.Add("from-beginning", request.from_beginning);
  query.Add("follow", request.follow);
  if (request.partition)
    query.Add("partition", std::string_view(std::to_string(*request.partition)));
  if (request.messages_max)
    query.Add("max-messages", std::string_view(std::to_string(*request.messages_max)));
  if (request.timeout)
    query.Add("timeout-ms", std::string_view(std::to_string(request.timeout->count())));
  const PrintOptions& print = request.print;
  query.Add("jsonl", print.jsonl);
  query.Add("print.timestamp", print.print_timestamp);
  query.Add("print.partition", print.print_partition);
  query.Add("print.offset", print.print_offset);
  query.Add("print.headers", print.print_headers);
  query.Add("print.key", print.print_key);
  query.Add("print.value", print.print_value);
  query.Add("key.separator", std::string_view(print.key_separator));
  query.Add("line.separator", std::string_view(print.line_separator));
  query.Add("null.literal", std::string_view(print.null_literal));
  return query.Take();
}

ConsumeRequest ConsumeRequestOf(const rest::HttpRequest& http) {
  ConsumeRequest out;
  const auto [first, last] = http.query.equal_range("topic");
  for (auto it = first; it != last; ++it) out.subscription.topics.push_back(it->second);
  out.subscription.topics_regex = http.Query("topics-regex");
  if (out.subscription.topics.empty() == out.subscription.topics_regex.empty()) {
    throw ConfigError("give either topic or topics-regex");
  }
  if (const auto regex = Regex::Compile(out.subscription.topics_regex); !regex) {
    throw ConfigError(fmt::format("topics-regex: {}", regex.error()));
  }
  out.from_beginning = Flag(http, "from-beginning", false);
  out.follow = Flag(http, "follow", false);
  out.partition = Number<int32_t>(http, "partition");
  out.messages_max = Number<uint64_t>(http, "max-messages");
  if (const auto ms = Number<int64_t>(http, "timeout-ms"))
    out.timeout = std::chrono::milliseconds(*ms);
  PrintOptions& print = out.print;
  print.jsonl = Flag(http, "jsonl", false);
  print.print_timestamp = Flag(http, "print.timestamp", false);
  print.print_partition = Flag(http, "print.partition", false);
  print.print_offset = Flag(http, "print.offset", false);
  print.print_headers = Flag(http, "print.headers", false);
  print.print_key = Flag(http, "print.key", false);
  print.print_value = Flag(http, "print.value", true);
  print.key_separator = http.Query("key.separator", print.key_separator);
  print.line_separator = http.Query("line.separator", print.line_separator);
  print.null_literal = http.Query("null.literal", print.null_literal);
  return out;
}

void AddLookingRoutes(rest::RestServer& server, log::Log& log) {
  server.AddGet("/tidewire/topics", [&log](const rest::HttpRequest& http) {
    return Text(DescribeTopics(log, TopicsRequestOf(http)));
  });
  server.AddGet("/tidewire/consume", [&log](const rest::HttpRequest& http) {
    rest::HttpResponse out = Text({});
    out.stream = [&log, request = ConsumeRequestOf(http)](const rest::ChunkWriter& write,
                                                          std::stop_token stop) {
      Consume(log, request, write, std::move(stop));
    };
    return out;
  });
}

}  // namespace tidewire::cli
