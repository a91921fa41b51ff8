#include "base/logging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidewire {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Logger, HasTheLevelOfItsNearestAncestor) {
  Logger("inherit");
  SetLoggerLevel("inherit", "debug", 5);
  EXPECT_EQ(Logger("inherit.a.b").level(), spdlog::level::debug);
  EXPECT_EQ(Logger("inheritance").level(), spdlog::level::info);
}

TEST(Logger, IsTheSameObjectForTheSameName) { EXPECT_EQ(&Logger("same"), &Logger("same")); }

TEST(LoggerLevel, ChangesAllBelow) {
  Logger("tree");
  Logger("tree.leaf");
  Logger("trees");
  const auto changed = SetLoggerLevel("tree", "WARN", 1234);
  ASSERT_TRUE(changed.has_value());
  EXPECT_THAT(*changed, ElementsAre("tree", "tree.leaf"));
  EXPECT_EQ(LoggerLevels()["tree.leaf"].level, "WARN");
  EXPECT_EQ(LoggerLevels()["tree.leaf"].last_modified_ms, 1234);
  EXPECT_EQ(LoggerLevels()["trees"].last_modified_ms, std::nullopt);
}

TEST(LoggerLevel, OfRootChangesEverything) {
  Logger("anything");
  const auto changed = SetLoggerLevel("root", "INFO", 7);
  ASSERT_TRUE(changed.has_value());
  EXPECT_THAT(*changed, Contains("anything"));
  EXPECT_THAT(*changed, Contains("root"));
}

TEST(LoggerLevel, OfAnUnseenNameIsKept) {
  EXPECT_THAT(*SetLoggerLevel("later", "ERROR", 1), ElementsAre("later"));
  EXPECT_EQ(Logger("later.child").level(), spdlog::level::err);
}

TEST(LoggerLevel, IsRefusedWhenThereIsNoSuchLevel) {
  EXPECT_EQ(SetLoggerLevel("refused", "BOGUS", 1), std::nullopt);
  EXPECT_EQ(SetLoggerLevel("refused", "", 1), std::nullopt);
}

TEST(Logging, WritesOneJsonObjectALine) {
  testing::internal::CaptureStderr();
  SetUpLogging(LogStyle::kJson, "INFO");
  Logger("json.test").warn("a \"quoted\"\nline\t\\ {}", 1);
  Logger("json.test").debug("not this");
  const std::string out = testing::internal::GetCapturedStderr();
  EXPECT_THAT(out, HasSubstr("\"level\":\"WARN\",\"logger\":\"json.test\","
                             "\"msg\":\"a \\\"quoted\\\"\\nline\\u0009\\\\ 1\"}\n"));
  EXPECT_THAT(out, testing::StartsWith("{\"ts\":\"20"));
  EXPECT_THAT(out, Not(HasSubstr("not this")));
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 1);
}

TEST(Logging, KeepsALineJsonWhateverTheMessage) {
  testing::internal::CaptureStderr();
  SetUpLogging(LogStyle::kJson, "INFO");
  Logger("json.test").info("k\xc3\xa4se \xe4 \xc3");
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("k\xc3\xa4se ? ?\""));
}

TEST(Logging, WritesTextForPeople) {
  testing::internal::CaptureStderr();
  SetUpLogging(LogStyle::kTerminal, "INFO");
  Logger("text.test").info("hello");
  const std::string out = testing::internal::GetCapturedStderr();
  EXPECT_THAT(out, HasSubstr("text.test  hello\n"));
}

}  // namespace
}  // namespace tidewire
