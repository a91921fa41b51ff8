#include "source/snapshot_settings.h"

#include "source/settings_reading.h"

namespace tidewire::source {

SnapshotSettings SnapshotSettings::FromConfig(
    const config::Config& config,
    std::initializer_list<std::pair<std::string_view, SnapshotMode>> modes) {
  SnapshotSettings out;
  out.mode = OneOf<SnapshotMode>(config, "snapshot.mode", modes);
  out.threads = static_cast<int>(config.GetInt("snapshot.max.threads"));
  out.fetch_rows = config.Has("snapshot.fetch.size") ? config.GetInt("snapshot.fetch.size") : 0;
  out.delay = Millis(config, "snapshot.delay.ms");
  out.streaming_delay = Millis(config, "streaming.delay.ms");
  return out;
}

}  // namespace tidewire::source
