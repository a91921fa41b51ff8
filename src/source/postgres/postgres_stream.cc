#include "source/postgres/postgres_stream.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/failpoint.h"

namespace tidewire::source {
namespace {

using std::chrono::milliseconds;

// Under load a batch is worth its commit from here on, in bytes of memory.
constexpr size_t kGatherBytes = 256 << 10;
// A transaction leaves in pieces of this size.
constexpr size_t kPieceBytes = 1 << 20;
// How often the log is asked whether it is durable further, while something is not confirmed.
constexpr milliseconds kDurablePoll{50};
constexpr milliseconds kStatusSpacing{100};
constexpr milliseconds kReportInterval{1000};
// WAL of others that may pass before the stored position follows out of its turn.
constexpr uint64_t kIdleAdvanceBytes = 64 << 20;

constexpr size_t kXLogDataHeader = 1 + 8 + 8 + 8;
constexpr size_t kKeepaliveBytes = 1 + 8 + 8 + 1;

}  // namespace

PostgresStream::PostgresStream(const PostgresSettings& settings, PostgresStreamDecoder& decoder,
                               PostgresStreamReader& reader, SourceContext& context, Clock& clock,
                               PostgresStreamLag* lag)
    : settings_(settings),
      decoder_(decoder),
      reader_(reader),
      context_(context),
      clock_(clock),
      lag_(lag),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (wake_ < 0) throw RetriableError("out of file descriptors; raise the limit (ulimit -n)");
}

PostgresStream::~PostgresStream() { close(wake_); }

void PostgresStream::Run(std::stop_token stop) {
  const std::stop_callback wake_up(stop, [this] { eventfd_write(wake_, 1); });
  const TimePoint begin = clock_.Steady();
  next_status_ = begin;
  next_heartbeat_ = begin + settings_.events.heartbeat_interval;
  next_report_ = begin;
  received_ = emitted_ = decoder_.position().end;
  now_ns_ = clock_.WallNanos();
  while (taken_ && !stop.stop_requested()) {
    const size_t got = reader_.Read();
    now_ns_ = clock_.WallNanos();
    const bool any = DrainMessages();
    const TimePoint now = clock_.Steady();
    OnTimers(now);
    const bool dry = got == 0 && !any;
    if (dry) OnDry();
    const Nanos pause = pacer_.AfterRead(got, got >= PostgresStreamReader::kFullBytes, now);
    if (pause.count() > 0) {
      Wait(pause, false);
    } else if (dry && taken_) {
      Wait(TimeToNextTimer(clock_.Steady()), true);
    }
  }
  // Whole transactions that are not handed over yet come again after the next start; saying once
  // more what is durable spares the server from sending what it need not.
  if (taken_) SendStatus(clock_.Steady());
}

bool PostgresStream::DrainMessages() {
  bool any = false;
  std::string_view payload;
  while (taken_ && reader_.Next(payload)) {
    any = true;
    HandlePayload(payload);
  }
  return any;
}

void PostgresStream::HandlePayload(std::string_view payload) {
  if (payload.size() >= kXLogDataHeader && payload[0] == 'w') {
    const Lsn start{LoadBigEndian<uint64_t>(payload.data() + 1)};
    decoder_.Handle(start, payload.substr(kXLogDataHeader), now_ns_);
    AfterMessage();
  } else if (payload.size() >= kKeepaliveBytes && payload[0] == 'k') {
    HandleKeepalive(payload);
  } else {
    throw RetriableError("PostgreSQL sent a replication message that is no such");
  }
}

void PostgresStream::HandleKeepalive(std::string_view payload) {
  const Lsn wal_end{LoadBigEndian<uint64_t>(payload.data() + 1)};
  received_ = std::max(received_, wal_end);
  reply_asked_ |= payload[kKeepaliveBytes - 1] != 0;
  // Commits are streamed in WAL order: whatever commits later lies behind this position.
  if (!decoder_.in_transaction()) idle_end_ = std::max(idle_end_, wal_end);
}

void PostgresStream::AfterMessage() {
  if (decoder_.in_transaction()) {
    if (decoder_.bytes() >= kPieceBytes && decoder_.records() > 0) Emit(Then::kGoesOn);
  } else if (decoder_.records() >= settings_.events.batch_records_max ||
             (decoder_.records() > 0 && decoder_.bytes() >= kGatherBytes)) {
    Emit(Then::kGoesOn);
  }
}

