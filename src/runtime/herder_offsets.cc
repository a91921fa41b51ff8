// Offsets of sources (kept in the log) and positions of sinks (kept in their targets), as the REST
// API shows and changes them.
#include "base/logging.h"
#include "runtime/json_text.h"
#include "runtime/sink_coverage.h"
#include "runtime/sink_worker_task.h"
#include "runtime/worker_herder.h"

namespace tidewire::runtime {
namespace {

std::string Answer(const char* done, const char* undone) {
  return fmt::format(
      "The Connect framework-managed offsets for this connector have been {} "
      "successfully. However, if this connector manages offsets externally, they "
      "will need to be manually {} in the system that the connector uses.",
      done, undone);
}

}  // namespace

std::vector<OffsetEntry> WorkerHerder::OffsetsOf(const Connector& c) {
  std::vector<OffsetEntry> out;
  if (c.plugin == nullptr || c.plugin->source) {
    for (auto& [partition, offset] : log_.SourceOffsets(c.name)) {
      out.push_back({.partition = partition, .offset = offset});
    }
    return out;
  }
  std::string position = c.task ? c.task->committed_position() : std::string();
  if (position.empty()) {
    const auto mirror = log_.ReadState(SinkPositionKey(c.name));
    const auto found = mirror.find(SinkPositionKey(c.name));
    if (found != mirror.end()) position = found->second;
  }
  if (position.empty()) return out;
  for (const auto& at : log_.OffsetsOf(SubscriptionOf(Effective(c.config)), position)) {
    out.push_back({.partition = SinkPartitionJson(at.topic, at.partition),
                   .offset = SinkOffsetJson(at.offset)});
  }
  return out;
}

std::vector<OffsetEntry> WorkerHerder::Offsets(const std::string& name) {
  return executor_.Call([&] { return OffsetsOf(Require(name)); });
}

void WorkerHerder::RequireStopped(Connector& c) {
  if (c.target == TargetState::kStopped && !c.task && c.jobs == 0) return;
  throw RequestError(
      400, fmt::format("Connectors must be in the STOPPED state before their offsets can be "
                       "modified. This can be done for the specified connector by issuing a 'PUT' "
                       "request to the '/connectors/{}/stop' endpoint",
                       c.name));
}

std::string WorkerHerder::AlterSourceOffsets(Connector& c,
                                             const std::vector<OffsetEntry>& changes) {
  const auto stored = log_.SourceOffsets(c.name);
  std::map<std::string, std::string> out;
  if (changes.empty()) {
    for (const auto& [partition, offset] : stored) out[partition] = "";
    if (!out.empty()) log_.AlterSourceOffsets(c.name, out);
    return Answer("reset", "reset");
  }
  for (const OffsetEntry& change : changes) {
    std::string partition = change.partition;
    // The same partition may be written with other blanks or another order of members.
    for (const auto& [known, offset] : stored) {
      if (CanonicalJson(known) == CanonicalJson(partition)) partition = known;
    }
    out[partition] = change.offset.value_or("");
  }
  log_.AlterSourceOffsets(c.name, out);
  return Answer("altered", "altered");
}

std::function<void()> WorkerHerder::SinkOffsetChange(Connector& c,
                                                     const std::vector<OffsetEntry>& changes) {
  if (c.plugin == nullptr) throw RequestError(400, "The connector's class is unknown");
  std::vector<log::TopicPartitionOffset> offsets;
  for (const OffsetEntry& change : changes) {
    const SinkOffset parsed = ParseSinkOffset(change.partition, change.offset);
    offsets.push_back({.topic = parsed.topic,
                       .partition = parsed.partition,
                       .offset = parsed.offset.value_or(0)});
  }
  return [this, name = c.name, plugin = c.plugin, properties = Effective(c.config), offsets] {
    const auto task = plugin->sink->CreateTask({plugin->sink->definition(), properties});
    const log::Subscription subscription = SubscriptionOf(properties);
    const std::string before = task->Open();
    const SinkCoverage coverage =
        CoverageOf(log_, name, subscription, offsets.empty() ? std::string() : before);
    const std::string after = offsets.empty()
                                  ? std::string()
                                  : log_.WithOffsets(subscription, coverage.position, offsets);
    task->AlterPosition(after);
    NoteCoverage(log_, name, coverage);
    log_.WriteState({{SinkPositionKey(name),
                      after.empty() ? std::nullopt : std::optional<std::string>(after)}});
  };
}

std::string WorkerHerder::AlterOffsets(const std::string& name,
                                       const std::vector<OffsetEntry>& changes) {
  std::promise<void> done;
  std::exception_ptr failure;
  const auto answer = executor_.Call([&]() -> std::optional<std::string> {
    Connector& c = Require(name);
    RequireStopped(c);
    if (c.plugin == nullptr || c.plugin->source) return AlterSourceOffsets(c, changes);
    // The target may take its time to answer, or be away: that must not hold up the herder.
    RunJob(
        c,
        [&failure, change = SinkOffsetChange(c, changes)] {
          try {
            change();
          } catch (...) {
            failure = std::current_exception();
          }
        },
        [&] { failure ? done.set_exception(failure) : done.set_value(); });
    return std::nullopt;
  });
  if (answer) return *answer;
  try {
    done.get_future().get();
  } catch (const RequestError&) {
    throw;
  } catch (const Error& e) {
    throw RequestError(
        500, fmt::format("Failed to alter the offsets of {} in its target: {}", name, e.what()));
  }
  return changes.empty() ? Answer("reset", "reset") : Answer("altered", "altered");
}

}  // namespace tidewire::runtime
