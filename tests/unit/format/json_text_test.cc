#include "format/json_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tidewire::format {
namespace {

std::string Json(std::string_view text, BeyondBasicPlane beyond = BeyondBasicPlane::kEscape) {
  std::string out;
  AppendJsonString(out, text, beyond);
  return out;
}
std::string Double(double value) {
  std::string out;
  AppendJavaDouble(out, value);
  return out;
}
std::string Float(float value) {
  std::string out;
  AppendJavaFloat(out, value);
  return out;
}
std::string JavaText(std::string_view json) {
  std::string out;
  AppendJavaText(out, json);
  return out;
}

TEST(JsonString, EscapesWhatJacksonEscapes) {
  EXPECT_EQ(Json("plain/ü漢\x7f"), "\"plain/ü漢\x7f\"");
  EXPECT_EQ(Json("\"\\\b\f\n\r\t\x01\x1f"), R"("\"\\\b\f\n\r\t\u0001\u001F")");
  EXPECT_EQ(Json(std::string_view("a\0b", 3)), R"("a\u0000b")");
  EXPECT_EQ(Json(""), "\"\"");
}

TEST(JsonString, WritesCharactersBeyondTheBasicPlaneAsSurrogates) {
  EXPECT_EQ(Json("a😀b𐀀c"), R"("a\uD83D\uDE00b\uD800\uDC00c")");
  EXPECT_EQ(Json("a😀b", BeyondBasicPlane::kKeep), "\"a😀b\"");
}

TEST(JsonString, KeepsBytesThatAreNoUtf8) {
  EXPECT_EQ(Json("a\xF0\x9F"), "\"a\xF0\x9F\"");
  EXPECT_EQ(Json("\xF0xyz\n"), "\"\xF0xyz\\n\"");
  EXPECT_EQ(Json("\xF7\xBF\xBF\xBF"), "\"\xF7\xBF\xBF\xBF\"");
}

TEST(HeaderString, EscapesOnlyQuotesAndBackslashes) {
  std::string out;
  AppendHeaderString(out, "a\"b\\c\n😀");
  EXPECT_EQ(out, "\"a\\\"b\\\\c\n😀\"");
}

TEST(JavaDouble, IsWrittenAsDoubleToString) {
  EXPECT_EQ(Double(0), "0.0");
  EXPECT_EQ(Double(-0.0), "-0.0");
  EXPECT_EQ(Double(1), "1.0");
  EXPECT_EQ(Double(-12.5), "-12.5");
  EXPECT_EQ(Double(0.001), "0.001");
  EXPECT_EQ(Double(0.0001), "1.0E-4");
  EXPECT_EQ(Double(0.00099), "9.9E-4");
  EXPECT_EQ(Double(9999999), "9999999.0");
  EXPECT_EQ(Double(10000000), "1.0E7");
  EXPECT_EQ(Double(12345678.5), "1.23456785E7");
  EXPECT_EQ(Double(100), "100.0");
  EXPECT_EQ(Double(0.1), "0.1");
  EXPECT_EQ(Double(2e23), "2.0E23");
  EXPECT_EQ(Double(std::numeric_limits<double>::max()), "1.7976931348623157E308");
}

TEST(JavaDouble, TakesTwoDigitsOfTheSmallestNumbers) {
  EXPECT_EQ(Double(5e-324), "4.9E-324");
  EXPECT_EQ(Double(1e-323), "9.9E-324");
  EXPECT_EQ(Double(2e-322), "2.0E-322");
  EXPECT_EQ(Float(1e-45F), "1.4E-45");
}

TEST(JavaDouble, SpecialValuesAreStrings) {
  EXPECT_EQ(Double(std::nan("")), "\"NaN\"");
  EXPECT_EQ(Double(-std::numeric_limits<double>::infinity()), "\"-Infinity\"");
  EXPECT_EQ(Float(std::numeric_limits<float>::infinity()), "\"Infinity\"");
}

TEST(JavaFloat, HasTheDigitsOfAFloat) {
  EXPECT_EQ(Float(0.1F), "0.1");
  EXPECT_EQ(Float(3.4028235e38F), "3.4028235E38");
  EXPECT_EQ(Float(1.0e10F), "1.0E10");
  EXPECT_EQ(Float(16777216.0F), "1.6777216E7");
}

TEST(JavaText, IsWhatToStringGives) {
  EXPECT_EQ(JavaText(R"({"id":1,"name":"a\"b","gone":null,"list":[1,"x"],"in":{"ok":true}})"),
            "Struct{id=1,name=a\"b,list=[1, x],in=Struct{ok=true}}");
  EXPECT_EQ(JavaText("\"text\""), "text");
  EXPECT_EQ(JavaText("1.0E10"), "1.0E10");
  EXPECT_EQ(JavaText("null"), "null");
}

}  // namespace
}  // namespace tidewire::format
