#include "log/memory_store.h"

namespace tidewire::log {
namespace {

class MapCursor final : public StoreCursor {
 public:
  explicit MapCursor(MemoryStore::Map map) : map_(std::move(map)), at_(map_.end()) {}

  bool Seek(std::string_view key) override {
    at_ = map_.lower_bound(key);
    return at_ != map_.end();
  }
  bool SeekBefore(std::string_view key) override {
    at_ = map_.lower_bound(key);
    if (at_ == map_.begin()) {
      at_ = map_.end();
      return false;
    }
    --at_;
    return true;
  }
  bool Next() override { return ++at_ != map_.end(); }
  std::string_view key() const override { return at_->first; }
  std::string_view value() const override { return *at_->second; }

 private:
  const MemoryStore::Map map_;
  MemoryStore::Map::const_iterator at_;
};

}  // namespace

void MemoryStore::Commit(const StoreChanges& changes) {
  std::lock_guard lock(mutex_);
  for (const StoreChange& change : changes.all()) {
    Map& map = tables_[static_cast<size_t>(change.table)];
    auto begin = map.lower_bound(change.key);
    auto end = begin;
    if (change.kind == StoreChange::kDeleteRange) {
      end = map.lower_bound(change.value);
    } else if (begin != map.end() && begin->first == change.key) {
      ++end;
    }
    for (auto at = begin; at != end; ++at) bytes_ -= at->second->size();
    map.erase(begin, end);
    if (change.kind != StoreChange::kPut) continue;
    auto value = std::make_shared<std::string>(change.value);
    value->append(change.tail);
    bytes_ += value->size();
    map[change.key] = std::move(value);
  }
}

std::optional<std::string> MemoryStore::Get(Table table, std::string_view key) {
  std::lock_guard lock(mutex_);
  const Map& map = tables_[static_cast<size_t>(table)];
  const auto found = map.find(key);
  if (found == map.end()) return std::nullopt;
  return *found->second;
}

std::unique_ptr<StoreCursor> MemoryStore::NewCursor(Table table) {
  std::lock_guard lock(mutex_);
  return std::make_unique<MapCursor>(tables_[static_cast<size_t>(table)]);
}

uint64_t MemoryStore::SizeBytes() {
  std::lock_guard lock(mutex_);
  return bytes_;
}

uint64_t MemoryStore::BatchBytes(std::string_view key) {
  std::lock_guard lock(mutex_);
  const Map& map = tables_[static_cast<size_t>(Table::kBatches)];
  uint64_t bytes = 0;
  for (auto at = map.lower_bound(key); at != map.end(); ++at) bytes += at->second->size();
  return bytes;
}

}  // namespace tidewire::log
