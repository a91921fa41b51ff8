#include "source/postgres/postgres_stream_decoder.h"

#include "base/error.h"
#include "source/postgres/value_decoder.h"

namespace tidewire::source {
namespace {

using model::Datum;
using model::DatumState;
using model::Op;

constexpr uint64_t kNoResume = 0;

std::string_view TypeName(Op op) {
  switch (op) {
    case Op::kCreate:
      return "INSERT";
    case Op::kUpdate:
      return "UPDATE";
    case Op::kTruncate:
      return "TRUNCATE";
    default:
      return "DELETE";
  }
}

}  // namespace

PostgresStreamDecoder::PostgresStreamDecoder(const PostgresSettings& settings,
                                             std::shared_ptr<const model::RenderOptions> render,
                                             TableLookup lookup, PostgresPosition start,
                                             OffsetExtra extra)
    : settings_(settings),
      writer_(settings.events, render),
      message_events_(settings, std::move(render)),
      lookup_(std::move(lookup)),
      extra_(std::move(extra)),
      position_(start),
      resume_(std::move(start)) {
  message_collection_.SetName("message");
  resuming_ = resume_.open_commit.is_set() ||
              (resume_.foreign && resume_.transaction_id != 0 && !resume_.message_type.empty());
  position_.open_commit = {};
  position_.open_messages = kNoResume;
  position_.foreign = false;
  position_.foreign_snapshot_running = false;
}

void PostgresStreamDecoder::Handle(Lsn lsn, std::string_view message, int64_t now_ns) {
  writer_.SetNow(now_ns);
  ByteReader in(message);
  const auto type = static_cast<PgoutputType>(in.Byte());
  switch (type) {
    case PgoutputType::kInsert:
    case PgoutputType::kUpdate:
    case PgoutputType::kDelete:
    case PgoutputType::kTruncate:
      return HandleChange(type, lsn, message);
    case PgoutputType::kBegin:
      return HandleBegin(lsn, in);
    case PgoutputType::kCommit:
      return HandleCommit(lsn, in);
    case PgoutputType::kRelation:
      return HandleRelation(in);
    case PgoutputType::kMessage:
      return HandleMessage(lsn, in);
    case PgoutputType::kType:    // The catalog knows types better.
    case PgoutputType::kOrigin:  // Debezium's origin fields are null with pgoutput.
      return;
  }
  throw FatalError(fmt::format("pgoutput sent a message of unknown type {} at {}",
                               static_cast<int>(message[0]), lsn.ToString()));
}

void PostgresStreamDecoder::HandleBegin(Lsn lsn, ByteReader& in) {
  begin_ = ReadBegin(in);
  messages_ = 0;
  model::Transaction transaction;
  transaction.id = begin_.xid;
  transaction.begin_position = lsn.value;
  transaction.commit_position = begin_.final_lsn.value;
  transaction.last_commit_position = position_.last_commit.value;
  transaction.commit_ts_us = begin_.commit_ts_us;
  writer_.BeginTransaction(std::move(transaction));
  if (resume_.open_commit.is_set() && resuming_ && begin_.final_lsn != resume_.open_commit) {
    throw FatalError(fmt::format(
        "the stored offset stands inside the transaction that commits at {}, but slot {} goes on "
        "with {}: the server's "
        "history is another one (restored, or failed over?); reset the offsets to begin with a "
        "snapshot",
        resume_.open_commit.ToString(), settings_.slot_name, begin_.final_lsn.ToString()));
  }
  if (resume_.foreign && begin_.xid != resume_.transaction_id) resuming_ = false;
  if (!settings_.events.provide_transaction_metadata || resuming_) return;
  writer_.AddBegin(fmt::format("{}:{}", begin_.xid, lsn.value), begin_.commit_ts_us / 1000,
                   {lsn.value});
}

void PostgresStreamDecoder::HandleCommit(Lsn lsn, ByteReader& in) {
  const CommitMessage commit = ReadCommit(in);
  if (settings_.events.provide_transaction_metadata) {
    writer_.AddEnd(fmt::format("{}:{}", begin_.xid, lsn.value), commit.commit_ts_us / 1000,
                   {lsn.value});
  }
  writer_.EndTransaction();
  resuming_ = false;
  position_.end = std::max(position_.end, commit.end_lsn);
  position_.last_commit = commit.end_lsn;
  position_.commit_ts_us = commit.commit_ts_us;
}

void PostgresStreamDecoder::HandleRelation(ByteReader& in) {
  RelationMessage message = ReadRelation(in);
  if (in_transaction()) message.transaction = begin_.xid;
  // In place: the writer's and the cached pointer go on being valid.
  Relation& relation = relations_[message.oid];
  relation.out.SetName(fmt::format("{}.{}", message.schema, message.name));
  relation.table = lookup_(message);
  relation.plans.clear();
  if (relation.table == nullptr) return;
  relation.out.SetSchema(relation.table->topic_schema);
  const model::TableSchema& schema = relation.table->schema();
  const std::vector<int>& columns = relation.table->wire_to_column;
  TW_CHECK(columns.size() == message.columns.size(), "one entry for each column of the message");
  size_t captured = 0;
  for (size_t i = 0; i < columns.size(); ++i) {
    ColumnPlan plan;
    plan.column = columns[i];
    plan.identity = message.columns[i].key;
    if (plan.column >= 0) {
      plan.type = &schema.columns[static_cast<size_t>(plan.column)].type;
      ++captured;
    }
    relation.plans.push_back(plan);
  }
  relation.complete = captured == schema.columns.size();
}

void PostgresStreamDecoder::HandleMessage(Lsn lsn, ByteReader& in) {
  const LogicalMessage message = ReadLogicalMessage(in);
  const ChangeWriter::Mark before = writer_.mark();
  LogicalMessageContext context;
  context.lsn = lsn;
  context.last_commit = position_.last_commit;
  context.now_ms = writer_.now_ns() / 1'000'000;
  context.commit_ts_us = position_.commit_ts_us;
  const bool transactional = message.transactional && in_transaction();
  if (transactional) {
    ++messages_;
    context.xid = begin_.xid;
    context.commit_ts_us = begin_.commit_ts_us;
    if (settings_.events.provide_transaction_metadata) {
      const ChangeWriter::Order order = writer_.Count(message_collection_);
      context.total_order = order.total;
      context.collection_order = order.collection;
    }
  }
  model::Record& record = message_events_.Add(writer_.batch(), message, context);
  writer_.SetPlace(record, {lsn.value});
  if (transactional) {
    record.transaction = writer_.TransactionIndex();
    if (resuming_ && IsDurable(lsn)) return writer_.DropSince(before);
  } else if (!in_transaction()) {
    // The message has no end of its own in the stream; one byte behind its start is enough not to
    // get it again.
    position_.end = std::max(position_.end, Lsn{lsn.value + 1});
  }
  position_.event = lsn;
  position_.message_type = "MESSAGE";
  position_.transaction_id = context.xid;
}

void PostgresStreamDecoder::HandleChange(PgoutputType type, Lsn lsn, std::string_view message) {
  ++messages_;
  ++changes_;
  const ChangeWriter::Mark before = writer_.mark();
  if (type == PgoutputType::kTruncate) {
    ByteReader in(message.substr(1));
    HandleTruncate(lsn, in);
  } else {
    ByteReader head(message.substr(1));
    Relation& relation = FindRelation(head.BigEndian<uint32_t>());
    if (!IsStreamed(relation)) return;
    // The one copy: values that are text stay where they stand in it.
    constexpr size_t kHead = 1 + sizeof(uint32_t);
    ByteReader in(writer_.batch().arena.Copy(message.substr(kHead)));
    reading_column_ = -1;
    try {
      if (type == PgoutputType::kInsert) {
        HandleInsert(relation, lsn, in);
      } else if (type == PgoutputType::kUpdate) {
        HandleUpdate(relation, lsn, in);
      } else {
        HandleDelete(relation, lsn, in);
      }
    } catch (const DataError& error) {
      const auto& columns = relation.table->schema().columns;
      const std::string column =
          reading_column_ < 0 ? "" : "." + columns[static_cast<size_t>(reading_column_)].name;
      throw DataError(
          fmt::format("{}{} at {}: {}", relation.out.name(), column, lsn.ToString(), error.what()));
    }
  }
  if (resuming_ && IsDurable(lsn)) return writer_.DropSince(before);
  if (writer_.records() == before.records) return;
  position_.event = lsn;
  position_.transaction_id = begin_.xid;
  position_.message_type = TypeName(writer_.batch().records.back().op);
}

void PostgresStreamDecoder::HandleInsert(Relation& relation, Lsn lsn, ByteReader& in) {
  if (settings_.events.skipped.creates) return;
  if (in.Byte() != 'N') throw DataError("an Insert message without a new row");
  const Datum* const after = ReadRow(in, relation, RowForm::kNew, nullptr);
  writer_.Create(relation.out, after, {lsn.value});
}

void PostgresStreamDecoder::HandleUpdate(Relation& relation, Lsn lsn, ByteReader& in) {
  if (settings_.events.skipped.updates) return;
  uint8_t form = in.Byte();
  const Datum* before = nullptr;
  const bool full = form == 'O';
  if (full || form == 'K') {
    before = ReadRow(in, relation, full ? RowForm::kOldFull : RowForm::kOldKey, nullptr);
    form = in.Byte();
  }
  if (form != 'N') throw DataError("an Update message without a new row");
  const Datum* const after = ReadRow(in, relation, RowForm::kNew, before);
  writer_.Update(relation.out, before, after, {lsn.value});
}

void PostgresStreamDecoder::HandleDelete(Relation& relation, Lsn lsn, ByteReader& in) {
  if (settings_.events.skipped.deletes) return;
  const uint8_t form = in.Byte();
  if (form != 'K' && form != 'O') throw DataError("a Delete message without an old row");
  const Datum* const before =
      ReadRow(in, relation, form == 'O' ? RowForm::kOldFull : RowForm::kOldKey, nullptr);
  writer_.Delete(relation.out, before, {lsn.value});
}

void PostgresStreamDecoder::HandleTruncate(Lsn lsn, ByteReader& in) {
  const TruncateMessage message = ReadTruncate(in);
  if (settings_.events.skipped.truncates) return;
  for (const uint32_t oid : message.relations) {
    Relation& relation = FindRelation(oid);
    if (IsStreamed(relation)) writer_.Truncate(relation.out, {lsn.value});
  }
}

PostgresStreamDecoder::Relation& PostgresStreamDecoder::FindRelation(uint32_t oid) {
  if (oid == last_oid_ && last_relation_ != nullptr) return *last_relation_;
  const auto found = relations_.find(oid);
  if (found == relations_.end()) {
    throw FatalError(
        fmt::format("pgoutput sent a change of table {} before its Relation message", oid));
  }
  last_oid_ = oid;
  last_relation_ = &found->second;
  return *last_relation_;
}

bool PostgresStreamDecoder::IsStreamed(const Relation& relation) const {
  return relation.table != nullptr && begin_.final_lsn >= relation.table->stream_from;
}

const Datum* PostgresStreamDecoder::ReadRow(ByteReader& in, const Relation& relation, RowForm form,
                                            const Datum* old) {
  const uint16_t count = ReadTupleSize(in);
  if (count != relation.plans.size()) {
    throw DataError("a row has another number of columns than its Relation message");
  }
  const size_t columns = relation.table->schema().columns.size();
  Arena& arena = writer_.batch().arena;
  Datum* const row = arena.AllocateArray<Datum>(columns);
  if (!relation.complete) std::fill_n(row, columns, Datum::Of(DatumState::kAbsent));
  for (const ColumnPlan& plan : relation.plans) {
    const TupleField field = ReadTupleField(in);
    if (plan.column < 0) continue;
    Datum& out = row[plan.column];
    switch (field.kind) {
      case TupleField::Kind::kText:
        reading_column_ = plan.column;
        out = DecodeText(*plan.type, field.bytes, arena);
        break;
      case TupleField::Kind::kNull:
        out.state =
            form == RowForm::kOldKey && !plan.identity ? DatumState::kAbsent : DatumState::kNull;
        break;
      case TupleField::Kind::kUnchangedToast:
        out = old != nullptr && old[plan.column].state != DatumState::kAbsent
                  ? old[plan.column]
                  : Datum::Of(DatumState::kUnavailable);
        break;
      case TupleField::Kind::kBinary:
        throw DataError("a value in binary form, which was not asked for");
    }
  }
  reading_column_ = -1;
  return row;
}

bool PostgresStreamDecoder::IsDurable(Lsn lsn) const {
  if (resume_.open_commit.is_set()) return messages_ <= resume_.open_messages;
  return lsn <= resume_.event;
}

void PostgresStreamDecoder::AddHeartbeat(int64_t now_ns) {
  writer_.SetNow(now_ns);
  writer_.AddHeartbeat(position_.end.value);
}

void PostgresStreamDecoder::AdvanceTo(Lsn wal_end) {
  TW_CHECK(!in_transaction(), "the position cannot pass an open transaction");
  position_.end = std::max(position_.end, wal_end);
}

model::ChangeBatchPtr PostgresStreamDecoder::Take() {
  PostgresPosition at = position_;
  if (in_transaction()) {
    at.open_commit = begin_.final_lsn;
    at.open_messages = resuming_ ? std::max(messages_, resume_.open_messages) : messages_;
  }
  return writer_.Take(at.ToJson(extra_ ? extra_(at) : std::string()), at.end.value);
}

}  // namespace tidewire::source
