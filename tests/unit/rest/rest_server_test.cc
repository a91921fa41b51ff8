// Over real sockets on loopback.
#include "rest/rest_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "rest/http_server.h"
#include "unit/rest/fake_herder.h"

namespace tidewire::rest {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

// A blocking client that sends what it is told.
class Client {
 public:
  explicit Client(int port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~Client() { ::close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool connected() const { return connected_; }
  void Send(const std::string& text) { ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL); }
  // What comes until `mark` was seen, the peer closes, or `patience` is over.
  std::string ReadUntil(const std::string& mark, milliseconds patience = milliseconds(3000)) {
    std::string out;
    const auto deadline = steady_clock::now() + patience;
    while (out.find(mark) == std::string::npos) {
      const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now()).count();
      pollfd one{fd_, POLLIN, 0};
      if (left <= 0 || ::poll(&one, 1, static_cast<int>(left)) <= 0) break;
      char buffer[4096];
      const ssize_t got = ::recv(fd_, buffer, sizeof(buffer), 0);
      if (got <= 0) break;
      out.append(buffer, static_cast<size_t>(got));
    }
    return out;
  }
  std::string Get(const std::string& target, const std::string& mark) {
    Send("GET " + target + " HTTP/1.1\r\nHost: h:1\r\n\r\n");
    return ReadUntil(mark);
  }

 private:
  int fd_;
  bool connected_ = false;
};

class RestServerTest : public testing::Test {
 protected:
  explicit RestServerTest(size_t connections_max = 128) {
    options_.listeners = {{"127.0.0.1", 0}};
    options_.request_bytes_max = 10000;
    options_.connections_max = connections_max;
    server_ = std::make_unique<RestServer>(herder_, options_);
  }

  FakeHerder herder_;
  RestOptions options_;
  std::unique_ptr<RestServer> server_;
};

TEST_F(RestServerTest, AnswersAtOnceAfterStart) {
  Client client(server_->Start());
  EXPECT_THAT(client.Get("/connectors", "[]"),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("Content-Type: application/json"),
                    testing::EndsWith("\r\n\r\n[]")));
}

TEST_F(RestServerTest, KeepsAConnectionForManyRequests) {
  Client client(server_->Start());
  for (int i = 0; i < 300; ++i)
    EXPECT_THAT(client.Get("/connectors", "[]"), StartsWith("HTTP/1.1 200"));
}

TEST_F(RestServerTest, AnswersRequestsThatComeTogether) {
  Client client(server_->Start());
  client.Send("GET /connectors HTTP/1.1\r\nHost: h\r\n\r\nGET /nope HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.ReadUntil("Not Found\"}"), AllOf(HasSubstr("[]"), HasSubstr("HTTP/1.1 404")));
}

TEST_F(RestServerTest, TakesBodiesWithALengthAndInChunks) {
  const int port = server_->Start();
  const std::string body = R"({"name":"x","config":{"a":"1"}})";
  Client client(port);
  client.Send(
      fmt::format("POST /connectors HTTP/1.1\r\nHost: h:1\r\nContent-Type: application/json; "
                  "charset=utf-8\r\nContent-Length: {}\r\n\r\n{}",
                  body.size(), body));
  EXPECT_THAT(client.ReadUntil("\"source\"}"),
              AllOf(StartsWith("HTTP/1.1 201 Created"),
                    HasSubstr("Location: http://h:1/connectors/x\r\n")));
  client.Send(
      "PUT /connectors/x/config HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\n{\"b\":\r\n4\r\n\"2\"}\r\n0\r\n\r\n");
  EXPECT_THAT(client.ReadUntil("\"source\"}"), HasSubstr(R"("b":"2")"));
}

TEST_F(RestServerTest, RefusesTooLargeABody) {
  Client client(server_->Start());
  client.Send(
      "POST /connectors HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
      "Content-Length: 20000\r\n\r\n" +
      std::string(20000, ' '));
  EXPECT_THAT(client.ReadUntil("}"),
              AllOf(StartsWith("HTTP/1.1 413"), HasSubstr("request.bytes.max"),
                    HasSubstr("\"error_code\":413")));
}

TEST_F(RestServerTest, AnswersMalformedRequests) {
  Client client(server_->Start());
  client.Send("nonsense\r\n\r\n");
  EXPECT_THAT(client.ReadUntil("}"), StartsWith("HTTP/1.1 400"));
}

