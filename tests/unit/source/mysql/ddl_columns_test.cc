// Column definitions: clauses and defaults.
#include "source/mysql/ddl_columns.h"

#include <gtest/gtest.h>

#include "unit/source/mysql/ddl_play.h"

namespace tidewire::source {
namespace {

using Generated = MysqlColumn::Generated;

TEST(DdlColumns, AreNullableAndDefaultToNull) {
  DdlPlay play;
  MysqlColumn column = play.Define("INT");
  EXPECT_TRUE(column.nullable && column.has_default);
  EXPECT_FALSE(column.default_text);
  column = play.Define("INT NOT NULL");
  EXPECT_FALSE(column.nullable || column.has_default);
  column = play.Define("INT NULL DEFAULT NULL");
  EXPECT_TRUE(column.nullable && column.has_default);
  EXPECT_EQ(column.default_written, "NULL");
  column = play.Define("TIMESTAMP NULL");
  EXPECT_TRUE(column.nullable);
}

TEST(DdlColumns, KeepDefaultsAsTextAndAsWritten) {
  struct Case {
    std::string definition;
    std::string text;
    std::string written;
  };
  const std::vector<Case> cases = {
      {"INT DEFAULT 42", "42", "42"},
      {"INT NOT NULL DEFAULT -7 COMMENT 'x'", "-7", "-7"},
      {"INT DEFAULT +7", "7", "+7"},
      {"INT DEFAULT '5'", "5", "'5'"},
      {"DECIMAL(10,2) DEFAULT 1.50", "1.50", "1.50"},
      {"DOUBLE DEFAULT 1e3", "1e3", "1e3"},
      {"VARCHAR(10) DEFAULT 'x''y'", "x'y", "'x''y'"},
      {"VARCHAR(10) DEFAULT \"x'y\"", "x'y", "\"x'y\""},
      {R"(VARCHAR(10) DEFAULT 'a\\b')", "a\\b", R"('a\\b')"},
      {"VARCHAR(10) DEFAULT ''", "", "''"},
      {"VARCHAR(10) DEFAULT 'a' 'b'", "ab", "'a' 'b'"},
      {"VARCHAR(10) DEFAULT _utf8mb4'abc' NOT NULL", "abc", "_utf8mb4'abc'"},
      {"VARCHAR(10) DEFAULT N'abc'", "abc", "N'abc'"},
      {"VARCHAR(10) DEFAULT 0x4142", "AB", "0x4142"},
      {"VARCHAR(10) DEFAULT _latin1 x'41'", "A", "_latin1 x'41'"},
      {"VARCHAR(10) DEFAULT b'01000001'", "A", "b'01000001'"},
      {"INT DEFAULT 0x10", "16", "0x10"},
      {"INT DEFAULT b'101'", "5", "b'101'"},
      {"BIT(5) DEFAULT b'00101'", "00101", "b'00101'"},
      {"BIT(5) DEFAULT 5", "101", "5"},
      {"BIT(8) DEFAULT x'0F'", "1111", "x'0F'"},
      {"BIT(8) DEFAULT 'A'", "1000001", "'A'"},
      {"BOOL DEFAULT TRUE", "1", "TRUE"},
      {"BOOL DEFAULT false", "0", "false"},
      {"DATE DEFAULT DATE '2020-01-02'", "2020-01-02", "DATE '2020-01-02'"},
      {"TIMESTAMP DEFAULT '2020-01-02 03:04:05'", "2020-01-02 03:04:05", "'2020-01-02 03:04:05'"},
  };
  DdlPlay play;
  for (const Case& one : cases) {
    SCOPED_TRACE(one.definition);
    const MysqlColumn column = play.Define(one.definition);
    EXPECT_TRUE(column.has_default);
    EXPECT_FALSE(column.default_is_expression);
    EXPECT_EQ(column.default_text.value_or("(none)"), one.text);
    EXPECT_EQ(column.default_written, one.written);
  }
}

TEST(DdlColumns, TellExpressionsFromConstants) {
  struct Case {
    std::string definition;
    std::string written;
  };
  const std::vector<Case> cases = {
      {"TIMESTAMP DEFAULT CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP"},
      {"DATETIME(3) DEFAULT now(3) ON UPDATE now(3)", "now(3)"},
      {"DATETIME DEFAULT LOCALTIMESTAMP NOT NULL", "LOCALTIMESTAMP"},
      {"VARCHAR(40) DEFAULT (uuid())", "(uuid())"},
      {"VARCHAR(40) DEFAULT uuid() NOT NULL", "uuid()"},
      {"INT DEFAULT (1 + (2))", "(1 + (2))"},
      {"INT DEFAULT (5)", "(5)"},
      {"BIGINT DEFAULT NEXT VALUE FOR db.seq NOT NULL", "NEXT VALUE FOR db.seq"},
      {"BIGINT DEFAULT nextval(`s`)", "nextval(`s`)"},
  };
  DdlPlay play;
  for (const Case& one : cases) {
    SCOPED_TRACE(one.definition);
    const MysqlColumn column = play.Define(one.definition);
    EXPECT_TRUE(column.has_default && column.default_is_expression);
    EXPECT_FALSE(column.default_text);
    EXPECT_EQ(column.default_written, one.written);
  }
  play.context.mode.mariadb = true;
  EXPECT_EQ(play.Define("INT DEFAULT (-5)").default_text.value_or(""), "-5");
  EXPECT_TRUE(play.Define("INT DEFAULT (5 + 1)").default_is_expression);
}

TEST(DdlColumns, KnowGeneratedColumns) {
  DdlPlay play;
  MysqlColumn column = play.Define("INT AS (other_column + 1)");
  EXPECT_EQ(column.generated, Generated::kVirtual);
  EXPECT_EQ(column.generation, "other_column + 1");
  column = play.Define("VARCHAR(9) GENERATED ALWAYS AS (concat('x,)', (1))) STORED NOT NULL");
  EXPECT_EQ(column.generated, Generated::kStored);
  EXPECT_EQ(column.generation, "concat('x,)', (1))");
  EXPECT_FALSE(column.nullable);
  EXPECT_EQ(play.Define("INT AS (1) PERSISTENT").generated, Generated::kStored);
  EXPECT_EQ(play.Define("INT AS (1) VIRTUAL").generated, Generated::kVirtual);
}

TEST(DdlColumns, TakeAllClausesInAnyOrder) {
  DdlPlay play;
  const MysqlColumn column = play.Define(
      "POINT COMMENT 'it''s, )' NOT NULL INVISIBLE SRID 4326 COLUMN_FORMAT DYNAMIC STORAGE DISK "
      "ENGINE_ATTRIBUTE = '{\"a\": 1}' CHECK (c > ')') NOT ENFORCED");
  EXPECT_EQ(column.comment.value_or(""), "it's, )");
  EXPECT_TRUE(column.invisible);
  EXPECT_FALSE(column.nullable);
  EXPECT_EQ(column.srid, 4326);
  EXPECT_EQ(play.Define("POINT REF_SYSTEM_ID=101").srid, 101);
  EXPECT_TRUE(play.Define("INT /*!80023 INVISIBLE */").invisible);
  EXPECT_FALSE(play.Define("INT VISIBLE").invisible);
  EXPECT_FALSE(play.Define("VARCHAR(5) COMPRESSED=zlib NOT NULL").nullable);
  EXPECT_FALSE(play.Define("INT WITHOUT SYSTEM VERSIONING NOT NULL").nullable);
}

TEST(DdlColumns, PassOverReferences) {
  DdlPlay play;
  const MysqlColumn column = play.Define(
      "INT REFERENCES p (id) MATCH FULL ON DELETE SET NULL ON UPDATE NO ACTION DEFAULT 3 NOT NULL");
  EXPECT_EQ(column.default_text.value_or(""), "3");
  EXPECT_FALSE(column.nullable);
  EXPECT_EQ(play.Define("INT REFERENCES p ON DELETE CASCADE COMMENT 'x'").comment.value_or(""),
            "x");
}

TEST(DdlColumns, MakeKeys) {
  DdlPlay play;
  play.Run("CREATE TABLE t (a INT PRIMARY KEY, b INT UNIQUE, c INT UNIQUE KEY COMMENT 'x')");
  EXPECT_EQ(play.Table("t").primary_key, std::vector<std::string>{"a"});
  ASSERT_EQ(play.Table("t").indexes.size(), 2u);
  EXPECT_EQ(play.Table("t").indexes[0].name, "b");
  EXPECT_EQ(play.Table("t").indexes[1].name, "c");
  play.Run("CREATE TABLE k (a INT KEY, b INT)");
  EXPECT_EQ(play.Table("k").primary_key, std::vector<std::string>{"a"});
  EXPECT_FALSE(play.Column("k", "a").nullable || play.Column("k", "a").has_default);
}

TEST(DdlColumns, KnowSerial) {
  DdlPlay play;
  for (const char* definition : {"SERIAL", "BIGINT UNSIGNED SERIAL DEFAULT VALUE",
                                 "BIGINT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE"}) {
    SCOPED_TRACE(definition);
    const MysqlColumn column = play.Define(definition);
    EXPECT_EQ(column.type_name, "BIGINT UNSIGNED");
    EXPECT_EQ(column.base, MysqlBase::kBigInt);
    EXPECT_TRUE(column.is_unsigned && column.auto_increment);
    EXPECT_FALSE(column.nullable || column.has_default);
    EXPECT_EQ(play.Table("one").EventKey(), std::vector<std::string>{"c"});
  }
}

TEST(DdlColumns, ImplyTimestampsDefaultsWhereTheServerDoes) {
  DdlPlay play;
  play.context.mode.explicit_timestamp_defaults = false;
  play.Run("CREATE TABLE t (n TIMESTAMP NULL, a TIMESTAMP, b TIMESTAMP(6))");
  EXPECT_TRUE(play.Column("t", "n").nullable);
  // Only the table's first TIMESTAMP could get the current time.
  EXPECT_EQ(play.Column("t", "a").default_text.value_or(""), "0000-00-00 00:00:00");
  play.Run("CREATE TABLE u (i INT, a TIMESTAMP, b TIMESTAMP, c TIMESTAMP ON UPDATE NOW())");
  EXPECT_FALSE(play.Column("u", "a").nullable);
  EXPECT_TRUE(play.Column("u", "a").default_is_expression);
  EXPECT_EQ(play.Column("u", "b").default_text.value_or(""), "0000-00-00 00:00:00");
  EXPECT_EQ(play.Column("u", "c").default_text.value_or(""), "0000-00-00 00:00:00");
  play.Run("ALTER TABLE u ADD d TIMESTAMP FIRST");
  EXPECT_TRUE(play.Column("u", "d").default_is_expression);
  play.context.mode.explicit_timestamp_defaults = true;
  play.Run("CREATE TABLE v (a TIMESTAMP, b TIMESTAMP NOT NULL)");
  EXPECT_TRUE(play.Column("v", "a").nullable);
  EXPECT_FALSE(play.Column("v", "b").has_default);
}

}  // namespace
}  // namespace tidewire::source
