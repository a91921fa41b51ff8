#include "log/record_codec.h"

#include <gtest/gtest.h>

#include <random>

#include "base/error.h"

namespace tidewire::log {
namespace {

using model::ChangeBatch;
using model::Datum;
using model::DatumState;
using model::Kind;
using model::Op;
using model::Record;

constexpr int kKinds = static_cast<int>(Kind::kVector) + 1;

model::TopicSchemaPtr SchemaWithEveryKind(const std::string& topic) {
  auto table = std::make_shared<model::TableSchema>();
  for (int k = 0; k < kKinds; ++k) {
    model::Column column;
    column.name = "c" + std::to_string(k);
    column.type.kind = static_cast<Kind>(k);
    table->columns.push_back(column);
  }
  table->key = {3, 8, 5};
  auto schema = std::make_shared<model::TopicSchema>();
  schema->topic = topic;
  schema->render = std::make_shared<model::RenderOptions>();
  schema->table = table;
  return schema;
}

model::TopicSchemaPtr GeneralSchema() {
  auto schema = std::make_shared<model::TopicSchema>();
  schema->topic = "heartbeat";
  schema->render = std::make_shared<model::RenderOptions>();
  return schema;
}

Datum RandomDatum(Kind kind, std::mt19937_64& random, Arena& arena) {
  if (random() % 4 == 0)
    return Datum::Of(static_cast<DatumState>(random() % 4 == 1 ? 0 : random() % 4));
  if (model::HoldsInteger(kind))
    return Datum::Integer(static_cast<int64_t>(random() >> (random() % 64)));
  if (model::HoldsReal(kind)) return Datum::Real(static_cast<double>(random()) / 3);
  return Datum::View(
      arena.Copy(std::string(random() % 300, static_cast<char>('a' + random() % 26))));
}

const Datum* RandomRow(const std::vector<Kind>& kinds, bool values_only, std::mt19937_64& random,
                       Arena& arena) {
  Datum* row = arena.AllocateArray<Datum>(kinds.size());
  for (size_t i = 0; i < kinds.size(); ++i) {
    do {
      row[i] = RandomDatum(kinds[i], random, arena);
    } while (values_only && row[i].state != DatumState::kValue);
    if (row[i].state != DatumState::kValue) row[i] = Datum::Of(row[i].state);
  }
  return row;
}

Record RandomRecord(ChangeBatch& batch, std::mt19937_64& random) {
  Record r;
  r.schema = static_cast<uint32_t>(random() % batch.schemas.size());
  const model::TopicSchema& schema = *batch.schemas[r.schema];
  r.position = random() >> (random() % 64);
  r.ts_ns = static_cast<int64_t>(random());
  if (random() % 3 != 0)
    r.transaction = static_cast<uint32_t>(random() % batch.transactions.size());
  if (random() % 4 == 0) r.total_order = random() % 1000, r.collection_order = random();
  if (random() % 4 == 0) r.row = static_cast<uint32_t>(random() % 500);
  if (random() % 4 == 0)
    r.statement = batch.AddStatement("UPDATE t SET a = " + std::to_string(r.row));
  if (!schema.table) {
    r.op = Op::kGeneral;
    r.general = static_cast<uint32_t>(batch.generals.size());
    model::GeneralRecord& general = batch.generals.emplace_back();
    general.key.v = std::string("key");
    general.value.v = static_cast<int64_t>(random());
    return r;
  }
  std::vector<Kind> kinds;
  std::vector<Kind> key;
  for (const auto& column : schema.table->columns) kinds.push_back(column.type.kind);
  for (const uint32_t k : schema.table->key) key.push_back(kinds[k]);
  r.op = static_cast<Op>(random() % 6);
  if (random() % 3 == 0) r.snapshot = static_cast<model::SnapshotMark>(random() % 7);
  if (r.op != Op::kTruncate && random() % 2 == 0)
    r.before = RandomRow(kinds, random() % 2 == 0, random, batch.arena);
  if (r.op != Op::kTruncate && random() % 4 != 0)
    r.after = RandomRow(kinds, random() % 2 == 0, random, batch.arena);
  if (random() % 8 == 0) {
    r.key_header = random() % 2 == 0 ? model::KeyHeader::kNewKey : model::KeyHeader::kOldKey;
    r.other_key = RandomRow(key, false, random, batch.arena);
  }
  return r;
}

void FillRandom(ChangeBatch& batch, uint64_t seed, size_t records) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < 3; ++i) batch.schemas.push_back(SchemaWithEveryKind("t" + std::to_string(i)));
  batch.schemas.push_back(GeneralSchema());
  for (int i = 0; i < 5; ++i) {
    model::Transaction t;
    t.id = static_cast<int64_t>(random());
    t.begin_position = random();
    t.commit_position = random();
    t.last_commit_position = random() % 2 == 0 ? 0 : random();
    t.commit_ts_us = static_cast<int64_t>(random());
    if (random() % 2 == 0) t.name = "gtid-" + std::to_string(i);
    if (random() % 2 == 0) t.file = "binlog." + std::to_string(i);
    if (random() % 2 == 0) t.server_id = static_cast<uint32_t>(random());
    if (random() % 2 == 0) t.thread = static_cast<int64_t>(random() % 1000);
    batch.transactions.push_back(t);
  }
  for (size_t i = 0; i < records; ++i) batch.records.push_back(RandomRecord(batch, random));
}

