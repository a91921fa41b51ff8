#include "cli/looking.h"

#include "base/error.h"
#include "base/regex.h"

namespace tidewire::cli {
namespace {

using std::chrono::steady_clock;

constexpr size_t kFetchBytes = 1024 * 1024;
constexpr size_t kPieceBytes = 64 * 1024;
// While following, the listener's presence is asked for this often.
constexpr std::chrono::seconds kAskInterval{1};

std::string Describe(const log::TopicInfo& topic) {
  std::string configs;
  for (const auto& [name, value] : topic.config) {
    configs += fmt::format("{}{}={}", configs.empty() ? "" : ",", name, value);
  }
  std::string out = fmt::format("Topic: {}\tPartitionCount: {}\tConfigs: {}\n", topic.name,
                                topic.partitions, configs);
  for (size_t i = 0; i < topic.offsets.size(); ++i) {
    out += fmt::format("\tTopic: {}\tPartition: {}\tFirstOffset: {}\tEndOffset: {}\n", topic.name,
                       i, topic.offsets[i].first, topic.offsets[i].second);
  }
  return out;
}

// Prints what one fetch brought, as far as the request asks for it.
class Printer {
 public:
  Printer(const ConsumeRequest& request, const TextSink& write)
      : request_(request), write_(write), printer_(request.print) {}

  bool full() const { return request_.messages_max && count_ >= *request_.messages_max; }
  uint64_t count() const { return count_; }

  // False: nobody listens any more.
  bool Print(const model::ChangeBatch& batch) {
    std::string piece;
    for (const model::Record& record : batch.records) {
      if (full()) break;
      if (request_.partition && record.partition != *request_.partition) continue;
      printer_.Print(batch, record, piece);
      ++count_;
      if (piece.size() < kPieceBytes) continue;
      if (!write_(piece)) return false;
      piece.clear();
    }
    return piece.empty() || write_(piece);
  }

 private:
  const ConsumeRequest& request_;
  const TextSink& write_;
  RecordPrinter printer_;
  uint64_t count_ = 0;
};

}  // namespace

std::string DescribeTopics(log::Log& log, const TopicsRequest& request) {
  std::string out;
  bool found = request.topic.empty();
  for (const log::TopicInfo& topic : log.Topics()) {
    if (!request.topic.empty() && topic.name != request.topic) continue;
    found = true;
    out += request.describe ? Describe(topic) : topic.name + "\n";
  }
  if (!found) {
    throw ConfigError(fmt::format("there is no topic '{}'; `tidewire topics` lists those there are",
                                  request.topic));
  }
  return out;
}

uint64_t Consume(log::Log& log, const ConsumeRequest& request, const TextSink& write,
                 std::stop_token stop) {
  const auto start = request.from_beginning ? log::StartAt::kEarliest : log::StartAt::kLatest;
  log::Subscription subscription = request.subscription;
  subscription.may_miss = true;  // Who looks sees what is there.
  const auto reader = log.OpenReader(subscription, {}, start);
  Printer printer(request, write);
  const bool waits = request.follow || request.timeout.has_value();
  auto quiet_since = steady_clock::now();
  while (!printer.full() && !stop.stop_requested()) {
    auto deadline = steady_clock::now();
    if (waits) {
      deadline += kAskInterval;
      if (request.timeout) deadline = std::min(deadline, quiet_since + *request.timeout);
    }
    const log::FetchedBatch fetched = reader->Fetch(kFetchBytes, deadline, stop);
    if (fetched.batch) {
      if (!printer.Print(*fetched.batch)) break;
      quiet_since = steady_clock::now();
    } else if (!waits ||
               (request.timeout && steady_clock::now() >= quiet_since + *request.timeout)) {
      break;
    } else if (!write("")) {
      break;
    }
  }
  return printer.count();
}

}  // namespace tidewire::cli
