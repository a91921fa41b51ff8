// The log of tests: the stored log on maps instead of files, without a thread of its own.
#pragma once

#include <memory>

#include "log/stored_log.h"

namespace tidewire::log {

// As the embedded log in all but durability across processes. With MakeMemoryLog(store) a test
// keeps the store and opens another log on it, as a restart would; only one log may use a store at
// a time.
std::shared_ptr<Store> MakeMemoryStore();
std::unique_ptr<StoredLog> MakeMemoryLog(std::shared_ptr<Store> store = MakeMemoryStore(),
                                         StoredLogOptions options = {});

}  // namespace tidewire::log
