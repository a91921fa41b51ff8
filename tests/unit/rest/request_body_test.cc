#include "rest/request_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidewire::rest {
namespace {

using runtime::RequestError;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

template <class Parse>
std::string Refusal(Parse parse) {
  try {
    parse();
  } catch (const RequestError& error) {
    EXPECT_EQ(error.status(), 400);
    return error.what();
  }
  ADD_FAILURE() << "was taken";
  return "";
}

std::string CreateRefusal(const std::string& body) {
  return Refusal([&] { ParseCreateRequest(body); });
}

TEST(CreateRequest, TakesNameConfigAndState) {
  const auto request = ParseCreateRequest(
      R"({"name":" x ","config":{"a":"1","tasks.max":1,"d":2.50,"e":0e59,"b":true,"n":null},"initial_state":"stopped"})");
  EXPECT_EQ(request.name, "x");
  EXPECT_THAT(request.config, ElementsAre(Pair("a", "1"), Pair("b", "true"), Pair("d", "2.50"),
                                          Pair("e", "0e59"), Pair("tasks.max", "1")));
  EXPECT_EQ(request.initial_state, runtime::TargetState::kStopped);
}

TEST(CreateRequest, HasAnEmptyNameWhenNoneIsGiven) {
  EXPECT_EQ(ParseCreateRequest(R"({"config":{}})").name, "");
}

TEST(CreateRequest, IsRefusedWithWhatIsWrong) {
  EXPECT_THAT(CreateRefusal(""), HasSubstr("has no body"));
  EXPECT_THAT(CreateRefusal("{bad json"), HasSubstr("At character 2"));
  EXPECT_THAT(CreateRefusal("[]"), HasSubstr("must be an object"));
  EXPECT_THAT(CreateRefusal(R"({"name":"x"})"), HasSubstr("'config' is missing"));
  EXPECT_THAT(CreateRefusal(R"({"name":"x","config":"y"})"), HasSubstr("'config' is missing"));
  EXPECT_THAT(CreateRefusal(R"({"name":"x","bogus":1,"config":{}})"),
              HasSubstr("Unrecognized field \"bogus\""));
  EXPECT_THAT(CreateRefusal(R"({"name":"x","config":{},"initial_state":"BOGUS"})"),
              HasSubstr("RUNNING, PAUSED or STOPPED, not \"BOGUS\""));
  EXPECT_THAT(CreateRefusal(R"({"name":"x","config":{"a":{}}})"), HasSubstr("The value of 'a'"));
  EXPECT_THAT(CreateRefusal(R"({"name":{},"config":{}})"), HasSubstr("'name' must be a text"));
  EXPECT_THAT(CreateRefusal("{} x"), HasSubstr("not valid JSON"));
}

TEST(CreateRequest, SurvivesDeepNesting) {
  const std::string deep = std::string(200000, '[') + std::string(200000, ']');
  for (const std::string& body : {deep, R"({"initial_state":)" + deep + "}"}) {
    EXPECT_THAT(CreateRefusal(body), HasSubstr("nested more than"));
  }
  // Writing a partition once recursed as deep as the body liked.
  EXPECT_THAT(Refusal([&] { ParseOffsets(R"({"offsets":[{"partition":{"a":)" + deep + "}}]}"); }),
              HasSubstr("nested more than"));
  const std::string brackets(300, '[');
  EXPECT_THAT(ParseConfig(R"({"a":"\")" + brackets + "\"}"),
              ElementsAre(Pair("a", "\"" + brackets)));
}

TEST(ConfigPatch, RemovesWithNull) {
  EXPECT_THAT(ParseConfigPatch(R"({"a":null,"b":"x"})"),
              ElementsAre(Pair("a", std::nullopt), Pair("b", std::optional<std::string>("x"))));
}

TEST(Offsets, KeepTheirMembersAndNumbers) {
  const auto offsets = ParseOffsets(
      R"({"offsets":[{"partition":{"server":"rest"},"offset":{"lsn_proc":22793112,"big":9223372036854775807}},
                     {"partition":{"b":1,"a":2},"offset":null}]})");
  ASSERT_EQ(offsets.size(), 2u);
  EXPECT_EQ(offsets[0].partition, R"({"server":"rest"})");
  EXPECT_EQ(offsets[0].offset, R"({"lsn_proc":22793112,"big":9223372036854775807})");
  EXPECT_EQ(offsets[1].partition, R"({"b":1,"a":2})");
  EXPECT_EQ(offsets[1].offset, std::nullopt);
}

TEST(Offsets, AreRefusedWhenThereAreNone) {
  for (const char* body : {"{}", R"({"offsets":[]})", R"({"offsets":null})"}) {
    EXPECT_EQ(Refusal([&] { ParseOffsets(body); }),
              "Partitions / offsets need to be provided for an alter offsets request");
  }
  EXPECT_THAT(Refusal([] { ParseOffsets(R"({"offsets":[{"offset":{}}]})"); }),
              HasSubstr("partition"));
  EXPECT_THAT(Refusal([] { ParseOffsets(R"({"offsets":[{"partition":{},"offset":3}]})"); }),
              HasSubstr("must be an object or null"));
}

TEST(Level, IsNeeded) {
  EXPECT_EQ(ParseLevel(R"({"level":"DEBUG"})"), "DEBUG");
  EXPECT_THAT(Refusal([] { ParseLevel("{}"); }), HasSubstr("'level'"));
}

}  // namespace
}  // namespace tidewire::rest
