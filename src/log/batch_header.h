// What a stored batch says about itself before its records: docs/formats/log-record.md. The header
// is made when the batch gets its place in the log, after the body was encoded by the appending
// thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "log/byte_cursor.h"

namespace tidewire::log {

// The share of one topic-partition in a batch. Its records have offsets base_offset … base_offset +
// count - 1.
struct Slot {
  uint32_t topic = 0;  // The log's number of the topic.
  int32_t partition = 0;
  int64_t base_offset = 0;
  uint32_t count = 0;  // Records, those dropped by compaction included.
  uint64_t bytes = 0;  // Of their encoding.
  bool operator==(const Slot&) const = default;
};

inline constexpr uint8_t kBatchVersion = 2;

struct BatchHeader {
  uint8_t version = kBatchVersion;  // Of the value's form; 1 is read, too.
  bool open_transaction = false;
  int64_t appended_ms = 0;
  uint64_t source =
      0;  // Hash of the connector's name: which batches continue each other's transactions.
  uint32_t records = 0;           // Those dropped by compaction included.
  std::vector<uint64_t> schemas;  // Hashes.
  std::vector<Slot> slots;
  bool operator==(const BatchHeader&) const = default;
};

// `body_hash` is HashBody of the body that will follow; the header carries one checksum over both.
std::string EncodeBatchHeader(const BatchHeader& header, uint64_t body_hash);
uint64_t HashBody(std::string_view body);

// A batch as the log holds it. Immutable; shared by readers and by the Datums that point into it.
class StoredBatch {
 public:
  // Of a stored value, whose checksum is verified. Throws DataError when it is damaged.
  static std::shared_ptr<const StoredBatch> Parse(std::string value);
  // Of what was just written.
  StoredBatch(BatchHeader header, Buffer body)
      : header_(std::move(header)), made_(std::move(body)) {
    body_ = made_.view();
  }

  const BatchHeader& header() const { return header_; }
  std::string_view body() const { return body_; }
  size_t memory_bytes() const { return value_.capacity() + body_.size() + sizeof(*this); }

 private:
  StoredBatch() = default;

  BatchHeader header_;
  std::string value_;  // One of these two holds the body.
  Buffer made_;
  std::string_view body_;
};
using StoredBatchPtr = std::shared_ptr<const StoredBatch>;

}  // namespace tidewire::log
