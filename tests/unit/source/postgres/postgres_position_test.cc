#include "source/postgres/postgres_position.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tidewire::source {
namespace {

PostgresPosition Full() {
  PostgresPosition position;
  position.end = Lsn{900};
  position.open_commit = Lsn{1200};
  position.open_messages = 17;
  position.event = Lsn{1000};
  position.last_commit = Lsn{900};
  position.transaction_id = 746;
  position.commit_ts_us = 1795252196374690;
  position.message_type = "INSERT";
  return position;
}

TEST(PostgresPosition, ComesBackAsItWasStored) {
  const PostgresPosition back = PostgresPosition::FromJson(Full().ToJson());
  EXPECT_EQ(back.end, Lsn{900});
  EXPECT_EQ(back.open_commit, Lsn{1200});
  EXPECT_EQ(back.open_messages, 17u);
  EXPECT_EQ(back.event, Lsn{1000});
  EXPECT_EQ(back.last_commit, Lsn{900});
  EXPECT_EQ(back.transaction_id, 746);
  EXPECT_EQ(back.commit_ts_us, 1795252196374690);
  EXPECT_EQ(back.message_type, "INSERT");
  EXPECT_FALSE(back.foreign);
}

TEST(PostgresPosition, SpeaksDebeziumsKeysInPrimitiveValues) {
  EXPECT_EQ(
      Full().ToJson(),
      R"({"lsn_proc":1000,"messageType":"INSERT","lsn_commit":900,"lsn":1000,"txId":746,)"
      R"("ts_usec":1795252196374690,"tidewire_end":900,"tidewire_commit":1200,"tidewire_skip":17})");
  PostgresPosition fresh;
  fresh.end = Lsn{5};
  EXPECT_EQ(fresh.ToJson(R"("x":1)"), R"({"lsn_proc":5,"lsn":5,"tidewire_end":5,"x":1})");
}

TEST(PostgresPosition, StartsDebeziumsOffsetAtItsLastCommit) {
  const PostgresPosition inside = PostgresPosition::FromJson(
      R"({"lsn_proc":1000,"messageType":"UPDATE","lsn_commit":900,"lsn":1000,"txId":7,"ts_usec":1})");
  EXPECT_TRUE(inside.foreign);
  EXPECT_EQ(inside.end, Lsn{900});
  EXPECT_EQ(inside.event, Lsn{1000});
  const PostgresPosition first = PostgresPosition::FromJson(
      R"({"lsn_proc":22793112,"messageType":"INSERT","lsn":22793112,"txId":746,"ts_usec":1})");
  EXPECT_EQ(first.end, Lsn{22793112});
  const PostgresPosition committed = PostgresPosition::FromJson(
      R"({"lsn_proc":1000,"messageType":"COMMIT","lsn_commit":900,"lsn":1000,"txId":7})");
  EXPECT_EQ(committed.end, Lsn{1000});
}

TEST(PostgresPosition, TellsARunningDebeziumSnapshotFromAFinishedOne) {
  EXPECT_TRUE(
      PostgresPosition::FromJson(R"({"lsn":9,"snapshot":"INITIAL","snapshot_completed":false})")
          .foreign_snapshot_running);
  EXPECT_FALSE(
      PostgresPosition::FromJson(R"({"lsn":9,"snapshot":true,"last_snapshot_record":true})")
          .foreign_snapshot_running);
  EXPECT_FALSE(PostgresPosition::FromJson(R"({"lsn":9})").foreign_snapshot_running);
}

TEST(PostgresPosition, TakesNumbersAndPositionsWrittenAsText) {
  EXPECT_EQ(PostgresPosition::FromJson(R"({"lsn":"123"})").end, Lsn{123});
  EXPECT_EQ(PostgresPosition::FromJson(R"({"lsn":"16/B374D848"})").end, (Lsn{0x16'B374D848}));
}

TEST(PostgresPosition, NamesTheRemedyWhenItCannotBeRead) {
  for (const char* text : {"", "[]", "{}", R"({"lsn":"x"})", R"({"lsn":-1})", R"({"bogus":1})"}) {
    try {
      PostgresPosition::FromJson(text);
      FAIL() << text;
    } catch (const ConfigError& error) {
      EXPECT_NE(std::string(error.what()).find("offsets"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace tidewire::source
