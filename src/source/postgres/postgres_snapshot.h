// Reads all captured tables at one consistent point of the change stream.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "source/postgres/postgres_catalog.h"
#include "source/postgres/postgres_settings.h"
#include "source/postgres/postgres_snapshot_plan.h"
#include "source/snapshot_ledger.h"
#include "source/source.h"

namespace tidewire::source {

// The view to read.
struct SnapshotView {
  // As pg_export_snapshot() or CREATE_REPLICATION_SLOT exported it; its session must stay open and
  // idle until Run returns. Empty: Run makes a temporary slot to get a view of its own.
  std::string exported_name;
  // The consistent point of that slot: transactions that commit behind it are in the stream. Unset
  // when `exported_name` is empty.
  Lsn consistent_point;
};

// One snapshot run of one task; used once. How it is to be called:
//   - no offset, no slot: make the slot, Run(view of the slot, nothing).
//   - the offset has a state that is not completed, and the slot is there: Run({}, that state).
//   - no offset, but the slot is there: Run({}, Begin(confirmed_flush_lsn of the slot)).
// Then stream from the returned state's start(), give the state to PostgresCatalog::UseSnapshot,
// and put JsonMember() into every offset until IsPassed.
class PostgresSnapshot {
 public:
  // All referenced objects must outlive this one.
  PostgresSnapshot(const PostgresSettings& settings, PostgresCatalog& catalog,
                   SourceContext& context, Clock& clock = SystemClock());

  // Emits all rows, each batch with the offset that says how far the snapshot came; the last one
  // (possibly without a record) says "snapshot_completed". `partition` is the offset's partition.
  // Nothing: the task is to stop. Throws RetriableError, ConfigError, FatalError; what was emitted
  // then is resumed from by the next Run.
  std::optional<SnapshotState> Run(const SnapshotView& view, std::optional<SnapshotState> earlier,
                                   const std::string& partition, std::stop_token stop);

 private:
  std::optional<SnapshotState> Read(const PostgresSnapshotPlan& plan,
                                    const std::string& exported_name, SnapshotFacts facts,
                                    SnapshotState state, std::stop_token stop);

  const PostgresSettings& settings_;
  PostgresCatalog& catalog_;
  SourceContext& context_;
  Clock& clock_;
};

}  // namespace tidewire::source
