#include "log/embedded/embedded_log.h"

#include <random>

#include "base/error.h"
#include "base/logging.h"
#include "log/embedded/rocks_store.h"

namespace tidewire::log {
namespace {

// A stored log with a thread that cleans it.
class CleanedLog final : public Log {
 public:
  CleanedLog(std::shared_ptr<Store> store, EmbeddedLogOptions options)
      : log_(std::move(store), std::move(options.log)), interval_(options.clean_interval) {
    if (interval_.count() > 0)
      cleaner_ = std::jthread([this](std::stop_token stop) { CleanLoop(stop); });
  }

  void Append(std::span<const PendingAppend> batches) override { log_.Append(batches); }
  std::unique_ptr<Reader> OpenReader(const Subscription& subscription, const Position& from,
                                     StartAt start) override {
    return log_.OpenReader(subscription, from, start);
  }
  std::vector<TopicPartitionOffset> OffsetsOf(const Subscription& subscription,
                                              const Position& position) override {
    return log_.OffsetsOf(subscription, position);
  }
  Position WithOffsets(const Subscription& subscription, const Position& position,
                       std::span<const TopicPartitionOffset> offsets) override {
    return log_.WithOffsets(subscription, position, offsets);
  }
  std::map<std::string, std::string> SourceOffsets(std::string_view connector) override {
    return log_.SourceOffsets(connector);
  }
  void AlterSourceOffsets(std::string_view connector,
                          const std::map<std::string, std::string>& changes) override {
    log_.AlterSourceOffsets(connector, changes);
  }
  std::map<std::string, std::string> ReadState(std::string_view prefix) override {
    return log_.ReadState(prefix);
  }
  void WriteState(const std::map<std::string, std::optional<std::string>>& changes) override {
    log_.WriteState(changes);
  }
  std::vector<TopicInfo> Topics() override { return log_.Topics(); }
  void CreateTopic(const std::string& name, int32_t partitions,
                   const std::map<std::string, std::string>& config) override {
    log_.CreateTopic(name, partitions, config);
  }
  void DeleteTopic(const std::string& name) override { log_.DeleteTopic(name); }
  uint64_t SizeBytes() override { return log_.SizeBytes(); }

 private:
  void CleanLoop(std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any timer;
    while (!stop.stop_requested()) {
      {
        std::unique_lock lock(mutex);
        timer.wait_for(lock, stop, interval_, [] { return false; });
      }
      if (!stop.stop_requested()) CleanOnce(stop);
    }
  }

  void CleanOnce(std::stop_token stop) {
    try {
      const CleanResult done = log_.Clean(stop);
      if (done.batches_deleted + done.batches_rewritten == 0) return;
      Logger("log.embedded")
          .info(
              "cleaned: {} batches deleted, {} rewritten, {} superseded records and {} schemas "
              "dropped",
              done.batches_deleted, done.batches_rewritten, done.records_dropped,
              done.schemas_deleted);
    } catch (const Error& error) {
      Logger("log.embedded")
          .error("cleaning failed, it is tried again in {} s: {}", interval_.count() / 1000,
                 error.what());
    }
  }

  StoredLog log_;
  const std::chrono::milliseconds interval_;
  std::jthread cleaner_;  // Last: it uses all the others.
};

}  // namespace

std::unique_ptr<Log> EmbeddedLog::Open(const std::string& directory, EmbeddedLogOptions options) {
  std::random_device random;
  options.log.new_id = fmt::format("{:08x}{:08x}", random(), random());
  return std::make_unique<CleanedLog>(RocksStore::Open(directory, RocksStore::Mode::kReadWrite),
                                      std::move(options));
}

std::unique_ptr<Log> EmbeddedLog::OpenReadOnly(const std::string& directory) {
  return std::make_unique<StoredLog>(RocksStore::Open(directory, RocksStore::Mode::kReadOnly),
                                     StoredLogOptions{});
}

}  // namespace tidewire::log
