#include "source/postgres/postgres_snapshot_plan.h"

namespace tidewire::source {
namespace {

// Small enough to keep all connections busy until the end, large enough that a COPY's start does
// not count: 8 to 128 MB.
constexpr uint64_t kChunkPagesMin = 1024;
constexpr uint64_t kChunkPagesMax = 16 * 1024;
constexpr int kTidRangeScans = 140000;  // PostgreSQL 14.

}  // namespace

PostgresSnapshotPlan PlanPostgresSnapshot(std::vector<SnapshotTable> tables, int threads,
                                          int server_version) {
  PostgresSnapshotPlan out;
  for (size_t i = 0; i < tables.size(); ++i) {
    PostgresChunk chunk;
    chunk.table = i;
    const uint64_t pages = tables[i].pages;
    const uint64_t size =
        std::clamp(pages / (static_cast<uint64_t>(threads) * 8), kChunkPagesMin, kChunkPagesMax);
    if (threads < 2 || server_version < kTidRangeScans || tables[i].partitioned ||
        pages < 2 * size) {
      out.chunks.push_back(chunk);
      continue;
    }
    chunk.whole = false;
    for (uint64_t page = 0; page < pages; page += size) {
      chunk.first_page = page;
      // The last one is open: the table may have grown since its size was read.
      chunk.end_page = page + size < pages ? page + size : 0;
      out.chunks.push_back(chunk);
    }
  }
  out.tables = std::move(tables);
  out.workers = std::clamp<size_t>(out.chunks.size(), 1, static_cast<size_t>(threads));
  return out;
}

}  // namespace tidewire::source
