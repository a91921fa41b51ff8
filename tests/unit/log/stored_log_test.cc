#include "log/stored_log.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "log/memory_log.h"
#include "log/partitioner.h"
#include "unit/log/log_fixture.h"
#include "unit/log/watched_store.h"

namespace tidewire::log {
namespace {

using model::Op;

class StoredLogTest : public testing::Test {
 protected:
  StoredLogTest() {
    options_.clock = &clock_;
    Reopen();
  }
  // As after a restart of the process.
  void Reopen() {
    log_.reset();
    log_ = MakeMemoryLog(store_, options_);
  }
  std::unique_ptr<Reader> ReaderOf(std::vector<std::string> topics, const Position& from = {}) {
    return log_->OpenReader({std::move(topics), {}}, from, StartAt::kEarliest);
  }
  std::pair<int64_t, int64_t> OffsetsOf(const std::string& topic, size_t partition = 0) {
    for (const TopicInfo& info : log_->Topics()) {
      if (info.name == topic) return info.offsets.at(partition);
    }
    return {-1, -1};
  }

  ManualClock clock_;
  StoredLogOptions options_;
  std::shared_ptr<Store> store_ = MakeMemoryStore();
  std::unique_ptr<StoredLog> log_;
  const model::TopicSchemaPtr a_ = TableTopic("a");
  const model::TopicSchemaPtr b_ = TableTopic("b");
};

TEST_F(StoredLogTest, GivesBackWhatWasAppendedInOrder) {
  AppendRange(*log_, a_, 1, 5);
  AppendRange(*log_, b_, 6, 8);
  AppendRange(*log_, a_, 9, 9);
  const Seen both = ReadAll(*ReaderOf({"a", "b"}));
  EXPECT_EQ(both.ids, Range(1, 9));
  const Seen only_a = ReadAll(*ReaderOf({"a"}));
  EXPECT_EQ(only_a.ids, (std::vector<int64_t>{1, 2, 3, 4, 5, 9}));
  EXPECT_EQ(only_a.offsets, Range(0, 5));
  EXPECT_EQ(OffsetsOf("b"), (std::pair<int64_t, int64_t>{0, 3}));
}

TEST_F(StoredLogTest, KeepsValuesAndTheirTopics) {
  AppendOne(*log_,
            BatchBuilder().Transaction(77).Add(a_, 1, "héllo").Add(b_, 2, "", Op::kDelete).Take());
  auto reader = ReaderOf({"a", "b"});
  const FetchedBatch fetched = reader->Fetch(1 << 20, std::chrono::steady_clock::now(), {});
  ASSERT_TRUE(fetched.batch);
  const auto& records = fetched.batch->records;
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(fetched.batch->schemas[records[0].schema]->topic, "a");
  EXPECT_EQ(records[0].after[1].view(), "héllo");
  EXPECT_EQ(records[1].before[2].real, 1.0);
  EXPECT_EQ(records[1].op, Op::kDelete);
  EXPECT_EQ(fetched.batch->transactions[records[1].transaction].id, 77);
  EXPECT_EQ(records[0].timestamp_ms, clock_.now_ms.load());
  EXPECT_EQ(fetched.appended_ms, clock_.now_ms.load());
}

TEST_F(StoredLogTest, ForgetsNothingWhenReopened) {
  AppendRange(*log_, a_, 1, 5);
  const Position middle = ReadAll(*ReaderOf({"a"})).behind[2];
  Reopen();
  AppendRange(*log_, a_, 6, 7);
  EXPECT_EQ(ReadAll(*ReaderOf({"a"})).ids, Range(1, 7));
  const Seen rest = ReadAll(*ReaderOf({"a"}, middle));
  EXPECT_EQ(rest.ids, Range(4, 7));
  EXPECT_EQ(rest.offsets, Range(3, 6));
}

TEST_F(StoredLogTest, ResumesBehindAnyRecordInAnyPieces) {
  for (int64_t i = 0; i < 10; ++i) {
    BatchBuilder builder;
    for (int64_t j = 0; j < 7; ++j) builder.Add(j % 3 == 0 ? b_ : a_, 10 * i + j, "x");
    AppendOne(*log_, builder.Take());
  }
  for (const auto& topics : {std::vector<std::string>{"a"}, {"b"}, {"a", "b"}}) {
    const Seen all = ReadAll(*ReaderOf(topics), 300);
    for (size_t i = 0; i < all.ids.size(); ++i) {
      const Seen rest = ReadAll(*ReaderOf(topics, all.behind[i]), 500);
      EXPECT_EQ(rest.ids,
                std::vector<int64_t>(all.ids.begin() + static_cast<long>(i) + 1, all.ids.end()))
          << i;
    }
  }
}

TEST_F(StoredLogTest, MovesPositionsOverRecordsOfOtherTopics) {
  auto reader = ReaderOf({"a"});
  AppendRange(*log_, b_, 1, 5);
  EXPECT_TRUE(ReadAll(*reader).ids.empty());
  EXPECT_EQ(reader->position(), R"({"sequence":2,"index":0})");
  AppendRange(*log_, b_, 6, 6);
  EXPECT_TRUE(ReadAll(*reader).ids.empty());
  EXPECT_EQ(reader->position(), R"({"sequence":3,"index":0})");
}

TEST_F(StoredLogTest, StartsAtTheLatestWhenAsked) {
  AppendRange(*log_, a_, 1, 5);
  auto reader = log_->OpenReader({{"a"}, {}}, {}, StartAt::kLatest);
  AppendRange(*log_, a_, 6, 7);
  EXPECT_EQ(ReadAll(*reader).ids, Range(6, 7));
}

TEST_F(StoredLogTest, TakesTopicsThatAppearLaterIntoARegex) {
  auto reader = log_->OpenReader({{}, "a.*"}, {}, StartAt::kEarliest);
  AppendRange(*log_, b_, 1, 1);
  EXPECT_TRUE(ReadAll(*reader).ids.empty());
  AppendRange(*log_, TableTopic("a-new"), 2, 3);
  EXPECT_EQ(reader->lag(), 2u);
  EXPECT_EQ(ReadAll(*reader).ids, Range(2, 3));
  EXPECT_THROW(log_->OpenReader({{}, "a("}, {}, StartAt::kEarliest), ConfigError);
}

TEST_F(StoredLogTest, CountsLagFromAnyPosition) {
  AppendRange(*log_, a_, 1, 5);
  AppendRange(*log_, b_, 1, 100);
  AppendRange(*log_, a_, 6, 8);
  EXPECT_EQ(ReaderOf({"a"})->lag(), 8u);
  EXPECT_EQ(ReaderOf({"a"}, R"({"sequence":1,"index":2})")->lag(), 6u);
  EXPECT_EQ(ReaderOf({"a"}, R"({"sequence":2,"index":0})")->lag(), 3u);
  auto reader = ReaderOf({"a", "b"});
  EXPECT_EQ(reader->lag(), 108u);
  ReadAll(*reader);
  EXPECT_EQ(reader->lag(), 0u);
}

TEST_F(StoredLogTest, FindsAFewRecordsAmongManyOfOthers) {
  AppendRange(*log_, a_, 1, 1);
  for (int64_t i = 0; i < 200; ++i) AppendRange(*log_, b_, i, i);
  AppendRange(*log_, a_, 2, 2);
  options_.tail_bytes_max = 0;
  Reopen();
  EXPECT_EQ(ReadAll(*ReaderOf({"a"})).ids, Range(1, 2));
}

TEST_F(StoredLogTest, WakesAReaderThatWaits) {
  auto reader = ReaderOf({"a"});
  std::jthread writer([&] {
    AppendRange(*log_, b_, 1, 1);
    AppendRange(*log_, a_, 2, 2);
  });
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  const FetchedBatch fetched = reader->Fetch(1 << 20, deadline, {});
  ASSERT_TRUE(fetched.batch);
  EXPECT_EQ(AnyRow(fetched.batch->records[0])[0].integer, 2);
  EXPECT_LT(std::chrono::steady_clock::now(), deadline);
}

TEST_F(StoredLogTest, StopsWaitingWhenAskedTo) {
  auto reader = ReaderOf({"a"});
  std::jthread fetch([&](std::stop_token stop) {
    EXPECT_FALSE(
        reader->Fetch(1, std::chrono::steady_clock::now() + std::chrono::hours(1), stop).batch);
  });
  fetch.request_stop();
}

TEST_F(StoredLogTest, NeverJoinsBatchesBehindAnOpenTransaction) {
  AppendOne(*log_, BatchBuilder().Transaction(1).Add(a_, 1, "").Take());
  AppendOne(*log_, BatchBuilder().Transaction(2).Add(a_, 2, "").Open().Take());
  AppendOne(*log_, BatchBuilder().Transaction(2).Add(a_, 3, "").Take());
  auto reader = ReaderOf({"a"});
  const FetchedBatch first = reader->Fetch(1 << 20, std::chrono::steady_clock::now(), {});
  EXPECT_EQ(first.batch->records.size(), 2u);
  EXPECT_TRUE(first.batch->open_transaction);
  const FetchedBatch second = reader->Fetch(1 << 20, std::chrono::steady_clock::now(), {});
  EXPECT_EQ(second.batch->records.size(), 1u);
  EXPECT_FALSE(second.batch->open_transaction);
}

// They name the transaction that took the snapshot, but a batch may be parted between them.
TEST_F(StoredLogTest, KeepsRowsOfATransactionTogetherButNotOfASnapshot) {
  for (const model::Op op : {model::Op::kCreate, model::Op::kRead}) {
    auto reader = ReaderOf({"a"});
    while (reader->Fetch(1 << 20, std::chrono::steady_clock::now(), {}).batch) {
    }
    AppendOne(*log_, BatchBuilder().Transaction(1).Add(a_, 1, "", op).Add(a_, 2, "", op).Take());
    const FetchedBatch first = reader->Fetch(1, std::chrono::steady_clock::now(), {});
    ASSERT_EQ(first.batch->records.size(), 1u);
    EXPECT_EQ(first.batch->open_transaction, op == model::Op::kCreate);
    const FetchedBatch second = reader->Fetch(1, std::chrono::steady_clock::now(), {});
    EXPECT_EQ(second.batch->records.size(), 1u);
    EXPECT_FALSE(second.batch->open_transaction);
  }
}

TEST_F(StoredLogTest, TellsThatATransactionEndedAmongRecordsOfOtherTopics) {
  auto reader = ReaderOf({"a"});
  AppendOne(*log_, BatchBuilder().Transaction(2).Add(a_, 1, "").Open().Take());
  EXPECT_TRUE(reader->Fetch(1 << 20, std::chrono::steady_clock::now(), {}).batch->open_transaction);
  AppendOne(*log_, BatchBuilder().Transaction(2).Add(b_, 2, "").Open().Take());
  EXPECT_FALSE(reader->Fetch(1 << 20, std::chrono::steady_clock::now(), {}).batch);
  AppendOne(*log_, BatchBuilder().Transaction(9).Add(b_, 3, "").Take(), "another source");
  EXPECT_FALSE(reader->Fetch(1 << 20, std::chrono::steady_clock::now(), {}).batch);
  AppendOne(*log_, BatchBuilder().Transaction(2).Add(b_, 4, "").Take());
  const FetchedBatch end = reader->Fetch(1 << 20, std::chrono::steady_clock::now(), {});
  ASSERT_TRUE(end.batch);
  EXPECT_TRUE(end.batch->records.empty());
  EXPECT_FALSE(end.batch->open_transaction);
  EXPECT_FALSE(reader->Fetch(1 << 20, std::chrono::steady_clock::now(), {}).batch);
}

TEST_F(StoredLogTest, TellsThatATransactionEndedWithABatchWithoutRecords) {
  auto reader = ReaderOf({"a"});
  AppendOne(*log_, BatchBuilder().Transaction(2).Add(a_, 1, "").Open().Take());
  ReadAll(*reader);
  AppendOne(*log_, BatchBuilder().Take());
  const FetchedBatch end = reader->Fetch(1 << 20, std::chrono::steady_clock::now(), {});
  ASSERT_TRUE(end.batch);
  EXPECT_FALSE(end.batch->open_transaction);
}

// A batch that a transform emptied was once not stored when it came in one group with the open one.
TEST_F(StoredLogTest, TellsThatATransactionEndedInTheSameGroup) {
  auto reader = ReaderOf({"a"});
  const auto open = BatchBuilder().Transaction(2).Add(a_, 1, "").Open().Take();
  const auto empty = BatchBuilder().Take();
  const PendingAppend group[] = {{"source", open.get()}, {"source", empty.get()}};
  log_->Append(group);
  EXPECT_TRUE(reader->Fetch(1 << 20, std::chrono::steady_clock::now(), {}).batch->open_transaction);
  const FetchedBatch end = reader->Fetch(1 << 20, std::chrono::steady_clock::now(), {});
  ASSERT_TRUE(end.batch);
  EXPECT_FALSE(end.batch->open_transaction);
}

// Nor when the process had died behind the open one.
TEST_F(StoredLogTest, TellsThatATransactionEndedInAnotherLife) {
  AppendOne(*log_, BatchBuilder().Transaction(2).Add(a_, 1, "").Open().Take());
  Reopen();
  AppendOne(*log_, BatchBuilder().Take());
  auto reader = ReaderOf({"a"});
  EXPECT_TRUE(reader->Fetch(1 << 20, std::chrono::steady_clock::now(), {}).batch->open_transaction);
  const FetchedBatch end = reader->Fetch(1 << 20, std::chrono::steady_clock::now(), {});
  ASSERT_TRUE(end.batch);
  EXPECT_FALSE(end.batch->open_transaction);
}

TEST_F(StoredLogTest, CommitsSourceOffsetsWithTheRecords) {
  AppendOne(*log_, BatchBuilder().Add(a_, 1, "").Offset("{\"server\":\"x\"}", "{\"lsn\":5}").Take(),
            "c1");
  AppendOne(*log_, BatchBuilder().Offset("{\"server\":\"x\"}", "{\"lsn\":6}").Take(), "c2");
  Reopen();
  EXPECT_EQ(log_->SourceOffsets("c1"),
            (std::map<std::string, std::string>{{"{\"server\":\"x\"}", "{\"lsn\":5}"}}));
  EXPECT_EQ(log_->SourceOffsets("c2").size(), 1u);
  EXPECT_TRUE(log_->SourceOffsets("c").empty());
  log_->AlterSourceOffsets("c1", {{"{\"server\":\"x\"}", ""}, {"p", "o"}});
  EXPECT_EQ(log_->SourceOffsets("c1"), (std::map<std::string, std::string>{{"p", "o"}}));
}

TEST_F(StoredLogTest, KeepsTheWorkersState) {
  log_->WriteState({{"config/a", "1"}, {"config/b", "2"}, {"status/a", "3"}});
  log_->WriteState({{"config/a", std::nullopt}});
  Reopen();
  EXPECT_EQ(log_->ReadState("config/"), (std::map<std::string, std::string>{{"config/b", "2"}}));
  EXPECT_EQ(log_->ReadState("").size(), 2u);
}

TEST_F(StoredLogTest, PutsEqualKeysIntoOnePartitionAsKafkaWould) {
  options_.make_render_key = [] {
    return [](const model::ChangeBatch&, const model::Record& record, std::string& out) {
      out += fmt::format("{{\"id\":{}}}", AnyRow(record)[0].integer);
      return true;
    };
  };
  Reopen();
  log_->CreateTopic("a", 3, {});
  AppendRange(*log_, a_, 1, 50);
  AppendRange(*log_, a_, 1, 50);
  auto reader = ReaderOf({"a"});
  std::map<int32_t, int64_t> next;
  const FetchedBatch fetched = reader->Fetch(1 << 20, std::chrono::steady_clock::now(), {});
  ASSERT_EQ(fetched.batch->records.size(), 100u);
  for (const model::Record& record : fetched.batch->records) {
    EXPECT_EQ(record.partition,
              PartitionOfKey(fmt::format("{{\"id\":{}}}", record.after[0].integer), 3));
    EXPECT_EQ(record.offset, next[record.partition]++);
  }
  EXPECT_EQ(next.size(), 3u);
  EXPECT_EQ(OffsetsOf("a", 2).second, next[2]);
}

TEST_F(StoredLogTest, SpreadsRecordsWithoutAKeyByBatch) {
  options_.make_render_key = [] {
    return [](const model::ChangeBatch&, const model::Record&, std::string&) { return false; };
  };
  Reopen();
  log_->CreateTopic("a", 2, {});
  for (int i = 0; i < 4; ++i) AppendRange(*log_, a_, 1, 10);
  EXPECT_EQ(OffsetsOf("a", 0).second, 20);
  EXPECT_EQ(OffsetsOf("a", 1).second, 20);
}

TEST_F(StoredLogTest, SaysWhatAPositionMeansInOffsets) {
  AppendRange(*log_, a_, 1, 5);
  AppendRange(*log_, b_, 1, 3);
  AppendRange(*log_, a_, 6, 8);
  const auto at = [&](const Position& position) {
    const auto offsets = log_->OffsetsOf({{"a", "b"}, {}}, position);
    return std::pair{offsets.at(0).offset, offsets.at(1).offset};
  };
  EXPECT_EQ(at(R"({"sequence":1,"index":0})"), (std::pair<int64_t, int64_t>{0, 0}));
  EXPECT_EQ(at(R"({"sequence":1,"index":4})"), (std::pair<int64_t, int64_t>{4, 0}));
  EXPECT_EQ(at(R"({"sequence":2,"index":1})"), (std::pair<int64_t, int64_t>{5, 1}));
  EXPECT_EQ(at(R"({"sequence":4,"index":0})"), (std::pair<int64_t, int64_t>{8, 3}));
}

TEST_F(StoredLogTest, MovesSinglePartitionsOfAPositionBackAndForth) {
  for (int64_t i = 0; i < 4; ++i) {
    AppendRange(*log_, a_, 10 * i, 10 * i + 4);
    AppendRange(*log_, b_, 10 * i + 5, 10 * i + 9);
  }
  const Subscription both{{"a", "b"}, {}};
  auto reader = ReaderOf({"a", "b"});
  Position middle;
  for (int i = 0; i < 4; ++i) {
    middle = reader->Fetch(1, std::chrono::steady_clock::now(), {}).end;
  }
  const auto offsets = log_->OffsetsOf(both, middle);
  for (const int64_t wish : {int64_t{0}, int64_t{2}, int64_t{7}, int64_t{19}, int64_t{20}}) {
    const TopicPartitionOffset change{"a", 0, wish};
    const Position moved = log_->WithOffsets(both, middle, {&change, 1});
    const auto now = log_->OffsetsOf(both, moved);
    EXPECT_EQ(now[0].offset, wish);
    EXPECT_EQ(now[1].offset, offsets[1].offset);
    auto again = ReaderOf({"a", "b"}, moved);
    EXPECT_EQ(again->lag(), static_cast<uint64_t>(20 - wish + 20 - offsets[1].offset));
    std::map<std::string, int64_t> first;
    std::map<std::string, int64_t> count;
    Position last = moved;
    for (;;) {
      const FetchedBatch fetched = again->Fetch(700, std::chrono::steady_clock::now(), {});
      if (!fetched.batch) break;
      for (const auto& record : fetched.batch->records) {
        const std::string& topic = fetched.batch->schemas[record.schema]->topic;
        first.try_emplace(topic, record.offset);
        ++count[topic];
      }
      last = fetched.end;
    }
    if (wish < 20) {
      EXPECT_EQ(first["a"], wish);
    }
    EXPECT_EQ(count["a"], 20 - wish);
    EXPECT_EQ(count["b"], 20 - offsets[1].offset);
    if (wish < 20) {
      EXPECT_EQ(last.find("skip"), std::string::npos) << last;
    }
  }
  const TopicPartitionOffset wrong{"c", 0, 1};
  EXPECT_THROW(log_->WithOffsets(both, middle, {&wrong, 1}), ConfigError);
}

TEST_F(StoredLogTest, RefusesAPositionOfAnotherLog) {
  EXPECT_THROW(ReaderOf({"a"}, R"({"sequence":99,"index":0})"), FatalError);
  EXPECT_THROW(ReaderOf({"a"}, "0/16B3748"), ConfigError);
}

TEST_F(StoredLogTest, MakesATopicAnewAfterItsDeletion) {
  log_->CreateTopic("a", 1, {{"retention.ms", "5"}});
  AppendRange(*log_, a_, 1, 5);
  auto reader = ReaderOf({"a"});
  log_->DeleteTopic("a");
  EXPECT_TRUE(log_->Topics().empty());
  EXPECT_TRUE(ReadAll(*reader).ids.empty());
  AppendRange(*log_, a_, 6, 7);
  reader.reset();
  Reopen();
  EXPECT_EQ(ReadAll(*ReaderOf({"a"})).ids, Range(6, 7));
  EXPECT_EQ(OffsetsOf("a"), (std::pair<int64_t, int64_t>{0, 2}));
  EXPECT_TRUE(log_->Topics()[0].config.empty());
}

TEST_F(StoredLogTest, RefusesTopicSettingsThatMeanNothing) {
  EXPECT_THROW(log_->CreateTopic("a", 0, {}), ConfigError);
  EXPECT_THROW(log_->CreateTopic("a", 1, {{"retention.ms", "soon"}}), ConfigError);
  EXPECT_THROW(log_->CreateTopic("a", 1, {{"cleanup.policy", "burn"}}), ConfigError);
}

TEST_F(StoredLogTest, SharesOneSchemaObjectBetweenBatches) {
  AppendRange(*log_, a_, 1, 1);
  AppendRange(*log_, a_, 2, 2);
  Reopen();
  auto reader = ReaderOf({"a"});
  const auto first = reader->Fetch(1, std::chrono::steady_clock::now(), {});
  const auto second = reader->Fetch(1, std::chrono::steady_clock::now(), {});
  EXPECT_EQ(first.batch->schemas[0], second.batch->schemas[0]);
  EXPECT_EQ(*first.batch->schemas[0]->table, *a_->table);
}

TEST_F(StoredLogTest, WhoBeginsWhileTheFirstBatchIsAppendedReadsIt) {
  const auto store = std::make_shared<WatchedStore>();
  log_ = MakeMemoryLog(store, options_);
  log_->CreateTopic("a", 1, {});
  bool appended = false;
  store->looked = [&] {
    if (std::exchange(appended, true)) return;
    AppendRange(*log_, a_, 1, 2);
  };
  EXPECT_EQ(ReadAll(*ReaderOf({"a"})).ids, Range(1, 2));
  EXPECT_TRUE(appended);
}

TEST_F(StoredLogTest, LeavesNoTraceOfAFailedAppend) {
  auto failing = std::make_shared<WatchedStore>(store_);
  log_ = MakeMemoryLog(failing, options_);
  AppendRange(*log_, a_, 1, 2);
  failing->fails = true;
  EXPECT_THROW(AppendRange(*log_, a_, 3, 4), RetriableError);
  EXPECT_THROW(AppendRange(*log_, b_, 3, 4), RetriableError);
  EXPECT_THROW(log_->DeleteTopic("a"), RetriableError);
  failing->fails = false;
  AppendRange(*log_, a_, 5, 6);
  const Seen seen = ReadAll(*ReaderOf({"a", "b"}));
  EXPECT_EQ(seen.ids, (std::vector<int64_t>{1, 2, 5, 6}));
  EXPECT_EQ(seen.offsets, Range(0, 3));
  Reopen();
  EXPECT_EQ(ReadAll(*ReaderOf({"a"})).ids, (std::vector<int64_t>{1, 2, 5, 6}));
}

TEST_F(StoredLogTest, NamesTheBatchThatIsDamaged) {
  AppendRange(*log_, a_, 1, 2);
  StoreChanges damage;
  std::string value = *store_->Get(Table::kBatches, BatchKey(1));
  value.back() = static_cast<char>(value.back() ^ 1);
  damage.Put(Table::kBatches, BatchKey(1), value);
  store_->Commit(damage);
  Reopen();
  try {
    ReadAll(*ReaderOf({"a"}));
    FAIL() << "damage was not noticed";
  } catch (const FatalError& error) {
    EXPECT_NE(std::string(error.what()).find("batch 1 "), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace tidewire::log
