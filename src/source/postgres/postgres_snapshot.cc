#include "source/postgres/postgres_snapshot.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <random>
#include <thread>

#include "base/error.h"
#include "base/logging.h"
#include "source/postgres/postgres_position.h"
#include "source/postgres/postgres_snapshot_ledger.h"
#include "source/postgres/postgres_snapshot_worker.h"

namespace tidewire::source {
namespace {

using std::chrono::duration;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kReportEvery{1};
constexpr seconds kLogEvery{5};

// A view of the database that is tied to a place in the stream, and the session that keeps it.
struct HeldView {
  PgConnectionHandle replication;
  SnapshotView view;
};

// A temporary slot's view: it lives as long as the session.
HeldView MakeView(const PostgresSettings& settings, std::stop_token stop) {
  HeldView out;
  out.replication = PgConnect(settings.connection, PgSession::kReplication);
  // Finding a consistent point waits for all transactions that are running.
  const std::stop_callback cancel(stop, [&] { PgCancel(out.replication.get()); });
  std::random_device random;
  const PgResultHandle row = PgExecute(
      out.replication.get(),
      fmt::format("CREATE_REPLICATION_SLOT \"tidewire_view_{:08x}\" TEMPORARY LOGICAL pgoutput"
                  " EXPORT_SNAPSHOT",
                  random()),
      "make a temporary slot for the snapshot's view (one more free slot is needed meanwhile: "
      "max_replication_slots)");
  out.view.consistent_point = Lsn::Parse(PgText(row.get(), 0, 1)).value_or(Lsn{});
  out.view.exported_name = PgText(row.get(), 0, 2);
  return out;
}

// The view's id is that of the last transaction in it: the next one is the first of the stream.
SnapshotPoint LookAtPoint(PGconn* connection, Lsn view) {
  const PgResultHandle row = PgExecute(
      connection,
      "SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot()),"
      " (extract(epoch FROM pg_catalog.transaction_timestamp()) * 1000000)::pg_catalog.int8",
      "look at the snapshot's transaction");
  SnapshotPoint out;
  out.view = view;
  out.transaction_id = std::stoll(std::string(PgText(row.get(), 0, 0))) - 1;
  out.ts_us = std::stoll(std::string(PgText(row.get(), 0, 1)));
  return out;
}

// Runs the workers and reports until they are done.
class Crew {
 public:
  Crew(PostgresSnapshotLedger& ledger, SourceContext& context)
      : ledger_(ledger), context_(context) {
    for (const SnapshotTable& table : ledger.tables()) rows_total_ += table.estimated_rows;
  }

  // False: stopped. Throws the first worker's error.
  bool Run(const std::vector<std::unique_ptr<PostgresSnapshotWorker>>& workers,
           std::stop_token stop) {
    const std::stop_callback forward(stop, [this] { stop_all_.request_stop(); });
    running_ = workers.size();
    std::vector<std::jthread> threads;
    threads.reserve(workers.size());
    for (const auto& worker : workers) {
      threads.emplace_back([this, one = worker.get()] { RunOne(*one); });
    }
    std::unique_lock lock(mutex_);
    auto next_log = steady_clock::now() + kLogEvery;
    while (!done_.wait_for(lock, kReportEvery, [&] { return running_ == 0; })) {
      Report(false);
      if (steady_clock::now() < next_log) continue;
      Log();
      next_log = steady_clock::now() + kLogEvery;
    }
    lock.unlock();
    threads.clear();
    if (error_ != nullptr && !stop.stop_requested()) std::rethrow_exception(error_);
    if (stopped_ || error_ != nullptr) return false;
    Report(true);
    return true;
  }

  double Elapsed() const { return duration<double>(steady_clock::now() - begin_).count(); }

