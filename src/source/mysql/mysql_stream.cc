#include "source/mysql/mysql_stream.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/error.h"
#include "base/failpoint.h"

namespace tidewire::source {
namespace {

using std::chrono::milliseconds;

// Under load a batch is worth its commit from here on, in bytes of memory.
constexpr size_t kGatherBytes = 256 << 10;
// A transaction leaves in pieces of this size.
constexpr size_t kPieceBytes = 1 << 20;
constexpr milliseconds kReportInterval{1000};
// How often the position is stored while nothing is captured.
constexpr milliseconds kIdleStoreInterval{10'000};

}  // namespace

MysqlStream::MysqlStream(const MysqlSettings& settings, MysqlStreamDecoder& decoder,
                         BinlogConnection& connection, SourceContext& context, Clock& clock)
    : settings_(settings),
      decoder_(decoder),
      connection_(connection),
      context_(context),
      clock_(clock),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (wake_ < 0) throw RetriableError("out of file descriptors; raise the limit (ulimit -n)");
}

MysqlStream::~MysqlStream() { close(wake_); }

void MysqlStream::Run(std::stop_token stop) {
  const std::stop_callback wake_up(stop, [this] { eventfd_write(wake_, 1); });
  const TimePoint begin = clock_.Steady();
  last_heard_ = next_report_ = begin;
  next_heartbeat_ = begin + settings_.events.heartbeat_interval;
  next_idle_store_ = begin + kIdleStoreInterval;
  stored_ = decoder_.position().pos;
  stored_file_ = decoder_.position().file;
  while (taken_ && !stop.stop_requested()) {
    const size_t got = connection_.Read();
    now_ns_ = clock_.WallNanos();
    const bool any = DrainEvents();
    const TimePoint now = clock_.Steady();
    if (got > 0 || any) last_heard_ = now;
    OnTimers(now);
    if (got > 0 || any || !taken_) continue;
    OnDry(now);
    Wait(std::min<Nanos>(kReportInterval, settings_.events.heartbeat_interval.count() > 0
                                              ? Nanos(settings_.events.heartbeat_interval)
                                              : Nanos(kReportInterval)));
  }
}

bool MysqlStream::DrainEvents() {
  bool any = false;
  std::string_view event;
  while (taken_ && connection_.Next(event)) {
    any = true;
    decoder_.Handle(event, now_ns_);
    AfterEvent();
  }
  return any;
}

void MysqlStream::AfterEvent() {
  if (decoder_.in_transaction()) {
    if (decoder_.bytes() >= kPieceBytes && decoder_.records() > 0) Emit(Then::kGoesOn);
  } else if (decoder_.records() >= settings_.events.batch_records_max ||
             (decoder_.records() > 0 && decoder_.bytes() >= kGatherBytes)) {
    Emit(Then::kGoesOn);
  }
}

void MysqlStream::Emit(Then then) {
  Failpoint("mysql.stream.emit");
  open_emitted_ = decoder_.in_transaction();
  stored_ = decoder_.position().pos;
  stored_file_ = decoder_.position().file;
  taken_ = context_.Emit(decoder_.Take(), then);
}

void MysqlStream::OnDry(TimePoint now) {
  if (decoder_.in_transaction()) return;
  // An open piece needs its end, even when the rest of the transaction held nothing for us.
  if (decoder_.records() > 0 || open_emitted_) Emit(Then::kWaits);
  if (now < next_idle_store_) return;
  next_idle_store_ = now + kIdleStoreInterval;
  const MysqlPosition& at = decoder_.position();
  if (taken_ && (at.pos != stored_ || at.file != stored_file_)) Emit(Then::kWaits);
}

void MysqlStream::OnTimers(TimePoint now) {
  const auto interval = settings_.events.heartbeat_interval;
  if (interval.count() > 0 && now >= next_heartbeat_ && !decoder_.in_transaction() && taken_) {
    next_heartbeat_ = now + interval;
    decoder_.AddHeartbeat(now_ns_);
    Emit(Then::kWaits);
  }
  if (now >= next_report_) {
    next_report_ = now + kReportInterval;
    context_.ReportLag(0, 0, decoder_.commit_ts_us());
  }
  if (settings_.keep_alive && now - last_heard_ > settings_.keep_alive_interval) {
    throw RetriableError(
        fmt::format("the server has sent nothing for {} ms, no heartbeat either "
                    "(connect.keep.alive.interval.ms)",
                    settings_.keep_alive_interval.count()));
  }
}

void MysqlStream::Wait(Nanos longest) {
  pollfd waiting[2] = {{wake_, POLLIN, 0}, {connection_.socket(), POLLIN, 0}};
  const timespec time{longest.count() / 1'000'000'000, longest.count() % 1'000'000'000};
  ppoll(waiting, 2, &time, nullptr);
}

}  // namespace tidewire::source
