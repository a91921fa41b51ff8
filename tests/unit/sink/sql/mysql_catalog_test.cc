#include "sink/sql/mysql_catalog.h"

#include <gtest/gtest.h>

namespace tidewire::sink {
namespace {

using model::Kind;

constexpr MysqlFacts kMariaDb{true, 101'106};

WantedColumn Wanted(const std::string& name, Kind kind, bool key, bool nullable) {
  WantedColumn out;
  out.name = name;
  out.type.kind = kind;
  out.source_kind = "postgresql";
  out.key = key;
  out.nullable = nullable;
  return out;
}

TEST(MysqlCreateTable, NamesKeyCollationAndNulls) {
  std::vector<WantedColumn> columns{Wanted("i`d", Kind::kInt64, true, false),
                                    Wanted("t", Kind::kString, false, true),
                                    Wanted("n", Kind::kInt32, false, false)};
  columns[2].default_text = "7";
  EXPECT_EQ(
      MysqlCreateTable({"s", "t"}, columns, kMariaDb),
      "CREATE TABLE IF NOT EXISTS `s`.`t` (`i``d` bigint NOT NULL, `t` longtext CHARACTER SET "
      "utf8mb4 COLLATE utf8mb4_nopad_bin NULL, `n` int NOT NULL DEFAULT '7', PRIMARY KEY "
      "(`i``d`)) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin");
}

TEST(MysqlCreateTable, GivesNoTimestampAnUpdateOfItsOwn) {
  WantedColumn stamp = Wanted("ts", Kind::kTimestampTz, false, false);
  stamp.source_kind = "mysql";
  stamp.type.native = "timestamp(3)";
  WantedColumn free = stamp;
  free.nullable = true;
  WantedColumn sum = Wanted("g", Kind::kInt32, false, true);
  sum.source_kind = "mysql";
  sum.type.native = "int";
  sum.generation = "`a` + 1";
  const std::string sql = MysqlCreateTable({"", "t"}, {stamp, free, sum}, kMariaDb);
  EXPECT_NE(sql.find("`ts` timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)"), sql.npos) << sql;
  EXPECT_NE(sql.find("`ts` timestamp(3) NULL,"), sql.npos) << sql;
  EXPECT_NE(sql.find("`g` int GENERATED ALWAYS AS (`a` + 1) STORED"), sql.npos) << sql;
}

TEST(MysqlDefinitions, AreReadLineByLine) {
  const auto found = ColumnDefinitions(
      "CREATE TABLE `t` (\n"
      "  `id` int(11) NOT NULL AUTO_INCREMENT,\n"
      "  `we``ird, name` varchar(3) DEFAULT 'a,b' COMMENT 'x `y`',\n"
      "  PRIMARY KEY (`id`),\n"
      "  KEY `k` (`id`)\n"
      ") ENGINE=InnoDB");
  EXPECT_EQ(found, (std::map<std::string, std::string>{
                       {"id", "int(11) NOT NULL AUTO_INCREMENT"},
                       {"we`ird, name", "varchar(3) DEFAULT 'a,b' COMMENT 'x `y`'"}}));
}

TEST(MysqlDefinitions, ChangeInNothingButWhatIsWanted) {
  EXPECT_EQ(
      ChangedDefinition("int(11) NOT NULL AUTO_INCREMENT COMMENT 'c'", "int(11)", "bigint", false),
      "bigint NOT NULL AUTO_INCREMENT COMMENT 'c'");
  EXPECT_EQ(ChangedDefinition("varchar(9) COMMENT 'is NOT NULL' NOT NULL", "varchar(9)", "", true),
            "varchar(9) COMMENT 'is NOT NULL' NULL");
  EXPECT_EQ(ChangedDefinition("varchar(9) NOT NULL DEFAULT 'it''s' COMMENT 'c'", "varchar(9)",
                              "longtext", true),
            "longtext NULL DEFAULT ('it''s') COMMENT 'c'");
}

}  // namespace
}  // namespace tidewire::sink
