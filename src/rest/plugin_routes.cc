#include "rest/answers.h"
#include "rest/request_body.h"
#include "rest/routes.h"

namespace tidewire::rest {
namespace {

using runtime::RequestError;

// As the real worker compares them: "PostgresConnector", "Postgres" and the full class are one.
std::string_view WithoutSuffix(std::string_view name) {
  constexpr std::string_view kSuffix = "Connector";
  if (name.ends_with(kSuffix) && name.size() > kSuffix.size()) name.remove_suffix(kSuffix.size());
  return name;
}

HttpResponse Validate(const HttpRequest& request, runtime::Herder& herder) {
  const config::Properties config = ParseConfig(request.body);
  const auto it = config.find("connector.class");
  const std::string& plugin = request.path[1];
  if (it != config.end() && !WithoutSuffix(it->second).ends_with(WithoutSuffix(plugin))) {
    throw RequestError(400, fmt::format("Included connector type {} does not match request type {}",
                                        it->second, plugin));
  }
  return JsonResponse(ValidationJson(herder.Validate(config, true), config, herder.plugins()));
}

HttpResponse PluginConfig(const HttpRequest& request, runtime::Herder& herder) {
  const runtime::Plugin* plugin = herder.plugins().Find(request.path[1]);
  if (plugin == nullptr) {
    throw RequestError(404, fmt::format("Unknown plugin {}.", request.path[1]));
  }
  return JsonResponse(PluginConfigJson(*plugin));
}

}  // namespace

void AddPluginRoutes(Router& router, runtime::Herder& herder) {
  router.Add("GET", "/connector-plugins", [&](const HttpRequest& r) {
    const bool connectors_only = r.Query("connectorsOnly", "true") != "false";
    return JsonResponse(PluginsJson(herder.plugins(), connectors_only));
  });
  router.Add("GET", "/connector-plugins/{}/config",
             [&](const HttpRequest& r) { return PluginConfig(r, herder); });
  router.Add("PUT", "/connector-plugins/{}/config/validate",
             [&](const HttpRequest& r) { return Validate(r, herder); });
}

}  // namespace tidewire::rest
