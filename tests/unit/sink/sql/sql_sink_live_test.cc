#include <fmt/format.h>

#include "live_postgres.h"

namespace tidewire::sink {
namespace {

using model::Datum;
using model::Kind;
using model::Op;

class SqlSinkLive : public ::testing::Test {
 protected:
  void SetUp() override {
    server_ = ConnectLive();
    server_->Execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  }
  std::string Rows(const std::string& table) {
    return Table(*server_, "SELECT * FROM " + table + " ORDER BY 1, 2");
  }
  std::string Position(const std::string& connector) {
    return Table(*server_,
                 "SELECT position FROM tidewire_offsets WHERE connector = '" + connector + "'");
  }

  model::TopicSchemaPtr person_ = BatchMaker::Schema(
      "person", {{"id", Kind::kInt64, "bigint", true}, {"name", Kind::kString, "text"}});
  std::unique_ptr<PostgresConnection> server_;
  BatchMaker m_;
};

TEST_F(SqlSinkLive, CreatesTheTableAndAppliesASmallTransaction) {
  auto task = LiveTask(LiveOptions("a"));
  EXPECT_EQ(task->Open(), "");
  m_.Begin(1);
  m_.Add(person_, Op::kCreate, {}, {m_.Int(1), m_.Text("Ada")});
  m_.Add(person_, Op::kCreate, {}, {m_.Int(2), Datum::Null()});
  m_.Add(person_, Op::kUpdate, {}, {m_.Int(1), m_.Text("Ada L.")});
  m_.Add(person_, Op::kDelete, {m_.Int(2), m_.Absent()}, {});
  m_.Add(person_, Op::kTombstone, {m_.Int(2), m_.Absent()}, {});
  task->Put(m_.Take(0), false);
  EXPECT_EQ(Rows("person"), "1|Ada L.\n");
  EXPECT_EQ(task->committed(), "5");
  EXPECT_EQ(LiveTask(LiveOptions("a"))->Open(), "5");
  EXPECT_EQ(LiveTask(LiveOptions("b"))->Open(), "");
}

TEST_F(SqlSinkLive, CreatesTheSchemaOfATableThatItCreates) {
  server_->Execute("DROP SCHEMA IF EXISTS \"we.ird\" CASCADE");
  SqlSinkOptions options = LiveOptions("a");
  options.table_format = "\"we.ird\".${topic}";
  auto task = LiveTask(options);
  task->Open();
  m_.Add(person_, Op::kCreate, {}, {m_.Int(1), m_.Text("Ada")});
  task->Put(m_.Take(0), false);
  EXPECT_EQ(Rows("\"we.ird\".person"), "1|Ada\n");
  server_->Execute("DROP SCHEMA \"we.ird\" CASCADE");
}

TEST_F(SqlSinkLive, CommitsNothingOfATransactionWhoseEndHasNotCome) {
  auto task = LiveTask(LiveOptions("a"));
  task->Open();
  m_.Begin(1);
  m_.Add(person_, Op::kCreate, {}, {m_.Int(1), m_.Text("whole")});
  m_.Begin(2);
  m_.Add(person_, Op::kCreate, {}, {m_.Int(2), m_.Text("begun")});
  task->Put(m_.Take(0, true), false);
  EXPECT_EQ(Rows("person"), "1|whole\n");
  EXPECT_EQ(task->committed(), "1");
  m_.Begin(2);
  m_.Add(person_, Op::kCreate, {}, {m_.Int(3), m_.Text("ended")});
  task->Put(m_.Take(2), false);
  EXPECT_EQ(Rows("person"), "1|whole\n2|begun\n3|ended\n");
  EXPECT_EQ(task->committed(), "3");
}

TEST_F(SqlSinkLive, CommitsATransactionWhoseRestWasForOthersWhenTheNextBegins) {
  auto task = LiveTask(LiveOptions("a"));
  task->Open();
  m_.Begin(1);
  m_.Add(person_, Op::kCreate, {}, {m_.Int(1), m_.Text("x")});
  task->Put(m_.Take(0, true), false);
  EXPECT_EQ(task->committed(), "");
  m_.Begin(2);
  m_.Add(person_, Op::kCreate, {}, {m_.Int(2), m_.Text("y")});
  task->Put(m_.Take(1, true), false);
  EXPECT_EQ(task->committed(), "1");
  task->Put(m_.Take(2), false);
  EXPECT_EQ(task->committed(), "2");
  EXPECT_EQ(Rows("person"), "1|x\n2|y\n");
}

// The planner takes a table for empty that was vacuumed when it was. With a join in the wrong order
// each of these bulks would take minutes.
TEST_F(SqlSinkLive, LooksStagedRowsUpInATableThatThePlannerTakesForEmpty) {
  constexpr int kRows = 60'000;
  constexpr int kBulk = 20'000;
  for (const bool composite : {false, true}) {
    const auto schema = BatchMaker::Schema("stale", {{"a", Kind::kInt64, "bigint", true},
                                                     {"b", Kind::kInt64, "bigint", composite},
                                                     {"v", Kind::kString, "text"},
                                                     {"w", Kind::kString, "text"}});
    const std::string fill = fmt::format(
        "INSERT INTO stale SELECT i, 7, 'old', 'kept' FROM generate_series(1, {}) i", kRows);
    server_->Execute(fmt::format(
        "DROP TABLE IF EXISTS stale; CREATE TABLE stale (a bigint, b bigint, v text, w text, "
        "PRIMARY KEY (a{})) WITH (autovacuum_enabled = off)",
        composite ? ", b" : ""));
    server_->Execute(fill);
    server_->Execute("DELETE FROM stale");
    server_->Execute("VACUUM (TRUNCATE false) stale");
    server_->Execute(fill);
    ASSERT_EQ(Table(*server_, "SELECT reltuples FROM pg_class WHERE oid = 'stale'::regclass"),
              "0\n");
    const auto began = std::chrono::steady_clock::now();
    auto task = LiveTask(LiveOptions(composite ? "two" : "one"));
    task->Open();
    m_.Begin(1);
    for (int i = 1; i <= kBulk; ++i) {
      m_.Add(schema, Op::kDelete, {m_.Int(i), m_.Int(7), m_.Absent(), m_.Absent()}, {});
      // Without one of its values: an update, and for a row that is not there an insert.
      m_.Add(schema, Op::kUpdate, {},
             {m_.Int(2 * kBulk + i), m_.Int(7), m_.Text("new"), m_.Unavailable()});
      m_.Add(schema, Op::kUpdate, {},
             {m_.Int(kRows + i), m_.Int(7), m_.Text("new"), m_.Unavailable()});
    }
    task->Put(m_.Take(0), false);
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(30));
    EXPECT_EQ(Table(*server_, "SELECT v, w, count(*) FROM stale GROUP BY 1, 2 ORDER BY 1, 2"),
              "new|kept|20000\nnew|∅|20000\nold|kept|20000\n");
  }
}

TEST_F(SqlSinkLive, AppliesAHugeTransactionInPartsAndShowsItAtOnce) {
  SqlSinkOptions options = LiveOptions("a");
  options.batch_records_max = 100;
  auto task = LiveTask(options);
  task->Open();
  uint64_t at = 0;
  for (int part = 0; part < 10; ++part) {
    m_.Begin(7);
    for (int i = 0; i < 300; ++i)
      m_.Add(person_, Op::kCreate, {}, {m_.Int(part * 300 + i), m_.Text("v")});
    task->Put(m_.Take(at, part < 9), true);
    at += 300;
    if (part == 8) {
      EXPECT_EQ(Table(*server_, "SELECT to_regclass('person')"), "∅\n");
    }
  }
  task->Flush();
  EXPECT_EQ(Table(*server_, "SELECT count(*), max(id) FROM person"), "3000|2999\n");
  EXPECT_EQ(task->committed(), "3000");
}

TEST_F(SqlSinkLive, KeepsUnavailableValuesThroughUpdatesAndKeyChanges) {
  const auto doc = BatchMaker::Schema("doc", {{"id", Kind::kInt32, "integer", true},
                                              {"small", Kind::kInt32, "integer"},
                                              {"big", Kind::kString, "text", false, false}});
  auto task = LiveTask(LiveOptions("a"));
  task->Open();
  m_.Add(doc, Op::kCreate, {}, {m_.Int(1), m_.Int(1), m_.Text("huge")});
  task->Put(m_.Take(0), false);
  m_.Begin(2);
  m_.Add(doc, Op::kUpdate, {}, {m_.Int(1), m_.Int(2), m_.Unavailable()});
  m_.Add(doc, Op::kDelete, {m_.Int(1), m_.Absent(), m_.Absent()}, {}).key_header =
      model::KeyHeader::kNewKey;
  m_.Add(doc, Op::kTombstone, {m_.Int(1), m_.Absent(), m_.Absent()}, {}).key_header =
      model::KeyHeader::kNewKey;
  m_.Add(doc, Op::kCreate, {}, {m_.Int(3), m_.Int(2), m_.Unavailable()}).key_header =
      model::KeyHeader::kOldKey;
  task->Put(m_.Take(1), false);
  EXPECT_EQ(Rows("doc"), "3|2|huge\n");
}

TEST_F(SqlSinkLive, ChangesOneRowOfATableWithoutKeyByItsFormerValues) {
  const auto bag =
      BatchMaker::Schema("bag", {{"a", Kind::kInt32, "integer"}, {"b", Kind::kJson, "json"}});
  auto task = LiveTask(LiveOptions("a"));
  task->Open();
  for (int i = 0; i < 3; ++i) m_.Add(bag, Op::kCreate, {}, {m_.Int(2), m_.Text("{\"x\": 1}")});
  m_.Add(bag, Op::kCreate, {}, {Datum::Null(), Datum::Null()});
  m_.Add(bag, Op::kUpdate, {m_.Int(2), m_.Text("{\"x\": 1}")}, {m_.Int(2), m_.Text("[]")});
  m_.Add(bag, Op::kDelete, {m_.Int(2), m_.Text("{\"x\": 1}")}, {});
  m_.Add(bag, Op::kDelete, {Datum::Null(), Datum::Null()}, {});
  task->Put(m_.Take(0), false);
  EXPECT_EQ(Table(*server_, "SELECT a, b::text FROM bag ORDER BY 2"), "2|[]\n2|{\"x\": 1}\n");
}

TEST_F(SqlSinkLive, SwapsUniqueValuesInABulkThatOnlyRowByRowCanDo) {
  server_->Execute("CREATE TABLE person (id bigint PRIMARY KEY, name text UNIQUE)");
  auto task = LiveTask(LiveOptions("a"));
  task->Open();
  for (int i = 0; i < 200; ++i)
    m_.Add(person_, Op::kCreate, {}, {m_.Int(i), m_.Text(std::to_string(i))});
  task->Put(m_.Take(0), false);
  for (int i = 0; i < 200; i += 2) {
    m_.Begin(i + 1);
    m_.Add(person_, Op::kUpdate, {}, {m_.Int(i), m_.Text("free")});
    m_.Add(person_, Op::kUpdate, {}, {m_.Int(i + 1), m_.Text(std::to_string(i))});
    m_.Add(person_, Op::kUpdate, {}, {m_.Int(i), m_.Text(std::to_string(i + 1))});
  }
  task->Put(m_.Take(200), false);
  EXPECT_EQ(Table(*server_,
                  "SELECT count(*) FROM person WHERE name::int = id + CASE WHEN id % 2 = 0 THEN 1 "
                  "ELSE -1 END"),
            "200\n");
}

TEST_F(SqlSinkLive, TakesASnapshotAgainOverRowsThatAreThere) {
  auto task = LiveTask(LiveOptions("a"));
  task->Open();
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 500; ++i)
      m_.Add(person_, Op::kRead, {}, {m_.Int(i), m_.Text(std::to_string(round))});
    task->Put(m_.Take(static_cast<uint64_t>(round) * 500), false);
  }
  EXPECT_EQ(Table(*server_, "SELECT count(*), min(name) FROM person"), "500|1\n");
}

