// Finds the handler of a request by method and path.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rest/http.h"

namespace tidewire::rest {

// Filled before the server starts, read by many threads afterwards.
class Router {
 public:
  // Patterns: "/connectors/{}/tasks/{int}/restart": {} is any segment, {int} one of digits only.
  // Literal patterns go before those with {} whatever the order of adding.
  void Add(std::string method, std::string_view pattern, HttpHandler handler);

  // Answers every request: 404 and 405 in Kafka Connect's form, OPTIONS and HEAD from what was
  // added, 415 for a body that is not JSON. What a handler throws becomes an error answer.
  HttpResponse Answer(const HttpRequest& request) const;

 private:
  struct Route {
    std::vector<std::string> pattern;
    std::map<std::string, HttpHandler> handlers;
  };
  const Route* Find(const std::vector<std::string>& path) const;
  static HttpResponse Options(const Route& route);

  std::vector<Route> routes_;
};

HttpResponse ErrorResponse(int status, std::string_view message);

}  // namespace tidewire::rest
