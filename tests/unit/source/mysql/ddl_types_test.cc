// Data types: what each of their spellings is.
#include "source/mysql/ddl_types.h"

#include <gtest/gtest.h>

#include "unit/source/mysql/ddl_play.h"

namespace tidewire::source {
namespace {

struct Spelling {
  std::string written;
  MysqlBase base;
  std::string name;
  int32_t length = -1;
  int32_t scale = -1;
};

void ExpectSpellings(const std::vector<Spelling>& spellings) {
  DdlPlay play;
  for (const Spelling& spelling : spellings) {
    SCOPED_TRACE(spelling.written);
    const MysqlColumn column = play.Define(spelling.written);
    EXPECT_EQ(static_cast<int>(column.base), static_cast<int>(spelling.base));
    EXPECT_EQ(column.type_name, spelling.name);
    EXPECT_EQ(column.length, spelling.length);
    EXPECT_EQ(column.scale, spelling.scale);
  }
}

TEST(DdlTypes, KnowsIntegers) {
  ExpectSpellings({{"TINYINT", MysqlBase::kTinyInt, "TINYINT"},
                   {"tinyint(1)", MysqlBase::kTinyInt, "TINYINT", 1},
                   {"INT1", MysqlBase::kTinyInt, "INT1"},
                   {"BOOL", MysqlBase::kTinyInt, "BOOL", 1},
                   {"BOOLEAN", MysqlBase::kTinyInt, "BOOLEAN", 1},
                   {"SMALLINT(5)", MysqlBase::kSmallInt, "SMALLINT", 5},
                   {"INT2", MysqlBase::kSmallInt, "INT2"},
                   {"MEDIUMINT", MysqlBase::kMediumInt, "MEDIUMINT"},
                   {"INT3", MysqlBase::kMediumInt, "INT3"},
                   {"MIDDLEINT", MysqlBase::kMediumInt, "MIDDLEINT"},
                   {"INT", MysqlBase::kInt, "INT"},
                   {"INTEGER(11)", MysqlBase::kInt, "INTEGER", 11},
                   {"INT4", MysqlBase::kInt, "INT4"},
                   {"BIGINT", MysqlBase::kBigInt, "BIGINT"},
                   {"INT8", MysqlBase::kBigInt, "INT8"},
                   {"YEAR(4)", MysqlBase::kYear, "YEAR", 4}});
}

TEST(DdlTypes, NamesSignsInOneOrder) {
  DdlPlay play;
  MysqlColumn column = play.Define("INT(5) ZEROFILL UNSIGNED");
  EXPECT_EQ(column.type_name, "INT UNSIGNED ZEROFILL");
  EXPECT_TRUE(column.is_unsigned && column.zerofill);
  column = play.Define("INT ZEROFILL");
  EXPECT_EQ(column.type_name, "INT ZEROFILL");
  EXPECT_TRUE(column.is_unsigned && column.zerofill);
  column = play.Define("BIGINT SIGNED");
  EXPECT_EQ(column.type_name, "BIGINT SIGNED");
  EXPECT_FALSE(column.is_unsigned);
}

TEST(DdlTypes, KnowsFractions) {
  ExpectSpellings(
      {{"FLOAT", MysqlBase::kFloat, "FLOAT"},
       {"FLOAT(24)", MysqlBase::kFloat, "FLOAT", 24},
       {"FLOAT(25)", MysqlBase::kDouble, "FLOAT", 25},
       {"FLOAT(30,4)", MysqlBase::kFloat, "FLOAT", 30, 4},
       {"FLOAT4", MysqlBase::kFloat, "FLOAT4"},
       {"FLOAT8", MysqlBase::kDouble, "FLOAT8"},
       {"DOUBLE PRECISION", MysqlBase::kDouble, "DOUBLE PRECISION"},
       {"DOUBLE PRECISION(8,2) UNSIGNED", MysqlBase::kDouble, "DOUBLE PRECISION UNSIGNED", 8, 2},
       {"REAL", MysqlBase::kDouble, "REAL"},
       {"DECIMAL", MysqlBase::kDecimal, "DECIMAL"},
       {"DEC(5)", MysqlBase::kDecimal, "DEC", 5},
       {"NUMERIC( 10 , 2 ) UNSIGNED", MysqlBase::kDecimal, "NUMERIC UNSIGNED", 10, 2},
       {"FIXED(8,3)", MysqlBase::kDecimal, "FIXED", 8, 3}});
  DdlPlay play;
  play.context.mode.real_as_float = true;
  EXPECT_EQ(play.Define("REAL").base, MysqlBase::kFloat);
}

TEST(DdlTypes, KnowsBitsAndTimes) {
  ExpectSpellings({{"BIT", MysqlBase::kBit, "BIT"},
                   {"BIT(64)", MysqlBase::kBit, "BIT", 64},
                   {"DATE", MysqlBase::kDate, "DATE"},
                   {"TIME(3)", MysqlBase::kTime, "TIME", 3},
                   {"DATETIME(6)", MysqlBase::kDateTime, "DATETIME", 6},
                   {"TIMESTAMP(2) NULL", MysqlBase::kTimestamp, "TIMESTAMP", 2},
                   {"mariadb_schema.date", MysqlBase::kDate, "DATE"}});
}

TEST(DdlTypes, KnowsText) {
  ExpectSpellings(
      {{"CHAR", MysqlBase::kChar, "CHAR"},
       {"CHARACTER(3)", MysqlBase::kChar, "CHARACTER", 3},
       {"CHAR VARYING(8)", MysqlBase::kVarchar, "CHAR VARYING", 8},
       {"CHARACTER VARYING(7)", MysqlBase::kVarchar, "CHARACTER VARYING", 7},
       {"VARCHARACTER(7)", MysqlBase::kVarchar, "VARCHARACTER", 7},
       {"NCHAR(4)", MysqlBase::kChar, "NCHAR", 4},
       {"NVARCHAR(5)", MysqlBase::kVarchar, "NVARCHAR", 5},
       {"NCHAR VARCHAR(9)", MysqlBase::kVarchar, "NCHAR VARCHAR", 9},
       {"NATIONAL CHAR(6)", MysqlBase::kChar, "NATIONAL CHAR", 6},
       {"NATIONAL VARCHAR(7)", MysqlBase::kVarchar, "NATIONAL VARCHAR", 7},
       {"NATIONAL CHARACTER VARYING(8)", MysqlBase::kVarchar, "NATIONAL CHARACTER VARYING", 8},
       {"LONG", MysqlBase::kMediumText, "LONG"},
       {"LONG VARCHAR", MysqlBase::kMediumText, "LONG VARCHAR"},
       {"LONG CHAR VARYING", MysqlBase::kMediumText, "LONG CHAR VARYING"},
       {"TEXT(10)", MysqlBase::kTinyText, "TEXT", 10},
       {"TEXT(64)", MysqlBase::kText, "TEXT", 64},
       {"TEXT(20000)", MysqlBase::kMediumText, "TEXT", 20000},
       {"TEXT(0)", MysqlBase::kText, "TEXT", 0},
       {"VARCHAR(20000)", MysqlBase::kMediumText, "MEDIUMTEXT"},
       {"VARCHAR(16383)", MysqlBase::kVarchar, "VARCHAR", 16383}});
  DdlPlay play;
  EXPECT_EQ(play.Define("NCHAR(4)").charset, "utf8");
  EXPECT_EQ(play.Define("VARCHAR(60000)", "CHARSET latin1").base, MysqlBase::kVarchar);
}

TEST(DdlTypes, KnowsBytes) {
  ExpectSpellings({{"BINARY(5)", MysqlBase::kBinary, "BINARY", 5},
                   {"VARBINARY(6)", MysqlBase::kVarbinary, "VARBINARY", 6},
                   {"LONG VARBINARY", MysqlBase::kMediumBlob, "LONG VARBINARY"},
                   {"BLOB(100)", MysqlBase::kTinyBlob, "BLOB", 100},
                   {"BLOB(70000)", MysqlBase::kMediumBlob, "BLOB", 70000},
                   {"VARBINARY(70000)", MysqlBase::kMediumBlob, "MEDIUMBLOB"},
                   {"CHAR BYTE", MysqlBase::kBinary, "BINARY"},
                   {"CHAR(5) CHARACTER SET binary", MysqlBase::kBinary, "BINARY", 5},
                   {"VARCHAR(5) CHARSET binary", MysqlBase::kVarbinary, "VARBINARY", 5},
                   {"TINYTEXT COLLATE binary", MysqlBase::kTinyBlob, "TINYBLOB"},
                   {"TEXT CHARACTER SET 'binary'", MysqlBase::kBlob, "BLOB"}});
  DdlPlay play;
  const MysqlColumn column = play.Define("VARCHAR(5)", "CHARACTER SET binary");
  EXPECT_EQ(column.base, MysqlBase::kVarbinary);
  EXPECT_EQ(column.charset, "");
}

TEST(DdlTypes, KnowsWhatIsNoPlainType) {
  ExpectSpellings({{"JSON", MysqlBase::kJson, "JSON"},
                   {"GEOMETRY", MysqlBase::kGeometry, "GEOMETRY"},
                   {"GEOMCOLLECTION", MysqlBase::kGeometryCollection, "GEOMCOLLECTION"},
                   {"VECTOR(3)", MysqlBase::kVector, "VECTOR", 3},
                   {"UUID", MysqlBase::kUuid, "UUID"},
                   {"INET4", MysqlBase::kInet4, "INET4"},
                   {"INET6", MysqlBase::kInet6, "INET6"},
                   {"XMLTYPE", MysqlBase::kOther, "XMLTYPE"},
                   {"frobnicate(1,'x)',(2)) FOO BAR=3 NOT NULL", MysqlBase::kOther, "FROBNICATE"}});
  DdlPlay play;
  play.context.mode.mariadb = true;
  const MysqlColumn json = play.Define("JSON");
  EXPECT_EQ(json.base, MysqlBase::kLongText);
  EXPECT_EQ(json.charset, "utf8mb4");
  EXPECT_EQ(json.collation, "utf8mb4_bin");
}

TEST(DdlTypes, ReadsMembersInAnyQuotes) {
  DdlPlay play;
  const MysqlColumn column = play.Define(
      R"(ENUM('a' , "b""c", 'it''s','x,y','p)q',_utf8mb4'i','tail  ','',x'41','b\\s'))");
  EXPECT_EQ(column.members, (std::vector<std::string>{"a", "b\"c", "it's", "x,y", "p)q", "i",
                                                      "tail", "", "A", "b\\s"}));
  EXPECT_EQ(play.Define("SET('x','y') CHARACTER SET latin1 NOT NULL").charset, "latin1");
}

TEST(DdlTypes, TakesCharacterSetsFromTableDatabaseAndServer) {
  DdlPlay play;
  MysqlColumn column = play.Define("VARCHAR(5)");
  EXPECT_EQ(column.charset + "/" + column.collation, "utf8mb4/utf8mb4_general_ci");
  column = play.Define("VARCHAR(5) COLLATE utf8mb4_bin");
  EXPECT_EQ(column.charset + "/" + column.collation, "utf8mb4/utf8mb4_bin");
  column = play.Define("VARCHAR(5) COLLATE latin2_bin");
  EXPECT_EQ(column.charset + "/" + column.collation, "latin2/latin2_bin");
  column = play.Define("VARCHAR(5) CHARACTER SET ASCII");
  EXPECT_EQ(column.charset + "/" + column.collation, "ascii/");
  column = play.Define("VARCHAR(5) BINARY");
  EXPECT_EQ(column.type_name + "/" + column.collation, "VARCHAR BINARY/utf8mb4_bin");
  column = play.Define("VARCHAR(5)", "DEFAULT CHARACTER SET = ucs2");
  EXPECT_EQ(column.charset + "/" + column.collation, "ucs2/");
  column = play.Define("VARCHAR(5)", "COLLATE koi8r_bin");
  EXPECT_EQ(column.charset + "/" + column.collation, "koi8r/koi8r_bin");
  EXPECT_EQ(play.Define("INT CHARACTER SET latin1").charset, "");
  // Of a database that is not known: the event's, if it is in it, else the server's.
  play.schema.databases.clear();
  EXPECT_EQ(play.Define("TEXT").charset, "latin1");
  play.context.of_database = {"greek", ""};
  EXPECT_EQ(play.Define("TEXT").charset, "greek");
}

TEST(ReadTypeName, IsTheInverseOfTheHistorysNames) {
  for (const char* name :
       {"INT", "BIGINT UNSIGNED", "INT UNSIGNED ZEROFILL", "DOUBLE PRECISION", "CHARACTER VARYING",
        "NATIONAL CHAR", "NCHAR VARCHAR", "LONG VARBINARY", "ENUM", "JSON", "FROB"}) {
    MysqlColumn column;
    ReadTypeName(name, {}, column);
    EXPECT_EQ(column.type_name, name);
  }
  MysqlColumn column;
  column.charset = "latin1";
  ReadTypeName("NCHAR VARCHAR", {}, column);
  EXPECT_EQ(column.base, MysqlBase::kVarchar);
  EXPECT_EQ(column.charset, "latin1");
}

}  // namespace
}  // namespace tidewire::source
