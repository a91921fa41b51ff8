// How RocksDB is set up: sequential keys, large values, little memory.
// docs/decisions/0002-embedded-log.md has the reasons and the measurements. Internal to the room.
#pragma once

#include <rocksdb/options.h>

#include "log/store.h"

namespace tidewire::log {

rocksdb::DBOptions RocksDatabaseOptions();
rocksdb::ColumnFamilyOptions RocksTableOptions(Table table);
// "batches", …: the column family of a table.
const char* RocksFamilyName(Table table);

}  // namespace tidewire::log
