// The PostgreSQL connector's properties as typed values.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "config/config.h"
#include "model/topic_schema.h"
#include "source/capture_filters.h"
#include "source/event_settings.h"
#include "source/postgres/pg_connection.h"
#include "source/snapshot_settings.h"

namespace tidewire::source {

// publication.autocreate.mode
enum class PublicationMode : uint8_t { kDisabled, kAllTables, kFiltered, kNoTables };
// lsn.flush.mode and flush.lsn.source: kManual leaves the slot's position to somebody else.
enum class LsnFlushMode : uint8_t { kConnector, kManual };

// Plain values; each comment names the property where the name does not say it.
struct PostgresSettings {
  PgConnectionSettings connection;
  std::chrono::milliseconds query_timeout{600'000};  // database.query.timeout.ms

  std::string slot_name;
  bool slot_drop_on_stop = false;
  int slot_retries_max = 6;  // slot.max.retries
  std::chrono::milliseconds slot_retry_delay{10'000};
  std::string publication_name;
  PublicationMode publication_mode = PublicationMode::kAllTables;
  bool publish_via_partition_root = false;

  FilterSettings filters;

  SnapshotSettings snapshot;
  EventSettings events;

  std::chrono::milliseconds status_update_interval{10'000};
  LsnFlushMode lsn_flush_mode = LsnFlushMode::kConnector;

  // Throws ConfigError naming the property when two of them exclude each other or one cannot be
  // read.
  static PostgresSettings FromConfig(const config::Config& config);

  // "<prefix><delimiter>message"
  std::string MessageTopic() const;
};

// How this connector's rows are rendered. `run_id`: one UUID for each run of the task.
std::shared_ptr<const model::RenderOptions> MakePostgresRenderOptions(
    const PostgresSettings& settings, const config::Config& config, std::string run_id);

}  // namespace tidewire::source
