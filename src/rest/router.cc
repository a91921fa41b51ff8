#include "rest/router.h"

#include <algorithm>

#include "base/logging.h"
#include "rest/json.h"
#include "runtime/herder.h"

namespace tidewire::rest {
namespace {

bool SegmentMatches(const std::string& pattern, const std::string& segment) {
  if (pattern == "{}") return !segment.empty();
  if (pattern != "{int}") return pattern == segment;
  return !segment.empty() && segment.size() < 10 &&
         std::all_of(segment.begin(), segment.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool Matches(const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
  return std::equal(pattern.begin(), pattern.end(), path.begin(), path.end(), SegmentMatches);
}

std::string AllowedMethods(const std::map<std::string, HttpHandler>& handlers) {
  std::vector<std::string> methods;
  for (const auto& [method, handler] : handlers) methods.push_back(method);
  if (handlers.contains("GET")) methods.push_back("HEAD");
  methods.push_back("OPTIONS");
  return fmt::format("{}", fmt::join(methods, ","));
}

HttpResponse Call(const HttpHandler& handler, const HttpRequest& request) {
  try {
    return handler(request);
  } catch (const runtime::RequestError& error) {
    return ErrorResponse(error.status(), error.what());
  } catch (const ConfigError& error) {
    return ErrorResponse(400, error.what());
  } catch (const std::exception& error) {
    Logger("rest").error("{} /{}: {}", request.method, fmt::join(request.path, "/"), error.what());
    return ErrorResponse(500, error.what());
  }
}

}  // namespace

HttpResponse ErrorResponse(int status, std::string_view message) {
  HttpResponse out;
  out.status = status;
  out.body = ErrorJson(status, message);
  return out;
}

void Router::Add(std::string method, std::string_view pattern, HttpHandler handler) {
  HttpRequest parsed;
  ParseTarget(pattern, parsed);
  for (Route& route : routes_) {
    if (route.pattern == parsed.path) {
      route.handlers[std::move(method)] = std::move(handler);
      return;
    }
  }
  routes_.push_back({std::move(parsed.path), {}});
  routes_.back().handlers[std::move(method)] = std::move(handler);
  std::stable_partition(routes_.begin(), routes_.end(), [](const Route& route) {
    return std::none_of(route.pattern.begin(), route.pattern.end(),
                        [](const std::string& segment) { return segment.starts_with('{'); });
  });
}

const Router::Route* Router::Find(const std::vector<std::string>& path) const {
  for (const Route& route : routes_) {
    if (Matches(route.pattern, path)) return &route;
  }
  return nullptr;
}

HttpResponse Router::Options(const Route& route) {
  HttpResponse out;
  out.headers.emplace_back("Allow", AllowedMethods(route.handlers));
  return out;
}

HttpResponse Router::Answer(const HttpRequest& request) const {
  const Route* route = Find(request.path);
  if (route == nullptr) return ErrorResponse(404, "HTTP 404 Not Found");
  const auto handler = route->handlers.find(request.method == "HEAD" ? "GET" : request.method);
  if (handler == route->handlers.end()) {
    if (request.method == "OPTIONS") return Options(*route);
    HttpResponse out = ErrorResponse(405, "HTTP 405 Method Not Allowed");
    out.headers.emplace_back("Allow", AllowedMethods(route->handlers));
    return out;
  }
  const bool json = request.content_type.empty() || request.content_type == "application/json" ||
                    request.content_type.ends_with("+json");
  if (!json && !request.body.empty()) return ErrorResponse(415, "HTTP 415 Unsupported Media Type");
  return Call(handler->second, request);
}

}  // namespace tidewire::rest
