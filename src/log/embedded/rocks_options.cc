#include "log/embedded/rocks_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

namespace tidewire::log {
namespace {

constexpr size_t kMiB = size_t{1} << 20;
constexpr size_t kBatchBufferBytes = 16 * kMiB;
constexpr size_t kSmallBufferBytes = 2 * kMiB;
constexpr size_t kBlockCacheBytes = 8 * kMiB;
// Recovery replays at most this much, so that a killed worker is back at once.
constexpr size_t kWalBytesMax = 64 * kMiB;
constexpr int kOpenFilesMax = 256;

}  // namespace

const char* RocksFamilyName(Table table) {
  switch (table) {
    case Table::kBatches:
      return "batches";
    case Table::kIndex:
      return "index";
    case Table::kSchemas:
      return "schemas";
    case Table::kMeta:
      return "default";
  }
  return "default";
}

rocksdb::DBOptions RocksDatabaseOptions() {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  // Only an incomplete last record may be missing after a crash: everything in front of it was
  // acknowledged. Damage anywhere else is an error, never a silent loss.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.max_total_wal_size = kWalBytesMax;
  options.max_open_files = kOpenFilesMax;
  options.max_background_jobs = 2;
  options.bytes_per_sync = kMiB;
  options.keep_log_file_num = 2;
  options.max_log_file_size = kMiB;
  options.max_manifest_file_size = 4 * kMiB;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.skip_stats_update_on_db_open = true;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  // The log groups writes itself: one writer at a time, so the machinery for many is only cost.
  options.allow_concurrent_memtable_write = false;
  options.enable_write_thread_adaptive_yield = false;
  return options;
}

rocksdb::ColumnFamilyOptions RocksTableOptions(Table table) {
  rocksdb::ColumnFamilyOptions options;
  rocksdb::BlockBasedTableOptions blocks;
  static const std::shared_ptr<rocksdb::Cache> cache = rocksdb::NewLRUCache(kBlockCacheBytes, 2);
  blocks.block_cache = cache;
  blocks.format_version = 5;
  blocks.checksum = rocksdb::kXXH3;
  blocks.cache_index_and_filter_blocks = true;
  blocks.pin_l0_filter_and_index_blocks_in_cache = true;
  options.write_buffer_size = kSmallBufferBytes;
  options.max_write_buffer_number = 2;
  options.compression = rocksdb::kNoCompression;
  if (table == Table::kBatches) {
    blocks.block_size = 32 * 1024;
    options.write_buffer_size = kBatchBufferBytes;
    options.target_file_size_base = 64 * kMiB;
    // Files of ascending keys do not overlap: compactions only move them, a file is written once.
    options.level_compaction_dynamic_level_bytes = true;
    // A backlog of them costs readers little, as each key is in one file.
    options.level0_slowdown_writes_trigger = 60;
    options.level0_stop_writes_trigger = 100;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
  return options;
}

}  // namespace tidewire::log
