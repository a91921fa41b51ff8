// A Store in maps, for MemoryLog.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <mutex>

#include "log/store.h"

namespace tidewire::log {

// Cursors copy the table when made, so that they see it as it was: meant for tests, whose logs are
// small.
class MemoryStore final : public Store {
 public:
  void Commit(const StoreChanges& changes) override;
  std::optional<std::string> Get(Table table, std::string_view key) override;
  std::unique_ptr<StoreCursor> NewCursor(Table table) override;
  void Reclaim(std::string_view) override {}
  uint64_t SizeBytes() override;
  uint64_t BatchBytes(std::string_view key) override;
  const std::string& name() const override { return name_; }

  // Values are shared with the cursors, so that copying a table copies no batch.
  using Map = std::map<std::string, std::shared_ptr<const std::string>, std::less<>>;

 private:
  const std::string name_ = "memory";
  std::mutex mutex_;
  std::array<Map, kTables> tables_;
  uint64_t bytes_ = 0;
};

}  // namespace tidewire::log
