#include "source/mysql/gtid_set.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tidewire::source {
namespace {

using Kind = GtidSet::Kind;
constexpr const char* kA = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
constexpr const char* kB = "4e11fa47-71ca-11e1-9e33-c80aa9429562";

GtidSet Mysql(const std::string& text) { return GtidSet::Parse(text, Kind::kMysql); }
GtidSet Maria(const std::string& text) { return GtidSet::Parse(text, Kind::kMaria); }
std::string In(const char* source, const std::string& rest) { return source + rest; }

TEST(GtidSet, WritesMysqlSetsAsTheServerDoes) {
  // SHOW BINARY LOG STATUS breaks lines and may have capitals.
  const GtidSet set = Mysql("4E11FA47-71CA-11E1-9E33-C80AA9429562:1-3:7,\n" + In(kA, ":5"));
  EXPECT_EQ(set.ToString(), In(kA, ":5,") + In(kB, ":1-3:7"));
  EXPECT_EQ(Mysql("").ToString(), "");
}

TEST(GtidSet, JoinsIntervalsThatTouch) {
  GtidSet set = Mysql(In(kA, ":1-3:5-9"));
  set.Add(kA, 4);
  EXPECT_EQ(set.ToString(), In(kA, ":1-9"));
  set.Add(kA, 10);
  set.Add(kA, 12);
  EXPECT_EQ(set.ToString(), In(kA, ":1-10:12"));
}

TEST(GtidSet, KeepsTagsApart) {
  GtidSet set = Mysql(In(kA, ":1-5:tag:1-3"));
  EXPECT_TRUE(set.has_tags());
  EXPECT_TRUE(set.Contains(In(kA, ":tag"), 2));
  EXPECT_FALSE(set.Contains(In(kA, ":tag"), 4));
  EXPECT_TRUE(set.Contains(kA, 4));
  set.Add(In(kA, ":other"), 1);
  EXPECT_EQ(set.ToString(), In(kA, ":1-5:other:1:tag:1-3"));
}

TEST(GtidSet, ContainsSetsWhoseEveryIntervalItHas) {
  const GtidSet set = Mysql(In(kA, ":1-10,") + In(kB, ":3-4"));
  EXPECT_TRUE(set.Contains(Mysql(In(kA, ":2-5:7"))));
  EXPECT_TRUE(set.Contains(Mysql("")));
  EXPECT_FALSE(set.Contains(Mysql(In(kA, ":9-11"))));
  EXPECT_FALSE(Mysql(In(kA, ":1-10")).Contains(set));
}

TEST(GtidSet, UnitesAndFilters) {
  const GtidSet both = Mysql(In(kA, ":1-3")).With(Mysql(In(kA, ":4,") + In(kB, ":1")));
  EXPECT_EQ(both.ToString(), In(kA, ":1-4,") + In(kB, ":1"));
  EXPECT_EQ(both.Filtered([](const std::string& source) { return source == kB; }).ToString(),
            In(kB, ":1"));
}

// COM_BINLOG_DUMP_GTID: the number of sources, then each with its intervals, ends exclusive.
TEST(GtidSet, EncodesForTheDumpCommand) {
  const std::string plain = Mysql(In(kA, ":1-3")).Binary(false);
  ASSERT_EQ(plain.size(), 8u + 16 + 8 + 16);
  EXPECT_EQ(plain[0], 1);
  EXPECT_EQ(static_cast<unsigned char>(plain[8]), 0x3e);
  EXPECT_EQ(plain[24], 1);
  EXPECT_EQ(plain[32], 1);
  EXPECT_EQ(plain[40], 4);
  const std::string tagged = Mysql(In(kA, ":t:1")).Binary(true);
  EXPECT_EQ(tagged[0], 1);
  EXPECT_EQ(tagged[1], 1);
  EXPECT_EQ(tagged[7], 1);
  EXPECT_EQ(tagged.substr(24, 2), std::string("\x02t"));
}

TEST(GtidSet, KeepsTheLastTransactionOfEachMariaDomain) {
  GtidSet set = Maria("0-1-270,3-2-5");
  EXPECT_TRUE(set.Contains("0", 100));
  EXPECT_FALSE(set.Contains("0", 271));
  set.Add("0", 271, 9);
  EXPECT_EQ(set.ToString(), "0-9-271,3-2-5");
  EXPECT_EQ(set.Filtered([](const std::string& source) { return source == "3-2"; }).ToString(),
            "3-2-5");
}

TEST(GtidSet, RefusesWhatIsNoSet) {
  for (const char* text : {"x", "3e11fa47:1", ":1", "1-2", "0-1-x"}) {
    EXPECT_THROW(Mysql(text), DataError) << text;
  }
  EXPECT_THROW(Mysql(In(kA, ":0")), DataError);
  EXPECT_THROW(Mysql(In(kA, ":5-3")), DataError);
  EXPECT_THROW(Maria("0-1"), DataError);
}

}  // namespace
}  // namespace tidewire::source
