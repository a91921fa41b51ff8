// The records of a batch as bytes and back: docs/formats/log-record.md. The hot path of the log;
// nothing is allocated for a record or a value beyond the batch's arena, and decoded views point
// into the stored bytes.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "log/batch_header.h"
#include "model/batch.h"

namespace tidewire::log {

// Which slot of the batch each record belongs to.
struct Routing {
  static constexpr uint32_t kByRecord = UINT32_MAX;
  size_t slots = 0;
  // A schema's slot, or kByRecord where its topic has more than one partition.
  std::vector<uint32_t> slot_of_schema;
  // Empty when no schema says kByRecord; else one for each record.
  std::vector<uint32_t> slot_of_record;
};

struct EncodedBody {
  struct Share {
    uint32_t count = 0;
    uint64_t bytes = 0;
  };
  Buffer bytes;
  uint64_t hash = 0;          // HashBody of `bytes`.
  std::vector<Share> shares;  // One a slot.
};

// `dropped` is empty or has one flag a record: set, the record leaves only its place (index and
// offset). Throws DataError when the batch is too large for the log (1 GiB).
EncodedBody EncodeRecords(const model::ChangeBatch& batch, const Routing& routing,
                          std::span<const uint8_t> dropped = {});

// records[record] of a fetched batch is the `index`th of stored batch `sequence`, and so on up to
// the next run.
struct IndexRun {
  size_t record = 0;
  uint64_t sequence = 0;
  uint32_t index = 0;
};

// How the columns of a schema are held; made once for each schema of a batch.
struct RowShape {
  enum Hold : uint8_t { kVarint, kRaw, kView };
  std::vector<uint8_t> columns;
  std::vector<uint8_t> key;
  static RowShape Of(const model::TopicSchema& schema);
};

// Records of the slot in front of the batch's `index`th record, dropped ones included. Throws
// DataError.
uint32_t CountBefore(const StoredBatch& stored, uint32_t slot, uint32_t index);

// For compaction: where each decoded record belongs, and which of them are only places: dropped
// earlier, they have but schema, partition and offset.
struct RecordPlaces {
  std::vector<uint32_t> slots;
  std::vector<uint8_t> dropped;
};

// Decodes one stored batch, in pieces when the caller wants bounded ones. Used by one thread. Every
// method throws DataError on malformed bytes.
class BatchDecoder {
 public:
  static constexpr int64_t kNothing = std::numeric_limits<int64_t>::max();

  // `schemas` are those of the header, in its order. `from` has the first wanted offset for each
  // slot; kNothing leaves its records out at the price of a jump for each run. Decoding starts at
  // record `first_index`. With `places` dropped records are decoded too, and each record of all
  // Decode calls adds an entry to it.
  BatchDecoder(uint64_t sequence, StoredBatchPtr stored, std::vector<model::TopicSchemaPtr> schemas,
               std::vector<int64_t> from, uint32_t first_index, RecordPlaces* places = nullptr);

  // Appends wanted records to `into`, at least one where there is any, until about `bytes_max`
  // bytes of memory are filled or the batch ends; returns those bytes. `into` has to keep the
  // stored batch alive (its `backing`).
  size_t Decode(size_t bytes_max, model::ChangeBatch& into, std::vector<IndexRun>& indexes);
  // No wanted record is left.
  bool done() const { return done_; }
  // The stored index of the next wanted record; the batch's record count when done.
  uint32_t next_index() const { return index_; }
  // The transaction of the last decoded record goes on: in this batch, or in the source's next one.
  bool transaction_open();

 private:
  void ReadTransactions(model::ChangeBatch& into);
  void ReadStatements();
  bool OpenRun();
  void SkipToWanted();
  bool ConsumeDropped();
  void DecodeRecord(Arena& arena, std::deque<model::GeneralRecord>& generals,
                    model::Record& record);
  const model::Datum* DecodeRow(Arena& arena, const std::vector<uint8_t>& columns);
  uint32_t SchemaIn(model::ChangeBatch& into);
  void EmitPlace(model::ChangeBatch& into, std::vector<IndexRun>& indexes);
  void NoteIndex(const model::ChangeBatch& into, std::vector<IndexRun>& indexes);

  const uint64_t sequence_;
  const StoredBatchPtr stored_;
  const std::vector<model::TopicSchemaPtr> schemas_;
  const std::vector<int64_t> from_;
  const uint32_t first_index_;
  std::vector<std::unique_ptr<RowShape>> shapes_;
  std::vector<uint32_t> used_;         // Records passed, by slot.
  std::vector<uint32_t> schema_into_;  // Index in `into`, by schema; UINT32_MAX: not there yet.
  RecordPlaces* const places_;

  std::string_view transactions_;
  std::vector<std::string_view> statements_;
  uint64_t transaction_count_ = 0;
  uint64_t base_position_ = 0;
  int64_t base_ts_ns_ = 0;

  Cursor body_;  // Behind the current run.
  Cursor run_;   // The rest of the current run.
  uint32_t run_slot_ = 0;
  uint32_t run_schema_ = 0;
  uint32_t run_left_ = 0;     // Records left in it, those of `gap_` included.
  uint32_t gap_ = 0;          // Dropped records at the front, whose marker is read.
  uint64_t transaction_ = 0;  // Of the run's last record: index + 1; 0: none.
  uint64_t position_ = 0;
  int64_t ts_ns_ = 0;
  uint32_t index_ = 0;
  uint64_t emitted_transaction_ = 0;
  bool done_ = false;
  Arena scratch_{4096};
  std::deque<model::GeneralRecord> scratch_generals_;
};

}  // namespace tidewire::log
