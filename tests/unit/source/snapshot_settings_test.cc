#include "source/snapshot_settings.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "shared_definition.h"

namespace tidewire::source {
namespace {

using testing_support::SharedConfig;

SnapshotSettings Read(config::Properties given) {
  return SnapshotSettings::FromConfig(
      SharedConfig(std::move(given)),
      {{"initial", SnapshotMode::kInitial}, {"schema_only", SnapshotMode::kNoData}});
}

TEST(SnapshotSettings, ReadTheConnectorsWordsForModes) {
  EXPECT_EQ(Read({}).mode, SnapshotMode::kInitial);
  EXPECT_EQ(Read({{"snapshot.mode", "Schema_Only"}}).mode, SnapshotMode::kNoData);
  EXPECT_THROW(Read({{"snapshot.mode", "always"}}), ConfigError);
}

TEST(SnapshotSettings, ReadThreadsSizesAndPauses) {
  EXPECT_EQ(Read({}).threads, 1);
  EXPECT_EQ(Read({}).fetch_rows, 0);
  const auto settings = Read({{"snapshot.max.threads", "4"},
                              {"snapshot.fetch.size", "10"},
                              {"snapshot.delay.ms", "5"},
                              {"streaming.delay.ms", "6"}});
  EXPECT_EQ(settings.threads, 4);
  EXPECT_EQ(settings.fetch_rows, 10);
  EXPECT_EQ(settings.delay.count(), 5);
  EXPECT_EQ(settings.streaming_delay.count(), 6);
}

}  // namespace
}  // namespace tidewire::source