// One slot a schema; the first topic has two partitions, taken by turns.
struct Encoded {
  Routing routing;
  StoredBatchPtr stored;
};
Encoded Encode(const ChangeBatch& batch, std::span<const uint8_t> dropped = {}) {
  Encoded out;
  const auto schemas = static_cast<uint32_t>(batch.schemas.size());
  out.routing.slots = schemas + 1;
  for (uint32_t i = 0; i < schemas; ++i) out.routing.slot_of_schema.push_back(i);
  out.routing.slot_of_schema[0] = Routing::kByRecord;
  for (size_t i = 0; i < batch.records.size(); ++i) {
    out.routing.slot_of_record.push_back(i % 2 == 0 ? 0 : schemas);
  }
  const EncodedBody body = EncodeRecords(batch, out.routing, dropped);
  BatchHeader header;
  header.open_transaction = batch.open_transaction;
  header.appended_ms = 1234;
  header.records = static_cast<uint32_t>(batch.records.size());
  header.schemas.resize(schemas);
  for (size_t i = 0; i < out.routing.slots; ++i) {
    header.slots.push_back({static_cast<uint32_t>(i), static_cast<int32_t>(i),
                            static_cast<int64_t>(100 * i), body.shares[i].count,
                            body.shares[i].bytes});
  }
  out.stored = StoredBatch::Parse(EncodeBatchHeader(header, body.hash).append(body.bytes.view()));
  EXPECT_EQ(out.stored->header(), header);
  return out;
}

void ExpectSameRow(const Datum* a, const Datum* b, const std::vector<model::Column>& columns,
                   const std::vector<uint32_t>* key) {
  ASSERT_EQ(a == nullptr, b == nullptr);
  if (a == nullptr) return;
  const size_t n = key != nullptr ? key->size() : columns.size();
  for (size_t i = 0; i < n; ++i) {
    const Kind kind = columns[key != nullptr ? (*key)[i] : i].type.kind;
    ASSERT_EQ(a[i].state, b[i].state) << i;
    if (!a[i].has_value()) continue;
    if (model::HoldsView(kind)) {
      ASSERT_EQ(a[i].view(), b[i].view()) << i;
    } else {
      ASSERT_EQ(a[i].integer, b[i].integer) << i;
    }
  }
}