void PostgresStream::Emit(Then then) {
  Failpoint("postgres.stream.emit");
  open_emitted_ = decoder_.in_transaction();
  model::ChangeBatchPtr batch = decoder_.Take();
  emitted_ = std::max(emitted_, Lsn{batch->confirm});
  taken_ = context_.Emit(std::move(batch), then);
}

void PostgresStream::OnDry() {
  if (decoder_.in_transaction()) return;
  // An open piece needs its end, even when the rest of the transaction held nothing for us.
  if (decoder_.records() > 0 || open_emitted_) Emit(Then::kWaits);
  if (idle_end_.value > decoder_.position().end.value + kIdleAdvanceBytes) AdvanceWhenIdle();
}

// The position is stored before it is confirmed, so that a slot that is ahead of the stored offset
// is always a mistake worth an error (invariant 1).
void PostgresStream::AdvanceWhenIdle() {
  if (!taken_ || decoder_.in_transaction() || decoder_.records() > 0) return;
  const Lsn end = std::max(idle_end_, decoder_.position().end);
  if (end <= emitted_) return;
  decoder_.AdvanceTo(end);
  Emit(Then::kWaits);
}

void PostgresStream::OnTimers(TimePoint now) {
  const bool heartbeats = settings_.events.heartbeat_interval.count() > 0;
  if (heartbeats && now >= next_heartbeat_ && !decoder_.in_transaction() && taken_) {
    next_heartbeat_ = now + settings_.events.heartbeat_interval;
    decoder_.AdvanceTo(idle_end_);
    decoder_.AddHeartbeat(now_ns_);
    Emit(Then::kWaits);
  }
  // A server that shuts down asks for a reply, and waits until all that it sent is confirmed.
  if (now >= next_status_ || reply_asked_) {
    AdvanceWhenIdle();
    SendStatus(now);
  } else if (emitted_ > confirmed_ && now >= last_status_ + kStatusSpacing &&
             context_.DurableConfirm() > confirmed_.value) {
    SendStatus(now);
  }
  if (now >= next_report_) Report(now);
}

// Source: PostgreSQL documentation, "Standby status update".
void PostgresStream::SendStatus(TimePoint now) {
  confirmed_ = std::max(confirmed_, Lsn{context_.DurableConfirm()});
  const bool manual = settings_.lsn_flush_mode == LsnFlushMode::kManual;
  const uint64_t flushed = manual ? 0 : confirmed_.value;
  Failpoint("postgres.stream.confirm");
  std::string message = "r";
  AppendBigEndian<uint64_t>(message, std::max({received_.value, emitted_.value, flushed}));
  AppendBigEndian<uint64_t>(message, flushed);
  AppendBigEndian<uint64_t>(message, flushed);
  AppendBigEndian<int64_t>(message, clock_.WallNanos() / 1000 - model::kEpoch2000Micros);
  message += '\0';
  reader_.Send(message);
  reply_asked_ = false;
  last_status_ = now;
  next_status_ = now + settings_.status_update_interval;
}

void PostgresStream::Report(TimePoint now) {
  next_report_ = now + kReportInterval;
  const Lsn position = std::max(decoder_.position().end, idle_end_);
  Lsn end = std::max(received_, position);
  Lsn restart = confirmed_;
  if (lag_ != nullptr) {
    lag_->Refresh(decoder_.changes() + received_.value, now);
    end = std::max(end, lag_->server_end());
    if (lag_->restart().is_set()) restart = lag_->restart();
  }
  const uint64_t retained = restart.is_set() ? end.value - std::min(restart, end).value : 0;
  context_.ReportLag(end.value - position.value, retained, decoder_.position().commit_ts_us);
}

PostgresStream::Nanos PostgresStream::TimeToNextTimer(TimePoint now) const {
  TimePoint next = next_status_;
  if (settings_.events.heartbeat_interval.count() > 0) next = std::min(next, next_heartbeat_);
  if (emitted_ > confirmed_) next = std::min(next, now + kDurablePoll);
  return std::max(next - now, Nanos{0});
}

void PostgresStream::Wait(Nanos longest, bool for_input) {
  pollfd waiting[2] = {{wake_, POLLIN, 0}, {reader_.socket(), POLLIN, 0}};
  const timespec time{longest.count() / 1'000'000'000, longest.count() % 1'000'000'000};
  ppoll(waiting, for_input ? 2 : 1, &time, nullptr);
}

}  // namespace tidewire::source
