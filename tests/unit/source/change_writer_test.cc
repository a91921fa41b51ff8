#include "source/change_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace tidewire::source {
namespace {

using model::ChangeBatchPtr;
using model::Datum;
using model::DatumState;
using model::KeyHeader;
using model::Op;
using model::Record;
using testing::ElementsAre;

// Columns: an integer key, a text.
model::TopicSchemaPtr Schema(const std::string& topic) {
  auto table = std::make_shared<model::TableSchema>();
  table->columns.resize(2);
  table->columns[0].type.kind = model::Kind::kInt32;
  table->columns[1].type.kind = model::Kind::kString;
  table->key = {0};
  auto out = std::make_shared<model::TopicSchema>();
  out->topic = topic;
  out->table = table;
  return out;
}

model::Transaction TransactionOf(int64_t id) {
  model::Transaction out;
  out.id = id;
  out.name = "t" + std::to_string(id);
  return out;
}

std::vector<Op> Ops(const model::ChangeBatch& batch) {
  std::vector<Op> out;
  for (const Record& record : batch.records) out.push_back(record.op);
  return out;
}

class ChangeWriterTest : public testing::Test {
 protected:
  ChangeWriterTest() {
    settings_.topic_prefix = "p";
    table_.SetName("d.t");
    table_.SetSchema(Schema("p.d.t"));
    other_.SetName("d.u");
    other_.SetSchema(Schema("p.d.u"));
    Restart();
  }

  void Restart() {
    writer_ = std::make_unique<ChangeWriter>(settings_, std::make_shared<model::RenderOptions>());
    writer_->SetNow(42);
  }

  const Datum* Row(int64_t key, std::string_view text = "x") {
    Datum* const row = writer_->batch().arena.AllocateArray<Datum>(2);
    row[0] = Datum::Integer(key);
    row[1] = Datum::View(writer_->batch().arena.Copy(text));
    return row;
  }

