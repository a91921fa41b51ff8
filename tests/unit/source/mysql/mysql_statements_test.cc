#include "source/mysql/mysql_statements.h"

#include <gtest/gtest.h>

namespace tidewire::source {
namespace {

using Kind = ControlStatement::Kind;

TEST(MysqlStatements, TellsWhatBeginsAndEndsTransactions) {
  EXPECT_EQ(ReadControlStatement("BEGIN").kind, Kind::kBegin);
  EXPECT_EQ(ReadControlStatement("commit").kind, Kind::kCommit);
  EXPECT_EQ(ReadControlStatement("ROLLBACK").kind, Kind::kRollback);
  EXPECT_EQ(ReadControlStatement("XA START X'61',X'',1").kind, Kind::kXaStart);
  EXPECT_EQ(ReadControlStatement("XA COMMIT X'61',X'',1").kind, Kind::kOther);
  EXPECT_EQ(ReadControlStatement("BEGINNING").kind, Kind::kNone);
  EXPECT_EQ(ReadControlStatement("CREATE TABLE t (a INT)").kind, Kind::kNone);
}

TEST(MysqlStatements, ReadsTheNamesOfSavepoints) {
  const ControlStatement set = ReadControlStatement("SAVEPOINT `a ``b`");
  EXPECT_EQ(set.kind, Kind::kSavepoint);
  EXPECT_EQ(set.name, "a `b");
  EXPECT_EQ(ReadControlStatement("ROLLBACK TO s1").name, "s1");
  EXPECT_EQ(ReadControlStatement("ROLLBACK TO SAVEPOINT `s1`").name, "s1");
  EXPECT_EQ(ReadControlStatement("ROLLBACK TO `s1`").kind, Kind::kRollbackTo);
}

TEST(MysqlStatements, KnowsStatementsInThePlaceOfRows) {
  EXPECT_TRUE(IsRowStatement("insert into t values (1)"));
  EXPECT_TRUE(IsRowStatement("  REPLACE INTO t"));
  EXPECT_FALSE(IsRowStatement("INSERTED"));
  EXPECT_FALSE(IsRowStatement("ALTER TABLE t ADD a INT"));
}

TEST(MysqlStatements, LeavesOutTheEndOfCreateTableSelect) {
  EXPECT_EQ(WithoutStartTransaction("CREATE TABLE t (a INT) START TRANSACTION"),
            "CREATE TABLE t (a INT)");
  EXPECT_EQ(WithoutStartTransaction("CREATE TABLE t (a INT)"), "CREATE TABLE t (a INT)");
  EXPECT_EQ(WithoutStartTransaction("START TRANSACTION"), "START TRANSACTION");
}

}  // namespace
}  // namespace tidewire::source
