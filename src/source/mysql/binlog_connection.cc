#include "source/mysql/binlog_connection.h"

#include <fmt/format.h>
// The library's headers of the transport want its main one first, to hear that it has TLS, and a
// type that only the library itself has.
#define HAVE_TLS 1
using uchar = unsigned char;
// clang-format off
#include <mysql.h>
#include <ma_pvio.h>
#include <ma_tls.h>
// clang-format on
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <random>

#include "source/mysql/binlog_reader.h"

namespace tidewire::source {
namespace {

using client::MysqlConnection;

constexpr std::string_view kWhat = "send its binlog";
constexpr size_t kPacketHeaderBytes = 4;
constexpr size_t kPacketBytesMax = 0xFFFFFF;
constexpr size_t kLargeReadBytes = 1 << 20;
constexpr size_t kKeptBufferBytes = 4 << 20;

constexpr uint8_t kOk = 0x00;
constexpr uint8_t kEof = 0xFE;
constexpr uint8_t kError = 0xFF;
constexpr unsigned kCannotReadBinlog = 1236;
constexpr unsigned kGtidsPurged = 1789;

template <class T>
void AppendLittle(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void Command(MysqlConnection& connection, enum_server_command command, const std::string& body) {
  MYSQL* const raw = connection.raw();
  if (raw->methods->db_command(raw, command, body.data(), body.size(), 1, nullptr) != 0) {
    connection.Throw(kWhat);
  }
}

std::string RandomUuid() {
  std::random_device random;
  return fmt::format("{:08x}-{:04x}-4{:03x}-8{:03x}-{:08x}{:04x}", random(), random() & 0xFFFF,
                     random() & 0xFFF, random() & 0xFFF, random(), random() & 0xFFFF);
}

void Prepare(MysqlConnection& connection, const BinlogStart& start,
             const BinlogDumpOptions& options) {
  const bool maria = connection.is_mariadb();
  const auto set = [&](const std::string& assignment) {
    connection.Execute("SET " + assignment, "prepare the reading of its binlog");
  };
  const auto nanos = std::chrono::nanoseconds(options.heartbeat).count();
  // Replicas of before MySQL 8.0.26 and of MariaDB say "master"; both names are read.
  set("@master_binlog_checksum = @@global.binlog_checksum, @source_binlog_checksum = "
      "@@global.binlog_checksum");
  set(fmt::format("@master_heartbeat_period = {0}, @source_heartbeat_period = {0}", nanos));
  if (options.net_write_timeout.count() > 0) {
    set(fmt::format("SESSION net_write_timeout = {}", options.net_write_timeout.count()));
  }
  if (options.net_read_timeout.count() > 0) {
    set(fmt::format("SESSION net_read_timeout = {}", options.net_read_timeout.count()));
  }
  if (maria) {
    // GTID events, and no artificial ones for old replicas.
    constexpr int kCapabilityGtid = 4;
    set(fmt::format("@mariadb_slave_capability = {}", kCapabilityGtid));
    if (start.by_gtid) {
      set("@slave_connect_state = " + connection.Literal(start.gtids.ToString()));
      set("@slave_gtid_strict_mode = 0, @slave_gtid_ignore_duplicates = 0");
    }
  } else {
    const std::string uuid = RandomUuid();
    set(fmt::format("@slave_uuid = '{0}', @replica_uuid = '{0}'", uuid));
  }
}

// So that SHOW REPLICAS names this reader.
void Register(MysqlConnection& connection, const BinlogDumpOptions& options) {
  std::string body;
  AppendLittle<uint32_t>(body, options.server_id);
  const std::string name = "tidewire";
  body += static_cast<char>(name.size());
  body += name;
  body.append(2, '\0');  // User and password.
  AppendLittle<uint16_t>(body, 0);
  AppendLittle<uint32_t>(body, 0);
  AppendLittle<uint32_t>(body, 0);
  MYSQL* const raw = connection.raw();
  if (raw->methods->db_command(raw, COM_REGISTER_SLAVE, body.data(), body.size(), 0, nullptr) !=
      0) {
    connection.Throw(kWhat);
  }
}

void DumpFromPosition(MysqlConnection& connection, const BinlogStart& start,
                      const BinlogDumpOptions& options) {
  constexpr uint16_t kMariaAnnotate = 2;
  if (start.position > UINT32_MAX) {
    throw FatalError(fmt::format(
        "{} cannot send its binlog from {}:{}, beyond 4 GB; run FLUSH BINARY LOGS, reset the "
        "connector's offsets and begin with a snapshot, or go on by GTID",
        connection.kind(), start.file, start.position));
  }
  std::string body;
  AppendLittle<uint32_t>(body, static_cast<uint32_t>(start.position));
  AppendLittle<uint16_t>(body, options.annotate && connection.is_mariadb() ? kMariaAnnotate : 0);
  AppendLittle<uint32_t>(body, options.server_id);
  body += start.file;
  Command(connection, COM_BINLOG_DUMP, body);
}

void DumpFromGtids(MysqlConnection& connection, const BinlogStart& start,
                   const BinlogDumpOptions& options) {
  constexpr uint16_t kThroughGtid = 4;
  constexpr auto kDumpGtid = static_cast<enum_server_command>(30);
  std::string body;
  AppendLittle<uint16_t>(body, kThroughGtid);
  AppendLittle<uint32_t>(body, options.server_id);
  AppendLittle<uint32_t>(body, 0);  // No file.
  AppendLittle<uint64_t>(body, kBinlogBegin);
  const std::string gtids = start.gtids.Binary(start.gtids.has_tags());
  AppendLittle<uint32_t>(body, static_cast<uint32_t>(gtids.size()));
  body += gtids;
  Command(connection, kDumpGtid, body);
}

void SendDump(MysqlConnection& connection, const BinlogStart& start,
              const BinlogDumpOptions& options) {
  if (!start.by_gtid) return DumpFromPosition(connection, start, options);
  if (!connection.is_mariadb()) return DumpFromGtids(connection, start, options);
  // MariaDB has the set from a variable of the session.
  DumpFromPosition(connection, BinlogStart(), options);
}

[[noreturn]] void ThrowServerError(unsigned code, std::string_view message) {
  const std::string text = fmt::format("the server could not {}: {} ({})", kWhat, message, code);
  const bool clash = message.find("same server_uuid/server_id") != std::string_view::npos ||
                     message.find("same server_id") != std::string_view::npos;
  if (clash) {
    throw ConfigError(text + "; give each reader of this server a database.server.id of its own");
  }
  if (code == kCannotReadBinlog || code == kGtidsPurged) throw BinlogGone(text);
  throw RetriableError(text);
}

// What stands behind the length and number of a packet. False: no event (never returned: thrown).
std::string_view EventOf(std::string_view payload) {
  const uint8_t status = payload.empty() ? kEof : static_cast<uint8_t>(payload[0]);
  if (status == kOk) return payload.substr(1);
  if (status == kError) {
    BinlogReader in(payload.substr(1));
    const unsigned code = in.Little<uint16_t>();
    std::string_view message = in.Rest();
    constexpr size_t kStateBytes = 6;  // "#HY000"
    if (message.starts_with('#')) message.remove_prefix(std::min(kStateBytes, message.size()));
    ThrowServerError(code, message);
  }
  throw RetriableError("the server ended the stream of its binlog (it is shutting down)");
}

// Reads the socket itself, in large pieces and without a copy for each event; only for connections
// without encryption.
class PlainBinlog final : public BinlogConnection {
 public:
  explicit PlainBinlog(std::unique_ptr<MysqlConnection> connection)
      : connection_(std::move(connection)), socket_(connection_->socket()) {
    Grow(4 * kReadBytes);
  }

  bool Next(std::string_view& event) override {
    for (;;) {
      if (end_ - begin_ < kPacketHeaderBytes) {
        needed_ = 0;
        return false;
      }
      const char* const at = buffer_.get() + begin_;
      const size_t length = static_cast<size_t>(LoadLittleEndian(at, 3));
      needed_ = length + kPacketHeaderBytes;
      if (end_ - begin_ < needed_) return false;
      begin_ += needed_;
      const std::string_view payload(at + kPacketHeaderBytes, length);
      if (length < kPacketBytesMax && !joining_) {
        event = EventOf(payload);
        return true;
      }
      if (!joining_) joined_.clear();
      joined_ += payload;
      joining_ = length == kPacketBytesMax;
      if (joining_) continue;
      event = EventOf(joined_);
      return true;
    }
  }

  size_t Read() override {
    const size_t held = end_ - begin_;
    size_t want = kReadBytes;
    if (needed_ > held + want) want = std::min(needed_ - held, kLargeReadBytes);
    MakeRoom(want);
    const ssize_t got = recv(socket_, buffer_.get() + end_, want, MSG_DONTWAIT);
    if (got > 0) {
      end_ += static_cast<size_t>(got);
      return static_cast<size_t>(got);
    }
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return 0;
    throw RetriableError(fmt::format("the connection that reads the binlog was lost: {}",
                                     got == 0 ? "closed by the server" : std::strerror(errno)));
  }

  int socket() const override { return socket_; }

 private:
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

  const std::unique_ptr<MysqlConnection> connection_;
  const int socket_;
  std::unique_ptr<char[]> buffer_;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
  size_t needed_ = 0;  // Size of the packet that begins at begin_, as far as it is known.
  bool joining_ = false;
  std::string joined_;  // An event of several packets.
};

// Through the library: for encrypted connections.
class LibraryBinlog final : public BinlogConnection {
 public:
  explicit LibraryBinlog(std::unique_ptr<MysqlConnection> connection)
      : connection_(std::move(connection)) {}

  bool Next(std::string_view& event) override {
    if (!HasInput()) return false;
    MYSQL* const raw = connection_->raw();
    const unsigned long length = mysql_net_read_packet(raw);
    if (length == packet_error) {
      if (mysql_errno(raw) >= 2000) connection_->Throw(kWhat);
      ThrowServerError(mysql_errno(raw), mysql_error(raw));
    }
    taken_ += length;
    event = EventOf({reinterpret_cast<const char*>(raw->net.read_pos), length});
    return true;
  }

  size_t Read() override { return std::exchange(taken_, 0); }
  int socket() const override { return connection_->socket(); }

 private:
  // Bytes may lie in the library's own buffer, in that of the encryption, or in the socket's.
  bool HasInput() const {
    const MARIADB_PVIO* const pvio = connection_->raw()->net.pvio;
    if (pvio->cache != nullptr && pvio->cache_pos < pvio->cache + pvio->cache_size) return true;
    if (pvio->ctls != nullptr && SSL_pending(static_cast<const SSL*>(pvio->ctls->ssl)) > 0) {
      return true;
    }
    pollfd waiting{socket(), POLLIN, 0};
    return poll(&waiting, 1, 0) > 0;
  }

  const std::unique_ptr<MysqlConnection> connection_;
  size_t taken_ = 0;  // Bytes of events since the last read.
};

}  // namespace

std::unique_ptr<BinlogConnection> BinlogConnection::Start(
    std::unique_ptr<MysqlConnection> connection, const BinlogStart& start,
    const BinlogDumpOptions& options) {
  Prepare(*connection, start, options);
  Register(*connection, options);
  SendDump(*connection, start, options);
  if (connection->uses_tls()) return std::make_unique<LibraryBinlog>(std::move(connection));
  return std::make_unique<PlainBinlog>(std::move(connection));
}

}  // namespace tidewire::source
