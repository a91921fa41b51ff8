#include "runtime/sink_coverage.h"

#include "base/error.h"
#include "base/logging.h"
#include "runtime/json_text.h"

namespace tidewire::runtime {
namespace {

using TopicPartition = std::pair<std::string, int32_t>;

struct Noted {
  log::Subscription subscription;
  std::map<TopicPartition, int64_t> left;  // Of topics that are no longer read.
};

// Outside of the connector's own state: the target's position outlives the connector, too.
std::string KeyOf(const std::string& connector) { return "sink/" + connector + "/subscription"; }

std::string NotedToJson(const Noted& noted) {
  std::vector<std::string> left;
  for (const auto& [at, offset] : noted.left) {
    left.push_back(ListToJson({at.first, std::to_string(at.second), std::to_string(offset)}));
  }
  return ListToJson(
      {ListToJson(noted.subscription.topics), noted.subscription.topics_regex, ListToJson(left)});
}

Noted NotedFromJson(const std::string& text) {
  Noted noted;
  const std::vector<std::string> parts = ListFromJson(text);
  if (parts.size() != 3) throw FatalError("the state of a sink's subscription is damaged: " + text);
  noted.subscription.topics = ListFromJson(parts[0]);
  noted.subscription.topics_regex = parts[1];
  for (const std::string& left : ListFromJson(parts[2])) {
    const std::vector<std::string> at = ListFromJson(left);
    if (at.size() == 3) noted.left[{at[0], std::stoi(at[1])}] = std::stoll(at[2]);
  }
  return noted;
}

std::map<TopicPartition, int64_t> Places(log::Log& log, const log::Subscription& subscription,
                                         const log::Position& position) {
  std::map<TopicPartition, int64_t> out;
  for (const log::TopicPartitionOffset& at : log.OffsetsOf(subscription, position))
    out[{at.topic, at.partition}] = at.offset;
  return out;
}

log::Subscription Both(const std::map<TopicPartition, int64_t>& before,
                       const std::map<TopicPartition, int64_t>& now) {
  log::Subscription out;
  for (const auto& [at, offset] : before) {
    if (now.contains(at)) out.topics.push_back(at.first);
  }
  return out;
}

}  // namespace

SinkCoverage CoverageOf(log::Log& log, const std::string& connector,
                        const log::Subscription& subscription, const log::Position& position) {
  const std::string key = KeyOf(connector);
  const auto state = log.ReadState(key);
  const auto stored = state.find(key);
  Noted noted;
  SinkCoverage out{position, std::nullopt};
  if (stored != state.end() && !position.empty()) {
    noted = NotedFromJson(stored->second);
    const auto before = Places(log, noted.subscription, position);
    const auto now = Places(log, subscription, position);
    std::vector<log::TopicPartitionOffset> joined;
    for (const auto& [at, offset] : now) {
      if (before.contains(at)) continue;
      const auto left = noted.left.extract(at);
      joined.push_back({at.first, at.second, left.empty() ? 0 : left.mapped()});
    }
    for (const auto& [at, offset] : before) {
      if (!now.contains(at)) noted.left[at] = offset;
    }
    if (!joined.empty()) {
      // Throws where the position leads nowhere: what is made of it would hide that.
      log.OpenReader(Both(before, now), position, log::StartAt::kEarliest);
      out.position = log.WithOffsets(subscription, position, joined);
      Logger("runtime.task")
          .info(
              "{}: {} topic partitions joined the subscription ({}, …): read from their "
              "beginning, or from where they were left",
              connector, joined.size(), joined.front().topic);
    }
  }
  noted.subscription = subscription;
  std::string note = NotedToJson(noted);
  if (stored == state.end() || stored->second != note) out.note = std::move(note);
  return out;
}

void NoteCoverage(log::Log& log, const std::string& connector, const SinkCoverage& coverage) {
  if (coverage.note) log.WriteState({{KeyOf(connector), *coverage.note}});
}

}  // namespace tidewire::runtime