TEST_F(SqlSinkLive, FollowsTheSourcesColumnsAndKey) {
  auto task = LiveTask(LiveOptions("a"));
  task->Open();
  const auto one = BatchMaker::Schema(
      "ddl", {{"id", Kind::kInt32, "integer", true}, {"a", Kind::kInt32, "integer"}});
  m_.Add(one, Op::kCreate, {}, {m_.Int(1), m_.Int(1)});
  const auto two = BatchMaker::Schema("ddl", {{"id", Kind::kInt32, "integer", true},
                                              {"a", Kind::kInt64, "bigint"},
                                              {"b", Kind::kString, "text"}});
  m_.Add(two, Op::kUpdate, {}, {m_.Int(1), m_.Int(9223372036854775807), m_.Text("b")});
  const auto three = BatchMaker::Schema(
      "ddl", {{"id", Kind::kInt32, "integer", true}, {"a", Kind::kInt64, "bigint", true}});
  m_.Add(three, Op::kCreate, {}, {m_.Int(6), m_.Int(6)});
  m_.Add(three, Op::kCreate, {}, {m_.Int(6), m_.Int(7)});
  task->Put(m_.Take(0), false);
  EXPECT_EQ(Rows("ddl"), "1|9223372036854775807|b\n6|6|∅\n6|7|∅\n");
}

