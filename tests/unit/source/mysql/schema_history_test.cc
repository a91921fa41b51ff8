#include "source/mysql/schema_history.h"

#include <gtest/gtest.h>

#include "source/mysql/schema_change_events.h"
#include "unit/source/mysql/ddl_play.h"

namespace tidewire::source {
namespace {

HistoryRecord RecordOf(const SchemaChange& change) {
  HistoryRecord record;
  record.server = "p";
  record.position.file = "binlog.000001";
  record.database = change.database;
  record.ddl = change.ddl;
  record.changes = TableChangesOf(change, false);
  return record;
}

TEST(HistoryRecord, IsSpacedAsDebeziumDoes) {
  HistoryRecord record;
  record.server = "p\"x";
  record.position = {5, "b.1", 77, "0-1-2", 3, 1, 2, "INITIAL"};
  record.ts_ms = 1234;
  record.database = "d";
  record.ddl = "a\n\t\"\\\x01/é";
  TableChange drop;
  drop.type = TableChange::Type::kDrop;
  drop.id = {"d", "t\"u"};
  record.changes = {drop, drop};
  EXPECT_EQ(WriteHistoryRecord(record), R"({
  "source" : {
    "server" : "p\"x"
  },
  "position" : {
    "ts_sec" : 5,
    "file" : "b.1",
    "pos" : 77,
    "gtids" : "0-1-2",
    "row" : 3,
    "server_id" : 1,
    "event" : 2,
    "snapshot" : "INITIAL"
  },
  "ts_ms" : 1234,
  "databaseName" : "d",
  "ddl" : "a\n\t\"\\\u0001/é",
  "tableChanges" : [ {
    "type" : "DROP",
    "id" : "\"d\".\"t\"\"u\""
  }, {
    "type" : "DROP",
    "id" : "\"d\".\"t\"\"u\""
  } ]
})");
  const auto read = ReadHistoryRecord(WriteHistoryRecord(record));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, record);
}

TEST(HistoryRecord, ReadsWhatOtherVersionsWrite) {
  const auto read = ReadHistoryRecord(
      R"({"source":{"server":"p","more":1},"position":{"snapshot":true,"file":"f","pos":4,"x":[{}]},
          "ddl":"d","tableChanges":[{"type":"CREATE","id":"d.t","table":{"defaultCharsetName":null,
          "primaryKeyColumnNames":["a"],"columns":[{"name":"a","jdbcType":4,"typeName":"INT"}]}}]})");
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->position.snapshot, "INITIAL");
  EXPECT_FALSE(read->database);
  EXPECT_EQ(read->changes[0].id, (MysqlTableId{"d", "t"}));
  EXPECT_FALSE(read->changes[0].table->charset);
  const auto bare =
      ReadHistoryRecord(R"({"source":{},"position":{},"ddl":"x","tableChanges":null})");
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->ddl, "x");
}