void ExpectSame(const ChangeBatch& a, const Record& x, const ChangeBatch& b, const Record& y) {
  ASSERT_EQ(x.op, y.op);
  ASSERT_EQ(x.snapshot, y.snapshot);
  ASSERT_EQ(x.key_header, y.key_header);
  ASSERT_EQ(a.schemas[x.schema], b.schemas[y.schema]);
  ASSERT_EQ(x.position, y.position);
  ASSERT_EQ(x.ts_ns, y.ts_ns);
  ASSERT_EQ(x.total_order, y.total_order);
  ASSERT_EQ(x.collection_order, y.collection_order);
  ASSERT_EQ(x.transaction == model::kNoTransaction, y.transaction == model::kNoTransaction);
  if (x.transaction != model::kNoTransaction) {
    const model::Transaction& s = a.transactions[x.transaction];
    const model::Transaction& t = b.transactions[y.transaction];
    ASSERT_EQ(s.id, t.id);
    ASSERT_EQ(s.begin_position, t.begin_position);
    ASSERT_EQ(s.commit_position, t.commit_position);
    ASSERT_EQ(s.last_commit_position, t.last_commit_position);
    ASSERT_EQ(s.commit_ts_us, t.commit_ts_us);
    ASSERT_EQ(s.name, t.name);
    ASSERT_EQ(s.file, t.file);
    ASSERT_EQ(s.server_id, t.server_id);
    ASSERT_EQ(s.thread, t.thread);
  }
  ASSERT_EQ(x.row, y.row);
  ASSERT_EQ(x.statement == 0, y.statement == 0);
  if (x.statement != 0) {
    ASSERT_EQ(a.statements[x.statement - 1], b.statements[y.statement - 1]);
  }
  if (x.op == Op::kGeneral) {
    ASSERT_EQ(a.generals[x.general].value.v, b.generals[y.general].value.v);
    return;
  }
  const model::TableSchema& table = *a.schemas[x.schema]->table;
  ExpectSameRow(x.before, y.before, table.columns, nullptr);
  ExpectSameRow(x.after, y.after, table.columns, nullptr);
  ExpectSameRow(x.other_key, y.other_key, table.columns, &table.key);
}

std::vector<int64_t> From(size_t slots, int64_t from = 0) {
  return std::vector<int64_t>(slots, from);
}

// docs/formats/log-record.md, "Example", in the form before: without file, server, session and
// statements.
TEST(RecordCodec, ReadsVersionOne) {
  auto table = std::make_shared<model::TableSchema>();
  table->columns.resize(2);
  table->columns[0].type.kind = Kind::kInt64;
  table->columns[1].type.kind = Kind::kString;
  auto schema = std::make_shared<model::TopicSchema>();
  schema->render = std::make_shared<model::RenderOptions>();
  schema->table = table;
  const std::string body(
      "\x01\x06\x0a\x00\x00\x00\x00\x00\xe8\x07\x00\x00\x00\x01\x00\x00\x00\x09\x00\x00\x00\x91"
      "\x02\x00\x00\x00\x0e\x02hi",
      30);
  BatchHeader header;
  header.version = 1;
  header.records = 1;
  header.schemas = {0};
  header.slots = {{0, 0, 0, 1, 0}};
  const StoredBatchPtr stored =
      StoredBatch::Parse(EncodeBatchHeader(header, HashBody(body)).append(body));
  EXPECT_EQ(CountBefore(*stored, 0, 1), 1u);
  BatchDecoder decoder(1, stored, {schema}, From(1), 0);
  ChangeBatch back;
  std::vector<IndexRun> runs;
  decoder.Decode(SIZE_MAX, back, runs);
  ASSERT_EQ(back.records.size(), 1u);
  EXPECT_EQ(back.transactions.at(0).id, 5);
  EXPECT_EQ(back.records[0].position, 1000u);
  EXPECT_EQ(back.records[0].after[0].integer, 7);
  EXPECT_EQ(back.records[0].after[1].view(), "hi");
}

TEST(RecordCodec, KeepsEveryKindStateAndOp) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    ChangeBatch batch;
    FillRandom(batch, seed, 300);
    const Encoded encoded = Encode(batch);
    BatchDecoder decoder(9, encoded.stored, batch.schemas, From(encoded.routing.slots), 0);
    ChangeBatch back;
    std::vector<IndexRun> runs;
    decoder.Decode(SIZE_MAX, back, runs);
    ASSERT_TRUE(decoder.done());
    ASSERT_EQ(back.records.size(), batch.records.size());
    for (size_t i = 0; i < batch.records.size(); ++i) {
      SCOPED_TRACE(fmt::format("seed {} record {}", seed, i));
      ExpectSame(batch, batch.records[i], back, back.records[i]);
      if (testing::Test::HasFatalFailure()) return;
      EXPECT_EQ(back.records[i].timestamp_ms, 1234);
    }
    ASSERT_EQ(runs.size(), 1u);
    EXPECT_EQ(runs[0].sequence, 9u);
  }
}

