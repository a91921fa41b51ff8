#include "format/pg_text.h"

#include <gtest/gtest.h>

namespace tidewire::format {
namespace {

using model::Kind;
using Token = ArrayTokens::Token;

// The tokens as text: "[", "]", "0" for NULL, "=x" for a value, "!" for malformed.
std::string Walk(std::string_view literal, char delimiter = ',') {
  ArrayTokens tokens(literal, delimiter);
  std::string out;
  for (Token t = tokens.Next(); t != Token::kEnd; t = tokens.Next()) {
    if (t == Token::kOpen) out += '[';
    if (t == Token::kClose) out += ']';
    if (t == Token::kNull) out += '0';
    if (t == Token::kValue) out += '=' + std::string(tokens.value());
    if (t == Token::kMalformed) return out + '!';
  }
  return out;
}

std::string Pairs(std::string_view literal) {
  HstorePairs pairs(literal);
  std::string out;
  while (pairs.Next())
    out += pairs.key() + '=' + (pairs.null_value() ? "NULL" : pairs.value()) + ';';
  return pairs.malformed() ? out + '!' : out;
}

std::string Bits(std::string_view bits) {
  std::string bytes;
  AppendBits(bytes, bits);
  std::string hex;
  for (const char c : bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return hex;
}

TEST(ArrayTokens, TellNullFromItsText) {
  EXPECT_EQ(Walk("{1,NULL,\"NULL\",null}"), "[=10=NULL=null]");
}

TEST(ArrayTokens, TakeEscapesAway) {
  EXPECT_EQ(Walk(R"({"a,b","q\"x","\\","",{}})"), "[=a,b=q\"x=\\=[]]");
}

TEST(ArrayTokens, LeaveBoundsOutAndKeepNesting) {
  EXPECT_EQ(Walk("[0:1][2:3]={{1,2},{3,4}}"), "[[=1=2][=3=4]]");
  EXPECT_EQ(Walk("{}"), "[]");
  EXPECT_EQ(Walk("{(1,1),(0,0);(2,2),(1,1)}", ';'), "[=(1,1),(0,0)=(2,2),(1,1)]");
}

TEST(ArrayTokens, NoticeAMissingEnd) {
  EXPECT_EQ(Walk("{1,2"), "[=1!");
  EXPECT_EQ(Walk("{\"a"), "[!");
  EXPECT_EQ(Walk("{\"a\\"), "[!");
}

TEST(HstorePairs, ReadQuotedTextAndNull) {
  EXPECT_EQ(Pairs(R"("a"=>"1", "b"=>NULL, "c d"=>"e\"f", ""=>"\\")"), "a=1;b=NULL;c d=e\"f;=\\;");
  EXPECT_EQ(Pairs(""), "");
  EXPECT_EQ(Pairs(R"("a"=>"1", "b")"), "a=1;!");
  EXPECT_EQ(Pairs("a=>1"), "!");
}

TEST(Bits, AreLittleEndianWithoutTrailingZeros) {
  EXPECT_EQ(Bits("10101010"), "aa");
  EXPECT_EQ(Bits("101"), "05");
  EXPECT_EQ(Bits("10000000000000001"), "010001");
  EXPECT_EQ(Bits("00000000"), "");
  EXPECT_EQ(Bits(""), "");
}

TEST(FixedBits, HaveAllBytesOfTheType) {
  std::string bytes = "x";
  AppendFixedBits(bytes, "00000000000000101");
  EXPECT_EQ(bytes, std::string("x\x05\0\0", 4));
  bytes.clear();
  AppendFixedBits(bytes, "");
  EXPECT_EQ(bytes, "");
}

TEST(Point, IsReadWithSpecialValues) {
  double x = 0;
  double y = 0;
  EXPECT_TRUE(ParsePoint("(1.5,-2e-05)", x, y));
  EXPECT_EQ(x, 1.5);
  EXPECT_EQ(y, -2e-05);
  EXPECT_TRUE(ParsePoint("(NaN,Infinity)", x, y));
  EXPECT_FALSE(ParsePoint("1,2", x, y));
  EXPECT_FALSE(ParsePoint("(1;2)", x, y));
}

TEST(JavaNumbers, ReplaceThoseOfGeometry) {
  const auto rewrite = [](std::string_view text) {
    std::string out;
    AppendWithJavaNumbers(out, text);
    return out;
  };
  EXPECT_EQ(rewrite("{1,-1,0}"), "{1.0,-1.0,0.0}");
  EXPECT_EQ(rewrite("<(1.5,1e+20),Infinity>"), "<(1.5,1.0E20),Infinity>");
}

TEST(Datum, IsReadFromText) {
  std::string scratch;
  EXPECT_EQ(ParseDatum(Kind::kBool, "t", scratch)->integer, 1);
  EXPECT_EQ(ParseDatum(Kind::kBool, "false", scratch)->integer, 0);
  EXPECT_EQ(ParseDatum(Kind::kInt64, "-9223372036854775808", scratch)->integer, INT64_MIN);
  EXPECT_EQ(ParseDatum(Kind::kFloat32, "0.1", scratch)->real, static_cast<double>(0.1F));
  EXPECT_EQ(ParseDatum(Kind::kBytes, "\\x00Ff", scratch)->view(), std::string_view("\x00\xff", 2));
  EXPECT_EQ(ParseDatum(Kind::kMoney, "-$1,234.50", scratch)->view(), "-1234.50");
  EXPECT_EQ(ParseDatum(Kind::kUuid, "u", scratch)->view(), "u");
  EXPECT_FALSE(ParseDatum(Kind::kInt32, "1x", scratch));
  EXPECT_FALSE(ParseDatum(Kind::kBool, "maybe", scratch));
  EXPECT_FALSE(ParseDatum(Kind::kBytes, "\\x0", scratch));
  EXPECT_FALSE(ParseDatum(Kind::kBytes, "\\xzz", scratch));
}

}  // namespace
}  // namespace tidewire::format
