#include "source/mysql/mysql_stream_decoder.h"

#include <fmt/format.h>
#include <zlib.h>

#include "base/error.h"
#include "base/logging.h"
#include "model/calendar.h"
#include "source/mysql/mysql_names.h"
#include "source/mysql/mysql_statements.h"

namespace tidewire::source {
namespace {

using model::Datum;

constexpr uint16_t kArtificial = 0x20;  // The server made the event for this reader.
constexpr size_t kChecksumBytes = 4;
// What one transaction may unpack to.
constexpr size_t kPayloadBytesMax = size_t{1} << 30;

auto Log() { return Logger("source.mysql"); }

void CheckSum(std::string_view event) {
  const size_t size = event.size() - kChecksumBytes;
  const auto sum = static_cast<uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(event.data()), static_cast<uInt>(size)));
  if (sum != LoadLittleEndian<uint32_t>(event.data() + size)) {
    throw RetriableError("an event of the binlog does not match its checksum");
  }
}

}  // namespace

MysqlStreamDecoder::MysqlStreamDecoder(const MysqlSettings& settings, MysqlTables& tables,
                                       MysqlHistory& history,
                                       std::shared_ptr<const model::RenderOptions> render,
                                       MysqlPosition start, InSnapshot in_snapshot,
                                       OffsetExtra extra)
    : settings_(settings),
      tables_(tables),
      in_snapshot_(std::move(in_snapshot)),
      extra_(std::move(extra)),
      writer_(settings.events, render),
      recorder_(settings, tables, history, std::move(render)),
      gtid_include_(settings.gtid_include, "gtid.source.includes"),
      gtid_exclude_(settings.gtid_exclude, "gtid.source.excludes"),
      checksums_(tables.server().checksums),
      file_(start.file),
      read_to_(start.pos),
      position_(start),
      done_(tables.server().gtid_kind()),
      resume_(std::move(start)) {
  resuming_ = resume_.events > 0 || resume_.rows > 0 || resume_.changes > 0;
  has_gtids_ = tables.server().gtids;
  if (resume_.gtids) done_ = GtidSet::Parse(*resume_.gtids, tables.server().gtid_kind());
  position_.events = position_.rows = position_.changes = 0;
  position_.open_gtid.clear();
  position_.snapshot_running = false;
}

void MysqlStreamDecoder::Handle(std::string_view bytes, int64_t now_ns) {
  writer_.SetNow(now_ns);
  const BinlogHeader header = ReadBinlogHeader(bytes);
  if (header.type == BinlogEventType::kFormatDescription) {
    checksums_ = ReadFormatDescription(bytes).checksums;
  }
  const size_t tail = checksums_ ? kChecksumBytes : 0;
  if (bytes.size() < kBinlogHeaderBytes + tail) throw DataError("an event that is cut short");
  if (checksums_) CheckSum(bytes);
  BinlogEvent event{header, bytes.substr(kBinlogHeaderBytes)};
  event.body.remove_suffix(tail);
  if (header.type == BinlogEventType::kHeartbeat || header.type == BinlogEventType::kHeartbeatV2) {
    const HeartbeatEvent heartbeat = ReadHeartbeat(event);
    if (!in_transaction() && !gtid_open_ && heartbeat.file == file_ &&
        heartbeat.position > read_to_) {
      read_to_ = position_.pos = heartbeat.position;
    }
    return;
  }
  if ((header.flags & kArtificial) == 0 && header.type != BinlogEventType::kUnknown) {
    if (header.next_position != 0) {
      // The position has four bytes, the file may have more.
      constexpr uint64_t kWrap = uint64_t{1} << 32;
      uint64_t end = (read_to_ & ~(kWrap - 1)) | header.next_position;
      if (end < read_to_ && read_to_ - end > kWrap / 2) end += kWrap;
      read_to_ = end;
      event_pos_ = end - std::min<uint64_t>(end, header.size);
      exact_ = true;
    } else if (header.type != BinlogEventType::kFormatDescription) {
      event_pos_ = read_to_;
      read_to_ += header.size;
      exact_ = false;
    }
  }
  position_.server_id = header.server_id;
  if (header.timestamp != 0) position_.ts_sec = header.timestamp;
  HandleEvent(event);
}

// Counts the events of a transaction as Debezium does, and says where one cannot be read.
void MysqlStreamDecoder::HandleEvent(const BinlogEvent& event) {
  const bool counted = in_transaction();
  try {
    Dispatch(event);
  } catch (const DataError& error) {
    Unreadable(event, error.what(), settings_.unreadable_event);
  }
  if (counted && in_transaction()) ++events_;
}

