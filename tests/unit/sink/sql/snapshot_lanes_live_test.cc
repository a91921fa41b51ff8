// A snapshot's rows through several connections: what one connection would have committed, in the
// same order, whatever happens to one of them.
#include <fmt/format.h>

#include "live_postgres.h"

namespace tidewire::sink {
namespace {

using model::Datum;
using model::Kind;
using model::Op;

class SnapshotLanesLive : public ::testing::Test {
 protected:
  static constexpr int kBulk = 100;

  void SetUp() override {
    server_ = ConnectLive();
    // A row for each commit: its position, how many rows were there, and by which backend.
    server_->Execute(
        "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
        "CREATE TABLE item (id bigint PRIMARY KEY, name text UNIQUE CHECK (name <> 'bad'));"
        "CREATE TABLE tidewire_offsets (connector text PRIMARY KEY, position text NOT NULL,"
        " updated_at timestamptz NOT NULL DEFAULT now());"
        "CREATE TABLE commits (n serial, position int, rows int, backend int);"
        "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " INSERT INTO commits (position, rows, backend) SELECT NEW.position::int, count(*),"
        " pg_backend_pid() FROM item; RETURN NULL; END $$;"
        "CREATE TRIGGER note AFTER UPDATE ON tidewire_offsets FOR EACH ROW"
        " EXECUTE FUNCTION note()");
    Start(2);
  }
  void Start(size_t connections) {
    SqlSinkOptions options = LiveOptions("lanes");
    options.snapshot_connections = connections;
    options.snapshot_bulk_records = kBulk;
    task_ = LiveTask(options);
    task_->Open();
  }
  // The table has to be known before its rows are shared out.
  void PutFirst() { PutRead(1, 1, false); }
  // Rows [from, from + count), ids and names alike; more rows follow.
  void PutRead(int from, int count, bool more = true) {
    for (int id = from; id < from + count; ++id)
      m_.Add(item_, Op::kRead, {}, {m_.Int(id), m_.Text(fmt::format("n{}", id))});
    Put(more);
  }
  void Put(bool more) {
    SinkBatch batch = m_.Take(put_);
    put_ += batch.batch->records.size();
    task_->Put(std::move(batch), more);
  }
  std::string Query(const std::string& sql) { return Table(*server_, sql); }
  // The connections that committed since the first row.
  std::string Committers() {
    return Query("SELECT count(DISTINCT backend) FROM commits WHERE position > 1");
  }
  // Position and rows grow together, commit by commit.
  void ExpectOrderedCommits() {
    EXPECT_EQ(Query("SELECT count(*) FROM commits WHERE rows <> position"), "0\n");
    EXPECT_EQ(Query("SELECT count(*) FROM commits a JOIN commits b ON a.n < b.n"
                    " WHERE a.position >= b.position"),
              "0\n");
  }

  model::TopicSchemaPtr item_ = BatchMaker::Schema(
      "item", {{"id", Kind::kInt64, "bigint", true}, {"name", Kind::kString, "text"}});
  std::unique_ptr<PostgresConnection> server_;
  std::unique_ptr<SqlSinkTask> task_;
  BatchMaker m_;
  uint64_t put_ = 0;
};

TEST_F(SnapshotLanesLive, ShareTheRowsAndCommitInTheirOrder) {
  PutFirst();
  for (int i = 0; i < 40; ++i) PutRead(2 + i * kBulk, kBulk);
  task_->Flush();
  EXPECT_EQ(Query("SELECT count(*), max(id) FROM item"), "4001|4001\n");
  EXPECT_EQ(task_->committed(), "4001");
  EXPECT_EQ(Committers(), "2\n");
  ExpectOrderedCommits();
  EXPECT_EQ(task_->counters().records, 4001u);
  EXPECT_EQ(task_->counters().rows_written, 4001u);
  EXPECT_EQ(task_->counters().transactions, 41u);
}

TEST_F(SnapshotLanesLive, AreNotUsedWhenOneConnectionIsAllowed) {
  Start(1);
  PutFirst();
  for (int i = 0; i < 10; ++i) PutRead(2 + i * kBulk, kBulk);
  task_->Flush();
  EXPECT_EQ(Query("SELECT count(*) FROM item"), "1001\n");
  EXPECT_EQ(Committers(), "1\n");
}

TEST_F(SnapshotLanesLive, LetChangesBehindThemWaitForAllRows) {
  PutFirst();
  for (int i = 0; i < 8; ++i) PutRead(2 + i * kBulk, kBulk);
  m_.Begin(7);
  m_.Add(item_, Op::kUpdate, {}, {m_.Int(801), m_.Text("changed")});
  m_.Add(item_, Op::kDelete, {m_.Int(800), m_.Absent()}, {});
  Put(false);
  EXPECT_EQ(Query("SELECT count(*) FROM item"), "800\n");
  EXPECT_EQ(Query("SELECT name FROM item WHERE id >= 800"), "changed\n");
  EXPECT_EQ(task_->committed(), "803");
}

TEST_F(SnapshotLanesLive, KeepTheLastRowOfAKeyThatComesTwice) {
  PutFirst();
  for (int round = 0; round < 6; ++round) {
    for (int id = 2; id < 2 + kBulk; ++id)
      m_.Add(item_, Op::kRead, {}, {m_.Int(id), m_.Text(fmt::format("n{}.{}", id, round))});
    Put(true);
  }
  task_->Flush();
  EXPECT_EQ(Query("SELECT count(*) FROM item WHERE name LIKE '%.5'"), fmt::format("{}\n", kBulk));
  EXPECT_EQ(Query("SELECT count(*) FROM item"), fmt::format("{}\n", kBulk + 1));
  EXPECT_EQ(task_->committed(), fmt::format("{}", 1 + 6 * kBulk));
}

TEST_F(SnapshotLanesLive, CommitAllBeforeARowThatTheTargetRefuses) {
  PutFirst();
  const auto put_all = [&] {
    for (int i = 0; i < 4; ++i) PutRead(2 + i * kBulk, kBulk);
    m_.Add(item_, Op::kRead, {}, {m_.Int(1000), m_.Text("bad")});
    PutRead(402, kBulk - 1);
    PutRead(501, kBulk);
    task_->Flush();
  };
  try {
    put_all();
    ADD_FAILURE() << "the row was taken";
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("id=1000"), std::string::npos) << error.what();
  }
  EXPECT_EQ(task_->committed(), "401");
  EXPECT_EQ(Query("SELECT count(*) FROM item"), "401\n");
  ExpectOrderedCommits();

