#include "sink/sql/json_value.h"

#include <gtest/gtest.h>

#include "sink/sql/value_error.h"

namespace tidewire::sink {
namespace {

using model::Kind;

std::string Array(std::string_view literal, Kind element) {
  std::string out;
  AppendJsonArray(literal, element, out);
  return out;
}
std::string Object(std::string_view literal) {
  std::string out;
  AppendJsonObject(literal, out);
  return out;
}

TEST(JsonArray, WritesElementsByTheirKind) {
  EXPECT_EQ(Array("{1,-2,NULL}", Kind::kInt32), "[1,-2,null]");
  EXPECT_EQ(Array("{1,-2,NULL}", Kind::kString), "[\"1\",\"-2\",null]");
  EXPECT_EQ(Array("{1.50,NaN,1e+20}", Kind::kFloat64), "[1.50,\"NaN\",1e+20]");
  EXPECT_EQ(Array("{t,f}", Kind::kBool), "[true,false]");
  EXPECT_EQ(Array("{\"{\\\"a\\\": 1}\",null}", Kind::kJson), "[{\"a\": 1},null]");
  EXPECT_EQ(Array("{}", Kind::kInt32), "[]");
  EXPECT_EQ(Array("{{},{}}", Kind::kInt32), "[[],[]]");
}

TEST(JsonArray, KeepsQuotesEscapesAndTheWordNull) {
  EXPECT_EQ(Array("{\"a,b\",\"q\\\"\\\\\",\"NULL\",\"\",\"\n\t\x01\"}", Kind::kString),
            "[\"a,b\",\"q\\\"\\\\\",\"NULL\",\"\",\"\\n\\t\\u0001\"]");
}

TEST(JsonArray, KeepsBoundsAsAString) {
  EXPECT_EQ(Array("[2:3]={1,2}", Kind::kInt32), "\"[2:3]={1,2}\"");
}

TEST(JsonArray, RefusesWhatIsNone) {
  for (const char* text : {"", "{", "{1", "{1,}", "{,1}", "{1}x", "{\"a}", "{{{{{{{1}}}}}}}"})
    EXPECT_THROW(Array(text, Kind::kInt32), ValueError) << text;
}

TEST(JsonObject, ReadsHstores) {
  EXPECT_EQ(Object(""), "{}");
  EXPECT_EQ(Object("\"a\"=>\"1\", \"b \\\"\"=>NULL"), "{\"a\": \"1\", \"b \\\"\": null}");
  for (const char* text : {"a", "\"a\"", "\"a\"=>", "\"a\"=>1", "\"a\"=>\"1\" \"b\"=>\"2\""})
    EXPECT_THROW(Object(text), ValueError) << text;
}

TEST(JsonNumbers, AreCheckedAgainstWhatMysqlKeeps) {
  for (const char* text :
       {"[1, -2, 18446744073709551615, -9223372036854775808, 0.1, 1.50, 1E5, -0.0, 1e-300]",
        "{\"12345678901234567890123\": \"1e999\\\"12345678901234567890123\"}", "true"}) {
    EXPECT_NO_THROW(CheckJsonNumbers(text)) << text;
  }
  for (const char* text : {"[12345678901234567890123]", "-9223372036854775809",
                           "{\"a\": 0.12345678901234567890}", "[1e400]"}) {
    EXPECT_THROW(CheckJsonNumbers(text), ValueError) << text;
  }
}

TEST(Reals, HoldDecimalsWhoseShortestTextIsTheSame) {
  EXPECT_TRUE(HoldsAsReal("0.1", false));
  EXPECT_TRUE(HoldsAsReal("0.100", false));
  EXPECT_TRUE(HoldsAsReal("-12.50", true));
  EXPECT_TRUE(HoldsAsReal("16777216", true));
  EXPECT_FALSE(HoldsAsReal("16777217", true));
  EXPECT_FALSE(HoldsAsReal("9007199254740993", false));
  EXPECT_FALSE(HoldsAsReal("0.12345678901234567890", false));
  EXPECT_FALSE(HoldsAsReal("NaN", false));
  EXPECT_FALSE(HoldsAsReal("", false));
}

}  // namespace
}  // namespace tidewire::sink