void MysqlStreamDecoder::Dispatch(const BinlogEvent& event) {
  switch (event.header.type) {
    case BinlogEventType::kTableMap:
      return HandleTableMap(event);
    case BinlogEventType::kXid:
      return End(event);
    case BinlogEventType::kGtid:
    case BinlogEventType::kGtidTagged:
    case BinlogEventType::kAnonymousGtid:
    case BinlogEventType::kMariaGtid:
      return HandleGtid(event);
    case BinlogEventType::kQuery:
    case BinlogEventType::kMariaQueryCompressed:
      return HandleQuery(event);
    case BinlogEventType::kRowsQuery:
    case BinlogEventType::kMariaAnnotateRows:
      if (!settings_.include_query) return;
      statement_storage_ = ReadRowsQuery(event);
      statement_batch_ = 0;
      return;
    case BinlogEventType::kRotate:
      return HandleRotate(event);
    case BinlogEventType::kTransactionPayload:
      return HandlePayload(event);
    case BinlogEventType::kXaPrepare:
      return HandleXaPrepare(event);
    case BinlogEventType::kIncident:
      throw FatalError(
          fmt::format("the server says at {} that its binlog may lack changes (an incident); take "
                      "a new snapshot: "
                      "stop the connector, DELETE its offsets and start it",
                      Here()));
    case BinlogEventType::kMariaPartialRows:
      throw DataError("a row in several events, which cannot be read yet");
    default:
      if (IsRowsEvent(event.header.type)) HandleRows(event);
  }
}

void MysqlStreamDecoder::HandleRotate(const BinlogEvent& event) {
  const RotateEvent rotate = ReadRotate(event.body);
  const bool same = rotate.file == file_;
  known_.clear();
  last_known_ = nullptr;
  if (same && (event.header.flags & kArtificial) != 0) return;
  file_ = rotate.file;
  read_to_ = rotate.position;
  if (in_transaction() || gtid_open_) return;
  position_.file = file_;
  position_.pos = read_to_;
}

void MysqlStreamDecoder::HandleGtid(const BinlogEvent& event) {
  if (in_transaction()) Abort(event);
  gtid_ = ReadGtid(event);
  gtid_.named = gtid_.named && has_gtids_;
  gtid_open_ = true;
  gtid_pos_ = event_pos_;
  const std::string source = gtid_.named && tables_.server().mariadb
                                 ? fmt::format("{}-{}", gtid_.domain, event.header.server_id)
                                 : gtid_.source.substr(0, gtid_.source.find(':'));
  gtid_filtered_ = gtid_.named && ((!gtid_include_.empty() && !gtid_include_.Matches(source)) ||
                                   gtid_exclude_.Matches(source));
  commit_us_ = gtid_.commit_us != 0 ? gtid_.commit_us
                                    : int64_t{event.header.timestamp} * model::kMicrosPerSecond;
  if (tables_.server().mariadb && !gtid_.standalone) Begin(event, -1);
}

void MysqlStreamDecoder::Begin(const BinlogEvent& event, int64_t thread) {
  begin_file_ = file_;
  begin_pos_ = event_pos_;
  events_ = 1;
  changes_ = 0;
  savepoints_.assign(1, {"", writer_.mark(), batches_});
  if (!gtid_open_) commit_us_ = int64_t{event.header.timestamp} * model::kMicrosPerSecond;
  if (resuming_ && !resume_.open_gtid.empty() && resume_.open_gtid != gtid_.text) {
    throw FatalError(fmt::format(
        "the stored offset stands inside transaction {}, but the server goes on with {}: it is "
        "another server, or an older state of it; reset the offsets to begin with a snapshot",
        resume_.open_gtid, gtid_.text));
  }
  model::Transaction transaction;
  transaction.begin_position = begin_pos_;
  transaction.commit_ts_us = commit_us_;
  if (gtid_open_ && gtid_.named) transaction.name = gtid_.text;
  transaction.file = file_;
  transaction.server_id = event.header.server_id;
  transaction.thread = thread_ = thread;
  writer_.BeginTransaction(std::move(transaction));
  if (settings_.events.provide_transaction_metadata && !resuming_) {
    writer_.AddBegin(TransactionId(), commit_us_ / 1000, {begin_pos_});
  }
}

std::string MysqlStreamDecoder::TransactionId() const {
  if (gtid_open_ && gtid_.named) return gtid_.text;
  return fmt::format("file={},pos={}", begin_file_, begin_pos_);
}

