#include "rest/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace tidewire::rest {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A whole request, body included, must have come by then: a client that sends a byte now and then
// holds no thread.
constexpr milliseconds kReadPatience{30'000};
// Time without any progress, so that a reader that pages through a long answer is not cut off too
// soon.
constexpr milliseconds kWritePatience{60'000};

}  // namespace

void ConnectionSet::Add(int fd) {
  std::lock_guard lock(mutex_);
  idle_[fd] = false;
  if (stopped_) ::shutdown(fd, SHUT_RD);
}

void ConnectionSet::Remove(int fd) {
  {
    std::lock_guard lock(mutex_);
    idle_.erase(fd);
  }
  changed_.notify_all();
}

void ConnectionSet::SetIdle(int fd, bool idle) {
  std::lock_guard lock(mutex_);
  idle_[fd] = idle;
}

void ConnectionSet::EndOneIdle() {
  std::lock_guard lock(mutex_);
  for (auto& [fd, idle] : idle_) {
    if (!idle) continue;
    ::shutdown(fd, SHUT_RD);
    idle = false;
    return;
  }
}

void ConnectionSet::StopReading() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
  for (const auto& [fd, idle] : idle_) ::shutdown(fd, SHUT_RD);
}

void ConnectionSet::EndAll(milliseconds patience) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, patience, [&] { return idle_.empty(); });
  for (const auto& [fd, idle] : idle_) ::shutdown(fd, SHUT_RDWR);
}

Connection::Connection(int fd, ConnectionSet& all) : fd_(fd), all_(all) {
  // Answers are small and whole: waiting for more to send would only delay them.
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  all_.Add(fd_);
}

Connection::~Connection() {
  all_.Remove(fd_);
  ::shutdown(fd_, SHUT_RDWR);
  ::close(fd_);
}

bool Connection::Poll(short events, milliseconds patience) const {
  const auto deadline = steady_clock::now() + patience;
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    pollfd one{fd_, events, 0};
    const int rc = ::poll(&one, 1, static_cast<int>(std::max<int64_t>(left.count(), 0)));
    if (rc > 0) return true;
    if (rc == 0 || errno != EINTR) return false;
  }
}

bool Connection::WaitForRequest(milliseconds patience) {
  if (begin_ == end_) {
    all_.SetIdle(fd_, true);
    const bool came = Poll(POLLIN, patience);
    all_.SetIdle(fd_, false);
    if (!came) return false;
  }
  read_deadline_ = steady_clock::now() + kReadPatience;
  return true;
}

ssize_t Connection::Read(char* out, size_t size) {
  if (begin_ == end_) {
    const auto left = std::chrono::ceil<milliseconds>(read_deadline_ - steady_clock::now());
    if (left.count() <= 0 || !Poll(POLLIN, left)) return -1;
    ssize_t got = 0;
    do {
      got = ::recv(fd_, buffer_, sizeof(buffer_), 0);
    } while (got < 0 && errno == EINTR);
    if (got <= 0) return got;
    begin_ = 0;
    end_ = static_cast<size_t>(got);
  }
  const size_t taken = std::min(size, end_ - begin_);
  std::memcpy(out, buffer_ + begin_, taken);
  begin_ += taken;
  return static_cast<ssize_t>(taken);
}

ssize_t Connection::Write(const char* data, size_t size) {
  size_t sent = 0;
  while (sent < size) {
    const ssize_t rc = ::send(fd_, data + sent, size - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (rc > 0) {
      sent += static_cast<size_t>(rc);
    } else if (rc < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      if (!Poll(POLLOUT, kWritePatience)) return -1;
    } else if (rc == 0 || errno != EINTR) {
      return -1;
    }
  }
  return static_cast<ssize_t>(size);
}

bool Connection::IsAlive() const {
  char byte = 0;
  const ssize_t rc = ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return rc > 0 || (rc < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
}

}  // namespace tidewire::rest
