// The log between sources and sinks. Connectors do not know which one they have: the embedded log
// (one directory), Apache Kafka, or the in-memory log of tests.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "model/batch.h"

namespace tidewire::log {

// Where a consumer stands, opaque outside the log that made it: short printable text, totally
// restorable. A sink keeps it in its target, in the transaction of the rows.
using Position = std::string;

// Makes the positions inside one fetched batch.
class PositionMaker {
 public:
  virtual ~PositionMaker() = default;
  // The position behind records[0..index] inclusive.
  virtual Position Behind(size_t index) const = 0;
};

// A batch as read. `records` have partition, offset and timestamp_ms.
struct FetchedBatch {
  model::ChangeBatchPtr batch;  // Null: nothing came.
  // The position behind all that was read, records of other topics included.
  Position end;
  std::shared_ptr<const PositionMaker> positions;
  // Append time of the batch, epoch milliseconds.
  int64_t appended_ms = 0;
};

// Which topics to read: `topics` by name, or those whose whole name matches `topics_regex` (Java
// syntax).
struct Subscription {
  std::vector<std::string> topics;
  std::string topics_regex;
  // What to do where retention deleted records before they were read: go on behind them, instead of
  // throwing FatalError. A reader that begins without a position misses nothing: it has what is
  // left.
  bool may_miss = false;
};

enum class StartAt { kEarliest, kLatest };

// Used by one thread.
class Reader {
 public:
  virtual ~Reader() = default;
  // The next records of the subscription, in the log's total order, at most about `bytes_max` (at
  // least one record where there is any); waits for them until the deadline or stop. Empty batch
  // pointer: nothing came. Only durable records are returned. Records of other topics are left out,
  // but positions move over them. Throws RetriableError (log unreachable), FatalError (corrupt, or
  // records were deleted before they were read).
  virtual FetchedBatch Fetch(size_t bytes_max, std::chrono::steady_clock::time_point deadline,
                             std::stop_token stop) = 0;
  // The position of the next record to be fetched.
  virtual Position position() const = 0;
  // Records of the subscription between here and the end, as far as the log can tell cheaply.
  virtual uint64_t lag() const = 0;
};

struct TopicPartitionOffset {
  std::string topic;
  int32_t partition = 0;
  int64_t offset = 0;
};

struct TopicInfo {
  std::string name;
  int32_t partitions = 1;
  std::map<std::string, std::string> config;  // cleanup.policy, retention.ms, retention.bytes, …
  std::vector<std::pair<int64_t, int64_t>> offsets;  // A partition: first and next offset.
};

struct PendingAppend {
  std::string_view connector;  // Whose offset `batch.offset` is.
  const model::ChangeBatch* batch = nullptr;
};

// All methods are thread-safe.
class Log {
 public:
  virtual ~Log() = default;

  // Appends the batches in this order, and the offsets they carry, in one atomic and durable write;
  // returns when it is durable. Appends of several threads share one fsync. Missing topics are
  // made. Throws RetriableError with nothing written (disk full, …), FatalError when the log cannot
  // go on.
  virtual void Append(std::span<const PendingAppend> batches) = 0;

  // From `from` (a position that a reader gave), or, when empty, as `start` says. Throws FatalError
  // when the log does not hold what is to be read from there.
  virtual std::unique_ptr<Reader> OpenReader(const Subscription& subscription, const Position& from,
                                             StartAt start) = 0;
  // The per-partition offsets that a position means for these topics (GET
  // /connectors/{sink}/offsets), and a position from `position` in which the given partitions stand
  // at the given offsets instead (PATCH).
  virtual std::vector<TopicPartitionOffset> OffsetsOf(const Subscription& subscription,
                                                      const Position& position) = 0;
  virtual Position WithOffsets(const Subscription& subscription, const Position& position,
                               std::span<const TopicPartitionOffset> offsets) = 0;

  // Source offsets by connector: partition JSON → offset JSON.
  virtual std::map<std::string, std::string> SourceOffsets(std::string_view connector) = 0;
  // Sets (or, with an empty offset, removes) them; durable on return.
  virtual void AlterSourceOffsets(std::string_view connector,
                                  const std::map<std::string, std::string>& changes) = 0;

  // The worker's own small state (connector configs, target states, statuses, sink progress):
  // ordered key → value, durable on return. `prefix` scans all keys that begin with it.
  virtual std::map<std::string, std::string> ReadState(std::string_view prefix) = 0;
  virtual void WriteState(const std::map<std::string, std::optional<std::string>>& changes) = 0;

  virtual std::vector<TopicInfo> Topics() = 0;
  // Makes the topic if it is missing; existing ones are left as they are.
  virtual void CreateTopic(const std::string& name, int32_t partitions,
                           const std::map<std::string, std::string>& config) = 0;
  virtual void DeleteTopic(const std::string& name) = 0;

  // Bytes on disk, for metrics.
  virtual uint64_t SizeBytes() = 0;
};

}  // namespace tidewire::log