// docs/formats/log-record.md shows these bytes; logs that exist hold such ones.
TEST(RecordCodec, EncodesTheExampleOfItsDocument) {
  auto table = std::make_shared<model::TableSchema>();
  table->columns.resize(2);
  table->columns[0].type.kind = Kind::kInt64;
  auto schema = std::make_shared<model::TopicSchema>();
  schema->table = table;
  ChangeBatch batch;
  batch.schemas = {schema};
  batch.transactions.emplace_back().id = 5;
  Datum row[] = {Datum::Integer(7), Datum::View("hi")};
  Record record;
  record.transaction = 0;
  record.after = row;
  record.position = 1000;
  batch.records = {record};
  const EncodedBody body =
      EncodeRecords(batch, {.slots = 1, .slot_of_schema = {0}, .slot_of_record = {}});
  std::string hex;
  for (const char c : body.bytes.view()) hex += fmt::format("{:02x}", static_cast<uint8_t>(c));
  EXPECT_EQ(hex,
            "01090a0000000000000001"
            "00"
            "e80700"
            "00000100000009000000"
            "91020000"
            "000e026869");
}

TEST(RecordCodec, GivesTheSameInSmallPiecesAndFromAnyIndex) {
  ChangeBatch batch;
  FillRandom(batch, 5, 120);
  const Encoded encoded = Encode(batch);
  for (uint32_t first = 0; first <= 120; first += 7) {
    BatchDecoder decoder(1, encoded.stored, batch.schemas, From(encoded.routing.slots), first);
    uint32_t at = first;
    while (!decoder.done()) {
      ASSERT_EQ(decoder.next_index(), at);
      ChangeBatch piece;
      std::vector<IndexRun> runs;
      decoder.Decode(2'000, piece, runs);
      ASSERT_FALSE(piece.records.empty());
      ASSERT_EQ(runs.front().index, at);
      for (const Record& record : piece.records) {
        ExpectSame(batch, batch.records[at++], piece, record);
        if (testing::Test::HasFatalFailure()) return;
      }
    }
    EXPECT_EQ(at, 120u);
  }
}

TEST(RecordCodec, NumbersTheRecordsOfEachSlot) {
  ChangeBatch batch;
  FillRandom(batch, 6, 200);
  const Encoded encoded = Encode(batch);
  BatchDecoder decoder(1, encoded.stored, batch.schemas, From(encoded.routing.slots), 0);
  ChangeBatch back;
  std::vector<IndexRun> runs;
  decoder.Decode(SIZE_MAX, back, runs);
  std::map<int32_t, int64_t> next;
  for (const Record& record : back.records) {
    EXPECT_EQ(record.offset, 100 * record.partition + next[record.partition]++);
  }
}

TEST(RecordCodec, LeavesOutWhatIsNotWantedAndKeepsIndexes) {
  ChangeBatch batch;
  FillRandom(batch, 7, 200);
  const Encoded encoded = Encode(batch);
  std::vector<int64_t> from = From(encoded.routing.slots, BatchDecoder::kNothing);
  from[2] = 200 + 10;  // The first ten of schema 2 are not wanted either.
  BatchDecoder decoder(1, encoded.stored, batch.schemas, from, 0);
  ChangeBatch back;
  std::vector<IndexRun> runs;
  decoder.Decode(SIZE_MAX, back, runs);
  std::vector<size_t> expected;
  for (size_t i = 0; i < batch.records.size(); ++i) {
    if (batch.records[i].schema == 2) expected.push_back(i);
  }
  expected.erase(expected.begin(), expected.begin() + 10);
  ASSERT_EQ(back.records.size(), expected.size());
  size_t run = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    if (run + 1 < runs.size() && runs[run + 1].record == i) ++run;
    EXPECT_EQ(runs[run].index + (i - runs[run].record), expected[i]);
    ExpectSame(batch, batch.records[expected[i]], back, back.records[i]);
  }
  EXPECT_EQ(decoder.next_index(), 200u);
}

