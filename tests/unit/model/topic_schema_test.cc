#include "model/topic_schema.h"

#include <gtest/gtest.h>

#include <random>

#include "base/error.h"

namespace tidewire::model {
namespace {

ConnectSchemaPtr SchemaOf(ConnectType type) {
  auto schema = std::make_shared<ConnectSchema>();
  schema->type = type;
  return schema;
}

ConnectSchemaPtr EveryFeature() {
  auto schema = std::make_shared<ConnectSchema>();
  schema->type = ConnectType::kStruct;
  schema->optional = true;
  schema->name = "io.debezium.Thing";
  schema->version = -3;
  schema->doc = "what it is";
  schema->parameters = {{"scale", "2"}, {"a", ""}};
  auto list = std::make_shared<ConnectList>(
      ConnectList{{int64_t{-7}}, {2.5}, {std::string("x\0y", 3)}, {true}, {}});
  auto map = std::make_shared<ConnectMap>(ConnectMap{{{std::string("k")}, {list}}});
  schema->default_value = ConnectValue{map};
  auto of_map = std::make_shared<ConnectSchema>();
  of_map->type = ConnectType::kMap;
  of_map->key = SchemaOf(ConnectType::kString);
  of_map->element = SchemaOf(ConnectType::kFloat64);
  schema->fields = {{"m", of_map}, {"b", SchemaOf(ConnectType::kBytes)}};
  return schema;
}

ColumnType EveryTypeField() {
  ColumnType type;
  type.kind = Kind::kArray;
  type.native = "numeric(10,2)[]";
  type.type_name = "_numeric";
  type.length = 7;
  type.precision = 10;
  type.scale = 2;
  type.enum_values = {"a", "", "ü"};
  type.built_in = false;
  type.base_native = "text";
  type.documented = false;
  auto element = std::make_shared<ColumnType>();
  element->kind = Kind::kDecimal;
  type.element = element;
  return type;
}

TopicSchema EveryField() {
  auto render = std::make_shared<RenderOptions>();
  render->connector_kind = "postgresql";
  render->version = "3.5";
  render->logical_name = "shop";
  render->task_id = "1";
  render->run_id = "uuid";
  render->context_headers = false;
  render->decimal = DecimalMode::kDouble;
  render->time = TimeMode::kNanoseconds;
  render->binary = BinaryMode::kHex;
  render->interval = IntervalMode::kString;
  render->hstore = HstoreMode::kMap;
  render->money_fraction_digits = 4;
  render->include_unknown_datatypes = true;
  render->unavailable_placeholder = "?";
  render->key_converter = {ConverterKind::kString, false, true, false};
  render->value_converter = {ConverterKind::kByteArray, true, false, true};
  auto table = std::make_shared<TableSchema>();
  table->catalog = "db";
  table->schema = "public";
  table->name = "orders";
  Column column;
  column.name = "total";
  column.type = EveryTypeField();
  column.nullable = false;
  column.has_default = true;
  column.default_text = "42";
  column.generated = true;
  column.identity = true;
  column.generation = "a + b";
  Column plain;
  plain.name = "plain";
  table->columns = {column, plain};
  table->key = {1, 0};
  table->replica_identity = ReplicaIdentity::kNothing;
  TopicSchema schema;
  schema.topic = "routed";
  schema.base_topic = "shop.public.orders";
  schema.render = render;
  schema.table = table;
  schema.unwrap = Unwrap{.deletes = Unwrap::Deletes::kDeleteToTombstone,
                         .add_fields = {{"op", "__op"}},
                         .add_headers = {{"source.ts_ms", "__ts"}, {"db", "__db"}},
                         .route_by_field = "f",
                         .drop_fields_header = "h",
                         .drop_fields_from_key = true,
                         .drop_fields_keep_schema_compatible = false,
                         .replace_null_with_default = false};
  schema.key_schema = SchemaOf(ConnectType::kInt32);
  schema.value_schema = EveryFeature();
  return schema;
}

TEST(TopicSchemaCodec, KeepsEveryField) {
  const TopicSchema schema = EveryField();
  const std::string encoded = EncodeTopicSchema(schema);
  const TopicSchema back = DecodeTopicSchema(encoded);
  EXPECT_EQ(back.topic, schema.topic);
  EXPECT_EQ(back.base_topic, schema.base_topic);
  EXPECT_EQ(*back.render, *schema.render);
  EXPECT_EQ(*back.table, *schema.table);
  EXPECT_EQ(back.unwrap, schema.unwrap);
  EXPECT_EQ(back.value_schema->name, "io.debezium.Thing");
  EXPECT_EQ(back.value_schema->version, -3);
  EXPECT_EQ(back.value_schema->fields[0].schema->element->type, ConnectType::kFloat64);
  // General schemas have no comparison: what they hold is compared by its encoding.
  EXPECT_EQ(EncodeTopicSchema(back), encoded);
}

TEST(TopicSchemaCodec, IsDeterministicAndTellsDifferencesApart) {
  const std::string encoded = EncodeTopicSchema(EveryField());
  EXPECT_EQ(HashTopicSchema(encoded), HashTopicSchema(EncodeTopicSchema(EveryField())));
  TopicSchema other = EveryField();
  other.unwrap->drop_fields_from_key = false;
  EXPECT_NE(HashTopicSchema(EncodeTopicSchema(other)), HashTopicSchema(encoded));
}

TEST(TopicSchemaCodec, KeepsASchemaWithNothingOptional) {
  TopicSchema schema;
  schema.topic = "t";
  schema.render = std::make_shared<RenderOptions>();
  const TopicSchema back = DecodeTopicSchema(EncodeTopicSchema(schema));
  EXPECT_EQ(back.table, nullptr);
  EXPECT_FALSE(back.unwrap);
  EXPECT_EQ(back.key_schema, nullptr);
}

TEST(TopicSchemaCodec, RefusesEveryCutAndAnythingBehindTheEnd) {
  const std::string encoded = EncodeTopicSchema(EveryField());
  for (size_t n = 0; n < encoded.size(); ++n) {
    EXPECT_THROW(DecodeTopicSchema(std::string_view(encoded).substr(0, n)), DataError) << n;
  }
  EXPECT_THROW(DecodeTopicSchema(encoded + "x"), DataError);
}

TEST(TopicSchemaCodec, SurvivesFlippedBytes) {
  const std::string encoded = EncodeTopicSchema(EveryField());
  std::mt19937 random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string damaged = encoded;
    damaged[random() % damaged.size()] = static_cast<char>(random());
    try {
      DecodeTopicSchema(damaged);
    } catch (const DataError&) {
    }
  }
}

TEST(TopicSchemaCodec, RefusesAKeyColumnThatTheTableDoesNotHave) {
  TopicSchema schema = EveryField();
  auto table = std::make_shared<TableSchema>(*schema.table);
  table->key = {2};
  schema.table = table;
  EXPECT_THROW(DecodeTopicSchema(EncodeTopicSchema(schema)), DataError);
}

TEST(TopicSchemaCodec, RefusesBottomlessNesting) {
  ConnectSchemaPtr deep = SchemaOf(ConnectType::kString);
  for (int i = 0; i < 200; ++i) {
    auto outer = std::make_shared<ConnectSchema>();
    outer->type = ConnectType::kArray;
    outer->element = deep;
    deep = outer;
  }
  TopicSchema schema;
  schema.render = std::make_shared<RenderOptions>();
  schema.value_schema = deep;
  EXPECT_THROW(DecodeTopicSchema(EncodeTopicSchema(schema)), DataError);
}

}  // namespace
}  // namespace tidewire::model
