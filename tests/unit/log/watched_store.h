// A store in memory that tests look into, or make fail.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "base/error.h"
#include "log/memory_log.h"
#include "log/store.h"

namespace tidewire::log {

class WatchedStore final : public Store {
 public:
  explicit WatchedStore(std::shared_ptr<Store> below = MakeMemoryStore())
      : below_(std::move(below)) {}

  bool fails = false;                    // Then nothing is changed.
  std::function<void()> behind = [] {};  // Called after each change, by its thread.
  std::function<void()> looked = [] {};  // Called when a cursor was made, by its thread.

  void Commit(const StoreChanges& changes) override {
    if (fails) throw RetriableError("disk full");
    below_->Commit(changes);
    behind();
  }
  std::optional<std::string> Get(Table table, std::string_view key) override {
    return below_->Get(table, key);
  }
  std::unique_ptr<StoreCursor> NewCursor(Table table) override {
    auto cursor = below_->NewCursor(table);
    looked();
    return cursor;
  }
  void Reclaim(std::string_view key) override { below_->Reclaim(key); }
  uint64_t SizeBytes() override { return below_->SizeBytes(); }
  uint64_t BatchBytes(std::string_view key) override { return below_->BatchBytes(key); }
  const std::string& name() const override { return below_->name(); }

 private:
  const std::shared_ptr<Store> below_;
};

}  // namespace tidewire::log
