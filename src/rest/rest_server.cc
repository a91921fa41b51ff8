#include "rest/rest_server.h"

#include "rest/http_server.h"
#include "rest/routes.h"

namespace tidewire::rest {

RestServer::RestServer(runtime::Herder& herder, RestOptions options)
    : options_(std::move(options)) {
  AddAdminRoutes(router_, herder, options_.version, options_.commit);
  AddPluginRoutes(router_, herder);
  AddConnectorRoutes(router_, herder);
  AddConnectorStateRoutes(router_, herder);
}

RestServer::~RestServer() { Stop(); }

void RestServer::AddGet(std::string_view pattern, HttpHandler handler) {
  router_.Add("GET", pattern, std::move(handler));
}

int RestServer::Start() {
  int first = 0;
  for (const config::Listener& listener : options_.listeners) {
    HttpOptions http;
    http.host = listener.host;
    http.port = listener.port;
    http.connections_max = options_.connections_max;
    http.request_bytes_max = options_.request_bytes_max;
    servers_.push_back(std::make_unique<HttpServer>(
        std::move(http), [this](const HttpRequest& request) { return router_.Answer(request); }));
    const int port = servers_.back()->Start();
    if (first == 0) first = port;
  }
  return first;
}

void RestServer::Stop() {
  for (auto& server : servers_) server->Stop();
  servers_.clear();
}

}  // namespace tidewire::rest
