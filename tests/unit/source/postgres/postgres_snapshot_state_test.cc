#include "source/postgres/postgres_snapshot_state.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tidewire::source {
namespace {

const TableName kA{"s", "a"}, kB{"s", "b"}, kC{"s", "c"}, kD{"s", "d"};

PostgresSnapshotState Reread(const PostgresSnapshotState& state) {
  return PostgresSnapshotState::FromOffset("{\"lsn\":1," + state.JsonMember() + "}").value();
}

TEST(PostgresSnapshotState, NeedsNothingOnceAnUninterruptedSnapshotIsDone) {
  auto state = PostgresSnapshotState::Begin({100});
  state.BeginAttempt({100});
  state.BeginTable(kA);
  state.FinishTable(kA);
  state.Complete();
  EXPECT_EQ(state.JsonMember(), "");
  EXPECT_EQ(state.StreamFrom(kA), Lsn{});
  EXPECT_TRUE(state.IsPassed({100}));
}

TEST(PostgresSnapshotState, ResumesBehindTheTablesThatAreDone) {
  auto state = PostgresSnapshotState::Begin({100});
  state.BeginAttempt({100});
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

  state.BeginAttempt({200});
  state.BeginTable(kB);
  state.BeginTable(kC);
  state.FinishTable(kB);
  state.FinishTable(kC);
  state.Complete();
  state = Reread(state);
  EXPECT_EQ(state.start(), Lsn{100});
  // a as of 100; b was begun as of 100: its changes since then delete what went away meanwhile.
  EXPECT_EQ(state.StreamFrom(kA), Lsn{});
  EXPECT_EQ(state.StreamFrom(kB), Lsn{});
  EXPECT_EQ(state.StreamFrom(kC), Lsn{200});
  // Made later than either view.
  EXPECT_EQ(state.StreamFrom(kD), Lsn{});
  EXPECT_FALSE(state.IsPassed({199}));
  EXPECT_TRUE(state.IsPassed({200}));
}

TEST(PostgresSnapshotState, KnowsTablesThatForeignKeysPulledForward) {
  auto state = PostgresSnapshotState::Begin({100});
  state.BeginAttempt({100});
  state.BeginTable(kC, true);
  state.FinishTable(kC);
  state.BeginTable(kD, true);
  state = Reread(state);
  EXPECT_TRUE(state.IsDone(kC));
  EXPECT_TRUE(state.IsPartial(kD));
  // Their names lie behind, but their turn has not come.
  EXPECT_FALSE(state.IsDone(kA));
  EXPECT_FALSE(state.MayHaveRows(kA));

  state.BeginAttempt({200});
  state.BeginTable(kD, true);
  state.BeginTable(kA);
  state.BeginTable(kB);
  for (const TableName& table : {kA, kB, kD}) state.FinishTable(table);
  state.Complete();
  state = Reread(state);
  EXPECT_EQ(state.StreamFrom(kA), Lsn{200});
  EXPECT_EQ(state.StreamFrom(kB), Lsn{200});
  EXPECT_EQ(state.StreamFrom(kC), Lsn{});
  EXPECT_EQ(state.StreamFrom(kD), Lsn{});
}

TEST(PostgresSnapshotState, ForgetsPulledTablesWhenTheOrderHasPassedThem) {
  auto state = PostgresSnapshotState::Begin({100});
  state.BeginAttempt({100});
  state.BeginTable(kB, true);
  state.BeginTable(kA);
  EXPECT_NE(state.JsonMember().find("ahead"), std::string::npos);
  state.BeginTable(kC);
  EXPECT_EQ(state.JsonMember().find("ahead"), std::string::npos);
  state.FinishTable(kB);
  EXPECT_TRUE(state.IsDone(kB));

  // Read by a former attempt, it keeps that attempt's view.
  state = PostgresSnapshotState::Begin({100});
  state.BeginAttempt({100});
  state.BeginTable(kB, true);
  state.FinishTable(kB);
  state.BeginAttempt({200});
  state.BeginTable(kA);
  state.BeginTable(kC);
  EXPECT_TRUE(state.IsDone(kB));
  EXPECT_EQ(state.StreamFrom(kB), Lsn{});
  EXPECT_EQ(state.StreamFrom(kC), Lsn{200});
}

TEST(PostgresSnapshotState, StreamsARestartedTableFromItsOwnView) {
  auto state = PostgresSnapshotState::Begin({100});
  state.BeginAttempt({100});
  state.BeginTable(kA);
  state.BeginAttempt({200});
  state.RestartTable(kA);
  EXPECT_EQ(Reread(state).StreamFrom(kA), Lsn{200});
  state.BeginAttempt({300});
  state.RestartTable(kA);
  EXPECT_EQ(Reread(state).StreamFrom(kA), Lsn{300});
}

TEST(PostgresSnapshotState, LeavesNothingOutWhenRowsWereThereBefore) {
  auto state = PostgresSnapshotState::BeginAgain({100});
  state.BeginAttempt({200});
  EXPECT_TRUE(state.MayHaveRows(kA));
  state.BeginTable(kA);
  state.FinishTable(kA);
  state.Complete();
  EXPECT_EQ(state.StreamFrom(kA), Lsn{});
  EXPECT_TRUE(state.IsPassed({100}));
}

TEST(PostgresSnapshotState, StreamsFromALaterViewWhenTheSlotWasThereBefore) {
  auto state = PostgresSnapshotState::Begin({100});
  state.BeginAttempt({200});
  state.BeginTable(kA);
  state.FinishTable(kA);
  state.Complete();
  EXPECT_EQ(Reread(state).StreamFrom(kA), Lsn{200});
}

TEST(PostgresSnapshotState, IsNothingInOffsetsOfTheStream) {
  EXPECT_FALSE(PostgresSnapshotState::FromOffset(R"({"lsn":1})").has_value());
}

TEST(PostgresSnapshotState, RefusesMalformedText) {
  for (const char* text :
       {"", "[]", R"({"tidewire_snapshot":1})", R"({"tidewire_snapshot":{}})",
        R"({"tidewire_snapshot":{"start":"x","completed":true,"attempts":[],"partial":[],)"
        R"("restarted":[]}})",
        R"({"tidewire_snapshot":{"start":1,"completed":true,"attempts":[1],"partial":[],)"
        R"("restarted":[]}})",
        R"({"tidewire_snapshot":{"start":1,"completed":true,"attempts":[],"partial":["a"],)"
        R"("restarted":[]}})"}) {
    EXPECT_THROW(PostgresSnapshotState::FromOffset(text), DataError) << text;
  }
}

}  // namespace
}  // namespace tidewire::source
