#include "source/mysql/mysql_table.h"

#include <gtest/gtest.h>

#include "source/mysql/mysql_collations.h"
#include "source/mysql/mysql_names.h"

namespace tidewire::source {
namespace {

MysqlTable TableWith(std::vector<std::string> columns, std::vector<MysqlIndex> indexes) {
  MysqlTable table;
  for (std::string& name : columns) {
    MysqlColumn column;
    column.nullable = name.starts_with("n");
    column.name = std::move(name);
    table.columns.push_back(std::move(column));
  }
  table.indexes = std::move(indexes);
  return table;
}

MysqlIndex Unique(std::vector<std::string> columns, bool whole = true) {
  MysqlIndex index;
  index.columns = std::move(columns);
  index.unique = true;
  index.whole = whole;
  return index;
}

TEST(MysqlTable, FindsColumnsInAnyCase) {
  const MysqlTable table = TableWith({"Id", "ünï"}, {});
  EXPECT_EQ(table.Find("ID"), 0u);
  EXPECT_EQ(table.Find("ÜNÏ"), 1u);
  EXPECT_FALSE(table.Find("x"));
  EXPECT_FALSE(table.Find(""));
}

TEST(MysqlTable, HasTheFirstKeyThatIdentifiesRows) {
  using Names = std::vector<std::string>;
  MysqlTable table =
      TableWith({"a", "b", "n"}, {Unique({"a", "n"}), Unique({"a"}, false), Unique({}),
                                  Unique({"x"}), Unique({"b", "a"}), Unique({"a"})});
  EXPECT_EQ(table.EventKey(), (Names{"b", "a"}));
  table.primary_key = {"n"};
  EXPECT_EQ(table.EventKey(), Names{"n"});
  EXPECT_TRUE(TableWith({"a"}, {}).EventKey().empty());
}

TEST(FoldName, KnowsLettersBeyondAscii) {
  EXPECT_EQ(FoldName("AbC_1$"), "abc_1$");
  EXPECT_EQ(FoldName("ÄÖÜ×ßÞ"), "äöü×ßþ");
  EXPECT_EQ(FoldName("ΑΩάЀЯЖ"), "αωάѐяж");
  EXPECT_EQ(FoldName("漢字😀"), "漢字😀");
  EXPECT_EQ(FoldName("\xC3"), "\xC3");
  EXPECT_EQ(FoldName("\xC3X"), "\xC3x");
  EXPECT_TRUE(SameName("äB", "Äb"));
  EXPECT_FALSE(SameName("a", "b"));
  EXPECT_FALSE(SameName("a", "ab"));
  EXPECT_TRUE(SameWord("CharSet", "CHARSET"));
  EXPECT_FALSE(SameWord("ä", "Ä"));
}

TEST(MysqlCollations, NamesTheirCharacterSets) {
  EXPECT_EQ(CharsetOfCollation("utf8mb4_0900_ai_ci"), "utf8mb4");
  EXPECT_EQ(CharsetOfCollation("binary"), "binary");
  EXPECT_EQ(CharsetOfCollation("UTF8_BIN"), "utf8");
  EXPECT_EQ(CharsetOfCollation("uca1400_ai_ci"), "");
  EXPECT_EQ(BytesPerCharacter("UTF8MB4"), 4u);
  EXPECT_EQ(BytesPerCharacter("utf8"), 3u);
  EXPECT_EQ(BytesPerCharacter("latin1"), 1u);
  EXPECT_EQ(BytesPerCharacter(""), 1u);
}

TEST(MysqlCollations, ResolveAgainstWhatIsInherited) {
  const MysqlCharset inherited{"latin1", "latin1_bin"};
  EXPECT_EQ(ResolveCharset("", "", inherited), inherited);
  EXPECT_EQ(ResolveCharset("UTF8MB4", "", inherited), (MysqlCharset{"utf8mb4", ""}));
  EXPECT_EQ(ResolveCharset("", "utf8mb4_bin", inherited), (MysqlCharset{"utf8mb4", "utf8mb4_bin"}));
  EXPECT_EQ(ResolveCharset("DEFAULT", "", inherited), inherited);
  EXPECT_EQ(ResolveCharset("utf8mb4", "DEFAULT", inherited), (MysqlCharset{"utf8mb4", ""}));
  EXPECT_EQ(ResolveCharset("", "uca1400_ai_ci", {"utf8mb4", ""}),
            (MysqlCharset{"utf8mb4", "utf8mb4_uca1400_ai_ci"}));
}

}  // namespace
}  // namespace tidewire::source
