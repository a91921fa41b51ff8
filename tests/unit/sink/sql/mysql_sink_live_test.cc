// The sink against a real MariaDB, or the MySQL behind TIDEWIRE_TEST_MYSQL_SOCKET.
#include <fmt/format.h>

#include "live_mysql.h"

namespace tidewire::sink {
namespace {

using model::Datum;
using model::KeyHeader;
using model::Kind;
using model::Op;

class MysqlSinkLive : public ::testing::Test {
 protected:
  void SetUp() override {
    server_ = ConnectLiveMysql();
    ResetLiveMysql(*server_);
  }
  void Run(const std::string& sql) { server_->Execute(sql, sql); }
  std::string Query(const std::string& sql) { return MysqlRows(*server_, sql); }
  std::string Rows(const std::string& table) {
    return Query("SELECT * FROM " + table + " ORDER BY 1, 2");
  }
  std::string Position(const std::string& connector) {
    return Query("SELECT position FROM tidewire_offsets WHERE connector = '" + connector + "'");
  }
  // The message of the DataError that `work` throws.
  template <class Work>
  static std::string DataErrorOf(Work&& work) {
    try {
      work();
    } catch (const DataError& error) {
      return error.what();
    }
    return "no DataError";
  }
  static void ExpectParts(const std::string& text, const std::vector<std::string>& parts) {
    for (const std::string& part : parts) EXPECT_NE(text.find(part), std::string::npos) << text;
  }

