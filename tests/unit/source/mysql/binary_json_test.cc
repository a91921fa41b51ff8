#include "source/mysql/binary_json.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tidewire::source {
namespace {

using namespace std::string_literals;

std::string Text(const std::string& binary) {
  std::string out;
  AppendJsonText(out, binary);
  return out;
}

// {"a": 1, "b": [true, null]} as MySQL 8 stores it.
const std::string kDocument =
    "\x00\x02\x00\x1e\x00\x12\x00\x01\x00\x13\x00\x01\x00\x05\x01\x00\x02\x14\x00\x61\x62"
    "\x02\x00\x0a\x00\x04\x01\x00\x04\x00\x00\x00"s.substr(0, 31);

TEST(BinaryJson, WritesWhatTheServerShows) {
  EXPECT_EQ(Text("\x04\x00"s), "null");
  EXPECT_EQ(Text("\x04\x01"s), "true");
  EXPECT_EQ(Text("\x05\xff\xff"s), "-1");
  EXPECT_EQ(Text("\x0a\xff\xff\xff\xff\xff\xff\xff\xff"s), "18446744073709551615");
  EXPECT_EQ(Text("\x0c\x05"
                 "a\"\\\n\x01"s),
            R"("a\"\\\n\u0001")");
  EXPECT_EQ(Text(""), "null");
  EXPECT_EQ(Text(kDocument), R"({"a": 1, "b": [true, null]})");
}

TEST(BinaryJson, WritesDoublesAsTheServerDoes) {
  const auto text = [](double value) {
    std::string out;
    AppendJsonDouble(out, value);
    return out;
  };
  EXPECT_EQ(text(1), "1.0");
  EXPECT_EQ(text(-0.5), "-0.5");
  EXPECT_EQ(text(1e14), "100000000000000.0");
  EXPECT_EQ(text(1e15), "1e15");
  EXPECT_EQ(text(1.5e300), "1.5e300");
  EXPECT_EQ(text(1e-14), "0.00000000000001");
  EXPECT_EQ(text(1e-16), "1e-16");
  EXPECT_EQ(text(123456.75), "123456.75");
}

std::string Length(const std::string& bytes) { return static_cast<char>(bytes.size()) + bytes; }

TEST(BinaryJson, AppliesDifferencesInTheirOrder) {
  const auto with = [](const std::string& differences) {
    std::string out;
    AppendJsonTextWith(out, kDocument, differences);
    return out;
  };
  const std::string replace = "\x00"s + Length("$.a") + Length("\x05\x07\x00"s);
  EXPECT_EQ(with(replace), R"({"a": 7, "b": [true, null]})");
  const std::string insert = "\x01"s + Length("$.b[0]") + Length("\x0c\x01x"s);
  EXPECT_EQ(with(replace + insert), R"({"a": 7, "b": ["x", true, null]})");
  // Keys stand by length, then by bytes.
  EXPECT_EQ(with("\x01"s + Length("$.aa") + Length("\x04\x01"s)),
            R"({"a": 1, "b": [true, null], "aa": true})");
  EXPECT_EQ(with("\x02"s + Length("$.\"b\"")), R"({"a": 1})");
  EXPECT_EQ(with("\x02"s + Length("$.b[1]")), R"({"a": 1, "b": [true]})");
}

TEST(BinaryJson, RefusesDifferencesThatDoNotFit) {
  std::string out;
  EXPECT_THROW(AppendJsonTextWith(out, kDocument, "\x02"s + Length("$.c")), DataError);
  EXPECT_THROW(AppendJsonTextWith(out, kDocument, "\x02"s + Length("$")), DataError);
  EXPECT_THROW(AppendJsonTextWith(out, kDocument, "\x09"s + Length("$.a")), DataError);
  EXPECT_THROW(AppendJsonTextWith(out, kDocument, "\x00"s + Length("a") + Length("\x04\x01"s)),
               DataError);
}

TEST(BinaryJson, RefusesWhatIsCutShortOrPointsOutside) {
  for (size_t size = 1; size < kDocument.size(); ++size) {
    EXPECT_THROW(Text(kDocument.substr(0, size)), DataError) << size;
  }
  std::string wrong = kDocument;
  wrong[17] = '\x7f';
  EXPECT_THROW(Text(wrong), DataError);
  EXPECT_THROW(Text("\x0d\x00"s), DataError);
}

}  // namespace
}  // namespace tidewire::source
