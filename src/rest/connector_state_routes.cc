#include "rest/answers.h"
#include "rest/request_body.h"
#include "rest/routes.h"

namespace tidewire::rest {
namespace {

using runtime::Herder;
using runtime::RequestError;
using runtime::TargetState;

HttpResponse StatusResponse(const runtime::ConnectorStatus& status, int code) {
  JsonWriter out;
  WriteStatus(out, status);
  return JsonResponse(out.Take(), code);
}

HttpResponse TaskStatus(const HttpRequest& request, Herder& herder) {
  const std::string& name = request.path[1];
  const int id = std::stoi(request.path[3]);
  const std::string missing = fmt::format("No status found for task {}-{}", name, id);
  runtime::ConnectorStatus status;
  try {
    status = herder.Status(name);
  } catch (const RequestError& error) {
    throw error.status() == 404 ? RequestError(404, missing) : error;
  }
  for (const auto& task : status.tasks) {
    if (task.id != id) continue;
    JsonWriter out;
    WriteTaskStatus(out, task);
    return JsonResponse(out.Take());
  }
  throw RequestError(404, missing);
}

HttpResponse Tasks(const HttpRequest& request, Herder& herder) {
  const std::string& name = request.path[1];
  JsonWriter out;
  out.BeginArray();
  for (const auto& [task, config] : herder.TaskConfigs(name)) {
    out.BeginObject().Key("id");
    WriteTaskId(out, name, task);
    out.Key("config");
    WriteProperties(out, config);
    out.EndObject();
  }
  out.EndArray();
  return JsonResponse(out.Take());
}

bool Flag(const HttpRequest& request, const char* name) {
  std::string value = request.Query(name, "false");
  for (char& c : value) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return value == "true";
}

HttpResponse Restart(const HttpRequest& request, Herder& herder) {
  const auto status =
      herder.Restart(request.path[1], Flag(request, "includeTasks"), Flag(request, "onlyFailed"));
  return status ? StatusResponse(*status, 202) : EmptyResponse(204);
}

HttpResponse Topics(const HttpRequest& request, Herder& herder) {
  const std::string& name = request.path[1];
  std::vector<std::string> topics;
  try {
    topics = herder.ActiveTopics(name);
  } catch (const RequestError& error) {
    // The real worker knows topics by name alone, so an unknown connector has none.
    if (error.status() != 404) throw;
  }
  JsonWriter out;
  out.BeginObject().Key(name).BeginObject().Key("topics").Texts(topics).EndObject().EndObject();
  return JsonResponse(out.Take());
}

HttpResponse Offsets(const HttpRequest& request, Herder& herder) {
  JsonWriter out;
  out.BeginObject().Key("offsets").BeginArray();
  for (const auto& entry : herder.Offsets(request.path[1])) {
    out.BeginObject().Key("partition").Raw(entry.partition).Key("offset");
    if (entry.offset) {
      out.Raw(*entry.offset);
    } else {
      out.Null();
    }
    out.EndObject();
  }
  out.EndArray().EndObject();
  return JsonResponse(out.Take());
}

HttpResponse MessageResponse(const std::string& message) {
  JsonWriter out;
  out.BeginObject().Key("message").Text(message).EndObject();
  return JsonResponse(out.Take());
}

void AddTargetState(Router& router, Herder& herder, const char* verb, TargetState state,
                    int status) {
  router.Add("PUT", fmt::format("/connectors/{{}}/{}", verb),
             [&herder, state, status](const HttpRequest& r) {
               herder.SetTargetState(r.path[1], state);
               return EmptyResponse(status);
             });
}

void AddOffsetRoutes(Router& router, Herder& herder) {
  router.Add("GET", "/connectors/{}/offsets",
             [&](const HttpRequest& r) { return Offsets(r, herder); });
  router.Add("PATCH", "/connectors/{}/offsets", [&](const HttpRequest& r) {
    return MessageResponse(herder.AlterOffsets(r.path[1], ParseOffsets(r.body)));
  });
  router.Add("DELETE", "/connectors/{}/offsets", [&](const HttpRequest& r) {
    return MessageResponse(herder.AlterOffsets(r.path[1], {}));
  });
}

}  // namespace

void AddConnectorStateRoutes(Router& router, Herder& herder) {
  router.Add("GET", "/connectors/{}/status",
             [&](const HttpRequest& r) { return StatusResponse(herder.Status(r.path[1]), 200); });
  router.Add("GET", "/connectors/{}/tasks", [&](const HttpRequest& r) { return Tasks(r, herder); });
  router.Add("GET", "/connectors/{}/tasks/{int}/status",
             [&](const HttpRequest& r) { return TaskStatus(r, herder); });
  router.Add("POST", "/connectors/{}/tasks/{int}/restart", [&](const HttpRequest& r) {
    herder.RestartTask(r.path[1], std::stoi(r.path[3]));
    return EmptyResponse(204);
  });
  router.Add("POST", "/connectors/{}/restart",
             [&](const HttpRequest& r) { return Restart(r, herder); });
  AddTargetState(router, herder, "pause", TargetState::kPaused, 202);
  AddTargetState(router, herder, "resume", TargetState::kStarted, 202);
  AddTargetState(router, herder, "stop", TargetState::kStopped, 204);
  router.Add("GET", "/connectors/{}/topics",
             [&](const HttpRequest& r) { return Topics(r, herder); });
  router.Add("PUT", "/connectors/{}/topics/reset", [&](const HttpRequest& r) {
    herder.ResetActiveTopics(r.path[1]);
    return EmptyResponse(202);
  });
  AddOffsetRoutes(router, herder);
}

}  // namespace tidewire::rest
