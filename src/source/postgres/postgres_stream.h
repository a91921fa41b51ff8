// The streaming phase: reads the slot, emits batches, confirms what is durable.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>

#include "base/clock.h"
#include "source/postgres/postgres_settings.h"
#include "source/postgres/postgres_stream_decoder.h"
#include "source/postgres/postgres_stream_lag.h"
#include "source/postgres/postgres_stream_pacer.h"
#include "source/postgres/postgres_stream_reader.h"
#include "source/source.h"

namespace tidewire::source {

// Runs on the source task's thread until it is stopped or throws. A transaction leaves as soon as
// the stream runs dry, so a lone one waits for nothing; under load batches are gathered up to some
// hundred kB; a transaction of any size leaves in pieces. The server is told only what the context
// says is durable (invariant 1); on a database without captured changes the position follows the
// keepalives, so that it keeps no WAL for us.
class PostgresStream {
 public:
  // All referenced objects must outlive this one. `lag` may be null: the server is not asked then.
  PostgresStream(const PostgresSettings& settings, PostgresStreamDecoder& decoder,
                 PostgresStreamReader& reader, SourceContext& context, Clock& clock,
                 PostgresStreamLag* lag = nullptr);
  ~PostgresStream();
  PostgresStream(const PostgresStream&) = delete;
  PostgresStream& operator=(const PostgresStream&) = delete;

  // Returns when `stop` is requested. Throws RetriableError (connection lost), DataError,
  // FatalError, ConfigError.
  void Run(std::stop_token stop);

 private:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Nanos = std::chrono::nanoseconds;

  bool DrainMessages();
  void HandlePayload(std::string_view payload);
  void HandleKeepalive(std::string_view payload);
  void AfterMessage();
  void Emit(Then then);
  void OnDry();
  void OnTimers(TimePoint now);
  void AdvanceWhenIdle();
  void SendStatus(TimePoint now);
  void Report(TimePoint now);
  // Waits for input (`for_input`), a stop or the time.
  void Wait(Nanos longest, bool for_input);
  Nanos TimeToNextTimer(TimePoint now) const;

  const PostgresSettings& settings_;
  PostgresStreamDecoder& decoder_;
  PostgresStreamReader& reader_;
  SourceContext& context_;
  Clock& clock_;
  PostgresStreamLag* const lag_;
  PostgresStreamPacer pacer_;
  const int wake_;  // An eventfd; readable once a stop was requested.

  bool taken_ = true;          // The context took the last batch.
  bool open_emitted_ = false;  // The last batch ended inside a transaction.
  bool reply_asked_ = false;
  int64_t now_ns_ = 0;
  Lsn received_;   // The server's position, as it last said.
  Lsn idle_end_;   // A keepalive's WAL end behind which nothing of ours is pending.
  Lsn emitted_;    // The largest confirm handed to the context.
  Lsn confirmed_;  // Sent to the server. Never moves back.
  TimePoint next_status_;
  TimePoint next_heartbeat_;
  TimePoint next_report_;
  TimePoint last_status_;
};

}  // namespace tidewire::source
