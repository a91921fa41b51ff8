#include "config/properties_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace tidewire::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::ThrowsMessage;

TEST(PropertiesFile, TakesAllSeparators) {
  EXPECT_THAT(
      ParseProperties("a=1\nb : 2\nc 3\nd\t=\t4\ne\n"),
      ElementsAre(Pair("a", "1"), Pair("b", "2"), Pair("c", "3"), Pair("d", "4"), Pair("e", "")));
}

TEST(PropertiesFile, LeavesOutCommentsAndEmptyLines) {
  EXPECT_THAT(ParseProperties("# a=1\n  ! b=2\n\n   \nc=3#4"), ElementsAre(Pair("c", "3#4")));
}

TEST(PropertiesFile, JoinsContinuedLines) {
  EXPECT_THAT(ParseProperties("a=one,\\\n   two\\\\\nb=\\\r\n# no comment"),
              ElementsAre(Pair("a", "one,two\\"), Pair("b", "# no comment")));
}

TEST(PropertiesFile, ReadsEscapes) {
  EXPECT_THAT(ParseProperties("a\\=b\\ c=\\t\\u00e4\\ud83d\\ude00\\q"),
              ElementsAre(Pair("a=b c", "\t\xc3\xa4\xf0\x9f\x98\x80q")));
}

TEST(PropertiesFile, KeepsTrailingBlanksAndTheLastOfTwo) {
  EXPECT_THAT(ParseProperties("a=1 \na=2 "), ElementsAre(Pair("a", "2 ")));
}

TEST(PropertiesFile, NamesTheLineOfABrokenEscape) {
  EXPECT_THAT([] { ParseProperties("a=1\nb=\\u12"); },
              ThrowsMessage<ConfigError>(HasSubstr("line 2")));
}

TEST(PropertiesFile, NamesAFileThatCannotBeRead) {
  EXPECT_THAT([] { LoadPropertiesFile("/no/such/file"); },
              ThrowsMessage<ConfigError>(HasSubstr("cannot read '/no/such/file': No such file")));
  EXPECT_THAT([] { LoadPropertiesFile("/tmp"); },
              ThrowsMessage<ConfigError>(HasSubstr("directory")));
}

}  // namespace
}  // namespace tidewire::config
