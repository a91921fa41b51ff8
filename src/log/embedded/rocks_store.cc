#include "log/embedded/rocks_store.h"

#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <filesystem>

#include "base/error.h"
#include "base/logging.h"
#include "log/embedded/rocks_options.h"

namespace tidewire::log {
namespace {

// What has to stay free behind a write: RocksDB's flushes and its manifest need room too.
constexpr uint64_t kSpareBytes = uint64_t{8} << 20;

rocksdb::Slice SliceOf(std::string_view text) { return {text.data(), text.size()}; }

class RocksCursor final : public StoreCursor {
 public:
  RocksCursor(std::unique_ptr<rocksdb::Iterator> iterator, const std::string& directory)
      : iterator_(std::move(iterator)), directory_(directory) {}

  bool Seek(std::string_view key) override {
    iterator_->Seek(SliceOf(key));
    return Check();
  }
  bool SeekBefore(std::string_view key) override {
    iterator_->SeekForPrev(SliceOf(key));
    if (Check() && iterator_->key() == SliceOf(key)) iterator_->Prev();
    return Check();
  }
  bool Next() override {
    if (!iterator_->Valid()) return false;
    iterator_->Next();
    return Check();
  }
  std::string_view key() const override { return iterator_->key().ToStringView(); }
  std::string_view value() const override { return iterator_->value().ToStringView(); }

 private:
  bool Check() const {
    if (iterator_->Valid()) return true;
    if (iterator_->status().IsCorruption()) {
      throw FatalError(fmt::format("log directory {}: damaged ({}): restore it from a copy",
                                   directory_, iterator_->status().ToString()));
    }
    if (!iterator_->status().ok()) {
      throw RetriableError(
          fmt::format("log directory {}: {}", directory_, iterator_->status().ToString()));
    }
    return false;
  }

