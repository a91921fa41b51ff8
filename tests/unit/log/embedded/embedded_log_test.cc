#include "log/embedded/embedded_log.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "support/temp_directory.h"
#include "unit/log/log_fixture.h"

namespace tidewire::log {
namespace {

namespace fs = std::filesystem;

class EmbeddedLogTest : public testing::Test {
 protected:
  void Open(EmbeddedLogOptions options = {}) {
    log_.reset();
    options.clean_interval = {};
    log_ = EmbeddedLog::Open(directory_, std::move(options));
  }
  std::unique_ptr<Reader> ReaderOf(Log& log) {
    return log.OpenReader({{"a", "b"}, {}}, {}, StartAt::kEarliest);
  }

  const test::TempDirectory made_;
  const std::string directory_ = made_.path();
  std::unique_ptr<Log> log_;
  const model::TopicSchemaPtr a_ = TableTopic("a");
  const model::TopicSchemaPtr b_ = TableTopic("b");
};

// Next to this program.
const std::string kAppender = fs::read_symlink("/proc/self/exe").parent_path() / "log_appender";

std::string Refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "it was let in";
}

TEST_F(EmbeddedLogTest, KeepsEverythingAcrossRestarts) {
  Open();
  AppendOne(*log_, BatchBuilder().Add(a_, 1, "x").Add(b_, 2, "y").Offset("p", "o1").Take(), "c");
  log_->WriteState({{"config/c", "{}"}});
  Open();
  AppendRange(*log_, a_, 3, 4);
  Open();
  const Seen seen = ReadAll(*ReaderOf(*log_));
  EXPECT_EQ(seen.ids, Range(1, 4));
  EXPECT_EQ(seen.offsets, (std::vector<int64_t>{0, 0, 1, 2}));
  EXPECT_EQ(log_->SourceOffsets("c").at("p"), "o1");
  EXPECT_EQ(log_->ReadState("config/").size(), 1u);
  EXPECT_EQ(log_->Topics().size(), 2u);
}

TEST_F(EmbeddedLogTest, ReadsWhatIsNoLongerInMemory) {
  EmbeddedLogOptions options;
  options.log.tail_bytes_max = 100'000;
  Open(std::move(options));
  // More than a write buffer, so that files are written too.
  for (int64_t i = 0; i < 300; ++i) {
    AppendOne(
        *log_,
        BatchBuilder().Add(a_, i, std::string(100'000, static_cast<char>('a' + i % 26))).Take());
  }
  auto reader = ReaderOf(*log_);
  int64_t next = 0;
  while (next < 300) {
    const auto fetched = reader->Fetch(350'000, std::chrono::steady_clock::now(), {});
    ASSERT_TRUE(fetched.batch);
    EXPECT_LE(fetched.batch->records.size(), 5u);
    for (const auto& record : fetched.batch->records) {
      EXPECT_EQ(record.offset, next);
      EXPECT_EQ(record.after[1].view(), std::string(100'000, static_cast<char>('a' + next++ % 26)));
    }
  }
  EXPECT_GT(log_->SizeBytes(), 30'000'000u);
}

// What the parent knows to be acknowledged must be there, whole and in order, and a batch is there
// with its offset.
TEST_F(EmbeddedLogTest, LosesNothingAcknowledgedWhenKilled) {
  int64_t survived = 0;
  for (int round = 0; round < 5; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      dup2(pipe_ends[1], STDOUT_FILENO);
      close(pipe_ends[0]);
      const std::string first = std::to_string(survived);
      execl(kAppender.c_str(), kAppender.c_str(), directory_.c_str(), first.c_str(), nullptr);
      _exit(127);
    }
    close(pipe_ends[1]);
    int64_t acknowledged = -1;
    for (int64_t got = survived; got < survived + 40 + 13 * round; ++got) {
      ASSERT_EQ(read(pipe_ends[0], &acknowledged, sizeof acknowledged),
                static_cast<ssize_t>(sizeof acknowledged));
    }
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    for (int64_t more; read(pipe_ends[0], &more, sizeof more) == sizeof more;) acknowledged = more;
    close(pipe_ends[0]);
    Open();
    const Seen seen = ReadAll(*ReaderOf(*log_));
    ASSERT_EQ(seen.ids.size() % 3, 0u);
    survived = static_cast<int64_t>(seen.ids.size() / 3);
    EXPECT_GE(survived, acknowledged + 1);
    EXPECT_LE(survived, acknowledged + 2);  // One append may have been durable and not yet told.
    for (int64_t i = 0; i < survived; ++i) ASSERT_EQ(seen.ids[static_cast<size_t>(3 * i)], i);
    EXPECT_EQ(log_->SourceOffsets("c").at("p"), std::to_string(survived - 1));
    log_.reset();
  }
}

TEST_F(EmbeddedLogTest, ForgetsOnlyATornTail) {
  Open();
  for (int64_t i = 0; i < 10; ++i) AppendRange(*log_, a_, i, i);
  log_.reset();
  // A write that the machine's crash cut short: the last file of the write-ahead log ends in the
  // middle of a record.
  fs::path wal;
  for (const auto& entry : fs::directory_iterator(directory_)) {
    if (entry.path().extension() == ".log" && (wal.empty() || entry.path() > wal))
      wal = entry.path();
  }
  ASSERT_FALSE(wal.empty());
  fs::resize_file(wal, fs::file_size(wal) - 20);
  Open();
  EXPECT_EQ(ReadAll(*ReaderOf(*log_)).ids, Range(0, 8));
  AppendRange(*log_, a_, 99, 99);
  EXPECT_EQ(ReadAll(*ReaderOf(*log_)).offsets, Range(0, 9));
}

TEST_F(EmbeddedLogTest, RefusesADamagedWriteAheadLog) {
  Open();
  for (int64_t i = 0; i < 50; ++i) AppendRange(*log_, a_, i, i);
  log_.reset();
  for (const auto& entry : fs::directory_iterator(directory_)) {
    if (entry.path().extension() != ".log") continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(fs::file_size(entry.path()) / 2));
    file.write("damage!!", 8);
  }
  try {
    Open();
    FAIL() << "damage was not noticed";
  } catch (const FatalError& error) {
    EXPECT_NE(std::string(error.what()).find(directory_), std::string::npos) << error.what();
  }
}

TEST_F(EmbeddedLogTest, RefusesADirectoryThatIsInUse) {
  Open();
  const std::string why = Refusal([&] { EmbeddedLog::Open(directory_, {}); });
  EXPECT_NE(why.find(directory_), std::string::npos) << why;
  EXPECT_NE(why.find("another process"), std::string::npos) << why;
}

TEST_F(EmbeddedLogTest, OpensAStoppedWorkersDirectoryForReadingOnly) {
  Open();
  AppendRange(*log_, a_, 1, 5);
  log_.reset();
  const auto log = EmbeddedLog::OpenReadOnly(directory_);
  EXPECT_EQ(ReadAll(*ReaderOf(*log)).ids, Range(1, 5));
  EXPECT_EQ(log->Topics()[0].offsets[0].second, 5);
  EXPECT_THROW(AppendRange(*log, a_, 6, 6), ConfigError);
  EXPECT_THROW(log->WriteState({{"k", "v"}}), ConfigError);
  EXPECT_THROW(EmbeddedLog::OpenReadOnly(directory_ + "/none"), ConfigError);
  EXPECT_FALSE(fs::exists(directory_ + "/none"));
}

TEST_F(EmbeddedLogTest, CommitsFromManyThreads) {
  Open();
  std::vector<std::jthread> threads;
  for (int64_t t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      const auto schema = TableTopic("t" + std::to_string(t));
      for (int64_t i = 0; i < 40; ++i) AppendRange(*log_, schema, i, i);
    });
  }
  threads.clear();
  Open();
  for (int64_t t = 0; t < 8; ++t) {
    auto reader = log_->OpenReader({{"t" + std::to_string(t)}, {}}, {}, StartAt::kEarliest);
    EXPECT_EQ(ReadAll(*reader).ids, Range(0, 39));
  }
}

TEST_F(EmbeddedLogTest, RefusesAPositionOfAnotherLogHoweverLongItIs) {
  Open();
  AppendRange(*log_, a_, 1, 3);
  Position position;
  {
    const auto reader = ReaderOf(*log_);
    position = reader->Fetch(1 << 20, std::chrono::steady_clock::now(), {}).positions->Behind(1);
  }
  const Subscription subscription{{"a"}, {}};
  Open();
  EXPECT_EQ(ReadAll(*log_->OpenReader(subscription, position, StartAt::kEarliest)).ids,
            Range(3, 3));
  log_.reset();
  std::filesystem::remove_all(directory_);
  Open();
  for (int64_t i = 0; i < 10; ++i) AppendRange(*log_, a_, i, i);
  EXPECT_THROW(log_->OpenReader(subscription, position, StartAt::kEarliest), FatalError);
  const TopicPartitionOffset fifth[] = {{"a", 0, 5}};
  const Position altered = log_->WithOffsets(subscription, position, fifth);
  EXPECT_EQ(ReadAll(*log_->OpenReader(subscription, altered, StartAt::kEarliest)).ids, Range(5, 9));
}

TEST_F(EmbeddedLogTest, GivesSpaceBackWhenRecordsExpire) {
  ManualClock clock;
  EmbeddedLogOptions options;
  options.log.clock = &clock;
  options.log.retention_ms = 1000;
  options.clean_interval = std::chrono::milliseconds(20);
  log_ = EmbeddedLog::Open(directory_, std::move(options));
  for (int64_t i = 0; i < 400; ++i)
    AppendOne(*log_, BatchBuilder().Add(a_, i, std::string(200'000, 'x')).Take());
  const uint64_t before = log_->SizeBytes();
  clock.now_ms += 5000;
  AppendRange(*log_, a_, 400, 400);
  for (int i = 0; i < 500 && log_->Topics()[0].offsets[0].first < 400; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(log_->Topics()[0].offsets[0], (std::pair<int64_t, int64_t>{400, 401}));
  EXPECT_EQ(ReadAll(*ReaderOf(*log_)).ids, (std::vector<int64_t>{400}));
  EXPECT_GT(before, 60'000'000u);
}

// Only root may mount; everybody may be root in a namespace of their own, as long as the process
// has one thread.
class RootForMounts : public testing::Environment {
  void SetUp() override {
    const uid_t user = geteuid();
    if (user == 0) return;
    ASSERT_EQ(unshare(CLONE_NEWUSER | CLONE_NEWNS), 0) << "run this as root";
    std::ofstream("/proc/self/uid_map") << "0 " << user << " 1";
  }
};
const auto* const root_for_mounts = testing::AddGlobalTestEnvironment(new RootForMounts);

class SmallDisk : public EmbeddedLogTest {
 protected:
  void SetUp() override {
    ASSERT_EQ(mount("tmpfs", directory_.c_str(), "tmpfs", 0, "size=96m"), 0) << strerror(errno);
  }
  void TearDown() override {
    log_.reset();
    umount(directory_.c_str());
  }
};

TEST_F(SmallDisk, FailsCleanlyWhenFullAndGoesOnWhenThereIsSpace) {
  Open();
  const std::string ballast = directory_ + "/ballast";
  {
    std::ofstream file(ballast, std::ios::binary);
    file << std::string(40 << 20, 'b');
  }
  int64_t written = 0;
  std::string why;
  while (why.empty() && written < 1000) {
    try {
      AppendOne(*log_, BatchBuilder().Add(a_, written, std::string(500'000, 'x')).Take());
      ++written;
    } catch (const RetriableError& error) {
      why = error.what();
    }
  }
  EXPECT_NE(why.find(directory_), std::string::npos) << why;
  EXPECT_NE(why.find("MB free"), std::string::npos) << why;
  EXPECT_GT(written, 5);
  EXPECT_EQ(ReadAll(*ReaderOf(*log_)).ids, Range(0, written - 1));
  EXPECT_THROW(log_->WriteState({{"k", std::string(4'000'000, 'v')}}), RetriableError);
  fs::remove(ballast);
  bool again = false;
  for (int i = 0; i < 100 && !again; ++i) {
    try {
      AppendRange(*log_, a_, written, written);
      again = true;
    } catch (const RetriableError&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
  EXPECT_TRUE(again);
  Open();
  EXPECT_EQ(ReadAll(*ReaderOf(*log_)).ids, Range(0, written));
}

}  // namespace
}  // namespace tidewire::log
