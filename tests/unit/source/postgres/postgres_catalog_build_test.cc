#include "source/postgres/postgres_catalog_build.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "source/postgres/postgres_filters.h"

namespace tidewire::source {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr uint32_t kInt = 23, kText = 25, kBigint = 20;

RelationMessage Relation(char identity,
                         std::vector<std::tuple<std::string, uint32_t, bool>> columns) {
  RelationMessage out;
  out.oid = 1;
  out.schema = "g";
  out.name = "t";
  out.replica_identity = identity;
  for (auto& [name, type, key] : columns) {
    RelationMessage::Column column;
    column.name = name;
    column.type_oid = type;
    column.key = key;
    out.columns.push_back(column);
  }
  return out;
}

TableFacts Facts(std::vector<std::pair<std::string, uint32_t>> columns,
                 std::vector<uint32_t> primary) {
  TableFacts out;
  out.oid = 1;
  out.schema = "g";
  out.name = "t";
  for (auto& [name, type] : columns) {
    ColumnFacts column;
    column.name = name;
    column.type_oid = type;
    out.columns.push_back(column);
  }
  out.primary_key = std::move(primary);
  for (const uint32_t column : out.primary_key) out.columns[column].not_null = true;
  return out;
}

PostgresTypes Types() {
  PostgresTypes out;
  for (const auto& [oid, name] : {std::pair{kInt, "int4"}, {kText, "text"}, {kBigint, "int8"}}) {
    PgType type;
    type.oid = oid;
    type.schema = "pg_catalog";
    type.name = type.formatted = name;
    out.Add(type);
  }
  return out;
}

TEST(KeyOf, TakesTheOrderOfThePrimaryKey) {
  const auto relation = Relation('d', {{"b", kText, true}, {"a", kInt, true}, {"v", kText, false}});
  const auto facts = Facts({{"b", kText}, {"a", kInt}, {"v", kText}}, {1, 0});
  EXPECT_THAT(KeyOf(relation, &facts, nullptr), ElementsAre(1, 0));
}

TEST(KeyOf, TakesTheFlagsWhenThePrimaryKeyWasChangedSince) {
  const auto relation = Relation('d', {{"id", kInt, true}, {"a", kInt, false}});
  const auto facts = Facts({{"id", kInt}, {"a", kInt}}, {0, 1});
  EXPECT_THAT(KeyOf(relation, &facts, nullptr), ElementsAre(0));
}

TEST(KeyOf, TakesTheFlagsWhenTheTableIsGone) {
  EXPECT_THAT(KeyOf(Relation('d', {{"v", kText, false}, {"id", kInt, true}}), nullptr, nullptr),
              ElementsAre(1));
}

TEST(KeyOf, IsEmptyWhenThePrimaryKeyCameLater) {
  const auto facts = Facts({{"id", kInt}}, {0});
  EXPECT_THAT(KeyOf(Relation('d', {{"id", kInt, false}}), &facts, nullptr), IsEmpty());
}

TEST(KeyOf, FindsThePrimaryKeyAmongTheFlagsOfFullIdentity) {
  const auto relation = Relation('f', {{"id", kInt, true}, {"v", kText, true}});
  const auto facts = Facts({{"id", kInt}, {"v", kText}}, {0});
  EXPECT_THAT(KeyOf(relation, &facts, nullptr), ElementsAre(0));
  EXPECT_THAT(KeyOf(relation, nullptr, nullptr), IsEmpty());
  const auto retyped = Facts({{"id", kBigint}, {"v", kText}}, {0});
  EXPECT_THAT(KeyOf(relation, &retyped, nullptr), IsEmpty());
}

TEST(KeyOf, TakesTheIdentityIndexThatOldRowsHold) {
  const auto relation = Relation('i', {{"id", kInt, false}, {"b", kText, true}, {"a", kInt, true}});
  auto facts = Facts({{"id", kInt}, {"b", kText}, {"a", kInt}}, {0});
  facts.identity_index = {2, 1};
  EXPECT_THAT(KeyOf(relation, &facts, nullptr), ElementsAre(2, 1));
}

TEST(KeyOf, TakesAUniqueIndexWhereThereIsNoPrimaryKey) {
  auto facts = Facts({{"id", kInt}, {"v", kText}}, {});
  facts.unique_index = {0};
  EXPECT_THAT(KeyOf(Relation('f', {{"id", kInt, true}, {"v", kText, true}}), &facts, nullptr),
              ElementsAre(0));
}

TEST(KeyOf, TakesConfiguredColumnsInTheirOrder) {
  const std::vector<std::string> configured = {"v", "id"};
  const auto relation = Relation('d', {{"id", kInt, true}, {"v", kText, false}});
  EXPECT_THAT(KeyOf(relation, nullptr, &configured), ElementsAre(1, 0));
}

TEST(BuildTable, TakesFactsOnlyOfColumnsThatAreStillTheSame) {
  const auto relation =
      Relation('d', {{"id", kInt, true}, {"a", kInt, false}, {"b", kText, false}});
  auto facts = Facts({{"id", kInt}, {"a", kBigint}, {"b", kText}}, {0});
  facts.columns[1].not_null = true;
  facts.columns[2].has_default = true;
  facts.columns[2].default_text = "x";
  const BuiltTable built = BuildTable(relation, &facts, Types(), MakePostgresFilters({}), "db");
  EXPECT_EQ(built.schema.columns[1].type.kind, model::Kind::kInt32);
  EXPECT_TRUE(built.schema.columns[1].nullable);
  EXPECT_EQ(built.schema.columns[2].default_text, "x");
  EXPECT_FALSE(built.schema.columns[0].nullable);
  EXPECT_EQ(built.schema.catalog, "db");
}

// Sinks made a generated column an ordinary one once, which the stream does not fill.
TEST(BuildTable, TellsHowAGeneratedColumnIsMade) {
  auto facts = Facts({{"id", kInt}, {"g", kInt}, {"d", kInt}}, {0});
  facts.columns[1].generated = true;
  facts.columns[1].default_expression = "(id + 1)";
  facts.columns[2].default_expression = "(1 + 1)";
  const BuiltTable built =
      BuildTable(RelationOf(facts, {}), &facts, Types(), MakePostgresFilters({}), "db");
  EXPECT_EQ(built.schema.columns[1].generation, "(id + 1)");
  EXPECT_EQ(built.schema.columns[2].generation, "");
}

TEST(BuildTable, KeepsKeyColumnsWhateverTheFiltersSay) {
  FilterSettings settings;
  settings.column_include = {"g\\.t\\.b"};
  const auto relation =
      Relation('d', {{"a", kInt, false}, {"id", kInt, true}, {"b", kText, false}});
  const BuiltTable built =
      BuildTable(relation, nullptr, Types(), MakePostgresFilters(settings), "db");
  EXPECT_THAT(built.wire_to_column, ElementsAre(-1, 0, 1));
  EXPECT_THAT(built.schema.key, ElementsAre(0));
  EXPECT_EQ(built.schema.columns[1].name, "b");
}

TEST(RelationOf, HoldsGeneratedColumnsAndOnlyPublishedOthers) {
  auto facts = Facts({{"id", kInt}, {"secret", kText}, {"g", kText}}, {0});
  facts.columns[2].generated = true;
  const RelationMessage relation = RelationOf(facts, {"id"});
  ASSERT_EQ(relation.columns.size(), 2u);
  EXPECT_EQ(relation.columns[1].name, "g");
  EXPECT_TRUE(relation.columns[0].key);
}

}  // namespace
}  // namespace tidewire::source
