#include "base/clock.h"
#include "base/logging.h"
#include "base/metrics.h"
#include "rest/json.h"
#include "rest/request_body.h"
#include "rest/routes.h"

namespace tidewire::rest {
namespace {

using runtime::RequestError;

void WriteLevel(JsonWriter& out, const LoggerLevel& level) {
  out.BeginObject().Key("level").Text(level.level).Key("last_modified");
  if (level.last_modified_ms) {
    out.Int(*level.last_modified_ms);
  } else {
    out.Null();
  }
  out.EndObject();
}

HttpResponse Loggers(const HttpRequest&) {
  JsonWriter out;
  out.BeginObject();
  for (const auto& [name, level] : LoggerLevels()) {
    out.Key(name);
    WriteLevel(out, level);
  }
  out.EndObject();
  return JsonResponse(out.Take());
}

HttpResponse OneLogger(const HttpRequest& request) {
  const auto levels = LoggerLevels();
  const auto it = levels.find(request.path[2]);
  if (it == levels.end()) {
    throw RequestError(404, fmt::format("Logger {} not found.", request.path[2]));
  }
  JsonWriter out;
  WriteLevel(out, it->second);
  return JsonResponse(out.Take());
}

HttpResponse SetLogger(const HttpRequest& request) {
  const std::string level = ParseLevel(request.body);
  const auto changed = SetLoggerLevel(request.path[2], level, SystemClock().WallMillis());
  if (!changed) throw RequestError(404, fmt::format("invalid log level '{}'.", level));
  // A cluster of one.
  if (request.Query("scope") == "cluster") return EmptyResponse(204);
  JsonWriter out;
  out.Texts(*changed);
  return JsonResponse(out.Take());
}

HttpResponse Metrics(const HttpRequest&) {
  HttpResponse out;
  out.content_type = "text/plain; version=0.0.4; charset=utf-8";
  out.body = RenderMetrics();
  return out;
}

}  // namespace

void AddAdminRoutes(Router& router, runtime::Herder& herder, const std::string& version,
                    const std::string& commit) {
  router.Add("GET", "/", [&herder, version, commit](const HttpRequest&) {
    JsonWriter out;
    out.BeginObject().Key("version").Text(version).Key("commit").Text(commit);
    out.Key("kafka_cluster_id").Text(herder.cluster_id()).EndObject();
    return JsonResponse(out.Take());
  });
  router.Add("GET", "/health", [&](const HttpRequest&) {
    const auto health = herder.health();
    JsonWriter out;
    out.BeginObject().Key("status").Text(health.status).Key("message").Text(health.message);
    return JsonResponse(out.EndObject().Take(), health.http_status);
  });
  router.Add("GET", "/metrics", Metrics);
  router.Add("GET", "/admin/loggers", Loggers);
  router.Add("GET", "/admin/loggers/{}", OneLogger);
  router.Add("PUT", "/admin/loggers/{}", SetLogger);
}

}  // namespace tidewire::rest