  const std::unique_ptr<rocksdb::Iterator> iterator_;
  const std::string& directory_;
};

uint64_t FreeBytes(const std::string& directory) {
  std::error_code error;
  const auto space = std::filesystem::space(directory, error);
  return error ? UINT64_MAX : space.available;
}

void Add(rocksdb::WriteBatch& batch, rocksdb::ColumnFamilyHandle* family,
         const StoreChange& change) {
  if (change.kind == StoreChange::kPut) {
    const rocksdb::Slice key = SliceOf(change.key);
    const rocksdb::Slice parts[] = {SliceOf(change.value), SliceOf(change.tail)};
    batch.Put(family, rocksdb::SliceParts(&key, 1), rocksdb::SliceParts(parts, 2));
  } else if (change.kind == StoreChange::kDelete) {
    batch.Delete(family, SliceOf(change.key));
  } else {
    batch.DeleteRange(family, SliceOf(change.key), SliceOf(change.value));
  }
}

}  // namespace

std::shared_ptr<RocksStore> RocksStore::Open(const std::string& directory, Mode mode) {
  std::error_code error;
  if (mode == Mode::kReadWrite) std::filesystem::create_directories(directory, error);
  if (error) {
    throw ConfigError(
        fmt::format("log directory {}: cannot be made: {}", directory, error.message()));
  }
  if (!std::filesystem::is_directory(directory)) {
    throw ConfigError(fmt::format("log directory {}: no such directory", directory));
  }
  std::vector<rocksdb::ColumnFamilyDescriptor> tables;
  for (size_t i = 0; i < kTables; ++i) {
    const auto table = static_cast<Table>(i);
    tables.emplace_back(RocksFamilyName(table), RocksTableOptions(table));
  }
  std::shared_ptr<RocksStore> store(new RocksStore(directory, mode));
  rocksdb::DB* db = nullptr;
  const rocksdb::DBOptions options = RocksDatabaseOptions();
  const rocksdb::Status status =
      mode == Mode::kReadWrite
          ? rocksdb::DB::Open(options, directory, tables, &store->families_, &db)
          : rocksdb::DB::OpenForReadOnly(options, directory, tables, &store->families_, &db);
  if (!status.ok()) store->Throw(status, "cannot be opened");
  store->db_.reset(db);
  return store;
}

RocksStore::RocksStore(std::string directory, Mode mode)
    : directory_(std::move(directory)), mode_(mode) {}

RocksStore::~RocksStore() {
  if (!db_) return;
  for (rocksdb::ColumnFamilyHandle* family : families_) db_->DestroyColumnFamilyHandle(family);
  db_->Close().PermitUncheckedError();
}

void RocksStore::Throw(const rocksdb::Status& status, std::string_view what) const {
  const std::string text = status.ToString();
  if (text.find("LOCK") != std::string::npos || text.find("lock ") != std::string::npos) {
    throw ConfigError(
        fmt::format("log directory {}: another process uses it; stop that worker, or give this one "
                    "another tidewire.data.dir",
                    directory_));
  }
  if (status.IsCorruption()) {
    throw FatalError(
        fmt::format("log directory {}: {}: damaged ({}): restore it from a copy, or move it away "
                    "and snapshot again",
                    directory_, what, text));
  }
  if (mode_ == Mode::kReadOnly &&
      (status.IsPathNotFound() || status.IsInvalidArgument() || status.IsIOError())) {
    throw ConfigError(fmt::format("log directory {}: {}: {}", directory_, what, text));
  }
  throw RetriableError(fmt::format("log directory {}: {}: {} ({} MB free)", directory_, what, text,
                                   FreeBytes(directory_) >> 20));
}

// Fails before anything is written: RocksDB recovers from a full disk, but less surely than by
// never meeting it.
void RocksStore::CheckSpace(size_t bytes) {
  const uint64_t available = FreeBytes(directory_);
  if (available >= 2 * uint64_t{bytes} + kSpareBytes) return;
  throw RetriableError(
      fmt::format("log directory {}: disk full: {} MB free, {} MB needed; free some space or lower "
                  "retention.ms / retention.bytes",
                  directory_, available >> 20, (2 * uint64_t{bytes} + kSpareBytes) >> 20));
}

void RocksStore::Commit(const StoreChanges& changes) {
  CheckSpace(changes.bytes());
  if (failed_) {
    const rocksdb::Status resumed = db_->Resume();
    if (!resumed.ok()) Throw(resumed, "still cannot be written to");
    failed_ = false;
    Logger("log.embedded").info("log directory {}: writable again", directory_);
  }
  rocksdb::WriteBatch batch(changes.bytes() + changes.size() * 32);
  for (const StoreChange& change : changes.all()) Add(batch, Family(change.table), change);
  rocksdb::WriteOptions options;
  options.sync = true;
  const rocksdb::Status status = db_->Write(options, &batch);
  if (status.ok()) return;
  failed_ = true;
  Throw(status, "cannot be written to");
}

std::optional<std::string> RocksStore::Get(Table table, std::string_view key) {
  rocksdb::ReadOptions options;
  options.fill_cache = table != Table::kBatches;
  std::string value;
  const rocksdb::Status status = db_->Get(options, Family(table), SliceOf(key), &value);
  if (status.ok()) return value;
  if (status.IsNotFound()) return std::nullopt;
  Throw(status, "cannot be read");
}

std::unique_ptr<StoreCursor> RocksStore::NewCursor(Table table) {
  rocksdb::ReadOptions options;
  options.fill_cache = table != Table::kBatches;
  return std::make_unique<RocksCursor>(
      std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(options, Family(table))), directory_);
}

void RocksStore::Reclaim(std::string_view key) {
  // The file that holds `key` stays, so the end is not included.
  const rocksdb::Slice end = SliceOf(key);
  const rocksdb::Status status =
      rocksdb::DeleteFilesInRange(db_.get(), Family(Table::kBatches), nullptr, &end, false);
  if (!status.ok()) Throw(status, "cannot give space back");
}

uint64_t RocksStore::SizeBytes() {
  uint64_t bytes = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory_, error)) {
    const auto size = entry.file_size(error);
    if (!error) bytes += size;
  }
  return bytes;
}

uint64_t RocksStore::BatchBytes(std::string_view key) {
  const std::string end(sizeof(uint64_t) + 1, '\xff');
  const rocksdb::Range range(SliceOf(key), SliceOf(end));
  rocksdb::SizeApproximationOptions options;
  options.include_memtables = true;
  options.include_files = true;
  uint64_t bytes = 0;
  const rocksdb::Status status =
      db_->GetApproximateSizes(options, Family(Table::kBatches), &range, 1, &bytes);
  if (!status.ok()) Throw(status, "cannot be measured");
  return bytes;
}

}  // namespace tidewire::log
