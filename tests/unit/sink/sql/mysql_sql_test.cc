#include "sink/sql/mysql_sql.h"

#include <gtest/gtest.h>

#include "sink/sql/value_error.h"

namespace tidewire::sink {
namespace {

using model::Datum;
using model::DatumState;
using model::Kind;

constexpr MysqlFacts kMariaDb{true, 101'106};
constexpr MysqlFacts kMysql{false, 80'402};
constexpr MysqlFacts kOldMysql{false, 50'744};

// t (id, name, doc) with the key (id), and another unique index where `indexes` is 2.
struct Table {
  explicit Table(size_t indexes, const std::string& key_type = "bigint(20)",
                 const std::string& collation = "") {
    auto table = std::make_shared<TargetTable>();
    table->name = {"d", "t"};
    table->columns.resize(3);
    table->columns[0].name = "id";
    table->columns[0].type = key_type;
    table->columns[0].collation = collation;
    table->columns[0].not_null = true;
    table->columns[1].name = "name";
    table->columns[1].type = "varchar(20)";
    table->columns[1].collation = "utf8mb4_general_ci";
    table->columns[2].name = "doc";
    table->columns[2].type = "longblob";
    table->unique_keys = {{0}};
    table->unique_indexes = indexes;
    plan.table = table;
    plan.source_columns = 3;
    const Kind key = key_type.starts_with("bigint") ? Kind::kInt64 : Kind::kString;
    plan.fields = {{0, 0, key, true}, {1, 1, Kind::kString, false}, {2, 2, Kind::kBytes, false}};
    plan.key = {0};
    plan.unique_key = true;
  }
  std::string Sql(RowOp op, const Datum* row, const Datum* old,
                  const MysqlFacts& facts = kMariaDb) {
    MysqlPlan mysql(plan, facts);
    std::string out;
    mysql.AppendEvent({op, &plan, row, old, nullptr, nullptr}, out);
    return out;
  }
  RowPlan plan;
};

const Datum kRow[] = {Datum::Integer(7), Datum::View("it's \\"), Datum::View("\xFF'")};
const Datum kPart[] = {Datum::Integer(7), Datum::Null(), Datum::Of(DatumState::kUnavailable)};
const Datum kCoded[] = {Datum::View("a"), Datum::Null(), Datum::Null()};

TEST(MysqlSql, InsertsUpdatesAndDeletesByKey) {
  Table t(1);
  EXPECT_EQ(t.Sql(RowOp::kInsert, kRow, nullptr),
            "INSERT INTO `d`.`t` (`id`, `name`, `doc`) VALUES (7,'it''s \\',_binary'\xFF''')");
  EXPECT_EQ(t.Sql(RowOp::kUpdate, kPart, nullptr),
            "UPDATE `d`.`t` SET `name` = NULL WHERE `id` = 7");
  EXPECT_EQ(t.Sql(RowOp::kDelete, nullptr, kPart), "DELETE FROM `d`.`t` WHERE `id` = 7");
  EXPECT_EQ(t.Sql(RowOp::kTruncate, nullptr, nullptr), "DELETE FROM `d`.`t`");
}

TEST(MysqlSql, UpsertsInOneStatementWhereOnlyTheKeyIsUnique) {
  Table t(1);
  const std::string insert =
      "INSERT INTO `d`.`t` (`id`, `name`, `doc`) VALUES (7,'it''s \\',_binary'\xFF''')";
  EXPECT_EQ(t.Sql(RowOp::kUpsert, kRow, nullptr),
            insert + " ON DUPLICATE KEY UPDATE `name` = VALUES(`name`), `doc` = VALUES(`doc`)");
  EXPECT_EQ(t.Sql(RowOp::kCreate, kRow, nullptr, kMysql),
            insert +
                " AS `tw_new` ON DUPLICATE KEY UPDATE `name` = `tw_new`.`name`, `doc` = "
                "`tw_new`.`doc`");
  EXPECT_EQ(t.Sql(RowOp::kUpsert, kRow, nullptr, kOldMysql), t.Sql(RowOp::kUpsert, kRow, nullptr));
}

TEST(MysqlSql, GuardsAnUpsertThatAnotherIndexCouldTake) {
  Table t(2);
  EXPECT_NE(t.Sql(RowOp::kUpsert, kRow, nullptr)
                .find("ON DUPLICATE KEY UPDATE `id` = IF(`t`.`id` = VALUES(`id`), `t`.`id`, NULL), "
                      "`name` = VALUES(`name`)"),
            std::string::npos);
  t.plan.unique_key = false;
  EXPECT_EQ(t.Sql(RowOp::kUpsert, kRow, nullptr).find("ON DUPLICATE"), std::string::npos);
}

TEST(MysqlSql, ComparesKeysByTheirBytesWhereTheCollationDoesNot) {
  Table t(1, "varchar(20)", "utf8mb4_general_ci");
  EXPECT_EQ(
      t.Sql(RowOp::kDelete, nullptr, kCoded),
      "DELETE FROM `d`.`t` WHERE `id` = 'a' AND CAST(CONVERT(`id` USING utf8mb4) AS BINARY) = "
      "_binary'a'");
  EXPECT_NE(t.Sql(RowOp::kUpsert, kCoded, nullptr)
                .find("`id` = IF(CAST(`t`.`id` AS BINARY) = CAST(VALUES(`id`) AS BINARY), "
                      "`t`.`id`, NULL)"),
            std::string::npos);
  for (const char* exact : {"utf8mb4_nopad_bin", "utf8mb4_0900_bin"}) {
    Table e(1, "varchar(20)", exact);
    EXPECT_EQ(e.Sql(RowOp::kDelete, nullptr, kCoded), "DELETE FROM `d`.`t` WHERE `id` = 'a'");
  }
  // Blanks at the end do not count there.
  EXPECT_NE(
      Table(1, "varchar(20)", "utf8mb4_bin").Sql(RowOp::kDelete, nullptr, kCoded).find("CAST"),
      std::string::npos);
  EXPECT_EQ(Table(1, "char(20)", "utf8mb4_bin").Sql(RowOp::kDelete, nullptr, kCoded).find("CAST"),
            std::string::npos);
}

TEST(MysqlSql, UpdatesElseInsertsRowsThatLackValues) {
  Table t(1);
  EXPECT_EQ(t.Sql(RowOp::kUpsert, kPart, nullptr),
            "UPDATE `d`.`t` SET `name` = NULL WHERE `id` = 7;"
            "INSERT INTO `d`.`t` (`id`, `name`) SELECT 7, NULL FROM DUAL WHERE ROW_COUNT() = 0");
  EXPECT_EQ(t.Sql(RowOp::kMove, kPart, kRow),
            "UPDATE `d`.`t` SET `id` = 7, `name` = NULL WHERE `id` = 7;"
            "INSERT INTO `d`.`t` (`id`, `name`) SELECT 7, NULL FROM DUAL WHERE ROW_COUNT() = 0");
}

TEST(MysqlSql, MatchesOneRowByAllValues) {
  Table t(1);
  t.plan.key.clear();
  EXPECT_EQ(t.Sql(RowOp::kMatchDelete, nullptr, kPart),
            "DELETE FROM `d`.`t` WHERE `id` = 7 AND `name` IS NULL LIMIT 1");
}

TEST(MysqlSql, DeletesManyRowsByAListOfKeys) {
  Table t(1);
  MysqlPlan plan(t.plan, kMariaDb);
  const Datum* const rows[] = {kRow, kPart};
  std::string out;
  plan.AppendDelete(rows, out);
  EXPECT_EQ(out, "DELETE FROM `d`.`t` WHERE `id` IN (7,7)");
  t.plan.key = {0, 1};
  t.plan.fields[1].key = true;
  MysqlPlan pair(t.plan, kMariaDb);
  out.clear();
  pair.AppendDelete(std::span(rows, 1), out);
  EXPECT_EQ(out,
            "DELETE FROM `d`.`t` WHERE (`id` = 7 AND `name` = 'it''s \\' AND CAST(CONVERT(`name` "
            "USING utf8mb4) AS BINARY) = _binary'it''s \\')");
}

TEST(MysqlSql, TellsTheFieldOfAValueThatDoesNotFit) {
  Table t(1);
  const Datum row[] = {Datum::Integer(1), Datum::View("much longer than twenty characters"),
                       Datum::Null()};
  MysqlPlan plan(t.plan, kMariaDb);
  std::string out;
  EXPECT_THROW(plan.AppendRow(plan.MaskedFields(""), row, out), ValueError);
  EXPECT_EQ(plan.field(), 1u);
}

}  // namespace
}  // namespace tidewire::sink
