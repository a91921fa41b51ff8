#include "source/snapshot_ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "snapshot_tables.h"

namespace tidewire::source {
namespace {

using namespace testing_support;
using testing::ElementsAre;

class Ledger : public testing::Test {
 protected:
  SnapshotLedger& Make(std::vector<SnapshotLedger::Table> tables, std::vector<size_t> chunks,
                       size_t workers = 1, SnapshotState state = Attempt()) {
    ledger_ = std::make_unique<SnapshotLedger>(context_, SmallFacts(), std::move(tables),
                                               std::move(chunks), workers, std::move(state),
                                               SystemClock());
    return *ledger_;
  }

  static model::ChangeBatchPtr Batch(const SnapshotLedger& ledger, size_t table, size_t rows = 1) {
    auto batch = std::make_unique<model::ChangeBatch>();
    for (size_t i = 0; i < rows; ++i) {
      model::Record& record = batch->records.emplace_back();
      record.op = model::Op::kRead;
      record.snapshot = model::SnapshotMark::kTrue;
      record.schema = batch->SchemaIndex(ledger.tables()[table].schema);
      record.after = Row(*batch, static_cast<int64_t>(i));
    }
    return batch;
  }
  // The state in the n-th batch's offset.
  SnapshotState StateIn(size_t n) const {
    return SnapshotState::FromOffset(context_.batches[n]->offset->offset).value();
  }

  FakeContext context_;
  std::unique_ptr<SnapshotLedger> ledger_;
};

TEST_F(Ledger, GivesChunksInOrderAndCompletesWithTheLastWorker) {
  SnapshotLedger& ledger = Make({SmallTable("a"), SmallTable("b")}, {0, 0, 1}, 2);
  EXPECT_EQ(ledger.Next(), 0u);
  EXPECT_EQ(ledger.Next(), 1u);
  EXPECT_EQ(ledger.Next(), 2u);
  EXPECT_EQ(ledger.Next(), std::nullopt);
  EXPECT_FALSE(ledger.FinishReading(0));
  EXPECT_TRUE(ledger.FinishReading(0));

  EXPECT_TRUE(ledger.Emit(Batch(ledger, 0, 2), {0}));
  EXPECT_TRUE(StateIn(0).IsPartial({"s", "a"}));
  EXPECT_EQ(ledger.tables_done(), 0u);
  EXPECT_EQ(ledger.rows(), 2u);
  EXPECT_TRUE(ledger.Leave(Batch(ledger, 0), {0}));
  EXPECT_TRUE(StateIn(1).IsDone({"s", "a"}));
  EXPECT_TRUE(StateIn(1).IsPartial({"s", "b"}));
  EXPECT_FALSE(StateIn(1).completed());
  EXPECT_EQ(ledger.tables_done(), 1u);
  EXPECT_TRUE(ledger.Leave(Batch(ledger, 1, 2), {1}));
  EXPECT_EQ(context_.batches[2]->offset->offset, R"({"last":true})");
  EXPECT_THAT(Rows(context_.batches),
              ElementsAre("a:0 true", "a:1 true", "a:0 true", "b:0 true", "b:1 last"));
  EXPECT_TRUE(ledger.TakeState().completed());
}

TEST_F(Ledger, CompletesWithoutARow) {
  SnapshotLedger& ledger = Make({}, {});
  EXPECT_EQ(ledger.Next(), std::nullopt);
  EXPECT_TRUE(ledger.Leave(std::make_unique<model::ChangeBatch>(), {}));
  EXPECT_EQ(context_.batches[0]->offset->offset, R"({"last":true})");
  EXPECT_EQ(ledger.rows(), 0u);
}

TEST_F(Ledger, TakesEachFirstOnce) {
  SnapshotLedger& ledger = Make({SmallTable("a"), SmallTable("b")}, {0, 1});
  EXPECT_TRUE(ledger.TakeFirst());
  EXPECT_FALSE(ledger.TakeFirst());
  EXPECT_TRUE(ledger.TakeFirstOf(1));
  EXPECT_FALSE(ledger.TakeFirstOf(1));
  EXPECT_TRUE(ledger.TakeFirstOf(0));
}

TEST_F(Ledger, NamesTablesThatComeBeforeTheirTurn) {
  SnapshotLedger& ledger = Make({SmallTable("c"), SmallTable("a"), SmallTable("b")}, {0, 1, 2});
  ledger.Next();
  ledger.Emit(Batch(ledger, 0), {0});
  EXPECT_TRUE(StateIn(0).IsDone({"s", "c"}));
  EXPECT_FALSE(StateIn(0).IsDone({"s", "a"}));
}

TEST_F(Ledger, EmptiesTablesWithoutAKeyThatMayHaveRows) {
  SnapshotState state = Attempt();
  state.BeginTable({"s", "a"});
  state.BeginTable({"s", "b"});
  state.BeginAttempt(200);
  SnapshotLedger& ledger = Make({SmallTable("a", false), SmallTable("b"), SmallTable("c", false)},
                                {0, 0, 1, 2}, 1, std::move(state));
  EXPECT_EQ(ledger.Next(), 0u);
  ASSERT_EQ(context_.batches.size(), 1u);
  EXPECT_EQ(context_.batches[0]->records[0].op, model::Op::kTruncate);
  EXPECT_EQ(context_.batches[0]->records[0].position, 100u);
  EXPECT_EQ(context_.batches[0]->transactions[0].id, 7);
  EXPECT_EQ(StateIn(0).StreamFrom({"s", "a"}), 200u);
  while (ledger.Next()) {
  }
  EXPECT_EQ(context_.batches.size(), 1u);  // b has a key, c has no rows yet.
}

TEST_F(Ledger, StopsWhenABatchIsNotTaken) {
  context_.taken_max = 0;
  SnapshotLedger& ledger =
      Make({SmallTable("a", false)}, {0}, 1, Attempt(SnapshotState::BeginAgain(100)));
  EXPECT_EQ(ledger.Next(), std::nullopt);
  EXPECT_FALSE(ledger.Emit(Batch(ledger, 0), {}));
}

}  // namespace
}  // namespace tidewire::source
