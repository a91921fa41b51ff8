#include "sink/sql/fold.h"

#include <gtest/gtest.h>

#include <deque>

namespace tidewire::sink {
namespace {

using model::Datum;
using model::DatumState;
using model::Kind;

// A table (k bigint, v text, w text) with key k; rows are written as "k v w", "-" for unavailable.
class FoldTest : public ::testing::Test {
 protected:
  FoldTest() {
    auto table = std::make_shared<TargetTable>();
    table->id = 1;
    table->columns.resize(3);
    plan_.table = table;
    plan_.source_columns = 3;
    plan_.fields = {
        {0, 0, Kind::kInt64, true}, {1, 1, Kind::kString, false}, {2, 2, Kind::kString, false}};
    plan_.key = {0};
  }

  void Do(RowOp op, int64_t k, const char* v = "", const char* w = "") {
    const auto datum = [](const char* text) {
      return std::string_view(text) == "-" ? Datum::Of(DatumState::kUnavailable)
                                           : Datum::View(text);
    };
    rows_.push_back({Datum::Integer(k), datum(v), datum(w)});
    const Datum* row = rows_.back().data();
    const bool deletes = op == RowOp::kDelete;
    events_.push_back(
        {op, &plan_, deletes ? nullptr : row, deletes ? row : nullptr, nullptr, nullptr});
  }

  // "D:1 P:… U:1=v/w I:2=v/w"
  std::string Net() {
    Fold fold;
    taken_ = fold.Add(events_);
    std::string out;
    for (const NetChanges& table : fold.Result()) {
      for (const Datum* row : table.deletes) out += "D:" + std::to_string(row[0].integer) + ' ';
      for (const auto& group : table.partial) {
        for (const Datum* row : group.rows) out += "P" + group.available + ':' + Show(row);
      }
      for (const Datum* row : table.updates) out += "U:" + Show(row);
      for (const Datum* row : table.inserts) out += "I:" + Show(row);
    }
    return out;
  }
  static std::string Show(const Datum* row) {
    const auto text = [](const Datum& d) { return d.has_value() ? std::string(d.view()) : "-"; };
    return std::to_string(row[0].integer) + '=' + text(row[1]) + '/' + text(row[2]) + ' ';
  }

  RowPlan plan_;
  std::deque<std::vector<Datum>> rows_;
  std::vector<RowEvent> events_;
  size_t taken_ = 0;
};

TEST_F(FoldTest, KeepsTheLastOfManyUpdates) {
  Do(RowOp::kUpsert, 1, "a", "b");
  Do(RowOp::kUpsert, 2, "x", "y");
  Do(RowOp::kUpsert, 1, "c", "d");
  EXPECT_EQ(Net(), "U:1=c/d U:2=x/y ");
}

TEST_F(FoldTest, MakesOneInsertOfInsertAndUpdates) {
  Do(RowOp::kCreate, 1, "a", "big");
  Do(RowOp::kUpsert, 1, "b", "-");
  EXPECT_EQ(Net(), "I:1=b/big ");
}

TEST_F(FoldTest, MergesPartialUpdatesOverEachOther) {
  Do(RowOp::kUpsert, 1, "-", "w");
  Do(RowOp::kUpsert, 1, "v", "-");
  EXPECT_EQ(Net(), "U:1=v/w ");
}

TEST_F(FoldTest, GroupsRowsThatLackTheSameValues) {
  Do(RowOp::kUpsert, 1, "a", "-");
  Do(RowOp::kUpsert, 2, "-", "b");
  Do(RowOp::kUpsert, 3, "c", "-");
  EXPECT_EQ(Net(), "P110:1=a/- P110:3=c/- P101:2=-/b ");
}

TEST_F(FoldTest, StillDeletesARowThatItSawBeingMade) {
  Do(RowOp::kCreate, 1, "a", "b");
  Do(RowOp::kDelete, 1);
  EXPECT_EQ(Net(), "D:1 ");
}

TEST_F(FoldTest, ReplacesARowThatIsDeletedAndMadeAgain) {
  Do(RowOp::kDelete, 1);
  Do(RowOp::kDelete, 1);  // Its tombstone.
  Do(RowOp::kCreate, 1, "a", "b");
  Do(RowOp::kUpsert, 1, "c", "-");
  EXPECT_EQ(Net(), "D:1 I:1=c/b ");
}

TEST_F(FoldTest, ForgetsWhatWasMadeBeforeTheLastDelete) {
  Do(RowOp::kUpsert, 1, "a", "b");
  Do(RowOp::kDelete, 1);
  Do(RowOp::kCreate, 1, "c", "d");
  Do(RowOp::kDelete, 1);
  EXPECT_EQ(Net(), "D:1 ");
}

TEST_F(FoldTest, DoesNotUpdateWhatIsNotThere) {
  Do(RowOp::kDelete, 1);
  Do(RowOp::kUpdate, 1, "a", "b");
  EXPECT_EQ(Net(), "D:1 ");
}

TEST_F(FoldTest, StopsAtARowThatNeedsTheValuesOfADeletedOne) {
  Do(RowOp::kDelete, 1);
  Do(RowOp::kCreate, 1, "a", "-");
  EXPECT_EQ(Net(), "D:1 ");
  EXPECT_EQ(taken_, 1u);
}

TEST_F(FoldTest, StopsAtADuplicateInsert) {
  Do(RowOp::kInsert, 1, "a", "b");
  Do(RowOp::kInsert, 1, "c", "d");
  EXPECT_EQ(Net(), "I:1=a/b ");
  EXPECT_EQ(taken_, 1u);
}

TEST_F(FoldTest, StopsAtMovesAndTruncates) {
  Do(RowOp::kUpsert, 1, "a", "b");
  Do(RowOp::kMove, 2, "c", "d");
  EXPECT_EQ(Net(), "U:1=a/b ");
  EXPECT_EQ(taken_, 1u);
}

TEST_F(FoldTest, KeepsEveryRowOfATableWithoutKey) {
  plan_.key.clear();
  Do(RowOp::kInsert, 1, "a", "b");
  Do(RowOp::kInsert, 1, "a", "b");
  EXPECT_EQ(Net(), "I:1=a/b I:1=a/b ");
}

TEST_F(FoldTest, HoldsManyKeysApart) {
  for (int64_t k = 0; k < 5000; ++k) Do(RowOp::kCreate, k, "a", "b");
  for (int64_t k = 0; k < 5000; k += 2) Do(RowOp::kDelete, k);
  Fold fold;
  EXPECT_EQ(fold.Add(events_), events_.size());
  EXPECT_EQ(fold.Result()[0].inserts.size(), 2500u);
  EXPECT_EQ(fold.Result()[0].deletes.size(), 2500u);
}

}  // namespace
}  // namespace tidewire::sink
