#include "source/postgres/postgres_snapshot.h"

#include <random>

#include "base/error.h"
#include "base/logging.h"
#include "source/postgres/postgres_position.h"
#include "source/postgres/postgres_snapshot_worker.h"
#include "source/snapshot_crew.h"

namespace tidewire::source {
namespace {

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

// Where the view stands: the source block of all its records.
struct SnapshotPoint {
  Lsn view;
  int64_t transaction_id = 0;
  int64_t ts_us = 0;  // When the view was taken, by the server's clock.
};

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

// The transaction that all records of the snapshot belong to.
model::Transaction TransactionOf(const SnapshotPoint& point) {
  model::Transaction out;
  out.id = point.transaction_id;
  out.begin_position = point.view.value;
  out.commit_position = point.view.value;
  out.commit_ts_us = point.ts_us;
  return out;
}

std::vector<SnapshotLedger::Table> LedgerTables(const PostgresSnapshotPlan& plan) {
  std::vector<SnapshotLedger::Table> out;
  for (const SnapshotTable& table : plan.tables) {
    out.push_back({{table.schema, table.name}, table.table->topic_schema, table.estimated_rows});
  }
  return out;
}

SnapshotFacts MakeFacts(std::string partition, const PostgresPosition& position,
                        const SnapshotPoint& point) {
  SnapshotFacts out;
  out.logger = "source.postgres";
  out.partition = std::move(partition);
  out.transaction = TransactionOf(point);
  out.position = point.view.value;
  out.offset = [position](const std::string& state, bool last) {
    std::string more = fmt::format(
        R"("snapshot":"INITIAL","last_snapshot_record":{0},"snapshot_completed":{0})", last);
    if (!state.empty()) more += "," + state;
    return position.ToJson(more);
  };
  return out;
}

}  // namespace

PostgresSnapshot::PostgresSnapshot(const PostgresSettings& settings, PostgresCatalog& catalog,
                                   SourceContext& context, Clock& clock)
    : settings_(settings), catalog_(catalog), context_(context), clock_(clock) {}

std::optional<SnapshotState> PostgresSnapshot::Run(const SnapshotView& given,
                                                   std::optional<SnapshotState> earlier,
                                                   const std::string& partition,
                                                   std::stop_token stop) {
  HeldView held;
  held.view = given;
  if (given.exported_name.empty()) held = MakeView(settings_, stop);
  const Lsn view = held.view.consistent_point;
  const PgConnectionHandle connection = PgConnect(settings_.connection, PgSession::kQuery);
  BeginSnapshotTransaction(connection.get(), held.view.exported_name);
  const SnapshotPoint point = LookAtPoint(connection.get(), view);

  PostgresPosition position;
  SnapshotState state = earlier ? *earlier : SnapshotState::Begin(view.value);
  if (const auto offset = context_.LoadOffset(partition)) {
    // The log holds rows of a former snapshot or of the stream.
    position = PostgresPosition::FromJson(*offset);
    if (position.end != Lsn{state.start()}) position = {};
    if (state.attempts().empty()) state = SnapshotState::BeginAgain(state.start());
  }
  position.end = Lsn{state.start()};
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
  state.BeginAttempt(view.value);
  const PostgresSnapshotPlan plan =
      PlanPostgresSnapshot(std::move(tables), std::max(1, settings_.snapshot.threads),
                           PQserverVersion(connection.get()));
  return Read(plan, held.view.exported_name, MakeFacts(partition, position, point),
              std::move(state), stop);
}

std::optional<SnapshotState> PostgresSnapshot::Read(const PostgresSnapshotPlan& plan,
                                                    const std::string& exported_name,
                                                    SnapshotFacts facts, SnapshotState state,
                                                    std::stop_token stop) {
  std::vector<size_t> chunks;
  for (const PostgresChunk& chunk : plan.chunks) chunks.push_back(chunk.table);
  SnapshotLedger ledger(context_, std::move(facts), LedgerTables(plan), std::move(chunks),
                        plan.workers, std::move(state), clock_);
  std::vector<std::unique_ptr<PostgresSnapshotWorker>> workers;
  std::vector<SnapshotCrew::Worker> runs;
  for (size_t i = 0; i < plan.workers; ++i) {
    workers.push_back(
        std::make_unique<PostgresSnapshotWorker>(settings_, plan, ledger, clock_, exported_name));
    runs.emplace_back([worker = workers.back().get()](std::stop_token token) {
      return worker->Run(std::move(token));
    });
  }
  if (!SnapshotCrew(ledger, context_).Run(runs, stop)) return std::nullopt;
  return ledger.TakeState();
}

}  // namespace tidewire::source
