// The streaming phase: reads the binlog, emits batches.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>

#include "base/clock.h"
#include "source/mysql/binlog_connection.h"
#include "source/mysql/mysql_settings.h"
#include "source/mysql/mysql_stream_decoder.h"
#include "source/source.h"

namespace tidewire::source {

// Runs on the source task's thread until it is stopped or throws. A transaction leaves as soon as
// the stream runs dry; under load batches are gathered up to some hundred kB; a transaction of any
// size leaves in pieces. Nothing is confirmed to the server: it keeps its binlog as long as it is
// told to, so the position is stored from time to time even where nothing is captured.
class MysqlStream {
 public:
  // All referenced objects must outlive this one.
  MysqlStream(const MysqlSettings& settings, MysqlStreamDecoder& decoder,
              BinlogConnection& connection, SourceContext& context, Clock& clock);
  ~MysqlStream();
  MysqlStream(const MysqlStream&) = delete;
  MysqlStream& operator=(const MysqlStream&) = delete;

  // Returns when `stop` is requested. Throws RetriableError (connection lost), BinlogGone,
  // DataError, FatalError, ConfigError.
  void Run(std::stop_token stop);

 private:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Nanos = std::chrono::nanoseconds;

  bool DrainEvents();
  void AfterEvent();
  void OnDry(TimePoint now);
  void OnTimers(TimePoint now);
  void Emit(Then then);
  void Wait(Nanos longest);

  const MysqlSettings& settings_;
  MysqlStreamDecoder& decoder_;
  BinlogConnection& connection_;
  SourceContext& context_;
  Clock& clock_;
  const int wake_;  // eventfd; written when the task is to stop.

  bool taken_ = true;
  bool open_emitted_ = false;  // The log holds a part of the transaction that is being read.
  uint64_t stored_ = 0;        // How far the stored position says that the binlog was read.
  std::string stored_file_;
  int64_t now_ns_ = 0;
  TimePoint last_heard_;
  TimePoint next_heartbeat_;
  TimePoint next_report_;
  TimePoint next_idle_store_;
};

}  // namespace tidewire::source
