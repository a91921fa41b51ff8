#include "log/position.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tidewire::log {
namespace {

TEST(LogPosition, IsTheTextItWasMadeFrom) {
  for (const char* text : {R"({"sequence":12,"index":3})", R"({"sequence":0,"index":0})",
                           R"({"sequence":7,"index":0,"skip":{"a-b-10":5,"t-0":9000000000}})",
                           R"({"sequence":7,"index":1,"skip":{"t-0":5},"log":"0f"})"}) {
    EXPECT_EQ(LogPosition::Parse(text).Text(), text);
  }
  const LogPosition position =
      LogPosition::Parse(R"({"sequence":7,"index":0,"skip":{"a-b-10":5}})");
  EXPECT_EQ(position.skip.at({"a-b", 10}), 5);
}

TEST(LogPosition, EscapesTopicNames) {
  LogPosition position;
  position.skip[{"we\"ird\\\n", 1}] = 2;
  EXPECT_EQ(LogPosition::Parse(position.Text()).skip, position.skip);
}

TEST(LogPosition, RefusesWhatIsNone) {
  for (const char* text :
       {"", "x", "[]", "{}", R"({"index":1})", R"({"sequence":-1,"index":0})",
        R"({"sequence":1,"index":0,"skip":{"t":1}})", R"({"sequence":1,"offset":0})",
        R"({"sequence":1,"index":0,"log":5})", R"({"sequence":1,"index":0,"skip":{"t-x":1}})"}) {
    EXPECT_THROW(LogPosition::Parse(text), ConfigError) << text;
  }
}

}  // namespace
}  // namespace tidewire::log
