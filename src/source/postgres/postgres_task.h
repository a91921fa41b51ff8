// One run of the PostgreSQL source: publication, slot, snapshot, stream.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "config/config.h"
#include "source/postgres/postgres_catalog.h"
#include "source/postgres/postgres_position.h"
#include "source/postgres/postgres_settings.h"
#include "source/postgres/postgres_slot.h"
#include "source/snapshot_state.h"
#include "source/source.h"

namespace tidewire::source {

class PostgresTask final : public SourceTask {
 public:
  PostgresTask(const config::Config& config, Clock& clock);

  void Run(SourceContext& context, std::stop_token stop) override;
  void CleanUp() override;

 private:
  // Where to go on, and how the snapshot stands.
  struct Start {
    PostgresPosition position;
    std::optional<SnapshotState> snapshot;
    bool has_offset = false;
  };

  Start LoadStart(SourceContext& context) const;
  bool WantsSnapshot(const Start& start) const;
  // Throws FatalError when the stored position and the slot do not fit together, unless
  // snapshot.mode=when_needed: then the answer is false and everything begins anew.
  bool SlotFits(const Start& start, const std::optional<SlotState>& slot, PGconn* connection) const;
  // Makes the slot if need be, and runs the snapshot. False: stopped.
  bool Prepare(Start& start, PostgresCatalog& catalog, SourceContext& context,
               std::stop_token stop);
  bool TakeSnapshot(Start& start, std::optional<SlotState> slot, PostgresCatalog& catalog,
                    SourceContext& context, std::stop_token stop);
  void Stream(Start start, PostgresCatalog& catalog,
              std::shared_ptr<const model::RenderOptions> render, SourceContext& context,
              std::stop_token stop);

  const config::Config config_;
  const PostgresSettings settings_;
  const std::string partition_;
  Clock& clock_;
  PostgresSlot slot_;
  bool snapshot_taken_ = false;  // snapshot.mode=always means once a start, not once a retry.
};

}  // namespace tidewire::source
