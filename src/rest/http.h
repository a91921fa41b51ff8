// Requests and answers as the REST rooms see them: no vendor types.
#pragma once

#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidewire::rest {

struct HttpRequest {
  std::string method;  // "GET"
  std::vector<std::string>
      path;  // Decoded segments; an empty last one ("/connectors/") is left out.
  std::multimap<std::string, std::string> query;
  std::string content_type;  // Without parameters, in lower case; empty: none given.
  std::string host;          // The Host header.
  std::string body;

  // The first value of that parameter, or `otherwise`.
  std::string Query(const std::string& name, const std::string& otherwise = "") const;
};

// Sends a piece of a streamed answer; blocks while the client is slow. False: the client is gone or
// the server stops, nothing more can be sent. An empty piece sends nothing and only asks.
using ChunkWriter = std::function<bool(std::string_view)>;

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  // Set for a streamed answer: called once, on the connection's thread, after the status line is
  // sent. What it throws ends the connection. `stop` is requested when the server stops.
  std::function<void(const ChunkWriter& write, std::stop_token stop)> stream;
};

// May throw: runtime::RequestError becomes its status, ConfigError 400, any other 500, all with the
// body
// {"error_code":…,"message":…}. Called on many threads at the same time.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

HttpResponse JsonResponse(std::string body, int status = 200);
HttpResponse EmptyResponse(int status);

// "a%20b+c" → "a b+c" (a path segment), or "a b c" (`plus_is_blank`: a query).
std::string PercentDecode(std::string_view text, bool plus_is_blank);
std::string PercentEncodeSegment(std::string_view text);
// A name or a value of a query: '&', '=' and '+' mean something between them.
std::string PercentEncodeQuery(std::string_view text);
// Fills `path` and `query` from a request target ("/connectors/a%2Fb?expand=info").
void ParseTarget(std::string_view target, HttpRequest& request);

}  // namespace tidewire::rest
