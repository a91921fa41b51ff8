#include "source/postgres/postgres_stream_reader.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

#include "base/bytes.h"
#include "base/error.h"

namespace tidewire::source {
namespace {

constexpr std::string_view kWhat = "stream changes";
constexpr size_t kLargeReadBytes = 256 * 1024;
constexpr size_t kKeptBufferBytes = 1 << 20;
constexpr int kSendTimeoutMs = 30'000;
constexpr int kStartSecondsMax = 60;

// From version 18 on a server that decodes changes without the publication warns, and leaves them
// out; before, it ended the stream with an error.
constexpr int kSkipsMissingPublications = 180000;

struct ServerMessage {
  std::string severity;  // Not translated.
  std::string state;     // SQLSTATE.
  std::string text;      // With detail and hint.
};

bool IsPublicationMissing(const ServerMessage& message, int server_version) {
  if (message.severity != "WARNING") return message.state == "42704";
  return message.state == "55000" && server_version >= kSkipsMissingPublications;
}

[[noreturn]] void ThrowPublicationMissing(const std::string& text) {
  throw FatalError(
      fmt::format("PostgreSQL could not {}: {}; the server sends no changes from this point of its "
                  "WAL on. Make the publication again, stop the connector, DELETE its offsets and "
                  "start it: that takes a new snapshot",
                  kWhat, text));
}

// The body of an ErrorResponse or NoticeResponse.
ServerMessage ParseServerMessage(std::string_view body) {
  ServerMessage out;
  ByteReader in(body);
  while (in.remaining() > 1) {
    const char field = static_cast<char>(in.Byte());
    if (field == 0) break;
    const std::string_view value = in.CString();
    if (field == 'V') out.severity = value;
    if (field == 'C') out.state = value;
    if (field == 'M') out.text.insert(0, value);
    if (field == 'D' || field == 'H') out.text += fmt::format("; {}", value);
  }
  return out;
}

ServerMessage MessageOf(const PGresult* result) {
  const auto field = [&](int code) -> std::string {
    const char* value = PQresultErrorField(result, code);
    return value == nullptr ? "" : value;
  };
  ServerMessage out{field(PG_DIAG_SEVERITY_NONLOCALIZED), field(PG_DIAG_SQLSTATE),
                    field(PG_DIAG_MESSAGE_PRIMARY)};
  for (const int code : {PG_DIAG_MESSAGE_DETAIL, PG_DIAG_MESSAGE_HINT}) {
    if (const std::string more = field(code); !more.empty()) out.text += "; " + more;
  }
  return out;
}

// Speaks the protocol on libpq's socket itself, from START_REPLICATION on. libpq's input buffer
// grows for good when a large value passes, and from then on each read drains the socket: that
// defeats the pacing. It also allocates for each message. Only for connections without encryption:
// with TLS a read is never larger than a record of 16 kB.
class PlainReader final : public PostgresStreamReader {
 public:
  PlainReader(PgConnectionHandle connection, const std::string& command)
      : connection_(std::move(connection)), socket_(PQsocket(connection_.get())) {
    Grow(4 * kReadBytes);
    std::string query = "Q";
    AppendBigEndian<uint32_t>(query, static_cast<uint32_t>(command.size() + 5));
    query += command;
    query += '\0';
    SendAll(query);
    for (int second = 0; !streaming_; ++second) {
      if (second == kStartSecondsMax) {
        throw RetriableError("PostgreSQL did not answer START_REPLICATION");
      }
      pollfd waiting{socket_, POLLIN, 0};
      poll(&waiting, 1, 1000);
      Read();
      std::string_view payload;
      if (!streaming_ && Next(payload)) {
        throw RetriableError("PostgreSQL sent changes before it began to stream");
      }
    }
  }

  bool Next(std::string_view& payload) override {
    while (end_ - begin_ >= kHeaderBytes) {
      const char* const at = buffer_.get() + begin_;
      const uint32_t length = LoadBigEndian<uint32_t>(at + 1);
      if (length < 4) throw RetriableError("PostgreSQL sent a malformed message");
      needed_ = size_t{length} + 1;
      if (end_ - begin_ < needed_) return false;
      begin_ += needed_;
      payload = {at + kHeaderBytes, length - 4};
      if (*at == 'd') return true;
      HandleOther(*at, payload);
      if (*at == 'W') return false;
    }
    needed_ = 0;
    return false;
  }

  size_t Read() override {
    const size_t held = end_ - begin_;
    size_t want = kReadBytes;
    if (needed_ > held + want) want = std::min(needed_ - held, kLargeReadBytes);
    MakeRoom(want);
    const ssize_t got = recv(socket_, buffer_.get() + end_, want, MSG_DONTWAIT);
    if (got > 0) {
      end_ += static_cast<size_t>(got);
      if (!streaming_) {
        std::string_view none;
        Next(none);
      }
      return static_cast<size_t>(got);
    }
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return 0;
    throw RetriableError(fmt::format("the replication connection was lost: {}",
                                     got == 0 ? "closed by the server" : std::strerror(errno)));
  }

  int socket() const override { return socket_; }

  void Send(std::string_view payload) override {
    std::string message = "d";
    AppendBigEndian<uint32_t>(message, static_cast<uint32_t>(payload.size() + 4));
    message += payload;
    SendAll(message);
  }

 private:
  static constexpr size_t kHeaderBytes = 5;

