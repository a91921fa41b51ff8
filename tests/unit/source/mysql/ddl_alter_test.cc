// ALTER TABLE, clause by clause.
#include "source/mysql/ddl_alter.h"

#include <gtest/gtest.h>

#include "unit/source/mysql/ddl_play.h"

namespace tidewire::source {
namespace {

using Names = std::vector<std::string>;

// With t (a INT PRIMARY KEY, b VARCHAR(10), c INT NOT NULL).
class DdlAlter : public ::testing::Test, protected DdlPlay {
 protected:
  using DdlPlay::Run;

  void SetUp() override {
    Run("CREATE TABLE t (a INT PRIMARY KEY, b VARCHAR(10), c INT NOT NULL)");
  }

  // Runs ALTER TABLE t <clauses>, which is understood, and tells the columns.
  std::string Alter(const std::string& clauses) {
    const auto changes = Apply("ALTER TABLE t " + clauses);
    EXPECT_EQ(Kinds(changes), "alter") << clauses;
    for (const SchemaChange& change : changes) EXPECT_EQ(change.warning, "") << clauses;
    return Columns("t");
  }

  // Says why the table has to be read again.
  std::string Unknown(const std::string& clauses) {
    const MysqlTablePtr before = schema.Find({"d", "t"});
    const auto changes = Apply("ALTER TABLE t " + clauses);
    EXPECT_EQ(Kinds(changes), "reread") << clauses;
    EXPECT_EQ(schema.Find({"d", "t"}), nullptr);
    schema.Put(before);
    return changes.empty() ? "" : changes[0].warning;
  }

