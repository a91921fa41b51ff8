#include "cli/worker_client.h"

#include <netdb.h>
#include <rapidjson/document.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>

#include "base/error.h"

namespace tidewire::cli {
namespace {

struct Address {
  std::string host;
  std::string port;
};

Address ParseAddress(std::string text) {
  constexpr std::string_view kScheme = "http://";
  if (text.starts_with(kScheme)) text.erase(0, kScheme.size());
  while (text.ends_with('/')) text.pop_back();
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos) return {text, "8083"};
  Address out{text.substr(0, colon), text.substr(colon + 1)};
  if (out.host.starts_with('[') && out.host.ends_with(']')) {
    out.host = out.host.substr(1, out.host.size() - 2);
  }
  return out;
}

// The worker's own words, where its answer is Kafka Connect's error body.
std::string MessageOf(const std::string& body) {
  rapidjson::Document document;
  document.Parse(body.data(), body.size());
  if (document.HasParseError() || !document.IsObject() || !document.HasMember("message")) {
    return body;
  }
  return document["message"].IsString() ? document["message"].GetString() : body;
}

// One connection for one request: HTTP/1.1 as RFC 9112 has it, as far as our own server uses it
// (Content-Length and chunked bodies).
class Connection {
 public:
  explicit Connection(const Address& address) : name_(address.host + ":" + address.port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &found) != 0)
      Fail("no such address");
    for (const addrinfo* at = found; at != nullptr && fd_ < 0; at = at->ai_next) {
      fd_ = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
      if (fd_ < 0 || connect(fd_, at->ai_addr, at->ai_addrlen) == 0) continue;
      close(fd_);
      fd_ = -1;
    }
    freeaddrinfo(found);
    if (fd_ < 0) Fail("connection refused");
  }
  ~Connection() {
    if (fd_ >= 0) close(fd_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) Fail("it closed the connection");
      text.remove_prefix(static_cast<size_t>(sent));
    }
  }
  std::string Line() {
    size_t end;
    while ((end = buffer_.find("\r\n", at_)) == std::string::npos) Fill();
    std::string out = buffer_.substr(at_, end - at_);
    at_ = end + 2;
    return out;
  }
  // False: `write` wants no more.
  bool Body(size_t length, const TextSink& write) {
    while (length > 0) {
      if (at_ == buffer_.size()) Fill();
      const size_t part = std::min(length, buffer_.size() - at_);
      if (!write({buffer_.data() + at_, part})) return false;
      at_ += part;
      length -= part;
    }
    return true;
  }

 private:
  void Fill() {
    buffer_.erase(0, at_);
    at_ = 0;
    char piece[64 * 1024];
    const ssize_t got = recv(fd_, piece, sizeof(piece), 0);
    if (got <= 0) Fail("it closed the connection before the end of its answer");
    buffer_.append(piece, static_cast<size_t>(got));
  }
  [[noreturn]] void Fail(const char* why) const {
    throw RetriableError(
        fmt::format("no answer from a worker at {}: {}; start one with `tidewire worker`, name its "
                    "address with "
                    "--bootstrap-server, or read a stopped worker's directory with --data-dir",
                    name_, why));
  }

  const std::string name_;
  int fd_ = -1;
  std::string buffer_;
  size_t at_ = 0;
};

struct Head {
  int status = 0;
  bool chunked = false;
  size_t length = 0;
};

template <class T>
T Number(std::string_view text, int base) {
  T out{};
  std::from_chars(text.data(), text.data() + text.size(), out, base);
  return out;
}

Head ReadHead(Connection& connection) {
  Head out;
  const std::string status = connection.Line();
  if (status.size() > 12) out.status = Number<int>(std::string_view(status).substr(9, 3), 10);
  for (std::string line = connection.Line(); !line.empty(); line = connection.Line()) {
    const size_t colon = std::min(line.find(':'), line.size());
    std::transform(line.begin(), line.begin() + static_cast<ptrdiff_t>(colon), line.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const std::string_view value = std::string_view(line).substr(
        std::min(line.find_first_not_of(" \t", colon + 1), line.size()));
    if (line.starts_with("transfer-encoding:")) out.chunked = value == "chunked";
    if (line.starts_with("content-length:")) out.length = Number<size_t>(value, 10);
  }
  return out;
}

void ReadBody(Connection& connection, const Head& head, const TextSink& write) {
  if (!head.chunked) {
    connection.Body(head.length, write);
    return;
  }
  for (;;) {
    const auto size = Number<size_t>(connection.Line(), 16);
    if (size == 0 || !connection.Body(size, write)) return;
    connection.Line();
  }
}

}  // namespace

void AskWorker(const std::string& address, const std::string& path_and_query,
               const TextSink& write) {
  const Address parsed = ParseAddress(address);
  Connection connection(parsed);
  connection.Send(
      fmt::format("GET {} HTTP/1.1\r\nHost: {}:{}\r\nAccept: */*\r\nConnection: close\r\n\r\n",
                  path_and_query, parsed.host, parsed.port));
  const Head head = ReadHead(connection);
  if (head.status == 200) {
    ReadBody(connection, head, write);
    return;
  }
  std::string refusal;
  ReadBody(connection, head, [&](std::string_view piece) {
    refusal += piece;
    return true;
  });
  throw ConfigError(MessageOf(refusal));
}

}  // namespace tidewire::cli
