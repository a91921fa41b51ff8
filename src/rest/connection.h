// The open connections of one server, and the reading and writing of one socket.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string_view>

namespace tidewire::rest {

// Thread-safe.
class ConnectionSet {
 public:
  void Add(int fd);
  // Call before the descriptor is closed.
  void Remove(int fd);
  // Idle: between two requests of a kept connection.
  void SetIdle(int fd, bool idle);
  // Ends one idle connection, to make room; clients must be ready for that (RFC 9112, section 9.6).
  void EndOneIdle();
  // Nothing more is read from any connection, present or future; answers under way can still be
  // sent.
  void StopReading();
  // Waits until all are removed, at most so long; then those that are left can no longer send
  // either.
  void EndAll(std::chrono::milliseconds patience);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<int, bool> idle_;
  bool stopped_ = false;
};

// One connected socket with a read buffer. Used by one thread. Owns the descriptor.
class Connection {
 public:
  Connection(int fd, ConnectionSet& all);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Waits for the first byte of a request. False: none came in time, or the peer is gone.
  bool WaitForRequest(std::chrono::milliseconds patience);
  // The bytes read (0: the peer has finished), or -1: error, or the whole request took too long.
  ssize_t Read(char* out, size_t size);
  // All of it, or -1 when the peer takes nothing for `kWritePatience`.
  ssize_t Write(const char* data, size_t size);
  // False when the peer is gone.
  bool IsAlive() const;
  int fd() const { return fd_; }

 private:
  bool Poll(short events, std::chrono::milliseconds patience) const;

  const int fd_;
  ConnectionSet& all_;
  std::chrono::steady_clock::time_point read_deadline_;
  char buffer_[4096];
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace tidewire::rest
