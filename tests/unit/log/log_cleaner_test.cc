#include "log/log_cleaner.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "log/memory_log.h"
#include "unit/log/log_fixture.h"
#include "unit/log/watched_store.h"

namespace tidewire::log {
namespace {

using model::Op;

constexpr int64_t kHour = 3600 * 1000;

class LogCleanerTest : public testing::Test {
 protected:
  LogCleanerTest() {
    options_.clock = &clock_;
    options_.tail_bytes_max = 0;
    options_.retention_ms = 24 * kHour;
    Reopen();
  }
  void Reopen() {
    log_.reset();
    log_ = MakeMemoryLog(store_, options_);
  }
  std::unique_ptr<Reader> ReaderFrom(const Position& from, std::vector<std::string> topics) {
    return log_->OpenReader({std::move(topics), {}}, from, StartAt::kEarliest);
  }
  static FetchedBatch FetchOne(Reader& reader) {
    return reader.Fetch(1, std::chrono::steady_clock::now(), {});
  }
  Seen All(std::vector<std::string> topics) {
    return ReadAll(*log_->OpenReader({std::move(topics), {}}, {}, StartAt::kEarliest));
  }
  std::pair<int64_t, int64_t> OffsetsOf(const std::string& topic) {
    for (const TopicInfo& info : log_->Topics()) {
      if (info.name == topic) return info.offsets.at(0);
    }
    return {-1, -1};
  }
  size_t Count(Table table) {
    size_t n = 0;
    const auto cursor = store_->NewCursor(table);
    for (bool more = cursor->Seek({}); more; more = cursor->Next()) ++n;
    return n;
  }
  // Appends more than the newest batches that are never compacted.
  void PushOutOfReach() {
    for (int64_t i = 0; i < 80; ++i) AppendRange(*log_, other_, i, i);
  }

