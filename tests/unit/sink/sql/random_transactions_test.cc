#include "random_transactions.h"

#include "live_postgres.h"

namespace tidewire::sink {
namespace {

class RandomTransactions : public ::testing::TestWithParam<unsigned> {};

TEST_P(RandomTransactions, LeaveTheTargetEqualToTheModelAtEveryCommit) {
  SCOPED_TRACE(fmt::format("seed {}", GetParam()));
  auto server = ConnectLive();
  server->Execute(
      "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
      "CREATE TABLE parent (id bigint PRIMARY KEY, u text NOT NULL UNIQUE, big text NOT NULL);"
      "CREATE TABLE child (id bigint PRIMARY KEY, u text NOT NULL UNIQUE, big text NOT NULL,"
      " parent bigint NOT NULL REFERENCES parent)");
  SqlSinkOptions options = LiveOptions("random");
  random_transactions::SetSizes(GetParam(), options);
  random_transactions::Run(GetParam(), *LiveTask(options), [&] {
    return Table(*server, "SELECT 'p', id, u, big, 0 FROM parent ORDER BY id") +
           Table(*server, "SELECT 'c', id, u, big, parent FROM child ORDER BY id");
  });
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomTransactions, ::testing::Range(1u, 13u));

}  // namespace
}  // namespace tidewire::sink