void MysqlStreamDecoder::End(const BinlogEvent& event) {
  if (!in_transaction()) return;
  if (settings_.events.provide_transaction_metadata) {
    writer_.AddEnd(TransactionId(), commit_us_ / 1000, {event_pos_});
  }
  writer_.EndTransaction();
  EndStatement(event);
}

// The whole group of events that a GTID names, or that stands for itself, has been read.
void MysqlStreamDecoder::EndStatement(const BinlogEvent&) {
  if (gtid_open_ && gtid_.named) {
    done_.Add(gtid_.source, gtid_.sequence, position_.server_id);
  }
  gtid_open_ = false;
  thread_ = -1;
  resuming_ = false;
  statement_storage_.clear();
  if (!exact_ && in_payload_) return;
  position_.file = file_;
  position_.pos = read_to_;
}

// What the transaction did so far is undone.
void MysqlStreamDecoder::Abort(const BinlogEvent& event) {
  if (savepoints_.empty() || savepoints_.front().batch != batches_) {
    throw FatalError(
        fmt::format("the transaction that begins at {}:{} was rolled back at {}, after parts of it "
                    "went into the "
                    "log; reset the offsets to begin with a snapshot",
                    begin_file_, begin_pos_, Here()));
  }
  Log().warn(
      "connector {}: the transaction that begins at {}:{} was rolled back; its changes are left "
      "out, those of tables without transactions (MyISAM) with them",
      settings_.events.connector_name, begin_file_, begin_pos_);
  writer_.DropSince(savepoints_.front().mark);
  writer_.EndTransaction();
  EndStatement(event);
}

std::string MysqlStreamDecoder::Here() const { return fmt::format("{}:{}", file_, event_pos_); }

bool MysqlStreamDecoder::Skips() {
  ++changes_;
  if (!resuming_) return false;
  if (resume_.changes > 0) return changes_ <= resume_.changes;
  return events_ < resume_.events;
}

void MysqlStreamDecoder::HandleTableMap(const BinlogEvent& event) {
  const uint64_t id = ReadTableId(event.body);
  Known& known = known_[id];
  last_table_ = id;
  last_known_ = &known;
  if (known.generation == generation_ + 1 && known.map == event.body) return;
  known.map = event.body;
  known.relation = nullptr;
  known.generation = generation_ + 1;
  try {
    known.relation = tables_.ForMap(event.body);
  } catch (const DataError& error) {
    Unreadable(event, error.what(), settings_.inconsistent_schema);
  }
}

void MysqlStreamDecoder::HandleRows(const BinlogEvent& event) {
  const uint64_t id = ReadTableId(event.body);
  if (id != last_table_ || last_known_ == nullptr) {
    const auto found = known_.find(id);
    if (found == known_.end()) return;  // The event that ends a statement without rows.
    last_table_ = id;
    last_known_ = &found->second;
  }
  MysqlRelation* const relation = last_known_->relation;
  if (relation == nullptr || IsFiltered()) return;
  if (in_snapshot_ && in_snapshot_({relation->definition->database, relation->definition->name},
                                   file_, read_to_, gtid_)) {
    return;
  }
  // A decoder reads one version of a table; another number of the same table may have another.
  if (relation->map != last_known_->map) tables_.ForMap(last_known_->map);
  const BinlogRows rows = ReadBinlogRows(event, storage_);
  const SkippedOperations& skipped = settings_.events.skipped;
  if ((rows.kind == RowsKind::kWrite && skipped.creates) ||
      (rows.kind == RowsKind::kUpdate && skipped.updates) ||
      (rows.kind == RowsKind::kDelete && skipped.deletes)) {
    return;
  }
  if (rows.columns != relation->decoder->columns()) {
    throw DataError(fmt::format("rows of {} have {} columns, their table map {}", relation->name(),
                                rows.columns, relation->decoder->columns()));
  }
  ReadRows(event, rows, *relation);
}

