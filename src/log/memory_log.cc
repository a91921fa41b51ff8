#include "log/memory_log.h"

#include "log/memory_store.h"

namespace tidewire::log {

std::shared_ptr<Store> MakeMemoryStore() { return std::make_shared<MemoryStore>(); }

std::unique_ptr<StoredLog> MakeMemoryLog(std::shared_ptr<Store> store, StoredLogOptions options) {
  return std::make_unique<StoredLog>(std::move(store), std::move(options));
}

}  // namespace tidewire::log