  model::TopicSchemaPtr person_ = BatchMaker::Schema(
      "person", {{"id", Kind::kInt64, "bigint", true}, {"name", Kind::kString, "text"}});
  std::unique_ptr<client::MysqlConnection> server_;
  BatchMaker m_;
};

TEST_F(MysqlSinkLive, CreatesTheTableAndAppliesASmallTransaction) {
  auto task = LiveMysqlTask(LiveMysqlOptions("a"));
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
  EXPECT_EQ(LiveMysqlTask(LiveMysqlOptions("a"))->Open(), "5");
  EXPECT_EQ(LiveMysqlTask(LiveMysqlOptions("b"))->Open(), "");
}

TEST_F(MysqlSinkLive, CreatesTheDatabaseOfATableThatItCreates) {
  Run("DROP DATABASE IF EXISTS `tw_we.ird`");
  SqlSinkOptions options = LiveMysqlOptions("a");
  options.table_format = "\"tw_we.ird\".${topic}";
  auto task = LiveMysqlTask(options);
  task->Open();
  m_.Add(person_, Op::kCreate, {}, {m_.Int(1), m_.Text("Ada")});
  task->Put(m_.Take(0), false);
  EXPECT_EQ(Rows("`tw_we.ird`.person"), "1|Ada\n");
  Run("DROP DATABASE `tw_we.ird`");
}

TEST_F(MysqlSinkLive, CommitsNothingOfATransactionWhoseEndHasNotCome) {
  auto task = LiveMysqlTask(LiveMysqlOptions("a"));
  task->Open();
  m_.Begin(1);
  m_.Add(person_, Op::kCreate, {}, {m_.Int(1), m_.Text("whole")});
  m_.Begin(2);
  m_.Add(person_, Op::kCreate, {}, {m_.Int(2), m_.Text("begun")});
  task->Put(m_.Take(0, true), false);
  EXPECT_EQ(Rows("person"), "1|whole\n");
  m_.Begin(2);
  m_.Add(person_, Op::kCreate, {}, {m_.Int(3), m_.Text("ended")});
  task->Put(m_.Take(2), false);
  EXPECT_EQ(Rows("person"), "1|whole\n2|begun\n3|ended\n");
  EXPECT_EQ(task->committed(), "3");
}

TEST_F(MysqlSinkLive, RollsBackWhenSomebodyElseMovedThePosition) {
  auto task = LiveMysqlTask(LiveMysqlOptions("a"));
  task->Open();
  m_.Add(person_, Op::kCreate, {}, {m_.Int(1), m_.Text("x")});
  task->Put(m_.Take(0), false);
  Run("UPDATE tidewire_offsets SET position = '7'");
  m_.Add(person_, Op::kCreate, {}, {m_.Int(2), m_.Text("y")});
  EXPECT_THROW(task->Put(m_.Take(1), false), RetriableError);
  EXPECT_EQ(Rows("person"), "1|x\n");
  EXPECT_EQ(task->Open(), "7");
  Run("DELETE FROM tidewire_offsets");
  m_.Add(person_, Op::kCreate, {}, {m_.Int(3), m_.Text("z")});
  EXPECT_THROW(task->Put(m_.Take(7), false), RetriableError);
  EXPECT_EQ(Rows("person"), "1|x\n");
}

// Bulks of each kind of operation, against what a few statements make of the same changes.
TEST_F(MysqlSinkLive, AppliesBulksOfInsertsUpdatesAndDeletes) {
  const auto pair = BatchMaker::Schema("pair", {{"a", Kind::kInt32, "integer", true},
                                                {"b", Kind::kString, "text", true},
                                                {"v", Kind::kString, "text"}});
  auto task = LiveMysqlTask(LiveMysqlOptions("a"));
  task->Open();
  m_.Begin(1);
  for (int i = 0; i < 500; ++i) {
    m_.Add(person_, Op::kCreate, {}, {m_.Int(i), m_.Text(fmt::format("o'{}\\", i))});
    m_.Add(pair, Op::kCreate, {}, {m_.Int(i), m_.Text(fmt::format("k{}", i)), Datum::Null()});
  }
  task->Put(m_.Take(0), false);
  EXPECT_EQ(Query("SELECT COUNT(*), MAX(name) FROM person"), "500|o'9\\\n");
  m_.Begin(2);
  for (int i = 0; i < 500; i += 2) {
    m_.Add(person_, Op::kUpdate, {}, {m_.Int(i), m_.Text("new")});
    m_.Add(pair, Op::kDelete, {m_.Int(i), m_.Text(fmt::format("k{}", i)), m_.Absent()}, {});
    m_.Add(pair, Op::kUpdate, {},
           {m_.Int(i + 1), m_.Text(fmt::format("k{}", i + 1)), m_.Text("new")});
    m_.Add(person_, Op::kDelete, {m_.Int(i + 1), m_.Absent()}, {});
  }
  task->Put(m_.Take(1000), false);
  EXPECT_EQ(Query("SELECT COUNT(*), MIN(name), MAX(name), SUM(id) FROM person"),
            "250|new|new|62250\n");
  EXPECT_EQ(Query("SELECT COUNT(*), MIN(v), MAX(v), SUM(a) FROM pair"), "250|new|new|62500\n");
  EXPECT_EQ(task->committed(), "2000");
}

TEST_F(MysqlSinkLive, KeepsValuesThatWereNotSent) {
  const auto wide = BatchMaker::Schema("wide", {{"id", Kind::kInt64, "bigint", true},
                                                {"n", Kind::kInt32, "integer"},
                                                {"big", Kind::kString, "text", false, false}});
  for (const int count : {3, 120}) {
    Run("DROP TABLE IF EXISTS wide");
    auto task = LiveMysqlTask(LiveMysqlOptions(fmt::format("c{}", count)));
    task->Open();
    m_.Begin(1);
    for (int i = 0; i < count; ++i)
      m_.Add(wide, Op::kCreate, {}, {m_.Int(i), m_.Int(0), m_.Text("large")});
    const auto made = m_.size();
    task->Put(m_.Take(0), false);
    m_.Begin(2);
    for (int i = 0; i < count; ++i)
      m_.Add(wide, Op::kUpdate, {}, {m_.Int(i), m_.Int(1), m_.Unavailable()});
    task->Put(m_.Take(made), false);
    EXPECT_EQ(Query("SELECT n, big, COUNT(*) FROM wide GROUP BY 1, 2"),
              fmt::format("1|large|{}\n", count));
  }
}

TEST_F(MysqlSinkLive, ChangesAKeyAndKeepsTheRow) {
  Run("CREATE TABLE person (id BIGINT PRIMARY KEY, name LONGTEXT, own INT DEFAULT 7);"
      "CREATE TABLE child (p BIGINT, FOREIGN KEY (p) REFERENCES person (id) ON UPDATE CASCADE);"
      "INSERT INTO person VALUES (1, 'Ada', 8); INSERT INTO child VALUES (1)");
  auto task = LiveMysqlTask(LiveMysqlOptions("a"));
  task->Open();
  m_.Begin(1);
  m_.Add(person_, Op::kDelete, {m_.Int(1), m_.Absent()}, {}).key_header = KeyHeader::kNewKey;
  m_.Add(person_, Op::kCreate, {}, {m_.Int(9), m_.Text("Ada")}).key_header = KeyHeader::kOldKey;
  task->Put(m_.Take(0), false);
  EXPECT_EQ(Rows("person"), "9|Ada|8\n");
  EXPECT_EQ(Query("SELECT p FROM child"), "9\n");
}

TEST_F(MysqlSinkLive, TakesRowsWithoutKeyOneByOne) {
  const auto log = BatchMaker::Schema("log", {{"a", Kind::kInt32, "integer"},
                                              {"f", Kind::kFloat32, "real"},
                                              {"t", Kind::kString, "text"}});
  auto task = LiveMysqlTask(LiveMysqlOptions("a"));
  task->Open();
  const auto row = [&](int a, const char* t) {
    return BatchMaker::Row{m_.Int(a), Datum::Real(0.1f), t == nullptr ? Datum::Null() : m_.Text(t)};
  };
  m_.Begin(1);
  for (const char* text : {"x", "x", "X"}) m_.Add(log, Op::kCreate, {}, row(1, text));
  m_.Add(log, Op::kCreate, {}, row(2, nullptr));
  m_.Add(log, Op::kUpdate, row(1, "x"), row(3, "y"));
  m_.Add(log, Op::kDelete, row(2, nullptr), {});
  m_.Add(log, Op::kUpdate, row(9, "not there"), row(4, "z"));
  task->Put(m_.Take(0), false);
  EXPECT_EQ(Query("SELECT a, t FROM log ORDER BY a, t"), "1|X\n1|x\n3|y\n4|z\n");
}

TEST_F(MysqlSinkLive, EmptiesATruncatedTableInsideOfTheTransaction) {
  SqlSinkOptions options = LiveMysqlOptions("a");
  options.truncates = true;
  auto task = LiveMysqlTask(options);
  task->Open();
  m_.Begin(1);
  m_.Add(person_, Op::kCreate, {}, {m_.Int(1), m_.Text("before")});
  m_.Add(person_, Op::kTruncate, {}, {});
  m_.Add(person_, Op::kCreate, {}, {m_.Int(2), m_.Text("behind")});
  task->Put(m_.Take(0), false);
  EXPECT_EQ(Rows("person"), "2|behind\n");
}

// Another unique index, not the key's: the row that has the value must not be overwritten.
TEST_F(MysqlSinkLive, NeverOverwritesTheRowOfAnotherKey) {
  Run("CREATE TABLE person (id BIGINT PRIMARY KEY, name VARCHAR(20) UNIQUE)");
  for (const size_t count : {1, 120}) {
    Run("DELETE FROM person; INSERT INTO person VALUES (1000, 'taken')");
    auto task = LiveMysqlTask(LiveMysqlOptions(fmt::format("c{}", count)));
    task->Open();
    m_.Begin(1);
    for (size_t i = 0; i < count; ++i)
      m_.Add(person_, Op::kUpdate, {},
             {m_.Int(static_cast<int64_t>(i)),
              m_.Text(i + 1 == count ? "taken" : fmt::format("n{}", i))});
    const std::string text = DataErrorOf([&] { task->Put(m_.Take(0), false); });
    ExpectParts(text, {"\"tw\".\"person\"", fmt::format("key (id={})", count - 1), "unique index"});
    EXPECT_EQ(Rows("person"), "1000|taken\n");
  }
}

TEST_F(MysqlSinkLive, NeverTakesKeysForEqualThatAreNot) {
  const auto coded = BatchMaker::Schema(
      "coded", {{"code", Kind::kString, "text", true}, {"v", Kind::kInt32, "integer"}});
  Run("CREATE TABLE coded (code VARCHAR(20) COLLATE utf8mb4_general_ci PRIMARY KEY, v INT)");
  for (const size_t filler : {0, 120}) {
    for (const char* other : {"a", "\xC3\x81", "A "}) {
      SCOPED_TRACE(fmt::format("{} rows and {}", filler, other));
      Run("DELETE FROM coded; INSERT INTO coded VALUES ('A', 1)");
      auto task = LiveMysqlTask(LiveMysqlOptions(fmt::format("{}{}", filler, other)));
      task->Open();
      m_.Begin(1);
      for (size_t i = 0; i < filler; ++i)
        m_.Add(coded, Op::kUpdate, {}, {m_.Text(fmt::format("f{}", i)), m_.Int(0)});
      m_.Add(coded, Op::kDelete, {m_.Text(other), m_.Absent()}, {});
      m_.Add(coded, Op::kUpdate, {}, {m_.Text("A"), m_.Int(2)});
      const auto sent = m_.size();
      task->Put(m_.Take(0), false);
      EXPECT_EQ(Query("SELECT v FROM coded WHERE code = 'A'"), "2\n");
      m_.Begin(2);
      for (size_t i = 0; i < filler; ++i)
        m_.Add(coded, Op::kUpdate, {}, {m_.Text(fmt::format("f{}", i)), m_.Int(1)});
      m_.Add(coded, Op::kUpdate, {}, {m_.Text(other), m_.Int(3)});
      const std::string text = DataErrorOf([&] { task->Put(m_.Take(sent), false); });
      ExpectParts(text, {fmt::format("key (code={})", other), "utf8mb4_general_ci", "\"code\""});
      EXPECT_EQ(Query("SELECT v FROM coded WHERE code = 'A'"), "2\n");
    }
  }
}

TEST_F(MysqlSinkLive, TellsKeysApartInTablesThatItMakes) {
  const auto coded = BatchMaker::Schema(
      "coded", {{"code", Kind::kString, "text", true}, {"v", Kind::kInt32, "integer"}});
  auto task = LiveMysqlTask(LiveMysqlOptions("a"));
  task->Open();
  m_.Begin(1);
  int number = 0;
  for (const char* key : {"a", "A", "a ", "\xC3\xA1", ""})
    m_.Add(coded, Op::kCreate, {}, {m_.Text(key), m_.Int(number++)});
  task->Put(m_.Take(0), false);
  EXPECT_EQ(Query("SELECT COUNT(*) FROM coded"), "5\n");
}

TEST_F(MysqlSinkLive, MovesUniqueValuesBetweenRows) {
  Run("CREATE TABLE person (id BIGINT PRIMARY KEY, name VARCHAR(20) UNIQUE)");
  SqlSinkOptions options = LiveMysqlOptions("a");
  options.small_batch_max = 2;
  auto task = LiveMysqlTask(options);
  task->Open();
  m_.Begin(1);
  m_.Add(person_, Op::kCreate, {}, {m_.Int(1), m_.Text("one")});
  m_.Add(person_, Op::kCreate, {}, {m_.Int(2), m_.Text("two")});
  m_.Add(person_, Op::kUpdate, {}, {m_.Int(1), Datum::Null()});
  m_.Add(person_, Op::kUpdate, {}, {m_.Int(2), m_.Text("one")});
  m_.Add(person_, Op::kUpdate, {}, {m_.Int(1), m_.Text("two")});
  task->Put(m_.Take(0), false);
  EXPECT_EQ(Rows("person"), "1|two\n2|one\n");
}

TEST_F(MysqlSinkLive, EvolvesTheTableBetweenTransactions) {
  auto task = LiveMysqlTask(LiveMysqlOptions("a"));
  task->Open();
  const auto narrow = BatchMaker::Schema(
      "t", {{"id", Kind::kInt32, "integer", true}, {"n", Kind::kInt32, "integer", false, false}});
  const auto wider = BatchMaker::Schema("t", {{"id", Kind::kInt32, "integer", true},
                                              {"n", Kind::kInt64, "bigint"},
                                              {"extra", Kind::kString, "text"}});
  m_.Begin(1);
  m_.Add(narrow, Op::kCreate, {}, {m_.Int(1), m_.Int(1)});
  m_.Begin(2);
  m_.Add(narrow, Op::kCreate, {}, {m_.Int(2), m_.Int(2)});
  m_.Add(wider, Op::kCreate, {}, {m_.Int(3), m_.Int(5'000'000'000), m_.Text("x")});
  m_.Add(wider, Op::kCreate, {}, {m_.Int(4), Datum::Null(), m_.Text("y")});
  task->Put(m_.Take(0), false);
  EXPECT_EQ(Rows("t"), "1|1|∅\n2|2|∅\n3|5000000000|x\n4|∅|y\n");
  EXPECT_EQ(task->committed(), "4");
}

TEST_F(MysqlSinkLive, BeginsATransactionAgainWhoseTableHadToChange) {
  SqlSinkOptions options = LiveMysqlOptions("a");
  options.batch_records_max = 2;
  auto task = LiveMysqlTask(options);
  task->Open();
  const auto before = BatchMaker::Schema("t", {{"id", Kind::kInt32, "integer", true}});
  const auto behind = BatchMaker::Schema(
      "t", {{"id", Kind::kInt32, "integer", true}, {"v", Kind::kString, "text"}});
  // Too large to be gathered: its first rows are in the target's transaction when the table
  // changes.
  const auto first = [&] {
    m_.Begin(1);
    for (int i = 0; i < 3; ++i) m_.Add(before, Op::kCreate, {}, {m_.Int(i)});
    return m_.Take(0, true);
  };
  const auto rest = [&] {
    m_.Begin(1);
    m_.Add(behind, Op::kCreate, {}, {m_.Int(3), m_.Text("x")});
    return m_.Take(3);
  };
  task->Put(first(), false);
  EXPECT_THROW(task->Put(rest(), false), RetriableError);
  EXPECT_EQ(task->Open(), "");
  EXPECT_EQ(Query("SELECT COUNT(*) FROM t"), "0\n");
  task->Put(first(), false);
  task->Put(rest(), false);
  EXPECT_EQ(Rows("t"), "0|∅\n1|∅\n2|∅\n3|x\n");
}

TEST_F(MysqlSinkLive, KeepsWhatAColumnHasWhenItWidensIt) {
  Run("CREATE TABLE person (id INT PRIMARY KEY COMMENT 'it''s NOT NULL, really', name VARCHAR(3) "
      "CHARACTER SET latin1 NOT NULL DEFAULT 'x' COMMENT 'c')");
  const auto wide = BatchMaker::Schema(
      "person", {{"id", Kind::kInt64, "bigint", true}, {"name", Kind::kString, "text"}});
  auto task = LiveMysqlTask(LiveMysqlOptions("a"));
  task->Open();
  m_.Add(wide, Op::kCreate, {}, {m_.Int(5'000'000'000), m_.Text("longer")});
  task->Put(m_.Take(0), false);
  EXPECT_EQ(Rows("person"), "5000000000|longer\n");
  EXPECT_EQ(Query("SELECT COLUMN_NAME, IS_NULLABLE, CHARACTER_SET_NAME, COLUMN_COMMENT FROM "
                  "information_schema.COLUMNS WHERE TABLE_NAME = 'person' AND TABLE_SCHEMA = 'tw' "
                  "ORDER BY 1"),
            "id|NO|∅|it's NOT NULL, really\nname|YES|latin1|c\n");
}

TEST_F(MysqlSinkLive, AddsColumnsToAKeyThatGrew) {
  const auto one = BatchMaker::Schema(
      "t", {{"a", Kind::kInt32, "integer", true}, {"b", Kind::kInt32, "integer"}});
  const auto two = BatchMaker::Schema(
      "t", {{"a", Kind::kInt32, "integer", true}, {"b", Kind::kInt32, "integer", true}});
  auto task = LiveMysqlTask(LiveMysqlOptions("a"));
  task->Open();
  m_.Add(one, Op::kCreate, {}, {m_.Int(1), m_.Int(1)});
  task->Put(m_.Take(0), false);
  const auto more = [&] {
    m_.Add(two, Op::kCreate, {}, {m_.Int(1), m_.Int(2)});
    return m_.Take(1);
  };
  EXPECT_THROW(task->Put(more(), false), RetriableError);
  EXPECT_EQ(task->Open(), "1");
  task->Put(more(), false);
  EXPECT_EQ(Rows("t"), "1|1\n1|2\n");
}

TEST_F(MysqlSinkLive, RefusesTablesWithoutTransactions) {
  Run("CREATE TABLE person (id BIGINT PRIMARY KEY, name TEXT) ENGINE = MyISAM");
  auto task = LiveMysqlTask(LiveMysqlOptions("a"));
  task->Open();
  m_.Add(person_, Op::kCreate, {}, {m_.Int(1), m_.Text("x")});
  ExpectParts(DataErrorOf([&] { task->Put(m_.Take(0), false); }),
              {"\"tw\".\"person\"", "MyISAM", "ENGINE = InnoDB"});
}

TEST_F(MysqlSinkLive, NamesTheRowThatIsTooLargeForThePacket) {
  auto task = LiveMysqlTask(LiveMysqlOptions("a"));
  const std::string before = Query("SELECT @@global.max_allowed_packet");
  Run("SET GLOBAL max_allowed_packet = 1048576");
  task->Open();
  m_.Add(person_, Op::kCreate, {}, {m_.Int(1), m_.Text("fits")});
  m_.Add(person_, Op::kCreate, {}, {m_.Int(2), m_.Text(std::string(2'000'000, 'x'))});
  const std::string text = DataErrorOf([&] { task->Put(m_.Take(0), false); });
  ExpectParts(text, {"key (id=2)", "max_allowed_packet"});
  EXPECT_EQ(Query("SELECT COUNT(*) FROM person"), "0\n");
  Run("SET GLOBAL max_allowed_packet = " + before);
}

TEST_F(MysqlSinkLive, WaitsForALockAndIsInterruptedInIt) {
  auto task = LiveMysqlTask(LiveMysqlOptions("a"));
  task->Open();
  m_.Add(person_, Op::kCreate, {}, {m_.Int(1), m_.Text("x")});
  task->Put(m_.Take(0), false);
  Run("START TRANSACTION; UPDATE person SET name = 'held' WHERE id = 1");
  m_.Add(person_, Op::kUpdate, {}, {m_.Int(1), m_.Text("y")});
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    task->RequestStop();
  });
  EXPECT_THROW(task->Put(m_.Take(1), false), RetriableError);
  stopper.join();
  Run("ROLLBACK");
}

}  // namespace
}  // namespace tidewire::sink