void MysqlStreamDecoder::ReadRows(const BinlogEvent&, const BinlogRows& rows,
                                  MysqlRelation& relation) {
  using Image = BinlogRowDecoder::Image;
  BinlogRowDecoder& decoder = *relation.decoder;
  // The one copy: values that are text stay where they stand in it.
  Arena& arena = writer_.batch().arena;
  BinlogReader in(arena.Copy(rows.rows));
  ChangeWriter::Place place{event_pos_, 0, 0};
  if (settings_.include_query && !statement_storage_.empty()) {
    if (statement_batch_ != batches_ + 1) {
      statement_ = writer_.batch().AddStatement(statement_storage_);
      statement_batch_ = batches_ + 1;
    }
    place.statement = statement_;
  }
  try {
    for (uint32_t row = 0; !in.empty(); ++row) {
      place.row = row;
      const ChangeWriter::Mark mark = writer_.mark();
      const Datum* before = nullptr;
      if (rows.kind != RowsKind::kWrite) {
        before = decoder.Read(in, rows.before_present, Image::kBefore, nullptr, false, arena);
      }
      if (rows.kind == RowsKind::kDelete) {
        writer_.Delete(relation, before, place);
      } else if (rows.kind == RowsKind::kUpdate) {
        const Datum* const after =
            decoder.Read(in, rows.after_present, Image::kAfter, before, rows.partial_json, arena);
        writer_.Update(relation, before, after, place);
      } else {
        const Datum* const after =
            decoder.Read(in, rows.after_present, Image::kInsert, nullptr, false, arena);
        writer_.Create(relation, after, place);
      }
      const bool by_row = resuming_ && resume_.changes == 0 && events_ == resume_.events;
      if (Skips() || (by_row && row < resume_.rows)) writer_.DropSince(mark);
    }
  } catch (const DataError& error) {
    throw DataError(fmt::format("{}{}{} at {}: {}", relation.name(),
                                decoder.column().empty() ? "" : ".", decoder.column(), Here(),
                                error.what()));
  }
}

void MysqlStreamDecoder::HandlePayload(const BinlogEvent& event) {
  payload_ = ReadTransactionPayload(event.body, kPayloadBytesMax);
  in_payload_ = true;
  std::string_view rest = payload_;
  while (!rest.empty()) {
    const BinlogHeader header = ReadBinlogHeader(rest);
    if (header.size > rest.size()) throw DataError("an event of a payload that is cut short");
    BinlogEvent inner{header, rest.substr(kBinlogHeaderBytes, header.size - kBinlogHeaderBytes)};
    inner.header.server_id = event.header.server_id;
    HandleEvent(inner);
    rest.remove_prefix(header.size);
  }
  in_payload_ = false;
  if (!in_transaction() && !gtid_open_) {
    position_.file = file_;
    position_.pos = read_to_;
  }
}

void MysqlStreamDecoder::HandleXaPrepare(const BinlogEvent& event) { End(event); }

void MysqlStreamDecoder::HandleQuery(const BinlogEvent& event) {
  const QueryEvent query = ReadQuery(event, query_storage_);
  if (HandleControl(event, query)) return;
  if (in_transaction() && IsRowStatement(query.sql)) {
    if (!warned_statement_) {
      Log().warn(
          "connector {}: the binlog holds statements instead of rows ({}: {}); what they change is "
          "not captured; SET GLOBAL binlog_format = ROW, and in the session that wrote it",
          settings_.events.connector_name, Here(), query.sql.substr(0, 200));
    }
    warned_statement_ = true;
    return;
  }
  HandleDdl(event, query);
}

// The statements that begin and end transactions; false: it is none of them.
bool MysqlStreamDecoder::HandleControl(const BinlogEvent& event, const QueryEvent& query) {
  const ControlStatement control = ReadControlStatement(query.sql);
  switch (control.kind) {
    case ControlStatement::Kind::kNone:
      return false;
    case ControlStatement::Kind::kBegin:
    case ControlStatement::Kind::kXaStart:
      if (!in_transaction()) Begin(event, query.thread);
      break;
    case ControlStatement::Kind::kCommit:
      End(event);
      break;
    case ControlStatement::Kind::kRollback:
      if (in_transaction()) Abort(event);
      break;
    case ControlStatement::Kind::kSavepoint:
      savepoints_.push_back({control.name, writer_.mark(), batches_});
      break;
    case ControlStatement::Kind::kRollbackTo: {
      const auto found =
          std::find_if(savepoints_.rbegin(), savepoints_.rend(),
                       [&](const Savepoint& each) { return SameName(each.name, control.name); });
      if (found == savepoints_.rend() || found->batch != batches_) {
        throw FatalError(
            fmt::format("at {} a transaction goes back to savepoint {}, after its changes went "
                        "into the log; reset "
                        "the offsets to begin with a snapshot",
                        Here(), control.name));
      }
      writer_.DropSince(found->mark);
      savepoints_.erase(found.base(), savepoints_.end());
      break;
    }
    case ControlStatement::Kind::kOther:
      // XA END, XA COMMIT, XA ROLLBACK.
      if (!in_transaction()) EndStatement(event);
      break;
  }
  return true;
}

