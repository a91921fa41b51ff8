#include "rest/http_server.h"

// The options with which Debian's libcpp-httplib is built (pkg-config --cflags cpp-httplib):
// without them the layout of its classes differs from the library's.
#define CPPHTTPLIB_OPENSSL_SUPPORT
#define CPPHTTPLIB_ZLIB_SUPPORT
#define CPPHTTPLIB_BROTLI_SUPPORT
#include <httplib.h>

#include <cerrno>

#include "base/error.h"
#include "base/logging.h"
#include "rest/connection.h"
#include "rest/connection_threads.h"

namespace tidewire::rest {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kKeepAlive{15'000};
constexpr milliseconds kStopPatience{50};
// The library asks for 5: a burst of clients would run into SYN retransmissions of a second.
constexpr int kBacklog = 512;

// The library's view of a connection.
class ConnectionStream final : public httplib::Stream {
 public:
  explicit ConnectionStream(Connection& connection) : connection_(connection) {}
  bool is_readable() const override { return true; }
  bool is_writable() const override { return connection_.IsAlive(); }
  ssize_t read(char* out, size_t size) override { return connection_.Read(out, size); }
  ssize_t write(const char* data, size_t size) override { return connection_.Write(data, size); }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  // Not the real one: the library refuses descriptors above FD_SETSIZE, which only its own select()
  // needs.
  socket_t socket() const override { return -1; }

 private:
  Connection& connection_;
};

class Queue final : public httplib::TaskQueue {
 public:
  Queue(size_t threads_max, ConnectionSet& connections)
      : threads_(threads_max, [&connections] { connections.EndOneIdle(); }) {}
  void enqueue(std::function<void()> job) override { threads_.Enqueue(std::move(job)); }
  void shutdown() override { threads_.Shutdown(); }

 private:
  ConnectionThreads threads_;
};

// The library's server with reading, waiting and ending of connections done here: its own
// keep-alive wait wakes up a hundred times a second and cannot be ended.
class Listener final : public httplib::Server {
 public:
  Listener(ConnectionSet& connections, const HttpOptions& options) : connections_(connections) {
    // Never SO_REUSEPORT, the library's default: two workers would share the port in silence.
    set_socket_options([](socket_t socket) {
      const int on = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    });
    set_payload_max_length(options.request_bytes_max);
    new_task_queue = [this, max = options.connections_max] { return new Queue(max, connections_); };
  }

  int Bind(const std::string& host, int port) {
    errno = 0;
    const int bound = port == 0 ? bind_to_any_port(host) : (bind_to_port(host, port) ? port : -1);
    if (bound < 0) {
      throw ConfigError(fmt::format(
          "cannot listen on {}:{} ({}); stop the program that uses it, or set 'listeners'", host,
          port, errno != 0 ? std::strerror(errno) : "no such address"));
    }
    ::listen(svr_sock_, kBacklog);
    return bound;
  }

 private:
  bool process_and_close_socket(socket_t socket) override {
    Connection connection(socket, connections_);
    ConnectionStream stream(connection);
    bool close = false;
    while (!close && connection.WaitForRequest(kKeepAlive)) {
      if (!process_request(stream, false, close, nullptr)) return false;
    }
    return true;
  }

  ConnectionSet& connections_;
};

std::string ErrorBody(int status, const char* message) {
  return fmt::format("{{\"error_code\":{},\"message\":\"{}\"}}", status, message);
}

// Answers that the library makes by itself, in the API's form.
void FillLibraryError(httplib::Response& response) {
  if (!response.body.empty() || response.content_length_ != 0) return;
  const char* message = "HTTP 400 Bad Request";
  if (response.status == 404) message = "HTTP 404 Not Found";
  if (response.status == 413) {
    message = "The request body is larger than tidewire.rest.request.bytes.max allows";
  }
  if (response.status == 414) message = "The request line is too long";
  if (response.status >= 500) message = "HTTP 500 Internal Server Error";
  response.set_content(ErrorBody(response.status, message), "application/json");
}

std::string MediaType(const std::string& content_type) {
  std::string out = content_type.substr(0, content_type.find(';'));
  while (!out.empty() && out.back() == ' ') out.pop_back();
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(HttpOptions options, HttpHandler handler)
      : options_(std::move(options)),
        handler_(std::move(handler)),
        listener_(connections_, options_) {
    const auto any = [this](const httplib::Request& in, httplib::Response& out) {
      Answer(in, out);
    };
    const std::string everything = ".*";
    listener_.Get(everything, any).Post(everything, any).Put(everything, any);
    listener_.Patch(everything, any).Delete(everything, any).Options(everything, any);
    listener_.set_error_handler(
        [](const httplib::Request&, httplib::Response& out) { FillLibraryError(out); });
  }

  ~Impl() { Stop(); }

  int Start() {
    const int port = listener_.Bind(options_.host, options_.port);
    thread_ = std::jthread([this] {
      listener_.listen_after_bind();
      loop_ended_ = true;
    });
    return port;
  }

  void Stop() {
    if (!thread_.joinable()) return;
    stop_.request_stop();
    // The library's stop() needs its loop to have begun.
    while (!listener_.is_running() && !loop_ended_) std::this_thread::yield();
    listener_.stop();
    connections_.StopReading();
    connections_.EndAll(kStopPatience);
    thread_.join();
  }

 private:
  void Answer(const httplib::Request& in, httplib::Response& out) {
    HttpRequest request;
    request.method = in.method;
    ParseTarget(in.target, request);
    request.content_type = MediaType(in.get_header_value("Content-Type"));
    request.host = in.get_header_value("Host");
    request.body = in.body;
    HttpResponse response = handler_(request);
    out.status = response.status;
    for (auto& [name, value] : response.headers) out.set_header(name, value);
    if (!response.stream) {
      if (!response.body.empty()) out.set_content(response.body, response.content_type);
      return;
    }
    out.set_chunked_content_provider(
        response.content_type,
        [this, stream = std::move(response.stream)](size_t, httplib::DataSink& sink) {
          return Stream(stream, sink);
        });
  }

  bool Stream(const std::function<void(const ChunkWriter&, std::stop_token)>& stream,
              httplib::DataSink& sink) const {
    const std::stop_token stop = stop_.get_token();
    const ChunkWriter write = [&](std::string_view piece) {
      if (stop.stop_requested()) return false;
      return piece.empty() ? sink.is_writable() : sink.write(piece.data(), piece.size());
    };
    try {
      stream(write, stop);
    } catch (const std::exception& error) {
      Logger("rest").warn("a streamed answer ended early: {}", error.what());
      return false;
    }
    sink.done();
    return true;
  }

  const HttpOptions options_;
  const HttpHandler handler_;
  ConnectionSet connections_;
  std::stop_source stop_;
  std::atomic<bool> loop_ended_ = false;
  Listener listener_;
  std::jthread thread_;
};

HttpServer::HttpServer(HttpOptions options, HttpHandler handler)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(handler))) {}

HttpServer::~HttpServer() = default;

int HttpServer::Start() { return impl_->Start(); }

void HttpServer::Stop() { impl_->Stop(); }

}  // namespace tidewire::rest
