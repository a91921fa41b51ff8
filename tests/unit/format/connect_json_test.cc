#include "format/connect_json.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "format/column_schema.h"
#include "unit/format/golden_tables.h"

namespace tidewire::format {
namespace {

using model::ConnectList;
using model::ConnectMap;
using model::ConnectSchema;
using model::ConnectSchemaPtr;
using model::ConnectType;
using model::ConnectValue;
using model::Converter;

ConnectSchemaPtr Make(ConnectType type, bool optional = false) {
  auto schema = std::make_shared<ConnectSchema>();
  schema->type = type;
  schema->optional = optional;
  return schema;
}

std::string Json(const ConnectSchema* schema, const ConnectValue& value,
                 const Converter& converter = {}) {
  std::string out;
  AppendConnectJson(out, schema, value, converter);
  return out;
}

std::string SchemaOf(const testing::ColumnSpec& spec, const model::RenderOptions& options = {}) {
  const auto table = testing::MakeTable("t", {spec});
  return ConnectSchemaJson(*ColumnConnectSchema(table->columns[0], options), {}, spec.name);
}

TEST(ConnectSchemaJson, WritesMembersInTheConvertersOrder) {
  auto schema = std::make_shared<ConnectSchema>();
  schema->type = ConnectType::kString;
  schema->optional = true;
  schema->name = "n";
  schema->version = 2;
  schema->doc = "d";
  schema->parameters = {{"b", "1"}, {"a", "2"}};
  schema->default_value = ConnectValue{std::string("x")};
  EXPECT_EQ(ConnectSchemaJson(*schema, {}, "f"),
            R"({"type":"string","optional":true,"name":"n","version":2,"doc":"d",)"
            R"("parameters":{"b":"1","a":"2"},"default":"x","field":"f"})");
}

TEST(ConnectSchemaJson, NestsArraysAndMaps) {
  auto map = std::make_shared<ConnectSchema>();
  map->type = ConnectType::kMap;
  map->key = Make(ConnectType::kString);
  map->element = Make(ConnectType::kInt64, true);
  auto array = std::make_shared<ConnectSchema>();
  array->type = ConnectType::kArray;
  array->element = map;
  EXPECT_EQ(ConnectSchemaJson(*array, {}),
            R"({"type":"array","items":{"type":"map","keys":{"type":"string","optional":false},)"
            R"("values":{"type":"int64","optional":true},"optional":false},"optional":false})");
}

TEST(ConnectJson, WritesMapsWithTextKeysAsObjectsAndOthersAsPairs) {
  auto schema = std::make_shared<ConnectSchema>();
  schema->type = ConnectType::kMap;
  schema->key = Make(ConnectType::kString);
  schema->element = Make(ConnectType::kInt64);
  const ConnectMap text = {{ConnectValue{std::string("a")}, ConnectValue{int64_t{1}}},
                           {ConnectValue{std::string("b")}, ConnectValue{}}};
  EXPECT_EQ(Json(schema.get(), ConnectValue{std::make_shared<ConnectMap>(text)}),
            R"({"a":1,"b":null})");
  schema->key = Make(ConnectType::kInt64);
  const ConnectMap numbers = {{ConnectValue{int64_t{7}}, ConnectValue{int64_t{1}}},
                              {ConnectValue{int64_t{8}}, ConnectValue{int64_t{2}}}};
  EXPECT_EQ(Json(schema.get(), ConnectValue{std::make_shared<ConnectMap>(numbers)}),
            "[[7,1],[8,2]]");
}

TEST(ConnectJson, ShowsTheDefaultForNullOnlyWhereAsked) {
  auto schema = std::make_shared<ConnectSchema>();
  schema->type = ConnectType::kInt64;
  schema->default_value = ConnectValue{int64_t{42}};
  EXPECT_EQ(Json(schema.get(), ConnectValue{}), "42");
  EXPECT_EQ(Json(schema.get(), ConnectValue{}, Converter{.replace_null_with_default = false}),
            "null");
}

TEST(ConnectJson, WritesDecimalsByTheConvertersFormat) {
  auto schema = std::make_shared<ConnectSchema>();
  schema->type = ConnectType::kBytes;
  schema->name = "org.apache.kafka.connect.data.Decimal";
  schema->parameters = {{"scale", "2"}};
  const ConnectValue value{std::string("\x04\xd2")};
  EXPECT_EQ(Json(schema.get(), value), "\"BNI=\"");
  EXPECT_EQ(Json(schema.get(), value, Converter{.decimal_numeric = true}), "12.34");
}

TEST(ConnectJson, WritesFloatsWithTheirOwnDigits) {
  EXPECT_EQ(Json(Make(ConnectType::kFloat32).get(), ConnectValue{static_cast<double>(0.1F)}),
            "0.1");
  EXPECT_EQ(Json(Make(ConnectType::kFloat64).get(), ConnectValue{0.1}), "0.1");
  EXPECT_EQ(Json(nullptr, ConnectValue{true}), "true");
}

TEST(ConnectJson, RefusesAStructOfTheWrongSize) {
  auto schema = std::make_shared<ConnectSchema>();
  schema->type = ConnectType::kStruct;
  schema->name = "s";
  schema->fields = {{"a", Make(ConnectType::kInt64)}};
  EXPECT_THROW(Json(schema.get(), ConnectValue{std::make_shared<ConnectList>()}), FatalError);
}

TEST(ColumnSchema, ShowsSerialButNotIdentityDefaults) {
  EXPECT_EQ(SchemaOf({"id", "int4", "s"}),
            R"({"type":"int32","optional":false,"default":0,"field":"id"})");
  EXPECT_EQ(SchemaOf({"id", "int4", "ni"}), R"({"type":"int32","optional":false,"field":"id"})");
}

TEST(ColumnSchema, ShowsTheZeroOfExpressions) {
  EXPECT_EQ(SchemaOf({"c", "uuid", "d"}),
            R"({"type":"string","optional":true,"name":"io.debezium.data.Uuid","version":1,)"
            R"("default":"00000000-0000-0000-0000-000000000000","field":"c"})");
  EXPECT_EQ(
      SchemaOf({"c", "timestamp(3)", "d"}),
      R"({"type":"int64","optional":true,"name":"io.debezium.time.Timestamp","version":1,"default":0,"field":"c"})");
  EXPECT_EQ(
      SchemaOf({"c", "timestamptz(0)", "d"}),
      R"({"type":"string","optional":true,"name":"io.debezium.time.ZonedTimestamp","version":1,)"
      R"("default":"1970-01-01T00:00:00Z","field":"c"})");
  EXPECT_EQ(
      SchemaOf({"c", "jsonb", "d"}),
      R"({"type":"string","optional":true,"name":"io.debezium.data.Json","version":1,"default":"{}","field":"c"})");
  EXPECT_EQ(SchemaOf({"c", "bool", "d"}),
            R"({"type":"boolean","optional":true,"default":false,"field":"c"})");
}

TEST(ColumnSchema, ShowsNoDefaultOfTypesThatDebeziumDoesNotRead) {
  for (const char* type :
       {"mood", "citext", "inet", "bytea", "int4[]", "numeric", "hstore", "money"}) {
    EXPECT_EQ(SchemaOf({"c", type, "d", "1"}).find("default"), std::string::npos) << type;
  }
  // Of a domain, too.
  model::Column column = testing::MakeTable("t", {{"c", "int4", "d", "1"}})->columns[0];
  column.type.base_native = "integer";
  EXPECT_FALSE(ColumnConnectSchema(column, {})->default_value);
}

TEST(ColumnSchema, LeavesOutADefaultThatCannotBeRead) {
  EXPECT_EQ(SchemaOf({"c", "int4", "d", "x"}).find("default"), std::string::npos);
  EXPECT_EQ(SchemaOf({"c", "interval", "d", "1 day"}).find("default"), std::string::npos);
  EXPECT_EQ(SchemaOf({"c", "numeric(5,2)", "d", "NaN"}).find("default"), std::string::npos);
}

TEST(ColumnSchema, FollowsTheTimeMode) {
  const auto name = [](const char* type, model::TimeMode mode) {
    model::RenderOptions options;
    options.time = mode;
    const auto table = testing::MakeTable("t", {{"c", type}});
    return ColumnConnectSchema(table->columns[0], options)->name;
  };
  using model::TimeMode;
  EXPECT_EQ(name("time(2)", TimeMode::kAdaptive), "io.debezium.time.Time");
  EXPECT_EQ(name("time(2)", TimeMode::kAdaptiveMicroseconds), "io.debezium.time.MicroTime");
  EXPECT_EQ(name("time(2)", TimeMode::kNanoseconds), "io.debezium.time.NanoTime");
  EXPECT_EQ(name("timestamp(2)", TimeMode::kAdaptiveMicroseconds), "io.debezium.time.Timestamp");
  EXPECT_EQ(name("timestamp", TimeMode::kNanoseconds), "io.debezium.time.NanoTimestamp");
  EXPECT_EQ(name("date", TimeMode::kNanoseconds), "io.debezium.time.Date");
  EXPECT_EQ(name("timestamptz", TimeMode::kConnect), "io.debezium.time.ZonedTimestamp");
}

TEST(SourceSchema, IsThatOfTheKindOfConnector) {
  EXPECT_EQ(SourceConnectSchema("postgresql")->fields.size(), 16U);
  EXPECT_EQ(SourceConnectSchema("mysql")->fields.size(), 17U);
  EXPECT_EQ(SourceConnectSchema("mariadb")->name, "io.debezium.connector.mariadb.Source");
  EXPECT_THROW(SourceConnectSchema("oracle"), FatalError);
}

}  // namespace
}  // namespace tidewire::format
