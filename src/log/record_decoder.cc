#include "log/record_codec.h"
#include "log/record_format.h"

namespace tidewire::log {
namespace {

using model::ChangeBatch;
using model::Datum;
using model::DatumState;
using model::Record;

[[noreturn]] void Malformed(const char* what) {
  throw DataError(fmt::format("log batch: malformed ({})", what));
}

model::GeneralRecord DecodeGeneral(Cursor& in) {
  ByteReader bytes(in.Bytes(static_cast<size_t>(in.Varint())));
  model::GeneralRecord general;
  general.key = model::DecodeConnectValue(bytes);
  general.value = model::DecodeConnectValue(bytes);
  return general;
}

}  // namespace

uint32_t CountBefore(const StoredBatch& stored, uint32_t slot, uint32_t index) {
  Cursor body(stored.body());
  body.Varint();
  body.Bytes(static_cast<size_t>(body.Varint()));  // Transactions.
  if (stored.header().version >= 2) {
    for (uint64_t n = body.Varint(); n > 0; --n) body.Bytes(static_cast<size_t>(body.Varint()));
  }
  body.Varint();
  body.Varint();
  uint32_t passed = 0;
  uint32_t counted = 0;
  while (!body.empty() && passed < index) {
    const uint32_t run_slot = body.Varint32();
    body.Varint();
    const uint32_t count = std::min(body.Raw<uint32_t>(), index - passed);
    body.Bytes(body.Raw<uint32_t>());
    if (run_slot == slot) counted += count;
    passed += count;
  }
  return counted;
}

BatchDecoder::BatchDecoder(uint64_t sequence, StoredBatchPtr stored,
                           std::vector<model::TopicSchemaPtr> schemas, std::vector<int64_t> from,
                           uint32_t first_index, RecordPlaces* places)
    : sequence_(sequence),
      stored_(std::move(stored)),
      schemas_(std::move(schemas)),
      from_(std::move(from)),
      first_index_(first_index),
      shapes_(schemas_.size()),
      used_(stored_->header().slots.size()),
      places_(places),
      body_(stored_->body()) {
  if (schemas_.size() != stored_->header().schemas.size() || from_.size() != used_.size()) {
    Malformed("tables");
  }
  transaction_count_ = body_.Varint();
  transactions_ = body_.Bytes(static_cast<size_t>(body_.Varint()));
  if (transaction_count_ > transactions_.size()) Malformed("transactions");
  if (stored_->header().version >= 2) ReadStatements();
  base_position_ = body_.Varint();
  base_ts_ns_ = body_.Signed();
  SkipToWanted();
}

void BatchDecoder::ReadStatements() {
  const uint64_t count = body_.Varint();
  if (count > body_.remaining()) Malformed("statements");
  for (uint64_t n = count; n > 0; --n) {
    statements_.push_back(body_.Bytes(static_cast<size_t>(body_.Varint())));
  }
}

void BatchDecoder::ReadTransactions(ChangeBatch& into) {
  Cursor in(transactions_);
  model::Transaction last;
  into.transactions.reserve(into.transactions.size() + transaction_count_);
  for (uint64_t n = transaction_count_; n > 0; --n) {
    model::Transaction& t = into.transactions.emplace_back();
    t.id =
        static_cast<int64_t>(static_cast<uint64_t>(last.id) + static_cast<uint64_t>(in.Signed()));
    t.begin_position = last.begin_position + static_cast<uint64_t>(in.Signed());
    t.commit_position = t.begin_position + static_cast<uint64_t>(in.Signed());
    t.last_commit_position = t.begin_position + static_cast<uint64_t>(in.Signed());
    t.commit_ts_us = static_cast<int64_t>(static_cast<uint64_t>(last.commit_ts_us) +
                                          static_cast<uint64_t>(in.Signed()));
    t.name = in.Bytes(static_cast<size_t>(in.Varint()));
    if (stored_->header().version >= 2) {
      t.file = in.Bytes(static_cast<size_t>(in.Varint()));
      t.server_id = in.Varint32();
      t.thread = in.Signed();
    }
    last.id = t.id;
    last.begin_position = t.begin_position;
    last.commit_ts_us = t.commit_ts_us;
  }
}

// False at the end of the batch. A run that is not wanted is jumped over: run_left_ stays 0.
bool BatchDecoder::OpenRun() {
  const BatchHeader& header = stored_->header();
  if (body_.empty()) {
    if (index_ != header.records) Malformed("record count");
    return false;
  }
  run_slot_ = body_.Varint32();
  run_schema_ = body_.Varint32();
  const auto count = body_.Raw<uint32_t>();
  run_ = Cursor(body_.Bytes(body_.Raw<uint32_t>()));
  if (run_slot_ >= used_.size() || run_schema_ >= schemas_.size() || count == 0) Malformed("run");
  if (count > header.records - index_ || count > header.slots[run_slot_].count - used_[run_slot_]) {
    Malformed("run count");
  }
  const int64_t end_offset = header.slots[run_slot_].base_offset + used_[run_slot_] + count;
  if (end_offset <= from_[run_slot_] || index_ + count <= first_index_) {
    used_[run_slot_] += count;
    index_ += count;
    run_ = Cursor();
    return true;
  }
  run_left_ = count;
  transaction_ = 0;
  position_ = base_position_;
  ts_ns_ = base_ts_ns_;
  if (!shapes_[run_schema_]) {
    shapes_[run_schema_] = std::make_unique<RowShape>(RowShape::Of(*schemas_[run_schema_]));
  }
  return true;
}

// Moves to the next record that Decode is to emit, or to the end.
void BatchDecoder::SkipToWanted() {
  for (;;) {
    if (run_left_ == 0) {
      if (!run_.empty()) Malformed("bytes behind a run");
      if (!OpenRun()) {
        done_ = true;
        return;
      }
      continue;
    }
    if (gap_ == 0 && !ConsumeDropped()) {
      const int64_t offset = stored_->header().slots[run_slot_].base_offset + used_[run_slot_];
      if (index_ >= first_index_ && offset >= from_[run_slot_]) return;
      Record unwanted;
      scratch_.Clear();
      DecodeRecord(scratch_, scratch_generals_, unwanted);
      scratch_generals_.clear();
      continue;
    }
    if (places_ != nullptr) return;
    run_left_ -= gap_;
    used_[run_slot_] += gap_;
    index_ += gap_;
    gap_ = 0;
  }
}

// Reads the marker of dropped records when it is next.
bool BatchDecoder::ConsumeDropped() {
  if (run_.empty()) Malformed("run cut short");
  if ((static_cast<uint8_t>(*run_.position()) & kOpMask) != kDroppedOp) return false;
  run_.Byte();
  gap_ = run_.Varint32();
  if (gap_ == 0 || gap_ > run_left_) Malformed("dropped records");
  return true;
}

void BatchDecoder::DecodeRecord(Arena& arena, std::deque<model::GeneralRecord>& generals,
                                Record& r) {
  const uint8_t first = run_.Byte();
  r.op = static_cast<model::Op>(first & kOpMask);
  if ((first & kHasTransaction) != 0) {
    transaction_ += static_cast<uint64_t>(run_.Signed());
    if (transaction_ > transaction_count_) Malformed("transaction");
  }
  uint8_t marks = 0;
  if ((first & kHasMarks) != 0) {
    marks = run_.Byte();
    const uint8_t snapshot = marks & kSnapshotMask;
    const uint8_t key_header = (marks >> kKeyHeaderShift) & kKeyHeaderMask;
    if (snapshot > static_cast<uint8_t>(model::SnapshotMark::kIncremental))
      Malformed("snapshot mark");
    if (key_header > static_cast<uint8_t>(model::KeyHeader::kOldKey)) Malformed("key header");
    r.snapshot = static_cast<model::SnapshotMark>(snapshot);
    r.key_header = static_cast<model::KeyHeader>(key_header);
  }
  position_ += static_cast<uint64_t>(run_.Signed());
  ts_ns_ =
      static_cast<int64_t>(static_cast<uint64_t>(ts_ns_) + static_cast<uint64_t>(run_.Signed()));
  r.position = position_;
  r.ts_ns = ts_ns_;
  if ((marks & kHasPlace) != 0) {
    r.row = run_.Varint32();
    r.statement = run_.Varint32();
    if (r.statement > statements_.size()) Malformed("statement");
  }
  if ((first & kHasOrders) != 0) {
    r.total_order = run_.Varint();
    r.collection_order = run_.Varint();
  }
  const RowShape& shape = *shapes_[run_schema_];
  if ((first & kHasBefore) != 0) r.before = DecodeRow(arena, shape.columns);
  if ((first & kHasAfter) != 0) r.after = DecodeRow(arena, shape.columns);
  if ((marks & kHasOtherKey) != 0) r.other_key = DecodeRow(arena, shape.key);
  if (r.op == model::Op::kGeneral) {
    r.general = static_cast<uint32_t>(generals.size());
    generals.push_back(DecodeGeneral(run_));
  }
  const Slot& slot = stored_->header().slots[run_slot_];
  r.partition = slot.partition;
  r.offset = slot.base_offset + used_[run_slot_];
  r.timestamp_ms = stored_->header().appended_ms;
  --run_left_;
  ++used_[run_slot_];
  ++index_;
}

const Datum* BatchDecoder::DecodeRow(Arena& arena, const std::vector<uint8_t>& columns) {
  const size_t n = columns.size();
  const uint8_t form = run_.Byte();
  if (form > kStateMap) Malformed("row");
  const char* states = form == kStateMap ? run_.Bytes(StateMapBytes(n)).data() : nullptr;
  Datum* row = reinterpret_cast<Datum*>(arena.Allocate(n * sizeof(Datum)));
  for (size_t i = 0; i < n; ++i) {
    if (states != nullptr) {
      const auto state =
          static_cast<DatumState>((static_cast<uint8_t>(states[i / 4]) >> (2 * (i % 4))) & 3);
      if (state != DatumState::kValue) {
        new (row + i) Datum(Datum::Of(state));
        continue;
      }
    }
    switch (columns[i]) {
      case RowShape::kVarint:
        new (row + i) Datum(Datum::Integer(run_.Signed()));
        break;
      case RowShape::kRaw:
        new (row + i) Datum(Datum::Integer(run_.Raw<int64_t>()));
        break;
      default:
        new (row + i) Datum(Datum::View(run_.Bytes(static_cast<size_t>(run_.Varint()))));
        break;
    }
  }
  return row;
}

uint32_t BatchDecoder::SchemaIn(ChangeBatch& into) {
  uint32_t& index = schema_into_[run_schema_];
  if (index == UINT32_MAX) index = into.SchemaIndex(schemas_[run_schema_]);
  return index;
}

void BatchDecoder::NoteIndex(const ChangeBatch& into, std::vector<IndexRun>& indexes) {
  const size_t record = into.records.size();
  if (!indexes.empty()) {
    const IndexRun& last = indexes.back();
    if (last.sequence == sequence_ && last.index + (record - last.record) == index_) return;
  }
  indexes.push_back({record, sequence_, index_});
}

void BatchDecoder::EmitPlace(ChangeBatch& into, std::vector<IndexRun>& indexes) {
  const Slot& slot = stored_->header().slots[run_slot_];
  for (; gap_ > 0; --gap_) {
    NoteIndex(into, indexes);
    Record& r = into.records.emplace_back();
    r.schema = SchemaIn(into);
    r.partition = slot.partition;
    r.offset = slot.base_offset + used_[run_slot_]++;
    places_->slots.push_back(run_slot_);
    places_->dropped.push_back(1);
    ++index_;
    --run_left_;
  }
}

size_t BatchDecoder::Decode(size_t bytes_max, ChangeBatch& into, std::vector<IndexRun>& indexes) {
  if (done_) return 0;
  const auto transactions_before = static_cast<uint32_t>(into.transactions.size());
  const auto statements_before = static_cast<uint32_t>(into.statements.size());
  ReadTransactions(into);
  into.statements.insert(into.statements.end(), statements_.begin(), statements_.end());
  schema_into_.assign(schemas_.size(), UINT32_MAX);
  const size_t expected =
      std::min<size_t>(stored_->header().records - index_, bytes_max / sizeof(Record));
  if (into.records.empty()) into.records.reserve(expected + 1);
  size_t filled = 0;
  while (!done_ && (filled == 0 || filled < bytes_max)) {
    if (gap_ > 0) {
      filled += gap_ * sizeof(Record);
      EmitPlace(into, indexes);
    } else {
      NoteIndex(into, indexes);
      const uint32_t schema = SchemaIn(into);
      const char* begin = run_.position();
      Record& r = into.records.emplace_back();
      r.schema = schema;
      DecodeRecord(into.arena, into.generals, r);
      if (transaction_ != 0)
        r.transaction = transactions_before + static_cast<uint32_t>(transaction_ - 1);
      if (r.statement != 0) r.statement += statements_before;
      // Rows of a snapshot name the transaction that took it; nobody has to keep them together.
      emitted_transaction_ = r.op == model::Op::kRead ? 0 : transaction_;
      if (places_ != nullptr) {
        places_->slots.push_back(run_slot_);
        places_->dropped.push_back(0);
      }
      const size_t rows = (r.before != nullptr ? 1u : 0u) + (r.after != nullptr ? 1u : 0u);
      filled += static_cast<size_t>(run_.position() - begin) + sizeof(Record) +
                rows * shapes_[run_schema_]->columns.size() * sizeof(Datum);
    }
    SkipToWanted();
  }
  return filled;
}

bool BatchDecoder::transaction_open() {
  if (done_)
    return stored_->header().open_transaction && emitted_transaction_ == transaction_count_;
  Cursor next = run_;
  uint64_t transaction = transaction_;
  if ((next.Byte() & kHasTransaction) != 0) transaction += static_cast<uint64_t>(next.Signed());
  return emitted_transaction_ != 0 && transaction == emitted_transaction_;
}

}  // namespace tidewire::log