TEST(HistoryRecord, RefusesWhatIsNone) {
  for (const char* text :
       {"", "{", "[]", "null", "1", "{}", R"({"source":{}})", R"({"position":{}})",
        R"({"source":{},"position":{},"tableChanges":[1]})",
        R"({"source":{},"position":{},"tableChanges":[{"type":"DROP","id":"x"}]})",
        R"({"source":{},"position":{},"tableChanges":[{"type":"DROP","id":""}]})",
        R"({"source":{},"position":{},"tableChanges":[{"type":"CREATE","id":"\"d\".\"t\""}]})",
        R"({"source":{},"position":{},"tableChanges":[{"type":"ALTER","id":"d.t","table":{}}]})",
        R"({"source":{},"position":{},"tableChanges":[{"type":"ALTER","id":"d.t",
            "table":{"columns":[{}]}}]})"}) {
    EXPECT_FALSE(ReadHistoryRecord(text)) << text;
  }
  EXPECT_FALSE(ReadHistoryRecord(std::string(100'000, '[')));
}

TEST(TableForm, ShowsLengthsThatTypesImply) {
  DdlPlay play;
  play.Run(
      "CREATE TABLE t (a DECIMAL, b DECIMAL(5), c BIT, d NCHAR, e VECTOR, f SET('x','y','z'), "
      "g ENUM('x','y'), h BOOL, i CHAR, j TEXT(100), k FLOAT(7,4), l NUMERIC(5,1), m REAL, "
      "n NVARCHAR(3), o JSON, p SERIAL)");
  std::string shown;
  for (const ColumnForm& column : FormOfTable(play.Table("t"), false).columns) {
    shown += fmt::format("{}:{}:{}:{},{} ", column.name, column.jdbc_type, column.type_name,
                         column.length, column.scale);
  }
  EXPECT_EQ(shown,
            "a:3:DECIMAL:10,0 b:3:DECIMAL:5,0 c:-7:BIT:1,-1 d:-15:NCHAR:1,-1 e:1111:VECTOR:2048,-1 "
            "f:1:SET:5,-1 g:1:ENUM:1,-1 h:16:BOOL:-1,-1 i:1:CHAR:-1,-1 j:12:TEXT:100,-1 "
            "k:6:FLOAT:7,4 l:2:NUMERIC:5,1 m:7:REAL:-1,-1 n:-9:NVARCHAR:3,-1 o:1111:JSON:-1,-1 "
            "p:-5:BIGINT UNSIGNED:-1,-1 ");
}

TEST(TableForm, ShowsDefaultsAsWritten) {
  DdlPlay play;
  const auto shown = [&](const std::string& definition) {
    play.Define(definition);
    const ColumnForm column = FormOfTable(play.Table("one"), false).columns[0];
    return column.has_default ? column.default_expression.value_or("(null)") : "(none)";
  };
  EXPECT_EQ(shown("INT"), "(null)");
  EXPECT_EQ(shown("INT NOT NULL"), "(none)");
  EXPECT_EQ(shown("INT DEFAULT -5"), "-5");
  EXPECT_EQ(shown("VARCHAR(5) DEFAULT 'x''y'"), "x''y");
  EXPECT_EQ(shown("VARCHAR(5) DEFAULT \"x'y\""), "x'y");
  EXPECT_EQ(shown(R"(VARCHAR(5) DEFAULT 'a\\b')"), R"(a\\b)");
  EXPECT_EQ(shown("VARCHAR(5) DEFAULT _latin1'x'"), "x");
  EXPECT_EQ(shown("VARCHAR(5) DEFAULT 0x412742"), "A''B");
  EXPECT_EQ(shown("VARBINARY(5) DEFAULT 0xFF"), "(null)");
  EXPECT_EQ(shown("BOOL DEFAULT TRUE"), "TRUE");
  EXPECT_EQ(shown("BIT(4) DEFAULT 5"), "101");
  EXPECT_EQ(shown("BIT(8) DEFAULT 'A'"), "1000001");
  EXPECT_EQ(shown("DATETIME DEFAULT now(3)"), "1970-01-01 00:00:00");
  EXPECT_EQ(shown("DATETIME DEFAULT current_timestamp()"), "1970-01-01 00:00:00");
  EXPECT_EQ(shown("VARCHAR(40) DEFAULT (uuid())"), "(null)");
}

TEST(TableForm, GivesBackWhatItShows) {
  DdlPlay play;
  play.Run(R"(CREATE TABLE t (a INT UNSIGNED ZEROFILL DEFAULT 5, b VARCHAR(5) DEFAULT 'x''y',
      c VARCHAR(5) DEFAULT "it's" NOT NULL, d ENUM('a','b''c','d\\e','f,g') DEFAULT 'a',
      e BIT(4) DEFAULT b'101', f BOOL DEFAULT false, g TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
      h TEXT(20000), i CHAR(3) CHARACTER SET latin1, j VARBINARY(6), k DECIMAL(10,2) DEFAULT 1.50,
      l POINT, m BIGINT AUTO_INCREMENT, PRIMARY KEY (m)))");
  const MysqlTable table = play.Table("t");
  const MysqlTable back = TableOfForm({"d", "t"}, FormOfTable(table, true), {});
  ASSERT_EQ(back.columns.size(), table.columns.size());
  for (size_t i = 0; i < table.columns.size(); ++i) {
    MysqlColumn got = back.columns[i];
    MysqlColumn expected = table.columns[i];
    SCOPED_TRACE(expected.name);
    // What the form does not hold, or has in one spelling only.
    for (MysqlColumn* column : {&got, &expected}) {
      column->collation.clear();
      column->default_written.clear();
      if (column->base == MysqlBase::kDecimal) continue;
      if (column->type_name == "BOOL" || column->base == MysqlBase::kTinyInt) column->length = -1;
    }
    EXPECT_TRUE(got == expected) << got.type_name << " " << got.default_text.value_or("(none)");
  }
  EXPECT_EQ(FormOfTable(back, true), FormOfTable(table, true));
}

TEST(TableForm, HoldsCommentsWhereAsked) {
  DdlPlay play;
  play.Run("CREATE TABLE t (a INT COMMENT 'c') COMMENT 't'");
  EXPECT_EQ(FormOfTable(play.Table("t"), true).comment.value_or(""), "t");
  EXPECT_EQ(FormOfTable(play.Table("t"), true).columns[0].comment.value_or(""), "c");
  EXPECT_FALSE(FormOfTable(play.Table("t"), false).comment);
  EXPECT_FALSE(FormOfTable(play.Table("t"), false).columns[0].comment);
}

TEST(TableId, IsQuotedAndParsed) {
  for (const MysqlTableId& id :
       std::vector<MysqlTableId>{{"d", "t"}, {"a.b", "c\"d"}, {"ä", ""}, {"", "x"}, {"`", "'"}}) {
    EXPECT_EQ(ParseTableId(QuoteTableId(id)), id) << QuoteTableId(id);
  }
  EXPECT_EQ(ParseTableId("d.t"), (MysqlTableId{"d", "t"}));
  EXPECT_EQ(ParseTableId("`d`.`t`"), (MysqlTableId{"d", "t"}));
  EXPECT_FALSE(ParseTableId("\"t\""));
  EXPECT_FALSE(ParseTableId(""));
}

// What only the statement tells stays, as long as it agrees with the record.
TEST(RecoverFrom, FollowsTheStatement) {
  DdlPlay play;
  const auto changes = play.Apply(
      "CREATE TABLE t (a INT, b VARCHAR(5) COLLATE utf8mb4_bin AS (a) STORED, UNIQUE u (a)) "
      "COMMENT 'x'");
  MysqlSchema schema;
  schema.databases = play.schema.databases;
  RecoverFrom(RecordOf(changes[0]), play.parser, play.context, schema);
  EXPECT_EQ(*schema.Find({"d", "t"}), play.Table("t"));
}

TEST(RecoverFrom, LetsTheRecordWin) {
  DdlPlay play;
  auto changes = play.Apply("CREATE TABLE t (a INT COMMENT 'x', b VARCHAR(5) COLLATE utf8mb4_bin)");
  HistoryRecord record = RecordOf(changes[0]);
  record.changes[0].table->columns[0].type_name = "BIGINT";
  record.changes[0].table->columns[0].jdbc_type = -5;
  MysqlSchema schema;
  schema.databases = play.schema.databases;
  RecoverFrom(record, play.parser, play.context, schema);
  const MysqlTablePtr table = schema.Find({"d", "t"});
  EXPECT_EQ(table->columns[0].base, MysqlBase::kBigInt);
  EXPECT_EQ(table->columns[1], play.Table("t").columns[1]);

  changes = play.Apply("RENAME TABLE t TO u");
  record = RecordOf(changes[0]);
  record.ddl = "not understood";
  RecoverFrom(record, play.parser, play.context, schema);
  EXPECT_EQ(schema.Find({"d", "t"}), nullptr);
  ASSERT_NE(schema.Find({"d", "u"}), nullptr);
  EXPECT_EQ(schema.Find({"d", "u"})->columns.size(), 2u);

  record = RecordOf(play.Apply("DROP TABLE u")[0]);
  record.ddl.clear();
  RecoverFrom(record, play.parser, play.context, schema);
  EXPECT_TRUE(schema.tables().empty());
}

TEST(RecoverFrom, FollowsStatementsWithoutTables) {
  DdlPlay play;
  MysqlSchema schema;
  for (const std::string& ddl : {ServerDefaultsDdl({"greek", "greek_bin"}),
                                 CreateDatabaseDdl("n`m", {"utf16", "utf16_bin"}), UseDdl("n`m")}) {
    HistoryRecord record;
    record.ddl = ddl;
    record.database = "n`m";
    RecoverFrom(record, play.parser, play.context, schema);
  }
  EXPECT_EQ(schema.server.charset, "greek");
  EXPECT_EQ(schema.databases["n`m"].collation, "utf16_bin");
  EXPECT_EQ(DropTableDdl({"d", "t`u"}), "DROP TABLE IF EXISTS `d`.`t``u`");
  EXPECT_EQ(CreateDatabaseDdl("d", {}), "CREATE DATABASE `d`");
  EXPECT_EQ(DropDatabaseDdl("d"), "DROP DATABASE IF EXISTS `d`");
}

TEST(SourceTable, NamesTheTablesOfTheEvent) {
  DdlPlay play;
  EXPECT_EQ(SourceTable(play.Apply("DROP TABLE a, x.b")), "a,b");
  EXPECT_EQ(SourceTable(play.Apply("FLUSH TABLES")), "");
  EXPECT_EQ(SourceTable(play.Apply("CREATE DATABASE q")), std::nullopt);
}

}  // namespace
}  // namespace tidewire::source