  server_->Execute("ALTER TABLE item DROP CONSTRAINT item_name_check");
  EXPECT_EQ(task_->Open(), "401");
  put_ = 401;
  m_.Add(item_, Op::kRead, {}, {m_.Int(1000), m_.Text("bad")});
  PutRead(402, kBulk - 1);
  PutRead(501, kBulk);
  task_->Flush();
  EXPECT_EQ(Query("SELECT count(*) FROM item"), "601\n");
  EXPECT_EQ(task_->committed(), "601");
}

// Side by side the second one may take the name first, and the first one waits for it.
TEST_F(SnapshotLanesLive, ReportARowThatOffendsOneOfTheBulkBefore) {
  PutFirst();
  PutRead(2, kBulk);
  m_.Add(item_, Op::kRead, {}, {m_.Int(6000), m_.Text("n60")});
  PutRead(300, kBulk);
  try {
    task_->Flush();
    ADD_FAILURE() << "the row was taken";
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("id=6000"), std::string::npos) << error.what();
  }
  EXPECT_EQ(Query("SELECT id FROM item WHERE name = 'n60'"), "60\n");
  EXPECT_EQ(task_->committed(), "101");
}

TEST_F(SnapshotLanesLive, AreMadeAnewWhenOneIsLost) {
  PutFirst();
  for (int i = 0; i < 4; ++i) PutRead(2 + i * kBulk, kBulk);
  task_->Flush();
  // All but the connection that the task applies changes with.
  server_->Execute(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name ="
      " 'tidewire lanes' AND pid <> (SELECT backend FROM commits WHERE position = 1)");
  for (int i = 4; i < 12; ++i) PutRead(2 + i * kBulk, kBulk);
  task_->Flush();
  EXPECT_EQ(Query("SELECT count(*) FROM item"), "1201\n");
  EXPECT_EQ(task_->committed(), "1201");
  ExpectOrderedCommits();
}

TEST_F(SnapshotLanesLive, LeaveATableWithParentsToOneConnection) {
  server_->Execute(
      "CREATE TABLE parent (id bigint PRIMARY KEY); INSERT INTO parent SELECT "
      "generate_series(1, 2000); ALTER TABLE item ADD FOREIGN KEY (id) REFERENCES parent (id)");
  Start(2);
  PutFirst();
  for (int i = 0; i < 10; ++i) PutRead(2 + i * kBulk, kBulk);
  task_->Flush();
  EXPECT_EQ(Query("SELECT count(*) FROM item"), "1001\n");
  EXPECT_EQ(Committers(), "1\n");
}

TEST_F(SnapshotLanesLive, GiveTheirConnectionsBackWhenIdle) {
  PutFirst();
  for (int i = 0; i < 10; ++i) PutRead(2 + i * kBulk, kBulk);
  task_->Flush();
  task_->Idle();
  // The server notices a connection's end a moment later.
  std::string left;
  for (int tries = 0; tries < 100 && left != "0\n"; ++tries) {
    if (tries > 0) usleep(20'000);
    left = Query("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tidewire lanes'");
  }
  EXPECT_EQ(left, "0\n");
  PutFirst();
  EXPECT_EQ(task_->committed(), "1002");
}

}  // namespace
}  // namespace tidewire::sink
