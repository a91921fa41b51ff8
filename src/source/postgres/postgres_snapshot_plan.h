// How the tables of a snapshot are split among its connections.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "source/postgres/postgres_catalog.h"

namespace tidewire::source {

// A part of a table that is read by one COPY.
struct PostgresChunk {
  size_t table = 0;         // Index into the plan's tables.
  uint64_t first_page = 0;  // ctid range [first_page, end_page).
  uint64_t end_page = 0;    // 0: to the end of the table.
  bool whole = true;        // The chunk is the table.
};

struct PostgresSnapshotPlan {
  std::vector<SnapshotTable> tables;
  std::vector<PostgresChunk> chunks;  // In the order of their tables.
  size_t workers = 1;                 // Connections that it takes.
};

// For at most `threads` connections; one thread reads whole tables, in order.
PostgresSnapshotPlan PlanPostgresSnapshot(std::vector<SnapshotTable> tables, int threads,
                                          int server_version);

}  // namespace tidewire::source
