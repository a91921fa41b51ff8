// An HTTP/1.1 server on one address: a thread for each open connection, none when there is none.
#pragma once

#include <memory>
#include <string>

#include "rest/http.h"

namespace tidewire::rest {

struct HttpOptions {
  std::string host = "127.0.0.1";
  int port = 0;                  // 0: any free one.
  size_t connections_max = 128;  // Further ones wait until one ends; idle ones are ended for them.
  size_t request_bytes_max = 10u << 20;
};

// Start and Stop: from one thread. The handler is called on the connections' threads.
class HttpServer {
 public:
  HttpServer(HttpOptions options, HttpHandler handler);
  ~HttpServer();

  // Binds and listens; connections are taken from here on. Returns the port. Throws ConfigError
  // naming the address.
  int Start();
  // Takes no further connection, ends idle ones at once and others after their current request, or
  // after 50 ms by force. Returns when no handler runs any more. Does nothing when not started.
  void Stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidewire::rest
