// The properties that say whether and how a source takes a snapshot, whatever its database.
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "config/config.h"

namespace tidewire::source {

// snapshot.mode
enum class SnapshotMode : uint8_t {
  kInitial,      // When there is no offset.
  kAlways,       // At each start.
  kInitialOnly,  // As kInitial, and then no stream.
  kNoData,       // Structures only; rows come by the stream.
  kWhenNeeded,   // As kInitial, and when the server cannot go on from the stored offset.
  kRecovery,     // MySQL: rebuilds the schema history, and goes on from the stored offset.
  kNever,        // MySQL: no structures either; the stream begins at the oldest log.
};

// Plain values; each comment names the property where the name does not say it.
struct SnapshotSettings {
  SnapshotMode mode = SnapshotMode::kInitial;
  int threads = 1;         // snapshot.max.threads
  int64_t fetch_rows = 0;  // snapshot.fetch.size: most rows of a batch; 0: by bytes only
  std::chrono::milliseconds delay{0};
  std::chrono::milliseconds streaming_delay{0};  // streaming.delay.ms

  // `modes`: the connector's words for snapshot.mode, old names too. Throws ConfigError for any
  // other word.
  static SnapshotSettings FromConfig(
      const config::Config& config,
      std::initializer_list<std::pair<std::string_view, SnapshotMode>> modes);
};

}  // namespace tidewire::source