void MysqlStreamDecoder::HandleDdl(const BinlogEvent& event, const QueryEvent& query) {
  Arena text(1024);
  const std::string_view sql = WithoutStartTransaction(tables_.TextOf(query, text));
  const std::vector<SchemaChange> changes = tables_.Follow(tables_.ContextOf(query), sql);
  // A statement by itself is a transaction of one event.
  const bool alone = !in_transaction();
  if (!changes.empty()) {
    ++generation_;
    if (alone) {
      begin_file_ = file_;
      begin_pos_ = gtid_open_ ? gtid_pos_ : event_pos_;
      // The event of MariaDB's GTID counts, as it begins other transactions.
      events_ = has_gtids_ && tables_.server().mariadb ? 1 : 0;
      changes_ = 0;
      model::Transaction transaction;
      transaction.begin_position = begin_pos_;
      transaction.commit_ts_us = int64_t{event.header.timestamp} * model::kMicrosPerSecond;
      if (gtid_open_ && gtid_.named) transaction.name = gtid_.text;
      transaction.file = file_;
      transaction.server_id = event.header.server_id;
      writer_.BeginTransaction(std::move(transaction));
    }
    const ChangeWriter::Mark mark = writer_.mark();
    RecordChanges(event, changes);
    if (!alone && Skips()) writer_.DropSince(mark);
    if (alone) writer_.EndTransaction();
  }
  if (alone) EndStatement(event);
}

void MysqlStreamDecoder::RecordChanges(const BinlogEvent& event,
                                       const std::vector<SchemaChange>& changes) {
  for (const SchemaChange& change : changes) {
    if (change.kind != SchemaChange::Kind::kTruncate || settings_.events.skipped.truncates)
      continue;
    MysqlRelation* const relation = tables_.ForTable(change.id);
    if (relation == nullptr) continue;
    writer_.Truncate(*relation, {event_pos_});
    // A statement that is in no transaction has no place in one.
    if (events_ == 0) writer_.batch().records.back().total_order = 0;
  }
  SchemaChangeSource source;
  source.ts_ns = int64_t{event.header.timestamp} * 1'000'000'000;
  source.server_id = event.header.server_id;
  if (gtid_open_ && gtid_.named) source.gtid = gtid_.text;
  source.file = file_;
  source.pos = static_cast<int64_t>(event_pos_);
  if (thread_ >= 0) source.thread = thread_;
  HistoryPosition position = CurrentPosition().ForHistory();
  // The connector for MySQL does not see where MariaDB's transactions begin.
  const bool counted = has_gtids_ || !tables_.server().mariadb;
  position.event = counted ? static_cast<int64_t>(events_) : 0;
  recorder_.Record(writer_.batch(), changes, std::move(source), position,
                   writer_.now_ns() / 1'000'000, [this](model::Record& record) {
                     record.transaction = writer_.TransactionIndex();
                     writer_.SetPlace(record, {event_pos_});
                   });
}

void MysqlStreamDecoder::Unreadable(const BinlogEvent& event, const std::string& what,
                                    OnFailure mode) {
  if (mode == OnFailure::kFail) {
    throw DataError(
        fmt::format("{} ({}, event type {})", what, Here(), static_cast<int>(event.header.type)));
  }
  if (mode == OnFailure::kWarn) {
    Log().warn("connector {}: an event is left out: {} ({})", settings_.events.connector_name, what,
               Here());
  }
}

void MysqlStreamDecoder::AddHeartbeat(int64_t now_ns) {
  writer_.SetNow(now_ns);
  writer_.AddHeartbeat(position_.pos);
}

// The place to begin at, as of now: that of the open transaction, if there is one.
MysqlPosition MysqlStreamDecoder::CurrentPosition() const {
  MysqlPosition out = position_;
  if (has_gtids_) out.gtids = done_.ToString();
  if (in_transaction()) {
    out.file = begin_file_;
    out.pos = begin_pos_;
  }
  return out;
}

model::ChangeBatchPtr MysqlStreamDecoder::Take() {
  MysqlPosition at = CurrentPosition();
  if (in_transaction()) {
    at.events = events_;
    at.changes = changes_;
    if (gtid_open_ && gtid_.named) at.open_gtid = gtid_.text;
    if (resuming_ && at.changes < resume_.changes) {
      at.events = resume_.events;
      at.changes = resume_.changes;
    }
  }
  ++batches_;
  return writer_.Take(at.ToJson(extra_ ? extra_(at) : std::string()), 0);
}

}  // namespace tidewire::source