TEST_F(SqlSinkLive, StartsAgainWhenSomebodyElseMovedThePosition) {
  auto task = LiveTask(LiveOptions("a"));
  task->Open();
  auto other = LiveTask(LiveOptions("a"));
  other->Open();
  m_.Add(person_, Op::kCreate, {}, {m_.Int(1), m_.Text("x")});
  task->Put(m_.Take(0), false);
  m_.Add(person_, Op::kCreate, {}, {m_.Int(1), m_.Text("twice")});
  EXPECT_THROW(other->Put(m_.Take(0), false), RetriableError);
  EXPECT_EQ(Rows("person"), "1|x\n");
  EXPECT_EQ(other->Open(), "1");
}

TEST_F(SqlSinkLive, NamesTableAndKeyOfARowThatTheTargetRefuses) {
  server_->Execute("CREATE TABLE person (id bigint PRIMARY KEY, name text CHECK (name <> 'bad'))");
  auto task = LiveTask(LiveOptions("a"));
  task->Open();
  for (int i = 0; i < 300; ++i)
    m_.Add(person_, Op::kCreate, {}, {m_.Int(i), m_.Text(i == 123 ? "bad" : "good")});
  try {
    task->Put(m_.Take(0), false);
    FAIL() << "the row was taken";
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("\"person\", key (id=123)"), std::string::npos)
        << error.what();
  }
  EXPECT_EQ(Rows("person"), "");
}

