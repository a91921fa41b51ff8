#include "source/mysql/mysql_task.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/logging.h"
#include "source/mysql/mysql_snapshot.h"
#include "source/mysql/mysql_stream.h"
#include "source/mysql/mysql_stream_decoder.h"
#include "source/render_settings.h"
#include "source/task_run.h"

namespace tidewire::source {
namespace {

constexpr const char* kResetRemedy =
    "stop the connector, DELETE its offsets and start it again to take a new snapshot, or set "
    "snapshot.mode=when_needed; keep binlogs longer (MySQL: binlog_expire_logs_seconds, MariaDB: "
    "expire_logs_days)";

auto Log() { return Logger("source.mysql"); }

}  // namespace

MysqlTask::MysqlTask(const config::Config& config, MysqlFlavour flavour, Clock& clock)
    : config_(config), settings_(MysqlSettings::FromConfig(config_, flavour)), clock_(clock) {}

void MysqlTask::Run(SourceContext& context, std::stop_token stop) {
  const std::shared_ptr<const model::RenderOptions> render =
      MakeRenderOptions(settings_.events, config_, settings_.kind(), NewRunId(clock_));
  MysqlServer server;
  {
    client::MysqlConnection connection(settings_.connection);
    server = LookAtMysqlServer(connection);
    // What the connector for MySQL knows of MariaDB's binlog is files and positions.
    if (settings_.flavour == MysqlFlavour::kMysql && server.mariadb) server.gtids = false;
  }
  Session session{render, MysqlTables(settings_, std::move(server), render),
                  MysqlHistory(settings_, render), context};
  Start start = LoadStart(context);
  if (!Prepare(start, session, stop)) return;
  if (settings_.snapshot.mode == SnapshotMode::kInitialOnly) return;
  PauseFor(settings_.snapshot.streaming_delay, stop);
  try {
    Stream(start, session, stop);
  } catch (const BinlogGone& gone) {
    const std::string message = fmt::format("the stream cannot go on from the stored offset {}: {}",
                                            start.position.ToString(), gone.what());
    if (settings_.snapshot.mode != SnapshotMode::kWhenNeeded) {
      throw FatalError(fmt::format("{}; {}", message, kResetRemedy));
    }
    Log().warn("{}; taking a new snapshot", message);
    Start anew;
    if (!TakeSnapshot(anew, session, true, stop)) return;
    Stream(anew, session, stop);
  }
}

MysqlTask::Start MysqlTask::LoadStart(SourceContext& context) const {
  Start start;
  const std::optional<std::string> offset = context.LoadOffset(settings_.events.Partition());
  if (!offset) return start;
  start.position = MysqlPosition::FromJson(*offset);
  start.snapshot = SnapshotState::FromOffset(*offset);
  // Of a snapshot that did not get to rows nothing is worth keeping.
  if (start.position.snapshot_running && !start.snapshot) return {};
  start.has_offset = true;
  return start;
}

bool MysqlTask::WantsSnapshot(const Start& start) const {
  if (settings_.snapshot.mode == SnapshotMode::kNoData ||
      settings_.snapshot.mode == SnapshotMode::kRecovery) {
    return !start.has_offset;
  }
  if (settings_.snapshot.mode == SnapshotMode::kNever) return false;
  if (settings_.snapshot.mode == SnapshotMode::kAlways && !snapshot_taken_) return true;
  return !start.has_offset || (start.snapshot && !start.snapshot->completed());
}

bool MysqlTask::Prepare(Start& start, Session& session, std::stop_token stop) {
  if (WantsSnapshot(start)) {
    PauseFor(settings_.snapshot.delay, stop);
    const bool rows = settings_.snapshot.mode != SnapshotMode::kNoData &&
                      settings_.snapshot.mode != SnapshotMode::kRecovery;
    return TakeSnapshot(start, session, rows, stop);
  }
  if (!start.has_offset) {
    // snapshot.mode=never: the oldest binlog tells all that there is.
    const std::vector<std::string> files = ReadBinlogFiles(session.tables.connection());
    if (files.empty()) {
      throw ConfigError("the server keeps no binlog; set log_bin and restart it");
    }
    start.position.file = files.front();
    start.position.pos = kBinlogBegin;
    return true;
  }
  RecoverStructures(start, session);
  return true;
}

void MysqlTask::RecoverStructures(const Start& start, Session& session) const {
  const bool anew = settings_.snapshot.mode == SnapshotMode::kRecovery;
  if (!anew && session.history.Recover(session.context, session.tables, start.position)) return;
  if (!anew) {
    Log().warn(
        "connector {}: there is no schema history (schema.history.internal.kafka.topic {}); tables "
        "are "
        "taken to be as the server has them now",
        settings_.events.connector_name, settings_.history_topic);
  }
  MysqlSnapshot(settings_, session.tables, session.history, session.render, session.context, clock_)
      .RecordCurrentStructures(start.position);
}

bool MysqlTask::TakeSnapshot(Start& start, Session& session, bool rows, std::stop_token stop) {
  std::optional<MysqlSnapshot::Done> earlier;
  if (start.has_offset) {
    SnapshotState state =
        start.snapshot && !start.snapshot->completed()
            ? *start.snapshot
            : SnapshotState::BeginAgain(BinlogPlace(start.position.file, start.position.pos));
    earlier = MysqlSnapshot::Done{start.position, std::move(state)};
    earlier->position.snapshot_running = false;
  }
  MysqlSnapshot snapshot(settings_, session.tables, session.history, session.render,
                         session.context, clock_);
  std::optional<MysqlSnapshot::Done> done = snapshot.Run(std::move(earlier), rows, stop);
  if (!done) return false;
  snapshot_taken_ = true;
  start.position = std::move(done->position);
  start.snapshot = std::move(done->state);
  start.has_offset = true;
  // What follows relies on the snapshot being recorded as done (invariant 4).
  auto batch = std::make_unique<model::ChangeBatch>();
  batch->offset = model::SourceOffset{settings_.events.Partition(),
                                      start.position.ToJson(start.snapshot->JsonMember())};
  return session.context.Emit(std::move(batch)) && session.context.WaitDurable();
}

BinlogStart MysqlTask::StartOf(const MysqlPosition& position, Session& session) const {
  BinlogStart out;
  out.file = position.file;
  out.position = position.pos;
  const MysqlServer& server = session.tables.server();
  // An empty set would mean the beginning of all binlogs.
  const bool named = position.gtids && !position.gtids->empty();
  if (!server.gtids || !named || settings_.gtid_ignore_on_recovery) return out;
  out.by_gtid = true;
  out.gtids = GtidSet::Parse(*position.gtids, server.gtid_kind());
  return out;
}

void MysqlTask::Stream(const Start& start, Session& session, std::stop_token stop) {
  BinlogDumpOptions options;
  options.server_id = settings_.server_id;
  options.annotate = settings_.include_query;
  constexpr double kHeartbeatShare = 0.3;  // Of the time after which a silent server is given up.
  options.heartbeat = std::chrono::milliseconds(static_cast<int64_t>(
      kHeartbeatShare * static_cast<double>(settings_.keep_alive_interval.count())));
  options.net_write_timeout = settings_.net_write_timeout;
  options.net_read_timeout = settings_.net_read_timeout;
  client::MysqlConnectionSettings login = settings_.connection;
  login.initial_statements.clear();
  const auto connection = BinlogConnection::Start(std::make_unique<client::MysqlConnection>(login),
                                                  StartOf(start.position, session), options);
  const SnapshotState* const snapshot = start.snapshot ? &*start.snapshot : nullptr;
  MysqlStreamDecoder decoder(
      settings_, session.tables, session.history, session.render, start.position,
      [&](const MysqlTableId& table, const std::string& file, uint64_t pos, const GtidEvent& gtid) {
        return snapshot != nullptr &&
               IsInSnapshot(*snapshot, table, file, pos, gtid, session.tables.server().gtid_kind());
      },
      [&](const MysqlPosition& at) {
        return snapshot == nullptr || snapshot->IsPassed(BinlogPlace(at.file, at.pos))
                   ? std::string()
                   : snapshot->JsonMember();
      });
  Log().info("streaming from {}", start.position.ToString());
  MysqlStream(settings_, decoder, *connection, session.context, clock_).Run(stop);
}

bool MysqlTask::IsInSnapshot(const SnapshotState& snapshot, const MysqlTableId& table,
                             const std::string& file, uint64_t pos, const GtidEvent& gtid,
                             GtidSet::Kind kind) {
  const uint64_t from = snapshot.StreamFrom(table);
  if (from == 0) return false;
  const std::string_view tag = snapshot.TagOf(from);
  if (gtid.named && !tag.empty()) {
    return GtidSet::Parse(tag, kind).Contains(gtid.source, gtid.sequence);
  }
  return BinlogPlace(file, pos) <= from;
}

}  // namespace tidewire::source
