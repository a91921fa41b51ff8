#include "log/record_codec.h"

#include "log/record_format.h"

namespace tidewire::log {
namespace {

using model::ChangeBatch;
using model::Datum;
using model::DatumState;
using model::Record;

constexpr size_t kBodyBytesMax = size_t{1} << 30;
// Upper bound of what stands before the rows of a record: two flag bytes and seven varints.
constexpr size_t kRecordHeadMax = 2 + 7 * kVarintMax;

// Wraps around, as the decoder's sum does: any two values have one.
int64_t Delta(int64_t value, int64_t last) {
  return static_cast<int64_t>(static_cast<uint64_t>(value) - static_cast<uint64_t>(last));
}

uint8_t HoldOf(model::Kind kind) {
  // Timestamps fill seven or eight bytes as varints, and those are slower.
  if (kind == model::Kind::kTimestamp || kind == model::Kind::kTimestampTz) return RowShape::kRaw;
  if (model::HoldsInteger(kind)) return RowShape::kVarint;
  return model::HoldsReal(kind) ? RowShape::kRaw : RowShape::kView;
}

class RecordEncoder {
 public:
  RecordEncoder(const ChangeBatch& batch, const Routing& routing, std::span<const uint8_t> dropped)
      : batch_(batch), routing_(routing), dropped_(dropped) {
    shares_.resize(routing.slots);
    shapes_.resize(batch.schemas.size());
  }

  EncodedBody Encode() {
    WriteTransactions();
    WriteStatements();
    base_position_ = batch_.records.empty() ? 0 : batch_.records[0].position;
    base_ts_ns_ = batch_.records.empty() ? 0 : batch_.records[0].ts_ns;
    char* p = out_.Reserve(2 * kVarintMax);
    p = PutVarint(p, base_position_);
    out_.Advance(PutVarint(p, ZigZag(base_ts_ns_)));
    for (size_t i = 0; i < batch_.records.size(); ++i) Write(i);
    CloseRun();
    EncodedBody body;
    body.hash = HashBody(out_.view());
    body.bytes = std::move(out_);
    body.shares = std::move(shares_);
    return body;
  }

 private:
  void WriteTransactions() {
    std::string table;
    model::Transaction last;
    for (const model::Transaction& t : batch_.transactions) {
      AppendSigned(table, Delta(t.id, last.id));
      AppendSigned(table, static_cast<int64_t>(t.begin_position - last.begin_position));
      AppendSigned(table, static_cast<int64_t>(t.commit_position - t.begin_position));
      AppendSigned(table, static_cast<int64_t>(t.last_commit_position - t.begin_position));
      AppendSigned(table, Delta(t.commit_ts_us, last.commit_ts_us));
      AppendString(table, t.name);
      AppendString(table, t.file);
      AppendVarint(table, t.server_id);
      AppendSigned(table, t.thread);
      last.id = t.id;
      last.begin_position = t.begin_position;
      last.commit_ts_us = t.commit_ts_us;
    }
    char* p = out_.Reserve(2 * kVarintMax + table.size());
    p = PutVarint(p, batch_.transactions.size());
    out_.Advance(PutVarint(p, table.size()));
    out_.Append(table);
  }

  void WriteStatements() {
    std::string table;
    AppendVarint(table, batch_.statements.size());
    for (const std::string& statement : batch_.statements) AppendString(table, statement);
    out_.Append(table);
  }

  void Write(size_t i) {
    const Record& record = batch_.records[i];
    uint32_t slot = routing_.slot_of_schema[record.schema];
    if (slot == Routing::kByRecord) slot = routing_.slot_of_record[i];
    if (run_count_ == 0 || slot != run_slot_ || record.schema != run_schema_) [[unlikely]] {
      CloseRun();
      OpenRun(slot, record.schema);
    }
    ++run_count_;
    if (!dropped_.empty() && dropped_[i] != 0) {
      ++gap_;
      return;
    }
    CloseGap();
    WriteRecord(record);
  }

  void OpenRun(uint32_t slot, uint32_t schema) {
    if (out_.size() > kBodyBytesMax) {
      throw DataError("batch of more than 1 GiB: lower max.batch.size or max.queue.size.in.bytes");
    }
    run_slot_ = slot;
    run_schema_ = schema;
    run_begin_ = out_.size();
    char* p = out_.Reserve(2 * kVarintMax + 2 * sizeof(uint32_t));
    p = PutVarint(p, slot);
    p = PutVarint(p, schema);
    run_counts_at_ = static_cast<size_t>(p - out_.data());
    out_.Advance(p + 2 * sizeof(uint32_t));  // Count and length, known when the run ends.
    if (!shapes_[schema]) {
      shapes_[schema] = std::make_unique<RowShape>(RowShape::Of(*batch_.schemas[schema]));
    }
    shape_ = shapes_[schema].get();
    transaction_ = 0;
    position_ = base_position_;
    ts_ns_ = base_ts_ns_;
  }

  void CloseRun() {
    if (run_count_ == 0) return;
    CloseGap();
    const size_t length = out_.size() - run_counts_at_ - 2 * sizeof(uint32_t);
    char* p = PutRaw(out_.data() + run_counts_at_, run_count_);
    PutRaw(p, static_cast<uint32_t>(length));
    shares_[run_slot_].count += run_count_;
    shares_[run_slot_].bytes += out_.size() - run_begin_;
    run_count_ = 0;
  }

  void CloseGap() {
    if (gap_ == 0) return;
    char* p = out_.Reserve(1 + kVarintMax);
    *p++ = static_cast<char>(kDroppedOp);
    out_.Advance(PutVarint(p, gap_));
    gap_ = 0;
  }

