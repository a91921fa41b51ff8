#include "source/postgres/postgres_stream_decoder.h"

#include "base/error.h"
#include "source/postgres/value_decoder.h"

namespace tidewire::source {
namespace {

using model::ChangeBatch;
using model::Datum;
using model::DatumState;
using model::Op;
using model::Record;

constexpr uint64_t kNoResume = 0;

bool SameValue(const model::ColumnType& type, const Datum& a, const Datum& b) {
  if (a.state != b.state) return false;
  if (!a.has_value()) return true;
  return model::HoldsView(type.kind) ? a.view() == b.view() : a.integer == b.integer;
}

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
      events_(settings.events, render),
      message_events_(settings, std::move(render)),
      lookup_(std::move(lookup)),
      extra_(std::move(extra)),
      partition_(settings.events.Partition()),
      batch_(std::make_unique<ChangeBatch>()),
      position_(start),
      resume_(std::move(start)) {
  resuming_ = resume_.open_commit.is_set() ||
              (resume_.foreign && resume_.transaction_id != 0 && !resume_.message_type.empty());
  position_.open_commit = {};
  position_.open_messages = kNoResume;
  position_.foreign = false;
  position_.foreign_snapshot_running = false;
}

void PostgresStreamDecoder::Handle(Lsn lsn, std::string_view message, int64_t now_ns) {
  now_ns_ = now_ns;
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
  begin_lsn_ = lsn;
  in_transaction_ = true;
  transaction_index_ = model::kNoTransaction;
  messages_ = total_order_ = message_order_ = 0;
  ++transaction_serial_;
  touched_.clear();
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
  Record& record = events_.AddBegin(*batch_, fmt::format("{}:{}", begin_.xid, lsn.value),
                                    begin_.commit_ts_us / 1000);
  record.transaction = TransactionIndex();
  record.position = lsn.value;
  record.ts_ns = now_ns_;
}

void PostgresStreamDecoder::HandleCommit(Lsn lsn, ByteReader& in) {
  const CommitMessage commit = ReadCommit(in);
  if (settings_.events.provide_transaction_metadata) {
    CollectionCounts counts;
    for (const Relation* relation : touched_) {
      counts.emplace_back(relation->name, relation->collection_order);
    }
    if (message_order_ != 0) counts.emplace_back("message", message_order_);
    Record& record = events_.AddEnd(*batch_, fmt::format("{}:{}", begin_.xid, lsn.value),
                                    commit.commit_ts_us / 1000, total_order_, std::move(counts));
    record.transaction = TransactionIndex();
    record.position = lsn.value;
    record.ts_ns = now_ns_;
  }
  in_transaction_ = false;
  transaction_index_ = model::kNoTransaction;
  resuming_ = false;
  position_.end = std::max(position_.end, commit.end_lsn);
  position_.last_commit = commit.end_lsn;
  position_.commit_ts_us = commit.commit_ts_us;
}

void PostgresStreamDecoder::HandleRelation(ByteReader& in) {
  RelationMessage message = ReadRelation(in);
  if (in_transaction_) message.transaction = begin_.xid;
  // In place: `touched_` and the cached pointer go on being valid.
  Relation& relation = relations_[message.oid];
  relation.name = fmt::format("{}.{}", message.schema, message.name);
  relation.table = lookup_(message);
  relation.plans.clear();
  relation.batch_serial = 0;
  if (relation.table == nullptr) return;
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
  const size_t records_before = batch_->records.size();
  LogicalMessageContext context;
  context.lsn = lsn;
  context.last_commit = position_.last_commit;
  context.now_ms = now_ns_ / 1'000'000;
  context.commit_ts_us = position_.commit_ts_us;
  const bool transactional = message.transactional && in_transaction_;
  if (transactional) {
    ++messages_;
    context.xid = begin_.xid;
    context.commit_ts_us = begin_.commit_ts_us;
    if (settings_.events.provide_transaction_metadata) {
      context.total_order = ++total_order_;
      context.collection_order = ++message_order_;
    }
  }
  Record& record = message_events_.Add(*batch_, message, context);
  record.position = lsn.value;
  record.ts_ns = now_ns_;
  if (transactional) {
    record.transaction = TransactionIndex();
    if (resuming_ && IsDurable(lsn)) return DropSince(records_before);
  } else if (!in_transaction_) {
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
  const size_t records_before = batch_->records.size();
  if (type == PgoutputType::kTruncate) {
    ByteReader in(message.substr(1));
    HandleTruncate(lsn, in);
  } else {
    ByteReader head(message.substr(1));
    Relation& relation = FindRelation(head.BigEndian<uint32_t>());
    if (!IsStreamed(relation)) return;
    // The one copy: values that are text stay where they stand in it.
    constexpr size_t kHead = 1 + sizeof(uint32_t);
    ByteReader in(batch_->arena.Copy(message.substr(kHead)));
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
          fmt::format("{}{} at {}: {}", relation.name, column, lsn.ToString(), error.what()));
    }
  }
  if (resuming_ && IsDurable(lsn)) return DropSince(records_before);
  if (batch_->records.size() == records_before) return;
  position_.event = lsn;
  position_.transaction_id = begin_.xid;
  position_.message_type = TypeName(batch_->records.back().op);
}

void PostgresStreamDecoder::HandleInsert(Relation& relation, Lsn lsn, ByteReader& in) {
  if (settings_.events.skipped.creates) return;
  if (in.Byte() != 'N') throw DataError("an Insert message without a new row");
  const Datum* const after = ReadRow(in, relation, RowForm::kNew, nullptr);
  AddRecord(relation, Op::kCreate, lsn).after = after;
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
  const model::TableSchema& schema = relation.table->schema();
  const bool key_changed =
      before != nullptr && std::any_of(schema.key.begin(), schema.key.end(), [&](uint32_t column) {
        return before[column].state != DatumState::kAbsent &&
               !SameValue(schema.columns[column].type, before[column], after[column]);
      });
  if (key_changed) return EmitKeyChange(relation, lsn, before, after);
  Record& record = AddRecord(relation, Op::kUpdate, lsn);
  record.before = before;
  record.after = after;
}

void PostgresStreamDecoder::EmitKeyChange(Relation& relation, Lsn lsn, const Datum* before,
                                          const Datum* after) {
  const std::vector<uint32_t>& key = relation.table->schema().key;
  Datum* const old_key = batch_->arena.AllocateArray<Datum>(key.size());
  Datum* const new_key = batch_->arena.AllocateArray<Datum>(key.size());
  for (size_t i = 0; i < key.size(); ++i) {
    old_key[i] = before[key[i]];
    new_key[i] = after[key[i]];
  }
  Record& removed = AddRecord(relation, Op::kDelete, lsn);
  removed.before = before;
  removed.key_header = model::KeyHeader::kNewKey;
  removed.other_key = new_key;
  if (settings_.events.tombstones_on_delete) {
    Record tombstone = removed;
    tombstone.op = Op::kTombstone;
    batch_->records.push_back(tombstone);
  }
  Record& created = AddRecord(relation, Op::kCreate, lsn);
  created.after = after;
  created.key_header = model::KeyHeader::kOldKey;
  created.other_key = old_key;
}

void PostgresStreamDecoder::HandleDelete(Relation& relation, Lsn lsn, ByteReader& in) {
  if (settings_.events.skipped.deletes) return;
  const uint8_t form = in.Byte();
  if (form != 'K' && form != 'O') throw DataError("a Delete message without an old row");
  const Datum* const before =
      ReadRow(in, relation, form == 'O' ? RowForm::kOldFull : RowForm::kOldKey, nullptr);
  Record& record = AddRecord(relation, Op::kDelete, lsn);
  record.before = before;
  if (!settings_.events.tombstones_on_delete) return;
  Record tombstone = record;
  tombstone.op = Op::kTombstone;
  batch_->records.push_back(tombstone);
}

void PostgresStreamDecoder::HandleTruncate(Lsn lsn, ByteReader& in) {
  const TruncateMessage message = ReadTruncate(in);
  if (settings_.events.skipped.truncates) return;
  for (const uint32_t oid : message.relations) {
    Relation& relation = FindRelation(oid);
    if (IsStreamed(relation)) AddRecord(relation, Op::kTruncate, lsn);
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
  Datum* const row = batch_->arena.AllocateArray<Datum>(columns);
  if (!relation.complete) std::fill_n(row, columns, Datum::Of(DatumState::kAbsent));
  for (const ColumnPlan& plan : relation.plans) {
    const TupleField field = ReadTupleField(in);
    if (plan.column < 0) continue;
    Datum& out = row[plan.column];
    switch (field.kind) {
      case TupleField::Kind::kText:
        reading_column_ = plan.column;
        out = DecodeText(*plan.type, field.bytes, batch_->arena);
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

Record& PostgresStreamDecoder::AddRecord(Relation& relation, Op op, Lsn lsn) {
  if (relation.batch_serial != batch_serial_) {
    relation.schema_index = batch_->SchemaIndex(relation.table->topic_schema);
    relation.batch_serial = batch_serial_;
  }
  const uint32_t transaction = TransactionIndex();
  Record& record = batch_->records.emplace_back();
  record.op = op;
  record.schema = relation.schema_index;
  record.transaction = transaction;
  record.position = lsn.value;
  record.ts_ns = now_ns_;
  if (settings_.events.provide_transaction_metadata) CountChange(relation, record);
  return record;
}

void PostgresStreamDecoder::CountChange(Relation& relation, Record& record) {
  if (relation.transaction_serial != transaction_serial_) {
    relation.transaction_serial = transaction_serial_;
    relation.collection_order = 0;
    touched_.push_back(&relation);
  }
  record.total_order = ++total_order_;
  record.collection_order = ++relation.collection_order;
}

uint32_t PostgresStreamDecoder::TransactionIndex() {
  if (transaction_index_ != model::kNoTransaction) return transaction_index_;
  model::Transaction transaction;
  transaction.id = begin_.xid;
  transaction.begin_position = begin_lsn_.value;
  transaction.commit_position = begin_.final_lsn.value;
  transaction.last_commit_position = position_.last_commit.value;
  transaction.commit_ts_us = begin_.commit_ts_us;
  batch_->transactions.push_back(std::move(transaction));
  transaction_index_ = static_cast<uint32_t>(batch_->transactions.size() - 1);
  return transaction_index_;
}

bool PostgresStreamDecoder::IsDurable(Lsn lsn) const {
  if (resume_.open_commit.is_set()) return messages_ <= resume_.open_messages;
  return lsn <= resume_.event;
}

// Their bytes stay in the arena until it is full of such; then it is emptied, so that leaving out
// millions of changes takes no memory.
void PostgresStreamDecoder::DropSince(size_t records) {
  batch_->records.resize(records);
  constexpr size_t kDroppedBytesMax = 1 << 20;
  if (records == 0 && batch_->arena.allocated_bytes() > kDroppedBytesMax) Take();
}

void PostgresStreamDecoder::AddHeartbeat(int64_t now_ns) {
  TW_CHECK(!in_transaction_, "a heartbeat would stand inside a transaction");
  Record& record = events_.AddHeartbeat(*batch_, now_ns / 1'000'000);
  record.position = position_.end.value;
  record.ts_ns = now_ns;
}

void PostgresStreamDecoder::AdvanceTo(Lsn wal_end) {
  TW_CHECK(!in_transaction_, "the position cannot pass an open transaction");
  position_.end = std::max(position_.end, wal_end);
}

model::ChangeBatchPtr PostgresStreamDecoder::Take() {
  PostgresPosition at = position_;
  if (in_transaction_) {
    at.open_commit = begin_.final_lsn;
    at.open_messages = resuming_ ? std::max(messages_, resume_.open_messages) : messages_;
  }
  batch_->open_transaction = in_transaction_;
  batch_->offset = model::SourceOffset{partition_, at.ToJson(extra_ ? extra_(at) : std::string())};
  batch_->confirm = at.end.value;
  records_hint_ = std::min<size_t>(batch_->records.size(), 1 << 16);
  model::ChangeBatchPtr out = std::exchange(batch_, std::make_unique<ChangeBatch>());
  if (records_hint_ > 64) batch_->records.reserve(records_hint_ + records_hint_ / 8);
  ++batch_serial_;
  transaction_index_ = model::kNoTransaction;
  return out;
}

}  // namespace tidewire::source
