// The embedded log's Store: one RocksDB database, one directory.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "log/store.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Status;
}  // namespace rocksdb

namespace tidewire::log {

class RocksStore final : public Store {
 public:
  enum class Mode { kReadWrite, kReadOnly };
  // Throws ConfigError when another process has the directory open or it is not there (read only),
  // FatalError when it is damaged, RetriableError when the disk is full.
  static std::shared_ptr<RocksStore> Open(const std::string& directory, Mode mode);
  ~RocksStore() override;

  void Commit(const StoreChanges& changes) override;
  std::optional<std::string> Get(Table table, std::string_view key) override;
  std::unique_ptr<StoreCursor> NewCursor(Table table) override;
  void Reclaim(std::string_view key) override;
  uint64_t SizeBytes() override;
  uint64_t BatchBytes(std::string_view key) override;
  bool read_only() const override { return mode_ == Mode::kReadOnly; }
  const std::string& name() const override { return directory_; }

 private:
  RocksStore(std::string directory, Mode mode);
  void CheckSpace(size_t bytes);
  [[noreturn]] void Throw(const rocksdb::Status& status, std::string_view what) const;
  rocksdb::ColumnFamilyHandle* Family(Table table) const {
    return families_[static_cast<size_t>(table)];
  }

  const std::string directory_;
  const Mode mode_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*>
      families_;                     // In the order of Table; destroyed before db_.
  std::atomic<bool> failed_{false};  // A write failed: RocksDB refuses others until it is resumed.
};

}  // namespace tidewire::log