  void Grow(size_t capacity) {
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    if (end_ != begin_) std::memcpy(larger.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    buffer_ = std::move(larger);
    capacity_ = capacity;
  }

  void MakeRoom(size_t want) {
    if (begin_ == end_) {
      begin_ = end_ = 0;
      if (capacity_ > kKeptBufferBytes) Grow(4 * kReadBytes);
    }
    if (capacity_ - end_ >= want) return;
    const size_t held = end_ - begin_;
    const size_t target = std::max(held + want, std::min(needed_, held * 2 + want));
    if (target > capacity_) {
      Grow(target);
    } else {
      std::memmove(buffer_.get(), buffer_.get() + begin_, held);
      begin_ = 0;
      end_ = held;
    }
  }

  void HandleOther(char type, std::string_view body) {
    switch (type) {
      case 'W':
        streaming_ = true;
        return;
      case 'E': {
        const ServerMessage error = ParseServerMessage(body);
        CheckPublication(error);
        PgThrowState(error.state, error.text, kWhat);
      }
      case 'N':
        CheckPublication(ParseServerMessage(body));
        return;
      case 'c':
      case 'C':
        throw RetriableError("PostgreSQL ended the stream (it is shutting down)");
      default:
        return;  // Changes of parameters.
    }
  }

  void CheckPublication(const ServerMessage& message) const {
    // Before it streams, the same code says that there is no such slot.
    if (streaming_ && IsPublicationMissing(message, PQserverVersion(connection_.get()))) {
      ThrowPublicationMissing(message.text);
    }
  }

  void SendAll(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent >= 0) {
        bytes.remove_prefix(static_cast<size_t>(sent));
        continue;
      }
      pollfd waiting{socket_, POLLOUT, 0};
      const bool full = errno == EAGAIN || errno == EWOULDBLOCK;
      if (errno == EINTR || (full && poll(&waiting, 1, kSendTimeoutMs) > 0)) continue;
      throw RetriableError(fmt::format("the replication connection was lost: {}",
                                       full ? "the server takes no data" : std::strerror(errno)));
    }
  }

  PgConnectionHandle connection_;
  const int socket_;
  bool streaming_ = false;
  std::unique_ptr<char[]> buffer_;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
  size_t needed_ = 0;  // Size of the message that begins at begin_, as far as it is known.
};

// Through libpq: for encrypted connections.
class LibpqReader final : public PostgresStreamReader {
 public:
  LibpqReader(PgConnectionHandle connection, const std::string& command)
      : connection_(std::move(connection)) {
    PQsetNoticeReceiver(connection_.get(), TakeNotice, this);
    const PgResultHandle result(PQexec(connection_.get(), command.c_str()));
    if (PQresultStatus(result.get()) != PGRES_COPY_BOTH) {
      PgThrow(connection_.get(), result.get(), kWhat);
    }
  }

  bool Next(std::string_view& payload) override {
    char* message = nullptr;
    const int size = PQgetCopyData(connection_.get(), &message, 1);
    message_.reset(message);
    if (!publication_missing_.empty()) ThrowPublicationMissing(publication_missing_);
    if (size > 0) {
      payload = {message, static_cast<size_t>(size)};
      taken_ += payload.size();
      return true;
    }
    if (size == 0) return false;
    const PgResultHandle result(PQgetResult(connection_.get()));
    if (size == -1 && PQresultStatus(result.get()) != PGRES_FATAL_ERROR) {
      throw RetriableError("PostgreSQL ended the stream (it is shutting down)");
    }
    const ServerMessage error = MessageOf(result.get());
    if (IsPublicationMissing(error, PQserverVersion(connection_.get()))) {
      ThrowPublicationMissing(error.text);
    }
    PgThrow(connection_.get(), result.get(), kWhat);
  }

  size_t Read() override {
    pollfd waiting{socket(), POLLIN, 0};
    const bool readable = poll(&waiting, 1, 0) > 0;
    // OpenSSL may hold what the socket no longer shows, so libpq is asked in any case.
    if (PQconsumeInput(connection_.get()) == 0) PgThrow(connection_.get(), nullptr, kWhat);
    const size_t taken = std::exchange(taken_, 0);
    return readable ? std::max<size_t>(taken, 1) : taken;
  }

  int socket() const override { return PQsocket(connection_.get()); }

  void Send(std::string_view payload) override {
    if (PQputCopyData(connection_.get(), payload.data(), static_cast<int>(payload.size())) != 1 ||
        PQflush(connection_.get()) < 0) {
      PgThrow(connection_.get(), nullptr, kWhat);
    }
  }

 private:
  // Called by libpq, through which nothing may be thrown.
  static void TakeNotice(void* self, const PGresult* notice) {
    auto* const reader = static_cast<LibpqReader*>(self);
    ServerMessage message = MessageOf(notice);
    if (IsPublicationMissing(message, PQserverVersion(reader->connection_.get()))) {
      reader->publication_missing_ = std::move(message.text);
    }
  }

  PgConnectionHandle connection_;
  PgMemory<char> message_;
  size_t taken_ = 0;                 // Bytes of messages since the last read.
  std::string publication_missing_;  // What the server said of it.
};

}  // namespace

std::unique_ptr<PostgresStreamReader> PostgresStreamReader::Start(PgConnectionHandle connection,
                                                                  const std::string& command) {
  if (PQsslInUse(connection.get()) != 0 || PQgssEncInUse(connection.get()) != 0) {
    return std::make_unique<LibpqReader>(std::move(connection), command);
  }
  return std::make_unique<PlainReader>(std::move(connection), command);
}

}  // namespace tidewire::source
