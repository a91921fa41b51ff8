#include "source/postgres/pgoutput.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "pgoutput_messages.h"

namespace tidewire::source {
namespace {

using namespace testing_support;

std::string Behind(const std::string& message) { return message.substr(1); }

TEST(Pgoutput, ReadsTransactionBounds) {
  const std::string begin = Behind(Begin(100, 7, 1'700'000'000'123'456));
  ByteReader begin_in(begin);
  const BeginMessage begun = ReadBegin(begin_in);
  EXPECT_EQ(begun.final_lsn, Lsn{100});
  EXPECT_EQ(begun.xid, 7u);
  EXPECT_EQ(begun.commit_ts_us, 1'700'000'000'123'456);
  const std::string commit = Behind(Commit(100, 148, 1));
  ByteReader commit_in(commit);
  const CommitMessage committed = ReadCommit(commit_in);
  EXPECT_EQ(committed.commit_lsn, Lsn{100});
  EXPECT_EQ(committed.end_lsn, Lsn{148});
  EXPECT_EQ(committed.commit_ts_us, 1);
}

TEST(Pgoutput, ReadsRelations) {
  RelationMessage relation = SmallTable();
  relation.replica_identity = 'f';
  relation.columns[1].type_modifier = 14;
  const std::string bytes = Behind(RelationOf(relation));
  ByteReader in(bytes);
  EXPECT_EQ(ReadRelation(in), relation);
  EXPECT_TRUE(in.empty());
}

TEST(Pgoutput, ReadsMessagesAndTruncates) {
  const std::string message = Behind(Message(true, 5, "pfx", std::string("a\0b", 3)));
  ByteReader in(message);
  const LogicalMessage read = ReadLogicalMessage(in);
  EXPECT_TRUE(read.transactional);
  EXPECT_EQ(read.prefix, "pfx");
  EXPECT_EQ(read.content, std::string_view("a\0b", 3));
  const std::string truncate = Behind(Truncate({1, 2}));
  ByteReader truncate_in(truncate);
  EXPECT_EQ(ReadTruncate(truncate_in).relations, (std::vector<uint32_t>{1, 2}));
}

TEST(Pgoutput, ReportsEveryTruncatedMessage) {
  const std::string whole = Behind(RelationOf(SmallTable()));
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::string part = whole.substr(0, size);
    ByteReader in(part);
    EXPECT_THROW(ReadRelation(in), DataError) << size;
  }
}

TEST(Pgoutput, BelievesNoCountThatTheInputCannotHold) {
  std::string truncate;
  AppendBigEndian<uint32_t>(truncate, UINT32_MAX);
  truncate += '\0';
  ByteReader in(truncate);
  EXPECT_THROW(ReadTruncate(in), DataError);
}

}  // namespace
}  // namespace tidewire::source
