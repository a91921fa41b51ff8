#include "source/postgres/postgres_stream.h"

#include <gmock/gmock.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <deque>

#include "base/error.h"
#include "pgoutput_messages.h"
#include "unit/source/fake_context.h"

namespace tidewire::source {
namespace {

using namespace testing_support;
using namespace std::chrono_literals;

std::string XLogData(uint64_t lsn, const std::string& message) {
  std::string out = "w";
  AppendBigEndian<uint64_t>(out, lsn);
  AppendBigEndian<uint64_t>(out, lsn);
  AppendBigEndian<int64_t>(out, 0);
  return out + message;
}

std::string Keepalive(uint64_t wal_end, bool reply = false) {
  std::string out = "k";
  AppendBigEndian<uint64_t>(out, wal_end);
  AppendBigEndian<int64_t>(out, 0);
  return out + static_cast<char>(reply ? 1 : 0);
}

// Each Read brings one group of messages; then the stream is dry. After the last group the script
// ends the run.
class FakeReader final : public PostgresStreamReader {
 public:
  FakeReader() : readable_(eventfd(1, EFD_NONBLOCK)) {}
  ~FakeReader() override { close(readable_); }

  bool Next(std::string_view& payload) override {
    if (buffered_.empty()) return false;
    current_ = std::move(buffered_.front());
    buffered_.pop_front();
    payload = current_;
    return true;
  }
  size_t Read() override {
    if (dry_) {
      dry_ = false;
      return 0;
    }
    dry_ = true;
    if (groups.empty()) {
      at_end();
      return 0;
    }
    size_t bytes = 0;
    for (std::string& message : groups.front()) {
      bytes += message.size();
      buffered_.push_back(std::move(message));
    }
    groups.pop_front();
    return bytes;
  }
  void Send(std::string_view payload) override {
    ASSERT_EQ(payload[0], 'r');
    flushed.push_back(LoadBigEndian<uint64_t>(payload.data() + 9));
  }
  int socket() const override { return readable_; }

  std::deque<std::vector<std::string>> groups;
  std::function<void()> at_end = [] {};
  std::vector<uint64_t> flushed;

 private:
  int readable_;
  bool dry_ = false;
  std::deque<std::string> buffered_;
  std::string current_;
};

// Every look at the clock lets a little time pass.
class StepClock final : public Clock {
 public:
  int64_t WallNanos() override { return 1'700'000'000'000'000'000; }
  std::chrono::steady_clock::time_point Steady() override { return now += step; }
  std::chrono::steady_clock::time_point now{1h};
  std::chrono::nanoseconds step{10us};
};

class Streaming : public testing::Test {
 protected:
  Streaming() {
    settings_.events.topic_prefix = "p";
    settings_.slot_name = "s";
    settings_.events.batch_records_max = 10;
    settings_.events.heartbeat_topics_prefix = "__debezium-heartbeat";
    reader_.at_end = [this] { stop_.request_stop(); };
  }

  void Run() {
    auto render = std::make_shared<model::RenderOptions>();
    PostgresStreamDecoder decoder(
        settings_, render,
        [](const RelationMessage& relation) {
          auto table = std::make_shared<model::TableSchema>();
          auto captured = std::make_shared<CapturedTable>();
          for (size_t i = 0; i < relation.columns.size(); ++i) {
            table->columns.emplace_back().name = relation.columns[i].name;
            captured->wire_to_column.push_back(static_cast<int>(i));
          }
          auto topic = std::make_shared<model::TopicSchema>();
          topic->table = table;
          captured->topic_schema = topic;
          return captured;
        },
        start_);
    PostgresStream stream(settings_, decoder, reader_, context_, clock_);
    stream.Run(stop_.get_token());
  }

  std::vector<std::string> TransactionOf(uint64_t begin, int rows) {
    std::vector<std::string> out = {XLogData(begin, Begin(begin + 50, 700)),
                                    XLogData(0, RelationOf(SmallTable()))};
    for (int i = 0; i < rows; ++i) {
      out.push_back(XLogData(begin + 1, Insert(16400, {"1", std::string(100, 'x'), "b"})));
    }
    out.push_back(XLogData(begin + 60, Commit(begin + 50, begin + 60)));
    return out;
  }