TEST(RecordCodec, KeepsThePlacesOfDroppedRecords) {
  ChangeBatch batch;
  FillRandom(batch, 8, 100);
  std::vector<uint8_t> dropped(100);
  for (size_t i = 0; i < 100; ++i) dropped[i] = i % 3 == 0 || (i > 40 && i < 60);
  const Encoded encoded = Encode(batch, dropped);
  BatchDecoder decoder(1, encoded.stored, batch.schemas, From(encoded.routing.slots), 0);
  ChangeBatch back;
  std::vector<IndexRun> runs;
  decoder.Decode(SIZE_MAX, back, runs);
  const Encoded whole = Encode(batch);
  BatchDecoder all(1, whole.stored, batch.schemas, From(encoded.routing.slots), 0);
  ChangeBatch full;
  std::vector<IndexRun> full_runs;
  all.Decode(SIZE_MAX, full, full_runs);
  size_t at = 0;
  for (size_t i = 0; i < 100; ++i) {
    if (dropped[i] != 0) continue;
    ASSERT_LT(at, back.records.size());
    EXPECT_EQ(back.records[at].offset, full.records[i].offset);
    EXPECT_EQ(back.records[at].partition, full.records[i].partition);
    ExpectSame(batch, batch.records[i], back, back.records[at++]);
  }
  EXPECT_EQ(at, back.records.size());

  RecordPlaces places;
  BatchDecoder placed(1, encoded.stored, batch.schemas, From(encoded.routing.slots), 0, &places);
  ChangeBatch with_places;
  std::vector<IndexRun> place_runs;
  placed.Decode(SIZE_MAX, with_places, place_runs);
  EXPECT_EQ(places.dropped, dropped);
  ASSERT_EQ(with_places.records.size(), 100u);
  EXPECT_EQ(with_places.records[0].offset, full.records[0].offset);
}

TEST(RecordCodec, SaysWhetherATransactionGoesOn) {
  ChangeBatch batch;
  batch.schemas = {SchemaWithEveryKind("a"), SchemaWithEveryKind("b")};
  batch.transactions.resize(2);
  for (const uint32_t t : {0u, 0u, 1u}) {
    Record r;
    r.op = Op::kTruncate;
    r.transaction = t;
    batch.records.push_back(r);
  }
  batch.open_transaction = true;
  const Encoded encoded = Encode(batch);
  BatchDecoder decoder(1, encoded.stored, batch.schemas, From(encoded.routing.slots), 0);
  const bool expected[] = {
      true, false, true};  // Inside the first; at its end; inside the second, which is open.
  for (const bool open : expected) {
    ChangeBatch piece;
    std::vector<IndexRun> runs;
    decoder.Decode(1, piece, runs);
    EXPECT_EQ(piece.records.size(), 1u);
    EXPECT_EQ(decoder.transaction_open(), open);
  }
}

TEST(StoredBatch, RefusesEveryFlippedByteAndEveryCut) {
  ChangeBatch batch;
  FillRandom(batch, 3, 20);
  const EncodedBody body = EncodeRecords(batch, Encode(batch).routing);
  BatchHeader header;
  header.records = 20;
  header.slots.resize(5);
  const std::string value = EncodeBatchHeader(header, body.hash).append(body.bytes.view());
  EXPECT_NO_THROW(StoredBatch::Parse(value));
  for (size_t i = 0; i < value.size(); ++i) {
    std::string damaged = value;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    EXPECT_THROW(StoredBatch::Parse(damaged), DataError) << i;
  }
  for (size_t n = 0; n < value.size(); n += 13)
    EXPECT_THROW(StoredBatch::Parse(value.substr(0, n)), DataError);
}

// With a right checksum, as hostile or mistaken bytes would have.
TEST(BatchDecoder, SurvivesFlippedBytesBehindTheChecksum) {
  ChangeBatch batch;
  FillRandom(batch, 4, 40);
  const Encoded encoded = Encode(batch);
  const std::string body(encoded.stored->body());
  std::mt19937 random(11);
  for (int round = 0; round < 5'000; ++round) {
    std::string damaged = body;
    damaged[random() % damaged.size()] = static_cast<char>(random());
    try {
      auto stored = StoredBatch::Parse(
          EncodeBatchHeader(encoded.stored->header(), HashBody(damaged)) + damaged);
      BatchDecoder decoder(1, stored, batch.schemas, From(encoded.routing.slots), 0);
      ChangeBatch back;
      std::vector<IndexRun> runs;
      decoder.Decode(SIZE_MAX, back, runs);
    } catch (const DataError&) {
    }
  }
}

}  // namespace
}  // namespace tidewire::log
