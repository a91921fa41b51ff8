#include "runtime/json_text.h"

#include <gtest/gtest.h>

#include "runtime/herder.h"

namespace tidewire::runtime {
namespace {

TEST(CanonicalJson, IsEqualForEqualObjects) {
  EXPECT_EQ(CanonicalJson(R"({"b":1, "a":"x"})"), CanonicalJson(R"({ "a": "x","b":1})"));
  EXPECT_NE(CanonicalJson(R"({"a":1})"), CanonicalJson(R"({"a":2})"));
  EXPECT_EQ(CanonicalJson("no json"), "no json");
}

TEST(Properties, SurviveTheirJson) {
  const config::Properties properties = {{"a", "1"}, {"ü", "\"x\"\n"}};
  EXPECT_EQ(PropertiesFromJson(PropertiesToJson(properties)), properties);
  EXPECT_EQ(PropertiesFromJson(R"({"n":5,"b":true,"z":null})"),
            (config::Properties{{"n", "5"}, {"b", "true"}}));
  EXPECT_FALSE(PropertiesFromJson("[]").has_value());
  EXPECT_FALSE(PropertiesFromJson("{").has_value());
}

TEST(SinkOffsets, TakeNumbersAsNumbersOrText) {
  const SinkOffset offset =
      ParseSinkOffset(R"({"kafka_topic":"t","kafka_partition":"2"})", R"({"kafka_offset":7})");
  EXPECT_EQ(offset.topic, "t");
  EXPECT_EQ(offset.partition, 2);
  EXPECT_EQ(offset.offset, 7);
  EXPECT_EQ(ParseSinkOffset(R"({"kafka_topic":"t","kafka_partition":0})", std::nullopt).offset,
            std::nullopt);
}

TEST(SinkOffsets, RefuseWhatIsIncomplete) {
  EXPECT_THROW(ParseSinkOffset("null", std::nullopt), RequestError);
  EXPECT_THROW(ParseSinkOffset(R"({"kafka_topic":"t"})", std::nullopt), RequestError);
  EXPECT_THROW(ParseSinkOffset(R"({"kafka_topic":"t","kafka_partition":"x"})", std::nullopt),
               RequestError);
  EXPECT_THROW(ParseSinkOffset(R"({"kafka_topic":"t","kafka_partition":0})", "{}"), RequestError);
}

}  // namespace
}  // namespace tidewire::runtime