  PostgresSettings settings_;
  PostgresPosition start_;
  FakeReader reader_;
  FakeContext context_;
  StepClock clock_;
  std::stop_source stop_;
};

TEST_F(Streaming, SendsALoneTransactionAsSoonAsTheStreamIsDry) {
  reader_.groups.push_back(TransactionOf(100, 1));
  reader_.groups.push_back(TransactionOf(200, 1));
  Run();
  ASSERT_EQ(context_.batches.size(), 2u);
  EXPECT_EQ(context_.batches[0]->confirm, 160u);
  EXPECT_EQ(context_.batches[1]->confirm, 260u);
}

TEST_F(Streaming, GathersWholeTransactionsUnderLoad) {
  std::vector<std::string> group;
  for (uint64_t i = 0; i < 25; ++i) {
    for (std::string& message : TransactionOf(100 * (i + 1), 1)) group.push_back(message);
  }
  reader_.groups.push_back(group);
  Run();
  ASSERT_EQ(context_.batches.size(), 3u);
  EXPECT_EQ(context_.batches[0]->records.size(), 10u);
  EXPECT_EQ(context_.batches[2]->records.size(), 5u);
}

TEST_F(Streaming, DoesNotCutATransactionThatComesInPiecesOfTheWire) {
  std::vector<std::string> whole = TransactionOf(100, 30);
  reader_.groups.emplace_back(whole.begin(), whole.begin() + 20);
  reader_.groups.emplace_back(whole.begin() + 20, whole.end());
  Run();
  ASSERT_EQ(context_.batches.size(), 1u);
  EXPECT_EQ(context_.batches[0]->records.size(), 30u);
}

TEST_F(Streaming, CutsAHugeTransactionIntoBoundedPieces) {
  reader_.groups.push_back(TransactionOf(100, 50'000));
  Run();
  ASSERT_GT(context_.batches.size(), 5u);
  size_t records = 0;
  for (size_t i = 0; i < context_.batches.size(); ++i) {
    const bool last = i + 1 == context_.batches.size();
    EXPECT_LT(context_.batches[i]->bytes(), 3u << 20);
    EXPECT_EQ(context_.batches[i]->open_transaction, !last);
    EXPECT_EQ(context_.batches[i]->confirm, last ? 160u : 0u);
    records += context_.batches[i]->records.size();
  }
  EXPECT_EQ(records, 50'000u);
}

TEST_F(Streaming, ConfirmsOnlyWhatIsDurable) {
  context_.durable_at_once = false;
  context_.durable = 42;
  reader_.groups.push_back(TransactionOf(100, 1));
  reader_.groups.push_back({Keepalive(500, true)});
  Run();
  for (const uint64_t flushed : reader_.flushed) EXPECT_EQ(flushed, 42u);
  EXPECT_GE(reader_.flushed.size(), 2u);
}

TEST_F(Streaming, NeverConfirmsBackwards) {
  context_.durable_at_once = false;
  context_.durable = 100;
  reader_.groups.push_back({Keepalive(500, true)});
  reader_.groups.push_back({Keepalive(500, true)});
  reader_.at_end = [this] {
    context_.durable = 50;
    stop_.request_stop();
  };
  Run();
  EXPECT_EQ(reader_.flushed.back(), 100u);
}

TEST_F(Streaming, LeavesTheConfirmingToOthersInManualMode) {
  settings_.lsn_flush_mode = LsnFlushMode::kManual;
  reader_.groups.push_back(TransactionOf(100, 1));
  Run();
  for (const uint64_t flushed : reader_.flushed) EXPECT_EQ(flushed, 0u);
}

TEST_F(Streaming, StoresThePositionOfAnIdleStreamBeforeItConfirmsIt) {
  clock_.step = 100ms;
  settings_.status_update_interval = 1s;
  for (int i = 0; i < 50; ++i) reader_.groups.push_back({Keepalive(1000)});
  Run();
  ASSERT_EQ(context_.batches.size(), 1u);
  EXPECT_TRUE(context_.batches[0]->records.empty());
  EXPECT_EQ(context_.batches[0]->confirm, 1000u);
  EXPECT_EQ(PostgresPosition::FromJson(context_.batches[0]->offset->offset).end, Lsn{1000});
  EXPECT_EQ(reader_.flushed.back(), 1000u);
}

// A server's shutdown once hung until the next regular status update.
TEST_F(Streaming, FollowsAtOnceWhenTheServerAsksForAReply) {
  settings_.status_update_interval = 1h;
  reader_.groups.push_back({Keepalive(1000)});
  reader_.groups.push_back({Keepalive(2000, true)});
  reader_.groups.push_back({Keepalive(2000, true)});
  Run();
  EXPECT_EQ(context_.batches.back()->confirm, 2000u);
  EXPECT_EQ(reader_.flushed.back(), 2000u);
}

TEST_F(Streaming, DoesNotPassAnOpenTransactionByAKeepalive) {
  clock_.step = 100ms;
  settings_.status_update_interval = 1s;
  std::vector<std::string> whole = TransactionOf(100, 2);
  reader_.groups.emplace_back(whole.begin(), whole.end() - 1);
  for (int i = 0; i < 50; ++i) reader_.groups.push_back({Keepalive(1000)});
  Run();
  EXPECT_TRUE(context_.batches.empty());
  EXPECT_EQ(reader_.flushed.back(), 0u);
}

TEST_F(Streaming, EndsAnOpenPieceWhenTheRestHeldNothing) {
  std::vector<std::string> whole = TransactionOf(100, 4000);
  const std::string commit = whole.back();
  whole.pop_back();
  reader_.groups.push_back(whole);
  reader_.groups.push_back({commit});
  Run();
  ASSERT_GE(context_.batches.size(), 2u);
  EXPECT_FALSE(context_.batches.back()->open_transaction);
  EXPECT_EQ(context_.batches.back()->confirm, 160u);
}

TEST_F(Streaming, BeatsAtItsIntervalWithTheOffset) {
  clock_.step = 100ms;
  start_.end = Lsn{900};
  settings_.events.heartbeat_interval = 1s;
  for (int i = 0; i < 30; ++i) reader_.groups.push_back({Keepalive(1000)});
  Run();
  // The first batch stores the keepalive's position.
  ASSERT_GE(context_.batches.size(), 3u);
  const model::ChangeBatch& batch = *context_.batches[1];
  ASSERT_EQ(batch.records.size(), 1u);
  EXPECT_EQ(batch.records[0].op, model::Op::kGeneral);
  EXPECT_EQ(batch.schemas[0]->topic, "__debezium-heartbeat.p");
  EXPECT_EQ(batch.confirm, 1000u);
}

TEST_F(Streaming, EndsWhenItIsStopped) {
  stop_.request_stop();
  Run();
  EXPECT_TRUE(context_.batches.empty());
}

TEST_F(Streaming, RefusesWhatIsNoReplicationMessage) {
  reader_.groups.push_back({"bogus"});
  EXPECT_THROW(Run(), RetriableError);
}

}  // namespace
}  // namespace tidewire::source
