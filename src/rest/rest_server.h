// The Kafka Connect REST API (KIP-26, 475, 477, 495, 769, 875, 980) on top of a Herder, and the
// worker's own routes.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/worker.h"
#include "rest/http.h"
#include "rest/router.h"
#include "runtime/herder.h"

namespace tidewire::rest {

class HttpServer;

struct RestOptions {
  std::vector<config::Listener> listeners = {{"127.0.0.1", 8083}};
  std::string version;  // GET /
  std::string commit;
  size_t connections_max = 128;
  size_t request_bytes_max = 10u << 20;
};

// AddGet, Start and Stop: from one thread, in this order. `herder` must outlive it, and must answer
// (or refuse) what is asked of it until Stop returns.
class RestServer {
 public:
  RestServer(runtime::Herder& herder, RestOptions options);
  ~RestServer();

  // A further route; `pattern` as Router takes it. Its handler may stream (HttpResponse::stream).
  // Before Start.
  void AddGet(std::string_view pattern, HttpHandler handler);

  // Listens on all listeners and returns the port of the first; from here on requests are answered.
  // Throws ConfigError naming the address that cannot be had.
  int Start();
  // Within 100 ms, unless the herder itself keeps a request longer. Idempotent.
  void Stop();

 private:
  const RestOptions options_;
  Router router_;
  std::vector<std::unique_ptr<HttpServer>> servers_;
};

}  // namespace tidewire::rest
