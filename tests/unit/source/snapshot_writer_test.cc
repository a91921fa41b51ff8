#include "source/snapshot_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "snapshot_tables.h"

namespace tidewire::source {
namespace {

using namespace testing_support;
using testing::ElementsAre;

class Writer : public testing::Test {
 protected:
  // Reads all chunks, each with that many rows.
  void Read(std::vector<SnapshotLedger::Table> tables, const std::vector<size_t>& chunks,
            const std::vector<int>& rows, size_t records_max = 1000, int64_t fetch_rows = 0) {
    SnapshotLedger ledger(context_, SmallFacts(), std::move(tables), chunks, 1, Attempt(),
                          SystemClock());
    SnapshotWriter writer(ledger, records_max, fetch_rows, SystemClock());
    while (const auto chunk = ledger.Next()) {
      writer.BeginChunk(chunks[*chunk]);
      for (int i = 0; i < rows[*chunk]; ++i) {
        ASSERT_TRUE(writer.MakeRoom());
        writer.Add(Row(writer.batch(), i));
      }
      writer.FinishChunk();
    }
    ASSERT_TRUE(writer.Leave());
  }
  std::vector<size_t> Sizes() const {
    std::vector<size_t> out;
    for (const auto& batch : context_.batches) out.push_back(batch->records.size());
    return out;
  }

  FakeContext context_;
};

TEST_F(Writer, MarksFirstAndLastRows) {
  Read({SmallTable("a"), SmallTable("b"), SmallTable("c")}, {0, 1, 1, 2}, {3, 2, 2, 2});
  EXPECT_THAT(Rows(context_.batches),
              ElementsAre("a:0 first", "a:1 true", "a:2 last_of", "b:0 first_of", "b:1 true",
                          "b:0 true", "b:1 last_of", "c:0 first_of", "c:1 last"));
  ASSERT_EQ(context_.batches.size(), 1u);
  EXPECT_EQ(context_.batches[0]->records[0].position, 100u);
  EXPECT_EQ(context_.batches[0]->transactions[0].id, 7);
  EXPECT_GT(context_.batches[0]->records[0].ts_ns, 0);
}

TEST_F(Writer, MarksTheOnlyRow) {
  Read({SmallTable("a"), SmallTable("b")}, {0, 1}, {1, 0});
  EXPECT_THAT(Rows(context_.batches), ElementsAre("a:0 last"));
  context_.batches.clear();
  Read({SmallTable("a"), SmallTable("b"), SmallTable("c")}, {0, 1, 2}, {1, 1, 1});
  EXPECT_THAT(Rows(context_.batches), ElementsAre("a:0 first", "b:0 last_of", "c:0 last"));
}

TEST_F(Writer, HandsFullBatchesOver) {
  Read({SmallTable("a"), SmallTable("b")}, {0, 1}, {5, 1}, 2);
  EXPECT_THAT(Sizes(), ElementsAre(2, 2, 2));
  EXPECT_THAT(Rows(context_.batches), ElementsAre("a:0 first", "a:1 true", "a:2 true", "a:3 true",
                                                  "a:4 last_of", "b:0 last"));
}

TEST_F(Writer, CountsATableAsDoneWithTheBatchOfItsLastRow) {
  Read({SmallTable("a"), SmallTable("b")}, {0, 0, 1}, {2, 5, 1}, 2);
  ASSERT_THAT(Sizes(), ElementsAre(2, 2, 2, 2));
  for (size_t i = 0; i < 3; ++i) {
    const auto state = SnapshotState::FromOffset(context_.batches[i]->offset->offset);
    EXPECT_TRUE(state->IsPartial({"s", "a"})) << i;
  }
}

TEST_F(Writer, TakesTheSmallerOfBothSizes) {
  Read({SmallTable("a")}, {0}, {5}, 1000, 3);
  EXPECT_THAT(Sizes(), ElementsAre(3, 2));
  context_.batches.clear();
  Read({SmallTable("a")}, {0}, {5}, 4, 100);
  EXPECT_THAT(Sizes(), ElementsAre(4, 1));
}

TEST_F(Writer, StopsWhenABatchIsNotTaken) {
  context_.taken_max = 0;
  SnapshotLedger ledger(context_, SmallFacts(), {SmallTable("a")}, {0}, 1, Attempt(),
                        SystemClock());
  SnapshotWriter writer(ledger, 1, 0, SystemClock());
  ledger.Next();
  writer.BeginChunk(0);
  EXPECT_TRUE(writer.MakeRoom());
  writer.Add(Row(writer.batch(), 1));
  EXPECT_FALSE(writer.MakeRoom());
}

}  // namespace
}  // namespace tidewire::source