TEST_F(SqlSinkLive, GoesOnAfterTheConnectionWasTaken) {
  auto task = LiveTask(LiveOptions("a"));
  task->Open();
  m_.Add(person_, Op::kCreate, {}, {m_.Int(1), m_.Text("x")});
  task->Put(m_.Take(0), false);
  server_->Execute(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tidewire "
      "a'");
  m_.Add(person_, Op::kCreate, {}, {m_.Int(2), m_.Text("y")});
  EXPECT_THROW(task->Put(m_.Take(1), false), RetriableError);
  EXPECT_EQ(task->Open(), "1");
  m_.Add(person_, Op::kCreate, {}, {m_.Int(2), m_.Text("y")});
  task->Put(m_.Take(1), false);
  EXPECT_EQ(Rows("person"), "1|x\n2|y\n");
  task->Idle();
  // The server notices the end of a connection a moment later.
  const std::string connections =
      "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tidewire a'";
  for (int i = 0; i < 200 && Table(*server_, connections) != "0\n"; ++i) {
    server_->Execute("SELECT pg_sleep(0.01)");
  }
  EXPECT_EQ(Table(*server_, connections), "0\n");
  m_.Add(person_, Op::kDelete, {m_.Int(1), m_.Absent()}, {});
  task->Put(m_.Take(2), false);
  EXPECT_EQ(Rows("person"), "2|y\n");
}

TEST_F(SqlSinkLive, StoresAPositionThatWasSetByHand) {
  auto task = LiveTask(LiveOptions("a"));
  task->AlterPosition("17");
  EXPECT_EQ(task->Open(), "17");
  task->AlterPosition("");
  EXPECT_EQ(task->Open(), "");
}

}  // namespace
}  // namespace tidewire::sink
