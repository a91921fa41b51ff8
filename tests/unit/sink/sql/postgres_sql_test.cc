#include "sink/sql/postgres_sql.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sink/sql/options.h"
#include "sink/sql/postgres_catalog.h"

namespace tidewire::sink {
namespace {

using model::Kind;

RowPlan Plan(bool unique) {
  auto table = std::make_shared<TargetTable>();
  table->name = {"s", "t\"x"};
  table->columns.resize(3);
  const char* names[] = {"k", "v", "j"};
  const uint32_t types[] = {20, 25, 114};
  for (size_t i = 0; i < 3; ++i) {
    table->columns[i].name = names[i];
    table->columns[i].type_id = types[i];
  }
  RowPlan plan;
  plan.table = table;
  plan.source_columns = 3;
  plan.fields = {
      {0, 0, Kind::kInt64, true}, {1, 1, Kind::kString, false}, {2, 2, Kind::kJson, false}};
  plan.key = {0};
  plan.unique_key = unique;
  return plan;
}

TEST(RowStatement, UpsertsThroughTheUniqueIndex) {
  EXPECT_EQ(RowStatement(RowOp::kUpsert, Plan(true), "", "").sql,
            "INSERT INTO \"s\".\"t\"\"x\" AS t (\"k\", \"v\", \"j\") OVERRIDING SYSTEM VALUE "
            "VALUES ($1, $2, $3) "
            "ON CONFLICT (\"k\") DO UPDATE SET \"v\" = excluded.\"v\", \"j\" = excluded.\"j\"");
}

TEST(RowStatement, LooksTheRowUpWhereNoIndexDoesOrValuesLack) {
  EXPECT_EQ(RowStatement(RowOp::kUpsert, Plan(true), "101", "").sql,
            "WITH found AS (UPDATE \"s\".\"t\"\"x\" t SET \"j\" = $2 WHERE t.\"k\" = $1 RETURNING "
            "1) INSERT INTO "
            "\"s\".\"t\"\"x\" AS t (\"k\", \"j\") OVERRIDING SYSTEM VALUE SELECT $1, $2 WHERE NOT "
            "EXISTS (SELECT 1 FROM found)");
  EXPECT_EQ(RowStatement(RowOp::kUpsert, Plan(false), "", "").sql.find("ON CONFLICT"),
            std::string::npos);
}

TEST(BulkStatements, LookEachStagedRowUpThroughTheIndex) {
  RowPlan plan = Plan(true);
  const std::string table = "\"s\".\"t\"\"x\" t";
  EXPECT_EQ(DeleteStatement("stage", plan),
            "DELETE FROM " + table + " USING stage s WHERE t.\"k\" = ANY (ARRAY[s.\"k\"])");
  EXPECT_EQ(StageStatement("stage", plan, plan.key).find("CREATE INDEX"), std::string::npos);
  // Two columns.
  plan.key = {0, 1};
  EXPECT_EQ(DeleteStatement("stage", plan), "DELETE FROM " + table +
                                                " USING stage s WHERE t.\"k\" = s.\"k\" AND "
                                                "t.\"v\" = s.\"v\"");
  EXPECT_THAT(StageStatement("stage", plan, plan.key),
              testing::EndsWith("; CREATE INDEX ON pg_temp.stage (\"k\", \"v\")"));
  // An array: its elements are not of its type.
  auto arrays = std::make_shared<TargetTable>(*plan.table);
  arrays->columns[0].type_id = 1016;
  plan.table = arrays;
  plan.key = {0};
  EXPECT_THAT(DeleteStatement("stage", plan), testing::EndsWith("t.\"k\" = s.\"k\""));
  EXPECT_THAT(StageStatement("stage", plan, plan.key), testing::EndsWith("(\"k\")"));
  // Without an index of the table there is nothing to be looked up through.
  EXPECT_EQ(StageStatement("stage", Plan(false), plan.key).find("CREATE INDEX"), std::string::npos);
}

TEST(RowStatement, SetsNothingWhereOnlyTheKeyIsAvailable) {
  EXPECT_EQ(RowStatement(RowOp::kUpdate, Plan(true), "100", "").sql, "");
}

TEST(RowStatement, MatchesOneRowWithTypesThatHaveNoEquality) {
  const SqlStatement statement = RowStatement(RowOp::kMatchDelete, Plan(false), "", "1n1");
  EXPECT_EQ(statement.sql,
            "DELETE FROM \"s\".\"t\"\"x\" t WHERE t.ctid = (SELECT m.ctid FROM \"s\".\"t\"\"x\" m "
            "WHERE m.\"k\" = $1 AND "
            "m.\"v\" IS NULL AND m.\"j\"::text = $2::text LIMIT 1)");
  ASSERT_EQ(statement.parameters.size(), 2u);
  EXPECT_TRUE(statement.parameters[1].old);
  EXPECT_EQ(statement.parameters[1].field, 2u);
}

TEST(Widening, LosesNothing) {
  EXPECT_TRUE(IsLosslessWidening("smallint", "bigint"));
  EXPECT_TRUE(IsLosslessWidening("character varying(10)", "character varying(20)"));
  EXPECT_TRUE(IsLosslessWidening("character varying(10)", "text"));
  EXPECT_TRUE(IsLosslessWidening("numeric(10,2)", "numeric(12,2)"));
  EXPECT_TRUE(IsLosslessWidening("numeric(10,2)", "numeric"));
  EXPECT_TRUE(IsLosslessWidening("timestamp(3) without time zone", "timestamp without time zone"));
  EXPECT_FALSE(IsLosslessWidening("bigint", "integer"));
  EXPECT_FALSE(IsLosslessWidening("numeric(10,2)", "numeric(10,4)"));
  EXPECT_FALSE(IsLosslessWidening("text", "character varying(20)"));
  EXPECT_FALSE(IsLosslessWidening("timestamp without time zone", "timestamp with time zone"));
  EXPECT_FALSE(IsLosslessWidening("bigint", "bigint"));
}

TEST(TypeByKind, KeepsLengthsAndPrecisions) {
  model::ColumnType type;
  type.kind = Kind::kDecimal;
  EXPECT_EQ(PostgresTypeByKind(type), "numeric");
  type.precision = 10;
  type.scale = 2;
  EXPECT_EQ(PostgresTypeByKind(type), "numeric(10,2)");
  type = {};
  type.kind = Kind::kTimestampTz;
  type.precision = 3;
  EXPECT_EQ(PostgresTypeByKind(type), "timestamp(3) with time zone");
  type = {};
  type.kind = Kind::kString;
  type.length = 20;
  EXPECT_EQ(PostgresTypeByKind(type), "character varying(20)");
}

model::TopicSchema Topic(const std::string& name, const std::string& table_name = "Orders") {
  model::TopicSchema schema;
  schema.topic = name;
  auto table = std::make_shared<model::TableSchema>();
  table->schema = "Inventory";
  table->name = table_name;
  schema.table = table;
  schema.render = std::make_shared<model::RenderOptions>();
  return schema;
}

TEST(TableNames, AreWhatTheTwoSinksMakeOfATopic) {
  SqlSinkOptions options;
  options.naming = TableNaming::kSplitAtDots;
  EXPECT_EQ(ResolveTableName(options, Topic("s.T")), (TableName{"s", "T"}));
  EXPECT_EQ(ResolveTableName(options, Topic("server.s.T")), (TableName{"s", "T"}));
  options.table_format = "\"a.b\".${topic}";
  EXPECT_EQ(ResolveTableName(options, Topic("T")), (TableName{"a.b", "T"}));
  options.naming = TableNaming::kDotsToUnderscores;
  options.quote = false;
  options.table_format = "${topic}";
  EXPECT_EQ(ResolveTableName(options, Topic("Srv.s.T")), (TableName{"", "srv_s_t"}));
  options.table_format = "rep.${source.schema}_${source.table}";
  EXPECT_EQ(ResolveTableName(options, Topic("x")), (TableName{"rep", "inventory_orders"}));
  // The dots and quotes of a source's name are no marks of ours.
  options.table_format = "${source.schema}.\"${source.table}\"_${other}";
  EXPECT_EQ(ResolveTableName(options, Topic("x", "We ird.\"T")),
            (TableName{"inventory", "we ird.\"t_${other}"}));
  options.table_format = "${source.lsn}";
  EXPECT_THROW(ResolveTableName(options, Topic("x")), DataError);
}

TEST(FieldLists, NameFieldsOfAllOrOfOneTopic) {
  SqlSinkOptions options;
  options.include_fields = {"a", "t1:b"};
  EXPECT_TRUE(TakesField(options, "t2", "a"));
  EXPECT_TRUE(TakesField(options, "t1", "b"));
  EXPECT_FALSE(TakesField(options, "t2", "b"));
  options = {};
  options.exclude_fields = {"t1:b"};
  EXPECT_FALSE(TakesField(options, "t1", "b"));
  EXPECT_TRUE(TakesField(options, "t2", "b"));
}

}  // namespace
}  // namespace tidewire::sink
