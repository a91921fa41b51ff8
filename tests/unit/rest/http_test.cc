#include "rest/http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidewire::rest {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

HttpRequest Parsed(std::string_view target) {
  HttpRequest out;
  ParseTarget(target, out);
  return out;
}

TEST(Target, IsCutBeforeItIsDecoded) {
  EXPECT_THAT(Parsed("/connectors/a%2Fb/x%20y%20%C3%A9").path,
              ElementsAre("connectors", "a/b", "x y \xc3\xa9"));
}

TEST(Target, LosesALastSlash) {
  EXPECT_THAT(Parsed("/connectors/").path, ElementsAre("connectors"));
  EXPECT_THAT(Parsed("/").path, IsEmpty());
  EXPECT_THAT(Parsed("/a//b").path, ElementsAre("a", "", "b"));
}

TEST(Target, KeepsRepeatedAndEmptyParameters) {
  EXPECT_THAT(Parsed("/c?expand=info&expand=status&x&y=a%3Db+c").query,
              ElementsAre(Pair("expand", "info"), Pair("expand", "status"), Pair("x", ""),
                          Pair("y", "a=b c")));
}

TEST(Percent, DecodingLeavesBrokenEscapesAlone) {
  EXPECT_EQ(PercentDecode("%zz%4", false), "%zz%4");
  EXPECT_EQ(PercentDecode("a+b", false), "a+b");
}

TEST(Percent, EncodingComesBackTheSame) {
  const std::string name = "x y \xc3\xa9/?#%&+=";
  EXPECT_EQ(PercentEncodeSegment("x y \xc3\xa9"), "x%20y%20%C3%A9");
  EXPECT_EQ(PercentDecode(PercentEncodeSegment(name), false), name);
  HttpRequest request;
  ParseTarget("/x?" + PercentEncodeQuery(name) + "=" + PercentEncodeQuery(name), request);
  EXPECT_THAT(request.query, ElementsAre(Pair(name, name)));
}

}  // namespace
}  // namespace tidewire::rest
