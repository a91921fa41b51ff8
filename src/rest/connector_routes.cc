#include "rest/answers.h"
#include "rest/request_body.h"
#include "rest/routes.h"

namespace tidewire::rest {
namespace {

using runtime::ConnectorInfo;
using runtime::Herder;
using runtime::RequestError;

HttpResponse InfoResponse(const ConnectorInfo& info, int status = 200) {
  JsonWriter out;
  WriteInfo(out, info);
  return JsonResponse(out.Take(), status);
}

// 201 names the new connector's address, as the client sees this server.
HttpResponse CreatedResponse(const HttpRequest& request, const ConnectorInfo& info) {
  HttpResponse out = InfoResponse(info, 201);
  const std::string base = request.host.empty() ? "" : "http://" + request.host;
  out.headers.emplace_back("Location", base + "/connectors/" + PercentEncodeSegment(info.name));
  return out;
}

void WriteExpanded(JsonWriter& out, Herder& herder, const std::string& name, bool status,
                   bool info) {
  JsonWriter one;
  one.BeginObject();
  if (status) {
    one.Key("status");
    WriteStatus(one, herder.Status(name));
  }
  if (info) {
    one.Key("info");
    WriteInfo(one, herder.Info(name));
  }
  one.EndObject();
  out.Key(name).Raw(one.Take());
}

HttpResponse ListConnectors(const HttpRequest& request, Herder& herder) {
  JsonWriter out;
  if (!request.query.contains("expand")) {
    out.Texts(herder.Connectors());
    return JsonResponse(out.Take());
  }
  bool status = false;
  bool info = false;
  const auto [begin, end] = request.query.equal_range("expand");
  for (auto it = begin; it != end; ++it) {
    status |= it->second == "status";
    info |= it->second == "info";
  }
  out.BeginObject();
  for (const std::string& name : herder.Connectors()) {
    try {
      WriteExpanded(out, herder, name, status, info);
    } catch (const RequestError& error) {
      // Deleted since the list was made.
      if (error.status() != 404) throw;
    }
  }
  out.EndObject();
  return JsonResponse(out.Take());
}

// The name belongs into the configuration, where it may stand already.
void SetName(const std::string& name, config::Properties& config) {
  const auto [it, added] = config.emplace("name", name);
  if (!added && it->second != name) {
    throw RequestError(400, fmt::format("Connector name configuration ({}) doesn't match connector "
                                        "name in the URL ({})",
                                        it->second, name));
  }
}

HttpResponse CreateConnector(const HttpRequest& request, Herder& herder) {
  CreateRequest create = ParseCreateRequest(request.body);
  SetName(create.name, create.config);
  const auto [created, info] =
      herder.PutConfig(create.name, create.config, create.initial_state, true);
  return CreatedResponse(request, info);
}

HttpResponse PutConfig(const HttpRequest& request, Herder& herder) {
  config::Properties config = ParseConfig(request.body);
  SetName(request.path[1], config);
  const auto [created, info] =
      herder.PutConfig(request.path[1], config, runtime::TargetState::kStarted, false);
  return created ? CreatedResponse(request, info) : InfoResponse(info);
}

}  // namespace

void AddConnectorRoutes(Router& router, Herder& herder) {
  router.Add("GET", "/connectors", [&](const HttpRequest& r) { return ListConnectors(r, herder); });
  router.Add("POST", "/connectors",
             [&](const HttpRequest& r) { return CreateConnector(r, herder); });
  router.Add("GET", "/connectors/{}",
             [&](const HttpRequest& r) { return InfoResponse(herder.Info(r.path[1])); });
  router.Add("DELETE", "/connectors/{}", [&](const HttpRequest& r) {
    herder.Delete(r.path[1]);
    return EmptyResponse(204);
  });
  router.Add("GET", "/connectors/{}/config", [&](const HttpRequest& r) {
    JsonWriter out;
    WriteProperties(out, herder.Info(r.path[1]).config);
    return JsonResponse(out.Take());
  });
  router.Add("PUT", "/connectors/{}/config",
             [&](const HttpRequest& r) { return PutConfig(r, herder); });
  router.Add("PATCH", "/connectors/{}/config", [&](const HttpRequest& r) {
    return InfoResponse(herder.PatchConfig(r.path[1], ParseConfigPatch(r.body)));
  });
}

}  // namespace tidewire::rest
