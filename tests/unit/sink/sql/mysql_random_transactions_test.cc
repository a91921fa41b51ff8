#include "live_mysql.h"
#include "random_transactions.h"

namespace tidewire::sink {
namespace {

class MysqlRandomTransactions : public ::testing::TestWithParam<unsigned> {};

TEST_P(MysqlRandomTransactions, LeaveTheTargetEqualToTheModelAtEveryCommit) {
  const unsigned seed = GetParam();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  auto server = ConnectLiveMysql();
  ResetLiveMysql(*server);
  // With and without a collation that takes different texts for equal, as unique value.
  const std::string text = fmt::format("VARCHAR(50) COLLATE {} NOT NULL UNIQUE",
                                       seed % 2 == 0 ? "utf8mb4_bin" : "utf8mb4_general_ci");
  server->Execute(
      fmt::format("CREATE TABLE parent (id BIGINT PRIMARY KEY, u {0}, big LONGTEXT NOT NULL);"
                  "CREATE TABLE child (id BIGINT PRIMARY KEY, u {0}, big LONGTEXT {1},"
                  " parent BIGINT NOT NULL, FOREIGN KEY (parent) REFERENCES parent (id))",
                  text, seed % 4 < 2 ? "NOT NULL" : "NULL"),
      "make the tables");
  SqlSinkOptions options = LiveMysqlOptions("random");
  options.evolve_tables = false;
  random_transactions::SetSizes(seed, options);
  random_transactions::Run(seed, *LiveMysqlTask(options), [&] {
    return MysqlRows(*server, "SELECT 'p', id, u, big, 0 FROM parent ORDER BY id") +
           MysqlRows(*server, "SELECT 'c', id, u, big, parent FROM child ORDER BY id");
  });
}

INSTANTIATE_TEST_SUITE_P(Seeds, MysqlRandomTransactions, ::testing::Range(1u, 13u));

}  // namespace
}  // namespace tidewire::sink
