#include "sink/sql/mysql_types.h"

#include <gtest/gtest.h>

namespace tidewire::sink {
namespace {

using model::Kind;

constexpr MysqlFacts kMariaDb{true, 101'106};
constexpr MysqlFacts kOldMariaDb{true, 100'500};
constexpr MysqlFacts kMysql{false, 80'402};

WantedColumn Wanted(Kind kind, const std::string& native, const std::string& source,
                    bool key = false) {
  WantedColumn out;
  out.name = "c";
  out.type.kind = kind;
  out.type.native = native;
  out.source_kind = source;
  out.key = key;
  return out;
}
std::string Type(const WantedColumn& column, const MysqlFacts& facts) {
  return MysqlTypesFor({column}, facts).front();
}
std::string Default(Kind kind, const std::string& text, const std::string& type,
                    const MysqlFacts& facts = kMariaDb) {
  WantedColumn column = Wanted(kind, "", "postgresql");
  column.default_text = text;
  return MysqlDefault(column, type, facts);
}

TEST(MysqlType, IsReadFromTheCatalogsText) {
  const MysqlType decimal = ParseMysqlType("decimal(10,2) unsigned zerofill");
  EXPECT_EQ(decimal.base, "decimal");
  EXPECT_EQ(decimal.length, 10);
  EXPECT_EQ(decimal.scale, 2);
  EXPECT_TRUE(decimal.is_unsigned);
  const MysqlType labels = ParseMysqlType("enum('a','b''c','1,2)')");
  EXPECT_EQ(labels.members, (std::vector<std::string>{"a", "b'c", "1,2)"}));
  EXPECT_EQ(ParseMysqlType("DOUBLE").base, "double");
  EXPECT_EQ(ParseMysqlType("enum('a").members, std::vector<std::string>{"a"});
  EXPECT_EQ(ParseMysqlType("").base, "");
}

TEST(MysqlTypes, DifferByServerWhereTheyMust) {
  const WantedColumn uuid = Wanted(Kind::kUuid, "uuid", "postgresql");
  EXPECT_EQ(Type(uuid, kMariaDb), "uuid");
  EXPECT_EQ(Type(uuid, kOldMariaDb), "char(36)");
  EXPECT_EQ(Type(uuid, kMysql), "char(36)");
  EXPECT_EQ(Type(Wanted(Kind::kOther, "inet6", "mariadb"), kMysql), "varchar(39)");
  EXPECT_EQ(Type(Wanted(Kind::kOther, "inet6", "mariadb"), kMariaDb), "inet6");
  EXPECT_EQ(Type(Wanted(Kind::kVector, "vector(3)", "mysql"), kMysql), "longblob");
  EXPECT_EQ(Type(Wanted(Kind::kVector, "vector(3)", "mysql"), {false, 90'000}), "vector(3)");
  EXPECT_EQ(kMariaDb.exact_collation(), "utf8mb4_nopad_bin");
  EXPECT_EQ(kMysql.exact_collation(), "utf8mb4_0900_bin");
  EXPECT_EQ((MysqlFacts{false, 50'744}).exact_collation(), "utf8mb4_bin");
}

TEST(MysqlTypes, AreTakenOverFromTheSameKindOfSource) {
  for (const char* native : {"int(10) unsigned zerofill", "enum('a','b')", "timestamp(3)", "json",
                             "multipolygon", "decimal(10,2) unsigned", "year(4)", "mediumblob"}) {
    EXPECT_EQ(Type(Wanted(Kind::kString, native, "mysql"), kMysql), native);
  }
  EXPECT_EQ(Type(Wanted(Kind::kString, "varchar(20000)", "mysql"), kMysql), "longtext");
  EXPECT_EQ(Type(Wanted(Kind::kOther, "xmltype", "mariadb"), kMariaDb), "longtext");
}

TEST(MysqlTypes, BoundKeysByTheIndex) {
  EXPECT_EQ(Type(Wanted(Kind::kString, "text", "postgresql", true), kMariaDb), "varchar(768)");
  EXPECT_EQ(Type(Wanted(Kind::kBytes, "bytea", "postgresql", true), kMariaDb), "varbinary(3072)");
  WantedColumn text = Wanted(Kind::kString, "text", "postgresql", true);
  WantedColumn bounded = text;
  bounded.type.length = 20;
  WantedColumn number = Wanted(Kind::kInt64, "bigint", "postgresql", true);
  EXPECT_EQ(MysqlTypesFor({text, number, bounded, text}, kMariaDb),
            (std::vector<std::string>{"varchar(372)", "bigint", "varchar(20)", "varchar(372)"}));
}

TEST(MysqlTypes, MakeLongTextsLargeUntilARowFits) {
  WantedColumn wide = Wanted(Kind::kString, "varchar(6000)", "postgresql");
  wide.type.length = 6000;
  WantedColumn wider = wide;
  wider.type.length = 9000;
  EXPECT_EQ(MysqlTypesFor({wide, wider, wide}, kMariaDb),
            (std::vector<std::string>{"varchar(6000)", "longtext", "varchar(6000)"}));
}

TEST(MysqlWidening, IsOnlyWhatLosesNothing) {
  for (const auto& [from, to] : std::vector<std::pair<const char*, const char*>>{
           {"int(11)", "bigint(20)"},
           {"int", "bigint"},
           {"int unsigned", "bigint"},
           {"smallint", "decimal(10,2)"},
           {"float", "double"},
           {"varchar(3)", "varchar(30)"},
           {"varchar(3)", "longtext"},
           {"char(3)", "varchar(30)"},
           {"text", "longtext"},
           {"blob", "longblob"},
           {"varbinary(3)", "longblob"},
           {"decimal(5,2)", "decimal(20,4)"},
           {"datetime", "datetime(6)"},
           {"time(3)", "time(6)"},
           {"enum('a')", "enum('a','b')"},
       }) {
    EXPECT_TRUE(IsMysqlWidening(from, to)) << from << " " << to;
    EXPECT_FALSE(IsMysqlWidening(to, from)) << to << " " << from;
    EXPECT_FALSE(IsMysqlWidening(from, from)) << from;
  }
  for (const auto& [from, to] : std::vector<std::pair<const char*, const char*>>{
           {"int(11)", "int"},
           {"int", "bigint unsigned"},
           {"bigint", "decimal(10,2)"},
           {"decimal(5,2)", "decimal(6,4)"},
           {"decimal(5,2)", "decimal(9,2) unsigned"},
           {"enum('a','b')", "enum('b','a','c')"},
           {"varchar(300)", "tinytext"},
           {"varchar(3)", "char(30)"},
           {"datetime", "timestamp(6)"},
           {"date", "datetime"},
           {"bit(3)", "bit(8)"},
           {"binary(3)", "varbinary(8)"},
           {"float(7,4)", "double"},
       }) {
    EXPECT_FALSE(IsMysqlWidening(from, to)) << from << " " << to;
  }
}

TEST(MysqlDefaults, AreConstantsThatTheTargetReadsAlike) {
  EXPECT_EQ(Default(Kind::kInt32, "42", "int"), "'42'");
  EXPECT_EQ(Default(Kind::kBool, "true", "tinyint(1)"), "1");
  EXPECT_EQ(Default(Kind::kBool, "f", "tinyint(1)"), "0");
  EXPECT_EQ(Default(Kind::kString, "it's\\", "varchar(9)"), "'it''s\\'");
  EXPECT_EQ(Default(Kind::kString, "x", "longtext"), "'x'");
  EXPECT_EQ(Default(Kind::kString, "x", "longtext", kMysql), "('x')");
  EXPECT_EQ(Default(Kind::kBits, "101", "bit(3)"), "b'101'");
  EXPECT_EQ(Default(Kind::kTimestampTz, "2020-01-02 03:04:05+00", "datetime(6)"),
            "'2020-01-02 03:04:05'");
  EXPECT_EQ(Default(Kind::kFloat64, "NaN", "double"), "");
  EXPECT_EQ(Default(Kind::kDate, "infinity", "date"), "");
  EXPECT_EQ(Default(Kind::kDate, "0000-00-00", "date"), "");
  EXPECT_EQ(Default(Kind::kDate, "0044-03-15 BC", "date"), "");
  EXPECT_EQ(Default(Kind::kInterval, "1 day", "varchar(100)"), "");
  EXPECT_EQ(Default(Kind::kJson, "{}", "json"), "");
}

}  // namespace
}  // namespace tidewire::sink
