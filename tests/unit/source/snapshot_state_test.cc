#include "source/snapshot_state.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tidewire::source {
namespace {

const TableName kA{"s", "a"}, kB{"s", "b"}, kC{"s", "c"}, kD{"s", "d"};

SnapshotState Reread(const SnapshotState& state) {
  return SnapshotState::FromOffset("{\"lsn\":1," + state.JsonMember() + "}").value();
}

TEST(SnapshotState, NeedsNothingOnceAnUninterruptedSnapshotIsDone) {
  auto state = SnapshotState::Begin(100);
  state.BeginAttempt(100);
  state.BeginTable(kA);
  state.FinishTable(kA);
  state.Complete();
  EXPECT_EQ(state.JsonMember(), "");
  EXPECT_EQ(state.StreamFrom(kA), 0u);
  EXPECT_TRUE(state.IsPassed(100));
}

TEST(SnapshotState, ResumesBehindTheTablesThatAreDone) {
  auto state = SnapshotState::Begin(100);
  state.BeginAttempt(100);
  state.BeginTable(kA);
  state.FinishTable(kA);
  state.BeginTable(kB);
  state = Reread(state);
  EXPECT_FALSE(state.completed());
  EXPECT_TRUE(state.IsDone(kA));
  EXPECT_FALSE(state.IsDone(kB));
  EXPECT_FALSE(state.IsDone(kC));
  EXPECT_TRUE(state.MayHaveRows(kB));
  EXPECT_FALSE(state.MayHaveRows(kC));

  state.BeginAttempt(200);
  state.BeginTable(kB);
  state.BeginTable(kC);
  state.FinishTable(kB);
  state.FinishTable(kC);
  state.Complete();
  state = Reread(state);
  EXPECT_EQ(state.start(), 100u);
  // a as of 100; b was begun as of 100: its changes since then delete what went away meanwhile.
  EXPECT_EQ(state.StreamFrom(kA), 0u);
  EXPECT_EQ(state.StreamFrom(kB), 0u);
  EXPECT_EQ(state.StreamFrom(kC), 200u);
  // Made later than either view.
  EXPECT_EQ(state.StreamFrom(kD), 0u);
  EXPECT_FALSE(state.IsPassed(199));
  EXPECT_TRUE(state.IsPassed(200));
}

TEST(SnapshotState, KnowsTablesThatForeignKeysPulledForward) {
  auto state = SnapshotState::Begin(100);
  state.BeginAttempt(100);
  state.BeginTable(kC, true);
  state.FinishTable(kC);
  state.BeginTable(kD, true);
  state = Reread(state);
  EXPECT_TRUE(state.IsDone(kC));
  EXPECT_TRUE(state.IsPartial(kD));
  // Their names lie behind, but their turn has not come.
  EXPECT_FALSE(state.IsDone(kA));
  EXPECT_FALSE(state.MayHaveRows(kA));

  state.BeginAttempt(200);
  state.BeginTable(kD, true);
  state.BeginTable(kA);
  state.BeginTable(kB);
  for (const TableName& table : {kA, kB, kD}) state.FinishTable(table);
  state.Complete();
  state = Reread(state);
  EXPECT_EQ(state.StreamFrom(kA), 200u);
  EXPECT_EQ(state.StreamFrom(kB), 200u);
  EXPECT_EQ(state.StreamFrom(kC), 0u);
  EXPECT_EQ(state.StreamFrom(kD), 0u);
}

TEST(SnapshotState, ForgetsPulledTablesWhenTheOrderHasPassedThem) {
  auto state = SnapshotState::Begin(100);
  state.BeginAttempt(100);
  state.BeginTable(kB, true);
  state.BeginTable(kA);
  EXPECT_NE(state.JsonMember().find("ahead"), std::string::npos);
  state.BeginTable(kC);
  EXPECT_EQ(state.JsonMember().find("ahead"), std::string::npos);
  state.FinishTable(kB);
  EXPECT_TRUE(state.IsDone(kB));

  // Read by a former attempt, it keeps that attempt's view.
  state = SnapshotState::Begin(100);
  state.BeginAttempt(100);
  state.BeginTable(kB, true);
  state.FinishTable(kB);
  state.BeginAttempt(200);
  state.BeginTable(kA);
  state.BeginTable(kC);
  EXPECT_TRUE(state.IsDone(kB));
  EXPECT_EQ(state.StreamFrom(kB), 0u);
  EXPECT_EQ(state.StreamFrom(kC), 200u);
}

TEST(SnapshotState, StreamsARestartedTableFromItsOwnView) {
  auto state = SnapshotState::Begin(100);
  state.BeginAttempt(100);
  state.BeginTable(kA);
  state.BeginAttempt(200);
  state.RestartTable(kA);
  EXPECT_EQ(Reread(state).StreamFrom(kA), 200u);
  state.BeginAttempt(300);
  state.RestartTable(kA);
  EXPECT_EQ(Reread(state).StreamFrom(kA), 300u);
}

TEST(SnapshotState, LeavesNothingOutWhenRowsWereThereBefore) {
  auto state = SnapshotState::BeginAgain(100);
  state.BeginAttempt(200);
  EXPECT_TRUE(state.MayHaveRows(kA));
  state.BeginTable(kA);
  state.FinishTable(kA);
  state.Complete();
  EXPECT_EQ(state.StreamFrom(kA), 0u);
  EXPECT_TRUE(state.IsPassed(100));
}

TEST(SnapshotState, StreamsFromALaterViewWhenTheSlotWasThereBefore) {
  auto state = SnapshotState::Begin(100);
  state.BeginAttempt(200);
  state.BeginTable(kA);
  state.FinishTable(kA);
  state.Complete();
  EXPECT_EQ(Reread(state).StreamFrom(kA), 200u);
}

TEST(SnapshotState, KeepsItsFormInOffsets) {
  auto state = SnapshotState::BeginAgain(100);
  state.BeginAttempt(100);
  state.BeginTable(kA);
  state.BeginAttempt(200);
  state.RestartTable(kA);
  state.BeginTable(kC, true);
  EXPECT_EQ(state.JsonMember(),
            R"("tidewire_snapshot":{"start":100,"completed":false,"again":true,"attempts":[)"
            R"({"view":100,"through":["s","a"]},{"view":200,"through":["s","a"]}],)"
            R"("partial":[["s","a"],["s","c"]],"restarted":[{"table":["s","a"],"view":200}],)"
            R"("ahead":[{"table":["s","c"],"view":200}]})");
  EXPECT_EQ(Reread(state).JsonMember(), state.JsonMember());
}

TEST(SnapshotState, KeepsTheTagOfEachAttempt) {
  auto state = SnapshotState::Begin(100);
  state.BeginAttempt(100, "a:1-5");
  state.BeginTable(kA);
  state.BeginAttempt(200, "a:1-9\"");
  state.BeginAttempt(300);
  state = Reread(state);
  EXPECT_EQ(state.TagOf(100), "a:1-5");
  EXPECT_EQ(state.TagOf(200), "a:1-9\"");
  EXPECT_EQ(state.TagOf(300), "");
  EXPECT_EQ(state.TagOf(400), "");
}

TEST(SnapshotState, IsNothingInOffsetsOfTheStream) {
  EXPECT_FALSE(SnapshotState::FromOffset(R"({"lsn":1})").has_value());
}

TEST(SnapshotState, RefusesMalformedText) {
  for (const char* text :
       {"", "[]", R"({"tidewire_snapshot":1})", R"({"tidewire_snapshot":{}})",
        R"({"tidewire_snapshot":{"start":"x","completed":true,"attempts":[],"partial":[],)"
        R"("restarted":[]}})",
        R"({"tidewire_snapshot":{"start":1,"completed":true,"attempts":[1],"partial":[],)"
        R"("restarted":[]}})",
        R"({"tidewire_snapshot":{"start":1,"completed":true,"attempts":[{"view":1,"through":)"
        R"(["",""],"tag":1}],"partial":[],"restarted":[]}})",
        R"({"tidewire_snapshot":{"start":1,"completed":true,"attempts":[],"partial":["a"],)"
        R"("restarted":[]}})"}) {
    EXPECT_THROW(SnapshotState::FromOffset(text), DataError) << text;
  }
}

}  // namespace
}  // namespace tidewire::source
