// How far a stream is behind, as the server sees it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "source/postgres/lsn.h"
#include "source/postgres/postgres_settings.h"

namespace tidewire::source {

// The replication protocol of a logical slot tells only what was sent, so the server is asked on a
// connection that lives for one question: often while changes come, seldom while none do, since a
// thousand idle connectors must cost nothing. One thread.
class PostgresStreamLag {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // `settings` must outlive this object.
  explicit PostgresStreamLag(const PostgresSettings& settings) : settings_(settings) {}

  // Asks when it is time. `progress` is any number that moves with the stream. Never throws:
  // figures are no reason to stop.
  void Refresh(uint64_t progress, TimePoint now);

  // As of the last answer; unset: none yet.
  Lsn server_end() const { return server_end_; }
  // Where the WAL begins that the slot makes the server keep.
  Lsn restart() const { return restart_; }

 private:
  const PostgresSettings& settings_;
  uint64_t progress_ = UINT64_MAX;
  TimePoint asked_;
  Lsn server_end_;
  Lsn restart_;
};

}  // namespace tidewire::source