TEST_F(RestServerTest, AnswersUnusualMethodsAndHead) {
  Client client(server_->Start());
  client.Send("HEAD /connectors HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string head = client.ReadUntil("\r\n\r\n");
  EXPECT_THAT(head, AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("Content-Length: 2")));
  client.Send("OPTIONS /connectors HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.ReadUntil("\r\n\r\n"), HasSubstr("Allow: GET,POST,HEAD,OPTIONS"));
}

TEST_F(RestServerTest, IsNotHeldUpBySlowClients) {
  const int port = server_->Start();
  std::vector<std::unique_ptr<Client>> slow;
  for (int i = 0; i < 60; ++i) {
    slow.push_back(std::make_unique<Client>(port));
    slow.back()->Send("GET /connectors HT");
  }
  Client client(port);
  const auto began = steady_clock::now();
  EXPECT_THAT(client.Get("/connectors", "[]"), StartsWith("HTTP/1.1 200"));
  EXPECT_LT(steady_clock::now() - began, milliseconds(1000));
}

TEST_F(RestServerTest, StopsAtOnceWithIdleAndSlowConnections) {
  const int port = server_->Start();
  Client idle(port);
  idle.Get("/connectors", "[]");
  Client slow(port);
  slow.Send("GET /conn");
  std::this_thread::sleep_for(milliseconds(20));
  const auto began = steady_clock::now();
  server_->Stop();
  EXPECT_LT(steady_clock::now() - began, milliseconds(100));
  EXPECT_FALSE(Client(port).connected());
}

TEST_F(RestServerTest, StopsRightAfterStart) {
  server_->Start();
  server_->Stop();
  server_->Stop();
}

TEST_F(RestServerTest, SendsWhatIsUnderWayWhenItStops) {
  std::atomic<bool> entered = false;
  server_->AddGet("/slow", [&](const HttpRequest&) {
    entered = true;
    std::this_thread::sleep_for(milliseconds(30));
    return JsonResponse("\"done\"");
  });
  Client client(server_->Start());
  client.Send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  while (!entered) std::this_thread::yield();
  server_->Stop();
  EXPECT_THAT(client.ReadUntil("\"done\""), HasSubstr("\"done\""));
}

TEST_F(RestServerTest, StreamsChunksUntilTheyEnd) {
  server_->AddGet("/stream/{}", [](const HttpRequest& request) {
    HttpResponse out;
    out.content_type = "application/x-ndjson";
    out.stream = [name = request.path[1]](const ChunkWriter& write, std::stop_token) {
      for (int i = 0; i < 3; ++i) write(fmt::format("{}{}\n", name, i));
    };
    return out;
  });
  Client client(server_->Start());
  const std::string answer = client.Get("/stream/x", "0\r\n\r\n");
  EXPECT_THAT(answer, AllOf(HasSubstr("Transfer-Encoding: chunked"), HasSubstr("x0\n"),
                            HasSubstr("x2\n"), testing::EndsWith("0\r\n\r\n")));
  EXPECT_THAT(client.Get("/connectors", "[]"), StartsWith("HTTP/1.1 200"));
}

TEST_F(RestServerTest, EndsStreamsWhenItStops) {
  std::atomic<bool> ended = false;
  server_->AddGet("/follow", [&](const HttpRequest&) {
    HttpResponse out;
    out.stream = [&](const ChunkWriter& write, std::stop_token stop) {
      write("begun\n");
      std::mutex mutex;
      std::condition_variable_any never;
      std::unique_lock lock(mutex);
      never.wait(lock, stop, [] { return false; });
      ended = !write("more");
    };
    return out;
  });
  Client client(server_->Start());
  client.Get("/follow", "begun");
  const auto began = steady_clock::now();
  server_->Stop();
  EXPECT_LT(steady_clock::now() - began, milliseconds(100));
  EXPECT_TRUE(ended);
}

TEST_F(RestServerTest, TellsAStreamThatItsClientIsGone) {
  std::atomic<bool> noticed = false;
  server_->AddGet("/follow", [&](const HttpRequest&) {
    HttpResponse out;
    out.stream = [&](const ChunkWriter& write, std::stop_token) {
      write("begun\n");
      const auto deadline = steady_clock::now() + milliseconds(3000);
      while (write("") && steady_clock::now() < deadline)
        std::this_thread::sleep_for(milliseconds(5));
      noticed = steady_clock::now() < deadline;
    };
    return out;
  });
  const int port = server_->Start();
  { Client(port).Get("/follow", "begun"); }
  server_->Stop();
  EXPECT_TRUE(noticed);
}

TEST_F(RestServerTest, ListensOnSeveralAddresses) {
  options_.listeners = {{"127.0.0.1", 0}, {"127.0.0.2", 0}};
  RestServer server(herder_, options_);
  EXPECT_GT(server.Start(), 0);
}

TEST_F(RestServerTest, NamesAnAddressThatIsTaken) {
  const int port = server_->Start();
  options_.listeners = {{"127.0.0.1", port}};
  RestServer second(herder_, options_);
  EXPECT_THAT([&] { second.Start(); }, testing::ThrowsMessage<ConfigError>(
                                           AllOf(HasSubstr(fmt::format("127.0.0.1:{}", port)),
                                                 HasSubstr("Address already in use"))));
}

class FullRestServerTest : public RestServerTest {
 protected:
  FullRestServerTest() : RestServerTest(2) {}
};

TEST_F(FullRestServerTest, EndsIdleConnectionsForNewOnes) {
  const int port = server_->Start();
  Client first(port);
  first.Get("/connectors", "[]");
  Client second(port);
  second.Get("/connectors", "[]");
  Client third(port);
  EXPECT_THAT(third.Get("/connectors", "[]"), StartsWith("HTTP/1.1 200"));
}

TEST_F(RestServerTest, ServesManyClientsAtOnce) {
  const int port = server_->Start();
  std::atomic<int> good = 0;
  std::vector<std::jthread> clients;
  for (int c = 0; c < 16; ++c) {
    clients.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        Client client(port);
        if (client.Get("/connectors", "[]").starts_with("HTTP/1.1 200")) ++good;
      }
    });
  }
  clients.clear();
  EXPECT_EQ(good, 320);
}

}  // namespace
}  // namespace tidewire::rest
