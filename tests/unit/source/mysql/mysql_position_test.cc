#include "source/mysql/mysql_position.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tidewire::source {
namespace {

TEST(MysqlPosition, ReadsDebeziumsOffsets) {
  const MysqlPosition at = MysqlPosition::FromJson(
      R"({"transaction_id":null,"ts_sec":1795254840,"file":"binlog.000005","pos":1618402,"row":1,)"
      R"("server_id":1,"event":3,"gtids":"0-1-7"})");
  EXPECT_EQ(at.file, "binlog.000005");
  EXPECT_EQ(at.pos, 1618402u);
  EXPECT_EQ(at.rows, 1u);
  EXPECT_EQ(at.events, 3u);
  EXPECT_EQ(at.gtids, "0-1-7");
  EXPECT_EQ(at.server_id, 1u);
  EXPECT_FALSE(at.snapshot_running);
}

TEST(MysqlPosition, KeepsItselfAsJson) {
  MysqlPosition at;
  at.file = "binlog.000005";
  at.pos = 4;
  at.gtids = "0-1-7";
  at.events = 2;
  at.changes = 9;
  at.open_gtid = "0-1-8";
  at.ts_sec = 5;
  const std::string json = at.ToJson(R"("more":1)");
  EXPECT_EQ(json, R"({"ts_sec":5,"file":"binlog.000005","pos":4,"gtids":"0-1-7","event":2,)"
                  R"("tidewire_skip":9,"tidewire_gtid":"0-1-8","more":1})");
  const MysqlPosition back = MysqlPosition::FromJson(json);
  EXPECT_EQ(back.changes, 9u);
  EXPECT_EQ(back.open_gtid, "0-1-8");
}

TEST(MysqlPosition, KnowsASnapshotThatDidNotEnd) {
  EXPECT_TRUE(
      MysqlPosition::FromJson(R"({"file":"b.1","pos":4,"snapshot":"INITIAL"})").snapshot_running);
  EXPECT_FALSE(MysqlPosition::FromJson(
                   R"({"file":"b.1","pos":4,"snapshot":"INITIAL","snapshot_completed":true})")
                   .snapshot_running);
}

TEST(MysqlPosition, RefusesWhatSaysNoPosition) {
  EXPECT_THROW(MysqlPosition::FromJson("{}"), ConfigError);
  EXPECT_THROW(MysqlPosition::FromJson("[]"), ConfigError);
  EXPECT_THROW(MysqlPosition::FromJson(R"({"file":"b.1","pos":"x"})"), ConfigError);
}

TEST(MysqlPosition, OrdersPlacesByFileThenOffset) {
  EXPECT_LT(BinlogPlace("binlog.000009", 9'000'000'000), BinlogPlace("binlog.000010", 4));
  EXPECT_LT(BinlogPlace("b.000010", 4), BinlogPlace("b.000010", 5));
  EXPECT_THROW(BinlogPlace("binlog", 4), DataError);
}

}  // namespace
}  // namespace tidewire::source
