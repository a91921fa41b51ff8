#include "config/worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace tidewire::config {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(WorkerDefinition, NeedsNothing) {
  EXPECT_EQ(Validate(WorkerDefinition(), {}).error_count(), 0);
}

TEST(WorkerDefinition, HasDefaultsThatPassItsOwnChecks) {
  Properties defaults;
  for (const auto& property : WorkerDefinition().properties) {
    if (property.default_value) defaults[property.name] = *property.default_value;
  }
  EXPECT_EQ(Validate(WorkerDefinition(), defaults).error_count(), 0);
}

TEST(WorkerDefinition, TakesAKafkaConnectFileWithoutWarnings) {
  const auto validation = Validate(WorkerDefinition(), {{"group.id", "connect"},
                                                        {"offset.storage.topic", "o"},
                                                        {"offset.storage.replication.factor", "1"},
                                                        {"key.converter.schemas.enable", "false"},
                                                        {"producer.acks", "all"},
                                                        {"config.providers", "file"},
                                                        {"config.providers.file.class", "x"},
                                                        {"plugin.path", "/x"}});
  EXPECT_EQ(validation.error_count(), 0);
  EXPECT_THAT(validation.warnings, IsEmpty());
}

TEST(WorkerDefinition, SuggestsNames) {
  const auto validation = Validate(WorkerDefinition(), {{"tidewire.datadir", "x"}});
  ASSERT_EQ(validation.warnings.size(), 1u);
  EXPECT_THAT(validation.warnings[0], HasSubstr("tidewire.data.dir"));
}

TEST(Listeners, StayOnLoopbackUnlessTold) {
  const auto listeners = ParseListeners("HTTP://:8083, http://0.0.0.0:1,http://[::1]:2");
  ASSERT_EQ(listeners.size(), 3u);
  EXPECT_EQ(listeners[0].host, "127.0.0.1");
  EXPECT_EQ(listeners[0].port, 8083);
  EXPECT_EQ(listeners[1].host, "0.0.0.0");
  EXPECT_EQ(listeners[2].host, "::1");
}

TEST(Listeners, AreRefusedWithAnExample) {
  for (const char* wrong :
       {"", "https://x:1", "http://x", "x:1", "http://x:99999", "http://x:a", "ftp://x:1"}) {
    EXPECT_THROW(ParseListeners(wrong), ConfigError) << wrong;
  }
}

}  // namespace
}  // namespace tidewire::config