 private:
  void RunOne(PostgresSnapshotWorker& worker) {
    std::exception_ptr error;
    bool finished = false;
    try {
      finished = worker.Run(stop_all_.get_token());
    } catch (...) {
      error = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    if (error_ == nullptr && !stop_all_.stop_requested()) error_ = error;
    if (!finished) {
      stopped_ = true;
      stop_all_.request_stop();
    }
    --running_;
    done_.notify_all();
  }

  void Report(bool completed) {
    SnapshotProgress progress;
    progress.running = !completed;
    progress.completed = completed;
    progress.tables_total = ledger_.tables().size();
    progress.tables_done = ledger_.tables_done();
    progress.rows_done = ledger_.rows();
    progress.rows_total = std::max(progress.rows_done, static_cast<uint64_t>(rows_total_));
    progress.seconds = Elapsed();
    context_.ReportSnapshot(progress);
  }

  void Log() const {
    const double rows = static_cast<double>(ledger_.rows());
    const double rate = rows / Elapsed();
    const double left = std::max(0.0, rows_total_ - rows);
    Logger("source.postgres")
        .info(
            "snapshot: {} of {} tables, {:.0f} rows of about {:.0f} ({:.0f} %), {:.0f} rows/s, "
            "about {:.0f} s to go",
            ledger_.tables_done(), ledger_.tables().size(), rows, std::max(rows, rows_total_),
            rows_total_ > 0 ? std::min(100.0, 100 * rows / rows_total_) : 0.0, rate,
            rate > 0 ? left / rate : 0.0);
  }

  PostgresSnapshotLedger& ledger_;
  SourceContext& context_;
  const steady_clock::time_point begin_ = steady_clock::now();
  double rows_total_ = 0;
  std::stop_source stop_all_;
  std::mutex mutex_;
  std::condition_variable done_;
  size_t running_ = 0;
  bool stopped_ = false;
  std::exception_ptr error_;
};

}  // namespace

PostgresSnapshot::PostgresSnapshot(const PostgresSettings& settings, PostgresCatalog& catalog,
                                   SourceContext& context, Clock& clock)
    : settings_(settings), catalog_(catalog), context_(context), clock_(clock) {}

std::optional<PostgresSnapshotState> PostgresSnapshot::Run(
    const SnapshotView& given, std::optional<PostgresSnapshotState> earlier,
    const std::string& partition, std::stop_token stop) {
  HeldView held;
  held.view = given;
  if (given.exported_name.empty()) held = MakeView(settings_, stop);
  const Lsn view = held.view.consistent_point;
  const PgConnectionHandle connection = PgConnect(settings_.connection, PgSession::kQuery);
  BeginSnapshotTransaction(connection.get(), held.view.exported_name);
  const SnapshotPoint point = LookAtPoint(connection.get(), view);

  PostgresPosition position;
  PostgresSnapshotState state = earlier ? *earlier : PostgresSnapshotState::Begin(view);
  if (const auto offset = context_.LoadOffset(partition)) {
    // The log holds rows of a former snapshot or of the stream.
    position = PostgresPosition::FromJson(*offset);
    if (position.end != state.start()) position = {};
    if (state.attempts().empty()) state = PostgresSnapshotState::BeginAgain(state.start());
  }
  position.end = state.start();
  if (!position.event.is_set()) {
    position.event = view;
    position.transaction_id = point.transaction_id;
    position.commit_ts_us = point.ts_us;
  }

  std::vector<SnapshotTable> tables = catalog_.SnapshotTables(connection.get());
  const size_t captured = tables.size();
  std::erase_if(tables, [&](const SnapshotTable& table) {
    return state.IsDone({table.schema, table.name});
  });
  if (state.attempts().empty()) {
    Logger("source.postgres")
        .info("snapshot of {} tables as of {} begins", captured, view.ToString());
  } else {
    Logger("source.postgres")
        .info(
            "the snapshot resumes with a new view, as of {}: {} of {} tables are done, {} that "
            "were read in part are read again",
            view.ToString(), captured - tables.size(), captured, state.partial().size());
  }
  state.BeginAttempt(view);
  const int server_version = PQserverVersion(connection.get());
  const int threads = std::max(1, settings_.snapshot.threads);
  PostgresSnapshotLedger ledger(context_, partition, std::move(tables), std::move(state),
                                std::move(position), point, clock_);
  std::deque<SnapshotChunk> chunks = PlanChunks(ledger.tables(), threads, server_version);
  const size_t workers_count = std::clamp<size_t>(chunks.size(), 1, static_cast<size_t>(threads));
  ledger.SetChunks(std::move(chunks), static_cast<int>(workers_count));
  std::vector<std::unique_ptr<PostgresSnapshotWorker>> workers;
  for (size_t i = 0; i < workers_count; ++i) {
    workers.push_back(std::make_unique<PostgresSnapshotWorker>(settings_, ledger, clock_,
                                                               held.view.exported_name));
  }
  Crew crew(ledger, context_);
  if (!crew.Run(std::move(workers), stop)) return std::nullopt;
  Logger("source.postgres")
      .info("snapshot done: {} rows of {} tables in {:.1f} s", ledger.rows(),
            ledger.tables().size(), crew.Elapsed());
  return ledger.TakeState();
}

}  // namespace tidewire::source
