#include "source/postgres/postgres_task.h"

#include "base/error.h"
#include "base/logging.h"
#include "source/postgres/postgres_publication.h"
#include "source/postgres/postgres_snapshot.h"
#include "source/postgres/postgres_stream.h"
#include "source/task_run.h"

namespace tidewire::source {
namespace {

constexpr const char* kResetRemedy =
    "stop the connector, DELETE its offsets and start it again to take a new snapshot, or set "
    "snapshot.mode=when_needed";

Lsn ServerEnd(PGconn* connection) {
  const PgResultHandle row =
      PgExecute(connection,
                "SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN "
                "pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_lsn() END",
                "ask for its WAL position");
  return Lsn::Parse(PgText(row.get(), 0, 0)).value_or(Lsn{});
}

}  // namespace

PostgresTask::PostgresTask(const config::Config& config, Clock& clock)
    : config_(config),
      settings_(PostgresSettings::FromConfig(config_)),
      partition_(settings_.events.Partition()),
      clock_(clock),
      slot_(settings_) {}

void PostgresTask::Run(SourceContext& context, std::stop_token stop) {
  const auto render = MakePostgresRenderOptions(settings_, config_, NewRunId(clock_));
  PostgresCatalog catalog(settings_, render);
  Start start = LoadStart(context);
  if (!Prepare(start, catalog, context, stop)) return;
  if (settings_.snapshot.mode == SnapshotMode::kInitialOnly) return;
  PauseFor(settings_.snapshot.streaming_delay, stop);
  Stream(std::move(start), catalog, render, context, stop);
  if (stop.stop_requested() && settings_.slot_drop_on_stop) slot_.Drop(clock_);
}

void PostgresTask::CleanUp() {
  if (settings_.slot_drop_on_stop) slot_.Drop(clock_);
}

PostgresTask::Start PostgresTask::LoadStart(SourceContext& context) const {
  Start start;
  const std::optional<std::string> offset = context.LoadOffset(partition_);
  if (!offset) return start;
  start.position = PostgresPosition::FromJson(*offset);
  start.snapshot = SnapshotState::FromOffset(*offset);
  if (start.position.foreign_snapshot_running) return {};
  start.has_offset = true;
  if (start.snapshot && !start.position.end.is_set())
    start.position.end = Lsn{start.snapshot->start()};
  return start;
}

bool PostgresTask::WantsSnapshot(const Start& start) const {
  if (settings_.snapshot.mode == SnapshotMode::kNoData) return false;
  if (settings_.snapshot.mode == SnapshotMode::kAlways && !snapshot_taken_) return true;
  return !start.has_offset || (start.snapshot && !start.snapshot->completed());
}

bool PostgresTask::SlotFits(const Start& start, const std::optional<SlotState>& slot,
                            PGconn* connection) const {
  const Lsn position = start.position.end;
  std::string trouble;
  if (!slot) {
    trouble = "the slot does not exist any more";
  } else if (!slot->lost_because.empty()) {
    trouble = fmt::format("the slot was invalidated: {}", slot->lost_because);
  } else if (slot->confirmed > position && !start.position.foreign) {
    trouble = fmt::format("the slot stands at {} already, so changes in between are gone",
                          slot->confirmed.ToString());
  } else if (const Lsn end = ServerEnd(connection); end < position) {
    trouble = fmt::format(
        "the server's WAL ends before, at {}: it is another server or an older state of it",
        end.ToString());
  } else if (slot->confirmed > position) {
    // Debezium confirms keepalives that it does not store, so this alone proves no gap.
    Logger("source.postgres")
        .warn("slot {} stands at {}, the stored offset at {}: going on from the slot",
              settings_.slot_name, slot->confirmed.ToString(), position.ToString());
  }
  if (trouble.empty()) return true;
  const std::string message = fmt::format("slot {} cannot go on from the stored offset {}: {}",
                                          settings_.slot_name, position.ToString(), trouble);
  if (settings_.snapshot.mode != SnapshotMode::kWhenNeeded) {
    throw FatalError(fmt::format("{}; {}", message, kResetRemedy));
  }
  Logger("source.postgres").warn("{}; taking a new snapshot", message);
  return false;
}

bool PostgresTask::Prepare(Start& start, PostgresCatalog& catalog, SourceContext& context,
                           std::stop_token stop) {
  const PgConnectionHandle connection = PgConnect(settings_.connection, PgSession::kQuery);
  EnsurePublication(settings_, connection.get(),
                    [&] { return catalog.CapturedNames(connection.get()); });
  std::optional<SlotState> slot = slot_.Look(connection.get());
  const bool streams = settings_.snapshot.mode != SnapshotMode::kInitialOnly;
  if (start.has_offset && streams && !SlotFits(start, slot, connection.get())) start = {};
  if (!start.has_offset && slot && !slot->lost_because.empty() && !slot->active) {
    Logger("source.postgres")
        .warn("dropping slot {}, which cannot be used: {}", settings_.slot_name,
              slot->lost_because);
    slot_.Drop(clock_);
    slot.reset();
  }
  if (WantsSnapshot(start)) {
    PauseFor(settings_.snapshot.delay, stop);
    return TakeSnapshot(start, std::move(slot), catalog, context, stop);
  }
  if (start.snapshot) catalog.UseSnapshot(*start.snapshot);
  if (start.has_offset || !streams) return true;
  if (slot) {
    start.position.end = slot->confirmed;
    return true;
  }
  const PgConnectionHandle replication = PgConnect(settings_.connection, PgSession::kReplication);
  start.position.end = slot_.Create(replication.get(), false).consistent_point;
  return true;
}

bool PostgresTask::TakeSnapshot(Start& start, std::optional<SlotState> slot,
                                PostgresCatalog& catalog, SourceContext& context,
                                std::stop_token stop) {
  SnapshotView view;
  std::optional<SnapshotState> earlier;
  PgConnectionHandle replication;  // Keeps the exported snapshot alive.
  if (start.snapshot && !start.snapshot->completed()) {
    earlier = start.snapshot;
  } else if (start.has_offset) {
    earlier = SnapshotState::Begin(start.position.end.value);
  } else if (slot) {
    earlier = SnapshotState::Begin(slot->confirmed.value);
  } else if (settings_.snapshot.mode != SnapshotMode::kInitialOnly) {
    replication = PgConnect(settings_.connection, PgSession::kReplication);
    const MadeSlot made = slot_.Create(replication.get(), true);
    view.exported_name = made.snapshot_name;
    view.consistent_point = made.consistent_point;
  }
  PostgresSnapshot snapshot(settings_, catalog, context, clock_);
  std::optional<SnapshotState> state = snapshot.Run(view, std::move(earlier), partition_, stop);
  if (!state) return false;
  snapshot_taken_ = true;
  if (!start.has_offset) start.position = {};
  start.position.end = std::max(start.position.end, Lsn{state->start()});
  start.position.foreign = false;
  start.snapshot = std::move(state);
  start.has_offset = true;
  catalog.UseSnapshot(*start.snapshot);
  // What follows relies on the snapshot being recorded as done (invariant 4).
  auto done = std::make_unique<model::ChangeBatch>();
  done->offset =
      model::SourceOffset{partition_, start.position.ToJson(start.snapshot->JsonMember())};
  done->confirm = start.position.end.value;
  return context.Emit(std::move(done)) && context.WaitDurable();
}

void PostgresTask::Stream(Start start, PostgresCatalog& catalog,
                          std::shared_ptr<const model::RenderOptions> render,
                          SourceContext& context, std::stop_token stop) {
  const std::unique_ptr<PostgresStreamReader> reader = slot_.Open(start.position.end, clock_, stop);
  if (reader == nullptr) return;
  const Lsn begin = start.position.end;
  PostgresStreamDecoder decoder(
      settings_, std::move(render),
      [&](const RelationMessage& relation) { return catalog.ForRelation(relation); },
      std::move(start.position),
      [&](const PostgresPosition& at) {
        return !start.snapshot || start.snapshot->IsPassed(at.end.value)
                   ? std::string()
                   : start.snapshot->JsonMember();
      });
  Logger("source.postgres")
      .info("streaming from {} through slot {}", begin.ToString(), settings_.slot_name);
  PostgresStreamLag lag(settings_);
  PostgresStream stream(settings_, decoder, *reader, context, clock_, &lag);
  stream.Run(stop);
}

}  // namespace tidewire::source
