// The ordered key-value store below a StoredLog: RocksDB for the embedded log, a map for the log of
// tests.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidewire::log {

// docs/decisions/0002-embedded-log.md says what each table holds.
enum class Table : uint8_t { kBatches, kIndex, kSchemas, kMeta };
inline constexpr size_t kTables = 4;

struct StoreChange {
  enum Kind : uint8_t { kPut, kDelete, kDeleteRange };
  Kind kind = kPut;
  Table table = Table::kMeta;
  std::string key;
  std::string value;      // kPut; kDeleteRange: the first key that stays.
  std::string_view tail;  // kPut: goes behind `value`; lives until Commit returns.
};

class StoreChanges {
 public:
  void Put(Table table, std::string key, std::string value, std::string_view tail = {}) {
    bytes_ += key.size() + value.size() + tail.size();
    all_.push_back({StoreChange::kPut, table, std::move(key), std::move(value), tail});
  }
  void Delete(Table table, std::string key) {
    bytes_ += key.size();
    all_.push_back({StoreChange::kDelete, table, std::move(key), {}, {}});
  }
  void DeleteRange(Table table, std::string begin, std::string end) {
    all_.push_back({StoreChange::kDeleteRange, table, std::move(begin), std::move(end), {}});
  }
  const std::vector<StoreChange>& all() const { return all_; }
  size_t size() const { return all_.size(); }
  // Forgets all changes behind the first `size`.
  void Truncate(size_t size) { all_.resize(size); }
  size_t bytes() const { return bytes_; }

 private:
  std::vector<StoreChange> all_;
  size_t bytes_ = 0;
};

// Used by one thread. Sees the store as it was when the cursor was made.
class StoreCursor {
 public:
  virtual ~StoreCursor() = default;
  // To the first key at or behind `key`, or the last one before it. The views live until the cursor
  // moves.
  virtual bool Seek(std::string_view key) = 0;
  virtual bool SeekBefore(std::string_view key) = 0;
  virtual bool Next() = 0;
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
};

// All methods are thread-safe. They throw RetriableError when the storage fails in a way that may
// pass (nothing is then changed), FatalError when what is stored is damaged.
class Store {
 public:
  virtual ~Store() = default;
  // All of it or nothing; durable on return.
  virtual void Commit(const StoreChanges& changes) = 0;
  virtual std::optional<std::string> Get(Table table, std::string_view key) = 0;
  virtual std::unique_ptr<StoreCursor> NewCursor(Table table) = 0;
  // Gives the space of deleted batches in front of `key` back, as far as that is cheap.
  virtual void Reclaim(std::string_view key) = 0;
  // On disk, or in memory.
  virtual uint64_t SizeBytes() = 0;
  // About the bytes of the batches from `key` on.
  virtual uint64_t BatchBytes(std::string_view key) = 0;
  virtual bool read_only() const { return false; }
  // For messages: the directory, or "memory".
  virtual const std::string& name() const = 0;
};

}  // namespace tidewire::log
