#include <gtest/gtest.h>

#include "log/memory_log.h"
#include "log/memory_store.h"
#include "unit/log/log_fixture.h"

namespace tidewire::log {
namespace {

// Takes a while for each write, as an fsync does, and counts them.
class SlowStore final : public Store {
 public:
  std::atomic<int> commits{0};
  void Commit(const StoreChanges& changes) override {
    ++commits;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    below_.Commit(changes);
  }
  std::optional<std::string> Get(Table table, std::string_view key) override {
    return below_.Get(table, key);
  }
  std::unique_ptr<StoreCursor> NewCursor(Table table) override { return below_.NewCursor(table); }
  void Reclaim(std::string_view) override {}
  uint64_t SizeBytes() override { return below_.SizeBytes(); }
  uint64_t BatchBytes(std::string_view key) override { return below_.BatchBytes(key); }
  const std::string& name() const override { return below_.name(); }

 private:
  MemoryStore below_;
};

TEST(GroupCommit, SharesWritesBetweenThreadsAndKeepsEachOnesOrder) {
  constexpr int kThreads = 8;
  constexpr int64_t kEach = 50;
  auto store = std::make_shared<SlowStore>();
  auto log = MakeMemoryLog(store);
  std::vector<model::TopicSchemaPtr> schemas;
  for (int t = 0; t < kThreads; ++t) {
    schemas.push_back(TableTopic("t" + std::to_string(t)));
    log->CreateTopic(schemas.back()->topic, 1, {});
  }
  auto reader = log->OpenReader({{}, "t.*"}, {}, StartAt::kEarliest);
  const int before = store->commits;
  std::vector<std::jthread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int64_t i = 0; i < kEach; ++i) AppendRange(*log, schemas[static_cast<size_t>(t)], i, i);
    });
  }
  // Reads while they write: every record once, each thread's in its order, offsets without gaps.
  std::map<std::string, int64_t> next;
  for (int64_t seen = 0; seen < kThreads * kEach;) {
    const auto fetched =
        reader->Fetch(1 << 16, std::chrono::steady_clock::now() + std::chrono::seconds(30), {});
    ASSERT_TRUE(fetched.batch);
    for (const auto& record : fetched.batch->records) {
      int64_t& expected = next[fetched.batch->schemas[record.schema]->topic];
      EXPECT_EQ(record.offset, expected);
      EXPECT_EQ(record.after[0].integer, expected++);
      ++seen;
    }
  }
  threads.clear();
  EXPECT_LT(store->commits - before, kThreads * kEach / 2);
}

// Lets a test look at the moment between the write's begin and its end.
TEST(GroupCommit, ShowsRecordsOnlyOnceTheyAreDurable) {
  class GateStore final : public Store {
   public:
    std::mutex gate;
    std::atomic<bool> waiting{false};
    void Commit(const StoreChanges& changes) override {
      below_.Commit(
          changes);  // Even a store that shows its writes early must not fool the readers.
      waiting = true;
      std::lock_guard lock(gate);
    }
    std::optional<std::string> Get(Table table, std::string_view key) override {
      return below_.Get(table, key);
    }
    std::unique_ptr<StoreCursor> NewCursor(Table table) override { return below_.NewCursor(table); }
    void Reclaim(std::string_view) override {}
    uint64_t SizeBytes() override { return below_.SizeBytes(); }
    uint64_t BatchBytes(std::string_view key) override { return below_.BatchBytes(key); }
    const std::string& name() const override { return below_.name(); }

   private:
    MemoryStore below_;
  };
  auto store = std::make_shared<GateStore>();
  StoredLogOptions options;
  options.tail_bytes_max = 0;
  auto log = MakeMemoryLog(store, options);
  const auto schema = TableTopic("a");
  log->CreateTopic("a", 1, {});
  auto reader = log->OpenReader({{"a"}, {}}, {}, StartAt::kEarliest);
  std::unique_lock closed(store->gate);
  store->waiting = false;
  std::jthread writer([&] { AppendRange(*log, schema, 1, 3); });
  while (!store->waiting) std::this_thread::yield();
  EXPECT_TRUE(ReadAll(*reader).ids.empty());
  EXPECT_EQ(reader->lag(), 0u);
  closed.unlock();
  writer.join();
  EXPECT_EQ(ReadAll(*reader).ids, Range(1, 3));
}

}  // namespace
}  // namespace tidewire::log