  void WriteRecord(const Record& r) {
    const uint64_t transaction =
        r.transaction == model::kNoTransaction ? 0 : uint64_t{r.transaction} + 1;
    const bool place = (r.row | r.statement) != 0;
    const bool marks = r.snapshot != model::SnapshotMark::kFalse ||
                       r.key_header != model::KeyHeader::kNone || r.other_key != nullptr || place;
    const bool orders = (r.total_order | r.collection_order) != 0;
    uint8_t first = static_cast<uint8_t>(r.op);
    if (r.before != nullptr) first |= kHasBefore;
    if (r.after != nullptr) first |= kHasAfter;
    if (marks) first |= kHasMarks;
    if (orders) first |= kHasOrders;
    if (transaction != transaction_) first |= kHasTransaction;

    char* p = out_.Reserve(kRecordHeadMax);
    *p++ = static_cast<char>(first);
    if (transaction != transaction_) {
      p = PutVarint(p, ZigZag(static_cast<int64_t>(transaction - transaction_)));
      transaction_ = transaction;
    }
    if (marks) *p++ = static_cast<char>(Marks(r));
    p = PutVarint(p, ZigZag(static_cast<int64_t>(r.position - position_)));
    position_ = r.position;
    p = PutVarint(p, ZigZag(Delta(r.ts_ns, ts_ns_)));
    ts_ns_ = r.ts_ns;
    if (place) p = PutVarint(PutVarint(p, r.row), r.statement);
    if (orders) p = PutVarint(PutVarint(p, r.total_order), r.collection_order);
    out_.Advance(p);

    if (r.before != nullptr) WriteRow(r.before, shape_->columns);
    if (r.after != nullptr) WriteRow(r.after, shape_->columns);
    if (r.other_key != nullptr) WriteRow(r.other_key, shape_->key);
    if (r.op == model::Op::kGeneral) WriteGeneral(batch_.generals[r.general]);
  }

  static uint8_t Marks(const Record& r) {
    return static_cast<uint8_t>(
        static_cast<uint8_t>(r.snapshot) | (static_cast<uint8_t>(r.key_header) << kKeyHeaderShift) |
        (r.other_key != nullptr ? kHasOtherKey : 0) | ((r.row | r.statement) != 0 ? kHasPlace : 0));
  }

  void WriteRow(const Datum* row, const std::vector<uint8_t>& columns) {
    const size_t n = columns.size();
    char* p = out_.Reserve(1 + StateMapBytes(n) + n * kVarintMax);
    bool all = true;
    for (size_t i = 0; i < n; ++i) all &= row[i].state == DatumState::kValue;
    if (all) {
      *p++ = static_cast<char>(kAllValues);
    } else {
      *p++ = static_cast<char>(kStateMap);
      p = PutStates(p, row, n);
    }
    for (size_t i = 0; i < n; ++i) {
      const Datum& d = row[i];
      if (!all && d.state != DatumState::kValue) continue;
      switch (columns[i]) {
        case RowShape::kVarint:
          p = PutVarint(p, ZigZag(d.integer));
          break;
        case RowShape::kRaw:
          p = PutRaw(p, d.integer);
          break;
        default:
          p = PutView(p, d, (n - i) * kVarintMax);
          break;
      }
    }
    out_.Advance(p);
  }

  static char* PutStates(char* p, const Datum* row, size_t n) {
    std::memset(p, 0, StateMapBytes(n));
    for (size_t i = 0; i < n; ++i) {
      p[i / 4] = static_cast<char>(p[i / 4] | (static_cast<int>(row[i].state) << (2 * (i % 4))));
    }
    return p + StateMapBytes(n);
  }

  // `behind`: bytes that have to fit behind the view's own.
  char* PutView(char* p, const Datum& d, size_t behind) {
    if (out_.limit() - p < static_cast<ptrdiff_t>(kVarintMax + d.size + behind)) [[unlikely]] {
      out_.Advance(p);
      p = out_.Reserve(kVarintMax + d.size + behind);
    }
    p = PutVarint(p, d.size);
    if (d.size != 0) std::memcpy(p, d.data, d.size);
    return p + d.size;
  }

  void WriteGeneral(const model::GeneralRecord& general) {
    std::string encoded;
    model::EncodeConnectValue(general.key, encoded);
    model::EncodeConnectValue(general.value, encoded);
    out_.Advance(PutVarint(out_.Reserve(kVarintMax), encoded.size()));
    out_.Append(encoded);
  }

  const ChangeBatch& batch_;
  const Routing& routing_;
  const std::span<const uint8_t> dropped_;
  Buffer out_;
  std::vector<EncodedBody::Share> shares_;
  std::vector<std::unique_ptr<RowShape>> shapes_;
  uint64_t base_position_ = 0;
  int64_t base_ts_ns_ = 0;

  const RowShape* shape_ = nullptr;  // Of the open run, as all below.
  uint32_t run_slot_ = 0;
  uint32_t run_schema_ = 0;
  uint32_t run_count_ = 0;
  size_t run_begin_ = 0;
  size_t run_counts_at_ = 0;
  uint32_t gap_ = 0;  // Dropped records not yet written.
  uint64_t transaction_ = 0;
  uint64_t position_ = 0;
  int64_t ts_ns_ = 0;
};

}  // namespace

RowShape RowShape::Of(const model::TopicSchema& schema) {
  RowShape shape;
  if (!schema.table) return shape;
  for (const model::Column& column : schema.table->columns)
    shape.columns.push_back(HoldOf(column.type.kind));
  for (const uint32_t k : schema.table->key) shape.key.push_back(shape.columns[k]);
  return shape;
}

EncodedBody EncodeRecords(const ChangeBatch& batch, const Routing& routing,
                          std::span<const uint8_t> dropped) {
  return RecordEncoder(batch, routing, dropped).Encode();
}

}  // namespace tidewire::log