  ManualClock clock_;
  StoredLogOptions options_;
  std::shared_ptr<Store> store_ = MakeMemoryStore();
  std::unique_ptr<StoredLog> log_;
  const model::TopicSchemaPtr a_ = TableTopic("a");
  const model::TopicSchemaPtr b_ = TableTopic("b");
  const model::TopicSchemaPtr other_ = TableTopic("other");
};

TEST_F(LogCleanerTest, DeletesWhatIsTooOldAndNeverMovesOffsetsBack) {
  AppendRange(*log_, a_, 1, 5);
  clock_.now_ms += 20 * kHour;
  AppendRange(*log_, a_, 6, 8);
  clock_.now_ms += 10 * kHour;
  EXPECT_EQ(log_->Clean().batches_deleted, 1u);
  EXPECT_EQ(All({"a"}).ids, Range(6, 8));
  EXPECT_EQ(OffsetsOf("a"), (std::pair<int64_t, int64_t>{5, 8}));
  clock_.now_ms += 100 * kHour;
  EXPECT_EQ(log_->Clean().batches_deleted, 1u);
  EXPECT_EQ(Count(Table::kBatches), 0u);
  Reopen();
  EXPECT_EQ(OffsetsOf("a"), (std::pair<int64_t, int64_t>{8, 8}));
  AppendRange(*log_, a_, 9, 9);
  const Seen seen = All({"a"});
  EXPECT_EQ(seen.offsets, (std::vector<int64_t>{8}));
  EXPECT_EQ(seen.behind[0], R"({"sequence":3,"index":1})");
}

TEST_F(LogCleanerTest, KeepsABatchWhileAnyOfItsTopicsWantsIt) {
  log_->CreateTopic("b", 1, {{"retention.ms", "-1"}});
  AppendOne(*log_, BatchBuilder().Add(a_, 1, "").Add(b_, 2, "").Take());
  AppendOne(*log_, BatchBuilder().Add(a_, 3, "").Add(other_, 4, "").Take());
  clock_.now_ms += 100 * kHour;
  EXPECT_EQ(log_->Clean().batches_deleted, 1u);
  EXPECT_EQ(All({"a", "b", "other"}).ids, (std::vector<int64_t>{2}));
  EXPECT_EQ(OffsetsOf("a"), (std::pair<int64_t, int64_t>{2, 2}));
}

TEST_F(LogCleanerTest, KeepsAboutTheBytesThatATopicMayHold) {
  log_->CreateTopic("a", 1, {{"retention.bytes", "3000"}});
  for (int64_t i = 0; i < 20; ++i)
    AppendOne(*log_, BatchBuilder().Add(a_, i, std::string(1000, 'x')).Take());
  log_->Clean();
  const auto ids = All({"a"}).ids;
  EXPECT_GE(ids.size(), 3u);
  EXPECT_LE(ids.size(), 4u);
  EXPECT_EQ(ids.back(), 19);
  EXPECT_EQ(OffsetsOf("a").second, 20);
}

TEST_F(LogCleanerTest, KeepsTheWholeLogWithinItsLimit) {
  options_.total_bytes_max = 5000;
  Reopen();
  for (int64_t i = 0; i < 20; ++i) {
    AppendOne(*log_, BatchBuilder().Add(i % 2 == 0 ? a_ : b_, i, std::string(1000, 'x')).Take());
  }
  log_->Clean();
  const auto ids = All({"a", "b"}).ids;
  EXPECT_EQ(ids, Range(16, 19));
  EXPECT_EQ(OffsetsOf("a"), (std::pair<int64_t, int64_t>{8, 10}));
}

TEST_F(LogCleanerTest, TellsAReaderThatItMissedRecords) {
  for (int64_t i = 0; i < 10; ++i) AppendRange(*log_, a_, i, i);
  Position behind_one;
  Position behind_all;
  {
    const auto reader = ReaderFrom({}, {"a"});
    FetchOne(*reader);
    behind_one = reader->position();
    const auto complete = ReaderFrom({}, {"a"});
    ReadAll(*complete);
    behind_all = complete->position();
    clock_.now_ms += 25 * kHour;
    AppendRange(*log_, a_, 10, 10);
    log_->Clean();
    EXPECT_THROW(FetchOne(*reader), FatalError);
    EXPECT_EQ(ReadAll(*complete).ids, (std::vector<int64_t>{10}));
  }
  for (int life = 0; life < 2; ++life) {
    EXPECT_THROW(ReaderFrom(behind_one, {"a"}), FatalError);
    EXPECT_EQ(ReadAll(*ReaderFrom(behind_all, {"a"})).ids, (std::vector<int64_t>{10}));
    Reopen();
  }
}

TEST_F(LogCleanerTest, TellsAReaderThatComesBetweenTheDeletionAndItsEnd) {
  const auto store = std::make_shared<WatchedStore>();
  log_ = MakeMemoryLog(store, options_);
  for (int64_t i = 0; i < 10; ++i) AppendRange(*log_, a_, i, i);
  clock_.now_ms += 25 * kHour;
  AppendRange(*log_, a_, 10, 10);
  const auto reader = ReaderFrom({}, {"a"});
  FetchOne(*reader);
  int told = 0;
  store->behind = [&] {
    if (told++ > 0) return;
    EXPECT_THROW(FetchOne(*reader), FatalError);
  };
  log_->Clean();
  EXPECT_GE(told, 1);
}

TEST_F(LogCleanerTest, ADeletionThatFailsIsMissedByNobody) {
  const auto store = std::make_shared<WatchedStore>();
  log_ = MakeMemoryLog(store, options_);
  for (int64_t i = 0; i < 10; ++i) AppendRange(*log_, a_, i, i);
  const auto reader = ReaderFrom({}, {"a"});
  FetchOne(*reader);
  clock_.now_ms += 25 * kHour;
  store->fails = true;
  EXPECT_THROW(log_->Clean(), RetriableError);
  EXPECT_EQ(ReadAll(*ReaderFrom(reader->position(), {"a"})).ids, Range(1, 9));
  EXPECT_EQ(ReadAll(*reader).ids, Range(1, 9));
}

TEST_F(LogCleanerTest, WhoBeginsWithWhatIsLeftMissesOnlyWhatGoesLater) {
  log_->CreateTopic("b", 1, {{"retention.ms", "-1"}});
  AppendRange(*log_, b_, 1, 3);
  AppendRange(*log_, a_, 11, 13);
  AppendRange(*log_, b_, 4, 6);
  clock_.now_ms += 25 * kHour;
  AppendRange(*log_, a_, 14, 15);
  log_->Clean();
  const auto reader = ReaderFrom({}, {"a", "b"});
  FetchOne(*reader);
  const Position early = reader->position();
  EXPECT_EQ(early, R"({"sequence":1,"index":1,"skip":{"a-0":3}})");
  EXPECT_EQ(ReadAll(*ReaderFrom(early, {"a", "b"})).ids,
            (std::vector<int64_t>{2, 3, 4, 5, 6, 14, 15}));
  ReadAll(*reader);
  const Position end = reader->position();
  EXPECT_EQ(end, R"({"sequence":5,"index":0})");
  // Set back by hand: only b has older records.
  const TopicPartitionOffset all_of_b[] = {{"b", 0, 0}};
  const TopicPartitionOffset all_of_a[] = {{"a", 0, 0}};
  const Subscription both{{"a", "b"}, {}};
  EXPECT_EQ(ReadAll(*ReaderFrom(log_->WithOffsets(both, end, all_of_b), {"a", "b"})).ids,
            Range(1, 6));
  EXPECT_EQ(ReadAll(*ReaderFrom(log_->WithOffsets(both, end, all_of_a), {"a", "b"})).ids,
            Range(14, 15));
  clock_.now_ms += 25 * kHour;
  AppendRange(*log_, a_, 16, 16);
  log_->Clean();
  EXPECT_THROW(ReaderFrom(early, {"a", "b"}), FatalError);
  EXPECT_EQ(ReadAll(*ReaderFrom(early, {"b"})).ids, Range(2, 6));
  EXPECT_EQ(ReadAll(*ReaderFrom(end, {"a", "b"})).ids, (std::vector<int64_t>{16}));
}

TEST_F(LogCleanerTest, LetsWhoMayMissRecordsGoOnAtTheFirstThatIsLeft) {
  for (int64_t i = 0; i < 10; ++i) AppendRange(*log_, a_, i, i);
  auto reader = log_->OpenReader({{"a"}, {}, true}, {}, StartAt::kEarliest);
  FetchOne(*reader);
  clock_.now_ms += 25 * kHour;
  AppendRange(*log_, a_, 10, 10);
  log_->Clean();
  EXPECT_EQ(ReadAll(*reader).ids, (std::vector<int64_t>{10}));
  EXPECT_EQ(reader->lag(), 0u);
}

TEST_F(LogCleanerTest, GivesTheSpaceOfADeletedTopicBack) {
  AppendRange(*log_, a_, 1, 5);
  AppendRange(*log_, b_, 1, 5);
  log_->DeleteTopic("a");
  Reopen();
  EXPECT_EQ(log_->Clean().batches_deleted, 1u);
  EXPECT_EQ(Count(Table::kBatches), 1u);
  EXPECT_EQ(Count(Table::kIndex), 1u);
  Reopen();
  EXPECT_EQ(log_->Topics().size(), 1u);
}

TEST_F(LogCleanerTest, DeletesSchemasThatNoBatchNames) {
  AppendRange(*log_, a_, 1, 1);
  clock_.now_ms += 25 * kHour;
  AppendRange(*log_, b_, 1, 1);
  EXPECT_EQ(Count(Table::kSchemas), 2u);
  log_->Clean();
  EXPECT_EQ(Count(Table::kSchemas), 2u);  // A reader may still hold the batch.
  EXPECT_EQ(log_->Clean().schemas_deleted, 1u);
  EXPECT_EQ(Count(Table::kSchemas), 1u);
  AppendRange(*log_, a_, 2, 2);
  Reopen();
  EXPECT_EQ(All({"a", "b"}).ids, (std::vector<int64_t>{1, 2}));
}

TEST_F(LogCleanerTest, KeepsOnlyTheNewestRecordOfAKey) {
  log_->CreateTopic("a", 1, {{"cleanup.policy", "compact"}});
  for (int64_t round = 0; round < 4; ++round) {
    BatchBuilder builder;
    for (int64_t id = 0; id < 5; ++id) {
      if (round < 3 || id > 2) builder.Add(a_, id, fmt::format("v{}", round));
      builder.Add(b_, 100 + id, "");
    }
    AppendOne(*log_, builder.Take());
  }
  const Seen before = All({"a"});
  PushOutOfReach();
  clock_.now_ms += kHour;
  const CleanResult result = log_->Clean();
  EXPECT_EQ(result.records_dropped, 12u);
  EXPECT_EQ(result.batches_rewritten, 3u);
  const Seen after = All({"a"});
  EXPECT_EQ(after.ids, (std::vector<int64_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(after.offsets, (std::vector<int64_t>{10, 11, 12, 15, 16}));
  // Positions that sinks hold mean the same as before.
  for (size_t i = 0; i < before.offsets.size(); ++i) {
    const auto rest = ReadAll(*log_->OpenReader({{"a"}, {}}, before.behind[i], StartAt::kEarliest));
    std::vector<int64_t> expected;
    for (const int64_t offset : after.offsets) {
      if (offset > before.offsets[i]) expected.push_back(offset);
    }
    EXPECT_EQ(rest.offsets, expected) << i;
  }
  EXPECT_EQ(All({"b"}).ids.size(), 20u);
  EXPECT_EQ(OffsetsOf("a"), (std::pair<int64_t, int64_t>{0, 17}));
  EXPECT_EQ(log_->Clean().records_dropped, 0u);
}

TEST_F(LogCleanerTest, DropsTombstonesOnlyWhenTheyAreOld) {
  log_->CreateTopic("a", 1, {{"cleanup.policy", "compact"}});
  AppendRange(*log_, a_, 1, 2);
  AppendOne(*log_,
            BatchBuilder().Add(a_, 1, "", Op::kDelete).Add(a_, 1, "", Op::kTombstone).Take());
  PushOutOfReach();
  clock_.now_ms += kHour;
  log_->Clean();
  EXPECT_EQ(All({"a"}).offsets, (std::vector<int64_t>{1, 3}));
  clock_.now_ms += 30 * kHour;
  AppendRange(*log_, a_, 3, 9);
  PushOutOfReach();
  clock_.now_ms += kHour;
  log_->Clean();
  EXPECT_EQ(All({"a"}).ids, Range(2, 9));
  Reopen();
  EXPECT_EQ(OffsetsOf("a"), (std::pair<int64_t, int64_t>{0, 11}));
}

TEST_F(LogCleanerTest, NeverCompactsTheNewestRecords) {
  log_->CreateTopic("a", 1, {{"cleanup.policy", "compact"}});
  AppendRange(*log_, a_, 1, 1);
  AppendRange(*log_, a_, 1, 1);
  clock_.now_ms += kHour;
  EXPECT_EQ(log_->Clean().records_dropped, 0u);  // Among the newest batches.
  PushOutOfReach();
  AppendRange(*log_, a_, 1, 1);
  EXPECT_EQ(log_->Clean().records_dropped, 1u);
  EXPECT_EQ(All({"a"}).offsets, (std::vector<int64_t>{1, 2}));
}

TEST_F(LogCleanerTest, CompactsMoreKeysThanOnePassCanTellApart) {
  options_.compaction_keys_max = 10;
  Reopen();
  log_->CreateTopic("a", 1, {{"cleanup.policy", "compact"}});
  for (int64_t round = 0; round < 3; ++round) {
    for (int64_t id = 0; id < 40; id += 4) AppendRange(*log_, a_, id, id + 3);
  }
  PushOutOfReach();
  clock_.now_ms += kHour;
  for (int pass = 0; pass < 30; ++pass) log_->Clean();
  const Seen seen = All({"a"});
  EXPECT_LT(seen.ids.size(), 120u);
  EXPECT_EQ(std::set<int64_t>(seen.ids.begin(), seen.ids.end()).size(), 40u);
  EXPECT_EQ(seen.offsets.back(), 119);
  // The newest of each key is there.
  EXPECT_EQ(std::vector<int64_t>(seen.offsets.end() - 40, seen.offsets.end()), Range(80, 119));
}

TEST_F(LogCleanerTest, CompactsAndDeletesWhereBothAreAsked) {
  log_->CreateTopic(
      "a", 1, {{"cleanup.policy", "compact,delete"}, {"retention.ms", std::to_string(5 * kHour)}});
  AppendRange(*log_, a_, 1, 2);
  PushOutOfReach();
  clock_.now_ms += 6 * kHour;
  AppendRange(*log_, a_, 3, 3);
  log_->Clean();
  EXPECT_EQ(All({"a"}).ids, (std::vector<int64_t>{3}));
}

}  // namespace
}  // namespace tidewire::log