  EventSettings settings_;
  ChangeWriter::Table table_, other_;
  std::unique_ptr<ChangeWriter> writer_;
};

TEST_F(ChangeWriterTest, SetsPlaceTimeAndTransaction) {
  writer_->BeginTransaction(TransactionOf(7));
  writer_->Create(table_, Row(1), {100, 2, 3});
  writer_->SetNow(43);
  writer_->Update(table_, Row(1, "x"), Row(1, "y"), {101});
  writer_->EndTransaction();
  writer_->BeginTransaction(TransactionOf(8));
  writer_->Truncate(other_, {200});
  const ChangeBatchPtr batch = writer_->Take("{\"a\":1}", 9);
  EXPECT_THAT(Ops(*batch), ElementsAre(Op::kCreate, Op::kUpdate, Op::kTruncate));
  EXPECT_EQ(batch->records[0].position, 100u);
  EXPECT_EQ(batch->records[0].row, 2u);
  EXPECT_EQ(batch->records[0].statement, 3u);
  EXPECT_EQ(batch->records[0].ts_ns, 42);
  EXPECT_EQ(batch->records[0].total_order, 0u);
  EXPECT_EQ(batch->records[1].ts_ns, 43);
  EXPECT_EQ(batch->records[1].row, 0u);
  ASSERT_EQ(batch->transactions.size(), 2u);
  EXPECT_EQ(batch->transactions[batch->records[1].transaction].name, "t7");
  EXPECT_EQ(batch->transactions[batch->records[2].transaction].id, 8);
  EXPECT_EQ(batch->schemas[batch->records[2].schema]->topic, "p.d.u");
  EXPECT_EQ(batch->offset->partition, R"({"server":"p"})");
  EXPECT_EQ(batch->offset->offset, "{\"a\":1}");
  EXPECT_EQ(batch->confirm, 9u);
  EXPECT_TRUE(batch->open_transaction);
}

TEST_F(ChangeWriterTest, GoesOnWithATransactionInTheNextBatch) {
  writer_->BeginTransaction(TransactionOf(7));
  writer_->Create(other_, Row(1), {1});
  writer_->Create(table_, Row(1), {2});
  writer_->Take("{}", 0);
  writer_->Create(table_, Row(2), {3});
  writer_->EndTransaction();
  const ChangeBatchPtr batch = writer_->Take("{}", 0);
  EXPECT_FALSE(batch->open_transaction);
  ASSERT_EQ(batch->transactions.size(), 1u);
  EXPECT_EQ(batch->transactions[0].id, 7);
  ASSERT_EQ(batch->schemas.size(), 1u);
  EXPECT_EQ(batch->schemas[batch->records[0].schema]->topic, "p.d.t");
}

TEST_F(ChangeWriterTest, TakesANewVersionOfATableInMidBatch) {
  writer_->BeginTransaction(TransactionOf(7));
  writer_->Create(table_, Row(1), {1});
  const auto version = Schema("p.d.t");
  table_.SetSchema(version);
  writer_->Create(table_, Row(1), {2});
  const ChangeBatchPtr batch = writer_->Take("{}", 0);
  ASSERT_EQ(batch->schemas.size(), 2u);
  EXPECT_EQ(batch->schemas[batch->records[1].schema], version);
}

TEST_F(ChangeWriterTest, MakesDeleteTombstoneAndCreateOfAKeyChange) {
  writer_->BeginTransaction(TransactionOf(7));
  writer_->Update(table_, Row(1), Row(2), {5, 6, 0});
  writer_->Delete(table_, Row(2), {7});
  const ChangeBatchPtr batch = writer_->Take("{}", 0);
  EXPECT_THAT(Ops(*batch),
              ElementsAre(Op::kDelete, Op::kTombstone, Op::kCreate, Op::kDelete, Op::kTombstone));
  const auto& records = batch->records;
  EXPECT_EQ(records[0].key_header, KeyHeader::kNewKey);
  EXPECT_EQ(records[0].other_key[0].integer, 2);
  EXPECT_EQ(records[1].key_row()[0].integer, 1);
  EXPECT_EQ(records[1].key_header, KeyHeader::kNewKey);
  EXPECT_EQ(records[2].key_header, KeyHeader::kOldKey);
  EXPECT_EQ(records[2].other_key[0].integer, 1);
  EXPECT_EQ(records[2].row, 6u);
  EXPECT_EQ(records[3].key_header, KeyHeader::kNone);
}

TEST_F(ChangeWriterTest, KeepsUpdatesWhoseKeyIsTheSameOrNotSent) {
  writer_->BeginTransaction(TransactionOf(7));
  Datum* const absent = writer_->batch().arena.AllocateArray<Datum>(2);
  std::fill_n(absent, 2, Datum::Of(DatumState::kAbsent));
  writer_->Update(table_, absent, Row(1), {1});
  writer_->Update(table_, nullptr, Row(1), {2});
  writer_->Update(table_, Row(1, "a"), Row(1, "b"), {3});
  EXPECT_THAT(Ops(*writer_->Take("{}", 0)), ElementsAre(Op::kUpdate, Op::kUpdate, Op::kUpdate));
}

TEST_F(ChangeWriterTest, WritesNoTombstonesWhenTold) {
  settings_.tombstones_on_delete = false;
  writer_->BeginTransaction(TransactionOf(7));
  writer_->Update(table_, Row(1), Row(2), {5});
  writer_->Delete(table_, Row(2), {7});
  EXPECT_THAT(Ops(*writer_->Take("{}", 0)), ElementsAre(Op::kDelete, Op::kCreate, Op::kDelete));
}

// The counts of an END record: its event_count, then each collection's.
std::string Counts(const model::ChangeBatch& batch) {
  using List = std::shared_ptr<model::ConnectList>;
  const auto& end = *std::get<List>(batch.generals.back().value.v);
  std::string out = std::to_string(std::get<int64_t>(end[2].v));
  for (const auto& item : *std::get<List>(end[3].v)) {
    const auto& pair = *std::get<List>(item.v);
    out += fmt::format(" {}={}", std::get<std::string>(pair[0].v), std::get<int64_t>(pair[1].v));
  }
  return out;
}

TEST_F(ChangeWriterTest, CountsChangesForTransactionMetadata) {
  settings_.provide_transaction_metadata = true;
  ChangeWriter::Collection messages;
  messages.SetName("message");
  for (const int64_t id : {7, 8}) {
    writer_->BeginTransaction(TransactionOf(id));
    writer_->AddBegin("b", 1, {10});
    writer_->Create(table_, Row(1), {11});
    writer_->Create(other_, Row(1), {12});
    EXPECT_EQ(writer_->Count(messages).total, 3u);
    writer_->Update(table_, Row(1), Row(2), {13});
    writer_->AddEnd("e", 1, {14});
    writer_->EndTransaction();
    const ChangeBatchPtr batch = writer_->Take("{}", 0);
    const auto& records = batch->records;
    ASSERT_EQ(records.size(), 7u);
    EXPECT_EQ(records[0].op, Op::kGeneral);
    EXPECT_EQ(records[0].transaction, 0u);
    EXPECT_EQ(records[2].total_order, 2u);
    EXPECT_EQ(records[2].collection_order, 1u);
    EXPECT_EQ(records[4].total_order, 4u);  // The tombstone, as its delete.
    EXPECT_EQ(records[5].total_order, 5u);
    EXPECT_EQ(records[5].collection_order, 3u);
    EXPECT_EQ(records[6].position, 14u);
    EXPECT_EQ(Counts(*batch), "5 d.u=1 d.t=3 message=1");
  }
}

TEST_F(ChangeWriterTest, DropsWhatIsDurableAndCountsIt) {
  settings_.provide_transaction_metadata = true;
  writer_->BeginTransaction(TransactionOf(7));
  const ChangeWriter::Mark begin = writer_->mark();
  writer_->AddBegin("b", 1, {1});
  writer_->Create(table_, Row(1), {2});
  writer_->DropSince(begin);
  EXPECT_EQ(writer_->records(), 0u);
  writer_->Create(table_, Row(2), {3});
  const ChangeBatchPtr batch = writer_->Take("{}", 0);
  EXPECT_THAT(Ops(*batch), ElementsAre(Op::kCreate));
  EXPECT_EQ(batch->records[0].total_order, 2u);
  EXPECT_EQ(batch->records[0].transaction, 0u);
  EXPECT_EQ(batch->transactions.size(), 1u);
  EXPECT_TRUE(batch->generals.empty());
}

TEST_F(ChangeWriterTest, HoldsNoMemoryOfWhatItDrops) {
  writer_->BeginTransaction(TransactionOf(7));
  const std::string text(1000, 'x');
  for (int i = 0; i < 10'000; ++i) {
    const ChangeWriter::Mark mark = writer_->mark();
    writer_->Create(table_, Row(i, text), {1});
    writer_->DropSince(mark);
    ASSERT_LT(writer_->bytes(), 4u << 20);
  }
  writer_->Create(table_, Row(1), {2});
  const ChangeBatchPtr batch = writer_->Take("{}", 0);
  EXPECT_EQ(batch->schemas[batch->records[0].schema]->topic, "p.d.t");
  EXPECT_EQ(batch->transactions[batch->records[0].transaction].id, 7);
}

TEST_F(ChangeWriterTest, BeatsBetweenTransactionsOnly) {
  writer_->AddHeartbeat(5);
  const ChangeBatchPtr batch = writer_->Take("{}", 0);
  ASSERT_EQ(batch->records.size(), 1u);
  EXPECT_EQ(batch->records[0].position, 5u);
  EXPECT_EQ(batch->records[0].ts_ns, 42);
  EXPECT_EQ(batch->records[0].transaction, model::kNoTransaction);
}

}  // namespace
}  // namespace tidewire::source