  Names IndexNames() const {
    Names out;
    for (const MysqlIndex& index : Table("t").indexes) out.push_back(index.name);
    return out;
  }
};

TEST_F(DdlAlter, AddsColumnsWhereTold) {
  EXPECT_EQ(Alter("ADD COLUMN d INT"), "a b c d");
  EXPECT_EQ(Alter("ADD e INT FIRST"), "e a b c d");
  EXPECT_EQ(Alter("ADD COLUMN f INT NOT NULL DEFAULT 3 AFTER a"), "e a f b c d");
  EXPECT_EQ(Alter("ADD g INT AFTER `d`, ADD h INT AFTER g, ADD i INT FIRST"), "i e a f b c d g h");
  EXPECT_EQ(Alter("ADD j INT AFTER a, ADD k INT AFTER a"), "i e a k j f b c d g h");
}

TEST_F(DdlAlter, AddsListsOfColumns) {
  EXPECT_EQ(Alter("ADD COLUMN (d INT COMMENT ')', e VARCHAR(5) DEFAULT 'x,y', UNIQUE KEY u (e))"),
            "a b c d e");
  EXPECT_EQ(Alter("ADD (f INT, CONSTRAINT chk CHECK (f > 0))"), "a b c d e f");
  EXPECT_EQ(IndexNames(), Names{"u"});
}

TEST_F(DdlAlter, TakesIfExistsForWhatItSays) {
  EXPECT_EQ(Alter("ADD COLUMN IF NOT EXISTS B INT, ADD COLUMN IF NOT EXISTS d INT"), "a b c d");
  EXPECT_EQ(Column("t", "b").base, MysqlBase::kVarchar);
  EXPECT_EQ(Alter("ADD COLUMN IF NOT EXISTS (d TEXT, e INT)"), "a b c d e");
  EXPECT_EQ(Alter("DROP COLUMN IF EXISTS x, DROP IF EXISTS d, DROP e"), "a b c");
  EXPECT_EQ(Alter("MODIFY COLUMN IF EXISTS x INT, CHANGE COLUMN IF EXISTS y z INT"), "a b c");
  EXPECT_EQ(Alter("ALTER COLUMN IF EXISTS x SET DEFAULT 1, RENAME COLUMN IF EXISTS x TO y"),
            "a b c");
  EXPECT_EQ(Alter("ADD UNIQUE INDEX IF NOT EXISTS u (b), ADD UNIQUE IF NOT EXISTS u (c)"), "a b c");
  EXPECT_EQ(Table("t").indexes.size(), 1u);
}

TEST_F(DdlAlter, Modifies) {
  EXPECT_EQ(Alter("MODIFY COLUMN b BIGINT UNSIGNED NOT NULL DEFAULT 5 COMMENT 'x' FIRST"), "b a c");
  const MysqlColumn column = Column("t", "b");
  EXPECT_EQ(column.type_name, "BIGINT UNSIGNED");
  EXPECT_EQ(column.default_text.value_or(""), "5");
  EXPECT_EQ(Alter("MODIFY b INT AFTER c, MODIFY c BIGINT"), "a c b");
  // Nothing of the former definition stays.
  EXPECT_TRUE(Column("t", "b").nullable && Column("t", "c").nullable);
  EXPECT_FALSE(Column("t", "b").comment);
}

TEST_F(DdlAlter, ChangesWithTheirKeys) {
  Run("ALTER TABLE t ADD UNIQUE u (c, b), ADD KEY k (b)");
  EXPECT_EQ(Alter("CHANGE COLUMN a aa INT, CHANGE b `b b` VARCHAR(20) AFTER c"), "aa c b b");
  EXPECT_EQ(Table("t").primary_key, Names{"aa"});
  EXPECT_EQ(Table("t").indexes[0].columns, (Names{"c", "b b"}));
  EXPECT_EQ(Table("t").plain_indexes[0].columns, Names{"b b"});
  EXPECT_EQ(Alter("CHANGE C C BIGINT"), "aa C b b");
  EXPECT_EQ(Table("t").indexes[0].columns, (Names{"C", "b b"}));
}

TEST_F(DdlAlter, RenamesColumnsAllAtOnce) {
  EXPECT_EQ(Alter("RENAME COLUMN a TO b, RENAME COLUMN b TO a"), "b a c");
  EXPECT_EQ(Table("t").primary_key, Names{"b"});
  EXPECT_EQ(Column("t", "a").base, MysqlBase::kVarchar);
  EXPECT_EQ(Alter("CHANGE b x INT, ADD COLUMN b INT, DROP COLUMN a, ADD COLUMN a INT FIRST"),
            "a x c b");
  EXPECT_EQ(Table("t").primary_key, Names{"x"});
}

TEST_F(DdlAlter, DropsColumnsFromKeys) {
  Run("ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (a, c), ADD UNIQUE u (b), ADD UNIQUE v (b, "
      "c)");
  EXPECT_EQ(Alter("DROP COLUMN b CASCADE"), "a c");
  EXPECT_EQ(IndexNames(), Names{"v"});
  EXPECT_EQ(Table("t").indexes[0].columns, Names{"c"});
  EXPECT_EQ(Alter("DROP c"), "a");
  EXPECT_EQ(Table("t").primary_key, Names{"a"});
  EXPECT_EQ(Alter("DROP COLUMN a, ADD COLUMN z INT"), "z");
  EXPECT_TRUE(Table("t").EventKey().empty());
}

TEST_F(DdlAlter, ChangesDefaults) {
  Alter("ALTER COLUMN b SET DEFAULT 'it''s', ALTER c SET DEFAULT -3");
  EXPECT_EQ(Column("t", "b").default_text.value_or(""), "it's");
  EXPECT_EQ(Column("t", "c").default_text.value_or(""), "-3");
  Alter("ALTER b DROP DEFAULT, ALTER COLUMN c SET DEFAULT (1 + 1)");
  EXPECT_FALSE(Column("t", "b").has_default);
  EXPECT_TRUE(Column("t", "c").default_is_expression);
  Alter("ADD n BIT(4), ALTER COLUMN b SET INVISIBLE");
  EXPECT_TRUE(Column("t", "b").invisible);
  // What a constant means depends on the column.
  Alter("ALTER n SET DEFAULT 5, ALTER COLUMN b SET VISIBLE");
  EXPECT_EQ(Column("t", "n").default_text.value_or(""), "101");
  EXPECT_FALSE(Column("t", "b").invisible);
}

TEST_F(DdlAlter, ChangesPrimaryKeys) {
  Alter("DROP PRIMARY KEY");
  EXPECT_TRUE(Table("t").primary_key.empty());
  EXPECT_FALSE(Column("t", "a").nullable);
  Alter("ADD CONSTRAINT pk PRIMARY KEY USING BTREE (c, B)");
  EXPECT_EQ(Table("t").primary_key, (Names{"c", "b"}));
  EXPECT_FALSE(Column("t", "b").nullable || Column("t", "b").has_default);
  // A key column stays NOT NULL.
  Alter("MODIFY b VARCHAR(30)");
  EXPECT_FALSE(Column("t", "b").nullable || Column("t", "b").has_default);
  Alter("DROP PRIMARY KEY, ADD COLUMN id INT AUTO_INCREMENT PRIMARY KEY FIRST");
  EXPECT_EQ(Table("t").EventKey(), Names{"id"});
  Alter("DROP INDEX `PRIMARY`");
  EXPECT_TRUE(Table("t").primary_key.empty());
}

TEST_F(DdlAlter, ChangesIndexes) {
  Alter("ADD UNIQUE (b), ADD UNIQUE KEY (b, c), ADD CONSTRAINT con UNIQUE INDEX (c), ADD KEY (c)");
  EXPECT_EQ(IndexNames(), (Names{"con", "b", "b_2"}));
  EXPECT_EQ(Table("t").plain_indexes[0].name, "c");
  Alter("RENAME INDEX con TO con2, RENAME KEY c TO k, ADD UNIQUE (C)");
  EXPECT_EQ(IndexNames(), (Names{"con2", "c", "b", "b_2"}));
  Alter("DROP INDEX b, DROP KEY k, DROP CONSTRAINT IF EXISTS con2");
  EXPECT_EQ(IndexNames(), (Names{"c", "b_2"}));
  EXPECT_TRUE(Table("t").plain_indexes.empty());
  Alter("ADD UNIQUE pre (b(3), c), ADD UNIQUE fn ((a + 1), c)");
  for (const MysqlIndex& index : Table("t").indexes) {
    EXPECT_EQ(index.whole, index.name != "pre" && index.name != "fn");
  }
}

TEST_F(DdlAlter, NamesNoIndexLikeThePrimaryKey) {
  Alter("ADD `primary` INT, ADD UNIQUE (`primary`)");
  EXPECT_EQ(IndexNames(), Names{"primary_2"});
}

TEST_F(DdlAlter, NamesIndexesOfForeignKeys) {
  Alter(
      "ADD CONSTRAINT fk FOREIGN KEY fki (c) REFERENCES p (id) ON DELETE CASCADE, "
      "ADD FOREIGN KEY (b) REFERENCES p (u), ADD FOREIGN KEY (a) REFERENCES p (id)");
  ASSERT_EQ(Table("t").plain_indexes.size(), 2u);
  EXPECT_EQ(Table("t").plain_indexes[0].name, "fk");
  EXPECT_EQ(Table("t").plain_indexes[1].name, "b");
  Alter("ADD UNIQUE (b, c)");  // It takes the place of the generated one, and its name.
  EXPECT_EQ(IndexNames(), Names{"b_2"});
  EXPECT_EQ(Table("t").plain_indexes.size(), 1u);
  Alter("DROP FOREIGN KEY fk, DROP FOREIGN KEY IF EXISTS x, DROP CHECK y");
  EXPECT_EQ(Table("t").plain_indexes.size(), 1u);
}

TEST_F(DdlAlter, ConvertsCharacterSets) {
  Alter("ADD x TEXT, ADD y TINYTEXT, ADD z BLOB, ADD e ENUM('a'), ADD l TEXT CHARACTER SET latin1");
  Alter("DEFAULT CHARACTER SET latin1, ADD n VARCHAR(5)");
  EXPECT_EQ(Column("t", "x").charset + Column("t", "n").charset, "utf8mb4latin1");
  Alter("CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
  EXPECT_EQ(Table("t").collation, "utf8mb4_bin");
  EXPECT_EQ(Column("t", "e").charset + Column("t", "n").collation, "utf8mb4utf8mb4_bin");
  EXPECT_EQ(Column("t", "x").base, MysqlBase::kText);
  // As many characters as before.
  EXPECT_EQ(Column("t", "l").base, MysqlBase::kMediumText);
  EXPECT_EQ(Column("t", "l").type_name, "MEDIUMTEXT");
  Alter("CONVERT TO CHARSET binary");
  EXPECT_EQ(Column("t", "b").type_name, "VARBINARY");
  EXPECT_EQ(Column("t", "y").type_name, "TINYBLOB");
  Alter("CHARACTER SET = DEFAULT");
  EXPECT_EQ(Table("t").charset, "utf8mb4");
  Alter("COLLATE koi8r_bin, COMMENT = 'c'");
  EXPECT_EQ(Table("t").charset + Table("t").comment.value_or(""), "koi8rc");
}

TEST_F(DdlAlter, PassesOverWhatLeavesColumnsAlone) {
  const MysqlTable before = Table("t");
  for (const char* clauses : {"ENGINE=InnoDB",
                              "ENGINE InnoDB, ROW_FORMAT DYNAMIC",
                              "ALGORITHM=INPLACE, LOCK=NONE",
                              "FORCE",
                              "DISABLE KEYS",
                              "ENABLE KEYS",
                              "AUTO_INCREMENT = 5",
                              "AUTO_INCREMENT 5",
                              "ORDER BY a, b DESC",
                              "ORDER BY a DESC, c, ENGINE=InnoDB",
                              "DISCARD TABLESPACE",
                              "IMPORT TABLESPACE",
                              "WITHOUT VALIDATION",
                              "SECONDARY_LOAD",
                              "SECONDARY_ENGINE=RAPID",
                              "ADD PARTITION (PARTITION p9 VALUES LESS THAN (20))",
                              "DROP PARTITION p0, p1",
                              "REORGANIZE PARTITION p1, p2 INTO (PARTITION x VALUES LESS THAN (3))",
                              "EXCHANGE PARTITION p WITH TABLE u WITHOUT VALIDATION",
                              "TRUNCATE PARTITION p0, p1",
                              "COALESCE PARTITION 2",
                              "REMOVE PARTITIONING",
                              "PARTITION BY HASH (a) PARTITIONS 3",
                              "REBUILD PARTITION ALL",
                              "CHECK PARTITION p",
                              "ADD CONSTRAINT c CHECK (a > 0)",
                              "ADD CHECK (b <> 'x,y')",
                              "DROP CONSTRAINT c",
                              "ALTER CHECK c NOT ENFORCED",
                              "ALTER INDEX i INVISIBLE",
                              "ADD FULLTEXT KEY IF NOT EXISTS f (b) WITH PARSER ngram",
                              "DROP KEY f",
                              "ADD VECTOR INDEX v (b) M=8 DISTANCE=cosine",
                              "DROP INDEX v",
                              "STATS_PERSISTENT=1 STATS_SAMPLE_PAGES=5",
                              "UNION=(x,y)",
                              "WAIT 10",
                              "NOWAIT",
                              "MAX_ROWS=1 COMPRESSION='zlib' ENCRYPTION='N'"}) {
    SCOPED_TRACE(clauses);
    Alter(clauses);
    MysqlTable now = Table("t");
    now.plain_indexes.clear();
    EXPECT_TRUE(now == before);
  }
}

TEST_F(DdlAlter, FollowsOptionsThatStandTogether) {
  EXPECT_EQ(Alter("ENGINE=InnoDB DEFAULT CHARSET=latin1 COMMENT 'x', ADD d VARCHAR(5)"), "a b c d");
  EXPECT_EQ(Column("t", "d").charset, "latin1");
  EXPECT_EQ(Table("t").comment.value_or(""), "x");
  EXPECT_EQ(Alter("ADD e INT PARTITION BY KEY (a) PARTITIONS 2"), "a b c d e");
  EXPECT_EQ(Alter("WAIT 5 ADD f INT, ORDER BY a, b, DROP COLUMN e"), "a b c d f");
}

TEST_F(DdlAlter, KnowsSystemVersioning) {
  Alter("ADD SYSTEM VERSIONING");
  EXPECT_TRUE(Table("t").implicit_row_period);
  Alter("DROP SYSTEM VERSIONING");
  EXPECT_FALSE(Table("t").implicit_row_period);
  EXPECT_EQ(Alter("ADD s TIMESTAMP(6) GENERATED ALWAYS AS ROW START, ADD e TIMESTAMP(6) GENERATED "
                  "ALWAYS AS ROW END, ADD PERIOD FOR SYSTEM_TIME (s, e), ADD SYSTEM VERSIONING"),
            "a b c s e");
  EXPECT_FALSE(Table("t").implicit_row_period || Column("t", "s").nullable);
  EXPECT_EQ(Alter("ADD system INT, ADD p INT, ADD q INT, ADD PERIOD FOR app (p, q)"),
            "a b c s e system p q");
  EXPECT_FALSE(Column("t", "p").nullable || Column("t", "q").has_default);
}

TEST_F(DdlAlter, AsksForTheTableWhereItIsLost) {
  EXPECT_NE(Unknown("FROBNICATE a").find("unknown clause at FROBNICATE"), std::string::npos);
  EXPECT_NE(Unknown("ADD").find("its end"), std::string::npos);
  EXPECT_NE(Unknown("DROP COLUMN x").find("column x is not known"), std::string::npos);
  EXPECT_NE(Unknown("MODIFY x INT").find("column x is not known"), std::string::npos);
  EXPECT_NE(Unknown("ADD x INT AFTER y").find("column y is not known"), std::string::npos);
  EXPECT_NE(Unknown("ADD b INT").find("column b is there already"), std::string::npos);
  EXPECT_NE(Unknown("ADD UNIQUE (x)").find("column x is not known"), std::string::npos);
  EXPECT_NE(Unknown("RENAME COLUMN x TO y").find("column x is not known"), std::string::npos);
  EXPECT_NE(Unknown("ALTER x SET DEFAULT 1").find("column x is not known"), std::string::npos);
  EXPECT_NE(Unknown("ALTER a SET STORAGE 1").find("unknown clause"), std::string::npos);
  EXPECT_NE(Unknown("CONVERT").find("unknown clause"), std::string::npos);
  EXPECT_NE(Unknown("DROP a, DROP b, DROP c").find("no column left"), std::string::npos);
  EXPECT_EQ(Alter("ADD d INT"), "a b c d");
}

TEST_F(DdlAlter, KeepsTheFirstKeyThatTheServerKeepsFirst) {
  Run("CREATE TABLE u (a INT, b INT NOT NULL, c INT NOT NULL, UNIQUE ua (a), UNIQUE ub (b), "
      "UNIQUE uc (c))");
  EXPECT_EQ(Table("u").EventKey(), Names{"b"});
  Run("ALTER TABLE u MODIFY a INT NOT NULL");
  EXPECT_EQ(Table("u").EventKey(), Names{"b"});
  Run("ALTER TABLE u DROP INDEX ub");
  EXPECT_EQ(Table("u").EventKey(), Names{"c"});
}

}  // namespace
}  // namespace tidewire::source
