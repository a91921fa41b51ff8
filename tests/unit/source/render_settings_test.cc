#include "source/render_settings.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "shared_definition.h"

namespace tidewire::source {
namespace {

using testing_support::SharedConfig;

std::shared_ptr<model::RenderOptions> Options(config::Properties given) {
  const auto config = SharedConfig(std::move(given));
  return MakeRenderOptions(EventSettings::FromConfig(config), config, "mysql", "id");
}

TEST(RenderSettings, FollowTheHandlingModesAndConverters) {
  const auto options =
      Options({{"decimal.handling.mode", "String"},
               {"time.precision.mode", "connect"},
               {"binary.handling.mode", "hex"},
               {"bigint.unsigned.handling.mode", "precise"},
               {"value.converter", "org.apache.kafka.connect.json.JsonConverter"},
               {"value.converter.schemas.enable", "false"},
               {"key.converter", "org.apache.kafka.connect.storage.StringConverter"}});
  EXPECT_EQ(options->decimal, model::DecimalMode::kString);
  EXPECT_EQ(options->time, model::TimeMode::kConnect);
  EXPECT_EQ(options->binary, model::BinaryMode::kHex);
  EXPECT_EQ(options->unsigned_bigint, model::UnsignedBigintMode::kPrecise);
  EXPECT_FALSE(options->value_converter.schemas_enable);
  EXPECT_TRUE(options->key_converter.schemas_enable);
  EXPECT_EQ(options->key_converter.kind, model::ConverterKind::kString);
}

TEST(RenderSettings, NameTheConnectorAndTheRun) {
  const auto options = Options({});
  EXPECT_EQ(options->connector_kind, "mysql");
  EXPECT_EQ(options->logical_name, "t");
  EXPECT_EQ(options->run_id, "id");
  EXPECT_EQ(options->time, model::TimeMode::kAdaptiveMicroseconds);
  EXPECT_EQ(options->unsigned_bigint, model::UnsignedBigintMode::kLong);
}

TEST(RenderSettings, LeaveModesOfOtherConnectorsAlone) {
  const auto options = Options({{"hstore.handling.mode", "map"}, {"interval.handling.mode", "?"}});
  EXPECT_EQ(options->hstore, model::HstoreMode::kJson);
  EXPECT_EQ(options->interval, model::IntervalMode::kNumeric);
}

TEST(RenderSettings, RefuseModesThatDoNotExist) {
  EXPECT_THROW(Options({{"decimal.handling.mode", "x"}}), ConfigError);
  EXPECT_THROW(Options({{"binary.handling.mode", "x"}}), ConfigError);
}

}  // namespace
}  // namespace tidewire::source
