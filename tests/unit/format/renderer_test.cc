// What the recorded events do not show: other converters, general records, and errors.
#include <gtest/gtest.h>

#include "base/error.h"
#include "format/column_schema.h"
#include "format/render.h"
#include "support/golden_file.h"
#include "unit/format/golden_tables.h"

namespace tidewire::format {
namespace {

using model::ConnectList;
using model::ConnectSchema;
using model::ConnectType;
using model::ConnectValue;
using model::ConverterKind;
using testing::kAbsent;
using testing::kUnavailable;
using testing::MakeRow;
using testing::MakeTable;
using testing::Row;

// One table's records, rendered without schemas and context headers.
class TableRenderer {
 public:
  explicit TableRenderer(std::initializer_list<testing::ColumnSpec> columns)
      : table_(MakeTable("t", columns)) {
    options.connector_kind = "postgresql";
    options.context_headers = false;
    options.key_converter.schemas_enable = options.value_converter.schemas_enable = false;
    unwrap.emplace();
  }

  RenderedRecord Render(model::Op op, const Row& row, const Row& other_key = {}) {
    auto schema = std::make_shared<model::TopicSchema>();
    schema->topic = schema->base_topic = "p.g.t";
    schema->render = std::make_shared<model::RenderOptions>(options);
    schema->table = table_;
    schema->unwrap = unwrap;
    model::ChangeBatch batch;
    model::Record record;
    record.op = op;
    record.schema = batch.SchemaIndex(schema);
    const bool before = op == model::Op::kDelete || op == model::Op::kTombstone;
    (before ? record.before : record.after) = MakeRow(batch.arena, *table_, row);
    if (!other_key.empty()) {
      record.key_header = model::KeyHeader::kNewKey;
      record.other_key = MakeRow(batch.arena, *table_, other_key);
    }
    RenderedRecord out;
    MakeRenderer()->Render(batch, record, out);
    return out;
  }
  std::string Value(const Row& row) { return *Render(model::Op::kCreate, row).value; }

  model::RenderOptions options;
  std::optional<model::Unwrap> unwrap;

 private:
  model::TableSchemaPtr table_;
};

TEST(Renderer, WritesRowsAsStructTextsUnderStringConverter) {
  TableRenderer t({{"id", "int4", "k"}, {"a", "text"}, {"b", "text"}});
  t.options.key_converter.kind = t.options.value_converter.kind = ConverterKind::kString;
  const auto out = t.Render(model::Op::kCreate, {"1", "x\"y", nullptr});
  EXPECT_EQ(out.key, "Struct{id=1}");
  EXPECT_EQ(out.value, "Struct{id=1,a=x\"y}");
}

TEST(Renderer, RefusesRowsUnderByteArrayConverter) {
  TableRenderer t({{"id", "int4", "k"}});
  t.options.value_converter.kind = ConverterKind::kByteArray;
  EXPECT_THROW(t.Value({"1"}), DataError);
}

TEST(Renderer, WritesDecimalsAsNumbersWhereAsked) {
  TableRenderer t({{"a", "numeric(12,10)"}, {"b", "money"}, {"c", "numeric(5,2)"}});
  t.options.value_converter.decimal_numeric = true;
  EXPECT_EQ(t.Value({"0.0000000001", "-12.50", "NaN"}), R"({"a":1E-10,"b":-12.50,"c":null})");
}

TEST(Renderer, KeepsNullWhereDefaultsAreNotWanted) {
  TableRenderer t({{"a", "int4", "d", "7"}});
  EXPECT_EQ(t.Value({nullptr}), R"({"a":7})");
  t.options.value_converter.replace_null_with_default = false;
  EXPECT_EQ(t.Value({nullptr}), R"({"a":7})") << "the transform's own switch is still on";
  t.unwrap->replace_null_with_default = false;
  EXPECT_EQ(t.Value({nullptr}), R"({"a":null})");
}

TEST(Renderer, ShowsTheZeroOfRequiredColumnsThatWereNotSent) {
  TableRenderer t({{"i", "int8", "n"},
                   {"f", "float8", "n"},
                   {"b", "bool", "n"},
                   {"t", "text", "n"},
                   {"n", "numeric(5,2)", "n"},
                   {"v", "numeric", "n"},
                   {"d", "date", "n"},
                   {"ts", "timestamp", "n"},
                   {"y", "bytea", "n"},
                   {"a", "int4[]", "n"},
                   {"h", "hstore", "n"},
                   {"tz", "timetz", "n"},
                   {"iv", "interval", "n"},
                   {"p", "point", "n"},
                   {"w", "int4", "nd", "9"},
                   {"o", "int4"}});
  EXPECT_EQ(
      t.Value(Row(16, kAbsent)),
      R"({"i":0,"f":0.0,"b":false,"t":"","n":"AA==","v":{"scale":0,"value":"AA=="},"d":0,"ts":0,"y":"","a":[],"h":"{}","tz":"00:00:00Z","iv":0,"p":{"x":0.0,"y":0.0,"wkb":"AQEAAAAAAAAAAAAAAAAAAAAAAAAA","srid":null},"w":9,"o":null})");
}

TEST(Renderer, ShowsThePlaceholderInEachTypesForm) {
  TableRenderer t({{"t", "text"},
                   {"y", "bytea"},
                   {"j", "jsonb"},
                   {"x", "xml"},
                   {"h", "hstore"},
                   {"ta", "text[]"},
                   {"ia", "int4[]"},
                   {"ya", "bytea[]"},
                   {"fa", "float8[]"},
                   {"n", "numeric"}});
  t.options.unavailable_placeholder = "~u";
  EXPECT_EQ(
      t.Value(Row(10, kUnavailable)),
      R"({"t":"~u","y":"fnU=","j":"~u","x":"~u","h":"~u","ta":["~u"],"ia":[126,117],"ya":["fnU="],"fa":null,"n":null})");
  t.options.binary = model::BinaryMode::kHex;
  t.options.hstore = model::HstoreMode::kMap;
  t.options.decimal = model::DecimalMode::kString;
  EXPECT_EQ(
      t.Value(Row(10, kUnavailable)),
      R"({"t":"~u","y":"7e75","j":"~u","x":"~u","h":{"~u":"~u"},"ta":["~u"],"ia":[126,117],"ya":["7e75"],"fa":null,"n":"~u"})");
}

TEST(Renderer, KnowsEveryTimeMode) {
  TableRenderer t({{"d", "date"}, {"t", "time(3)"}, {"ts", "timestamp"}});
  const Row row = {"2024-02-29", "12:34:56.789", "2024-02-29 12:34:56.789012"};
  t.options.time = model::TimeMode::kNanoseconds;
  EXPECT_EQ(t.Value(row), R"({"d":19782,"t":45296789000000,"ts":1709210096789012000})");
  EXPECT_EQ(t.Value({nullptr, nullptr, "infinity"}),
            R"({"d":null,"t":null,"ts":9223372036854775807})");
  EXPECT_EQ(t.Value({nullptr, nullptr, "3000-01-01 00:00:00"}),
            R"({"d":null,"t":null,"ts":9223372036854775807})");
  EXPECT_EQ(t.Value({nullptr, nullptr, "0001-01-01 00:00:00"}),
            R"({"d":null,"t":null,"ts":-9223372036854775808})");
  t.options.time = model::TimeMode::kAdaptiveMicroseconds;
  EXPECT_EQ(t.Value(row), R"({"d":19782,"t":45296789000,"ts":1709210096789012})");
}

TEST(Renderer, NamesTheColumnOfABadValue) {
  TableRenderer t({{"a", "int4[]"}});
  for (const char* bad : {"{1,x}", "{1", "1}", "", "{{1}"}) {
    try {
      t.Value({bad});
      FAIL() << bad;
    } catch (const DataError& error) {
      EXPECT_NE(std::string(error.what()).find("g.t.a"), std::string::npos) << error.what();
    }
  }
}

TEST(Renderer, NamesTheColumnOfADecimalBeyondItsScale) {
  TableRenderer t({{"price", "numeric(5,2)"}});
  try {
    t.Value({"1.555"});
    FAIL();
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("g.t.price"), std::string::npos) << error.what();
  }
}

TEST(Renderer, WritesSpecialDecimalsByMode) {
  TableRenderer t({{"n", "numeric"}});
  t.options.decimal = model::DecimalMode::kString;
  EXPECT_EQ(t.Value({"Infinity"}), R"({"n":"POSITIVE_INFINITY"})");
  EXPECT_EQ(t.Value({"-Infinity"}), R"({"n":"NEGATIVE_INFINITY"})");
  t.options.decimal = model::DecimalMode::kDouble;
  EXPECT_EQ(t.Value({"-Infinity"}), R"({"n":"-Infinity"})");
  const std::string huge = "1" + std::string(400, '0');
  EXPECT_EQ(t.Value({huge.c_str()}), R"({"n":"Infinity"})");
  const std::string tiny = "0." + std::string(400, '0') + "1";
  EXPECT_EQ(t.Value({tiny.c_str()}), R"({"n":0.0})");
}

TEST(Renderer, WritesTheOtherKeyAsAStructuredHeader) {
  TableRenderer t({{"a", "text", "k"}, {"n", "numeric(5,2)", "k"}});
  const auto out = t.Render(model::Op::kTombstone, {"old", "1.50"}, {"new\"\n", "2.50"});
  ASSERT_EQ(out.headers.size(), 1U);
  EXPECT_EQ(out.headers[0].first, "__debezium.newkey");
  EXPECT_EQ(out.headers[0].second, "{\"a\":\"new\\\"\n\",\"n\":2.50}");
  EXPECT_EQ(out.value, std::nullopt);
}

TEST(Renderer, WritesDeletesAsTheTopicSays) {
  using Deletes = model::Unwrap::Deletes;
  TableRenderer t({{"id", "int4", "k"}, {"v", "text"}});
  t.unwrap->deletes = Deletes::kDeleteToTombstone;
  EXPECT_EQ(t.Render(model::Op::kDelete, {"1", kAbsent}).value, std::nullopt);
  t.unwrap->deletes = Deletes::kTombstone;
  EXPECT_EQ(t.Render(model::Op::kDelete, {"1", kAbsent}).value, "null");
  t.unwrap->deletes = Deletes::kRewriteWithTombstone;
  EXPECT_EQ(t.Render(model::Op::kDelete, {"1", kAbsent}).value,
            R"({"id":1,"v":null,"__deleted":"true"})");
}

TEST(Renderer, AddsFieldsAndHeadersOfTheEnvelope) {
  TableRenderer t({{"id", "int4", "k"}});
  t.options.logical_name = "srv";
  t.unwrap->add_fields = {{"name", "__name"},     {"source.lsn", "__lsn"}, {"after.id", "__id"},
                          {"before.id", "__old"}, {"id", "__tx"},          {"no_such", "__x"}};
  t.unwrap->add_headers = {
      {"source.schema", "__schema"}, {"total_order", "__order"}, {"ts_ms", "__ts"}};
  const auto out = t.Render(model::Op::kCreate, {"5"});
  EXPECT_EQ(out.value, R"({"id":5,"__name":"srv","__lsn":null,"__id":5,"__old":null,"__tx":null})");
  const std::vector<std::pair<std::string, std::string>> headers = {{"__schema", "g"},
                                                                    {"__ts", "0"}};
  EXPECT_EQ(out.headers, headers) << "a header without a value is left out";
}

TEST(Renderer, ReusesItsOutput) {
  TableRenderer t({{"id", "int4", "k"}});
  auto schema = std::make_shared<model::TopicSchema>();
  schema->topic = schema->base_topic = "p.g.t";
  schema->render = std::make_shared<model::RenderOptions>(t.options);
  schema->table = MakeTable("t", {{"id", "int4", "k"}});
  model::ChangeBatch batch;
  model::Record record;
  record.schema = batch.SchemaIndex(schema);
  const auto renderer = MakeRenderer();
  RenderedRecord out;
  out.headers = {{"left", "over"}};
  record.after = MakeRow(batch.arena, *schema->table, {"12345"});
  renderer->Render(batch, record, out);
  record.after = MakeRow(batch.arena, *schema->table, {"1"});
  renderer->Render(batch, record, out);
  EXPECT_EQ(out.key, R"({"id":1})");
  EXPECT_TRUE(out.headers.empty());
  std::string key = "k:";
  EXPECT_TRUE(renderer->RenderKey(batch, record, key));
  EXPECT_EQ(key, R"(k:{"id":1})");
}

TEST(Renderer, GivesTablesWithoutKeyANullKey) {
  TableRenderer t({{"a", "int4"}});
  EXPECT_EQ(t.Render(model::Op::kCreate, {"1"}).key, std::nullopt);
}

// General records.
ConnectValue Text(const char* text) { return ConnectValue{std::string(text)}; }

std::shared_ptr<ConnectSchema> Struct(const char* name, std::vector<model::ConnectField> fields) {
  auto schema = std::make_shared<ConnectSchema>();
  schema->type = ConnectType::kStruct;
  schema->name = name;
  schema->version = 1;
  schema->fields = std::move(fields);
  return schema;
}

model::ConnectSchemaPtr Plain(ConnectType type, bool optional = false) {
  auto schema = std::make_shared<ConnectSchema>();
  schema->type = type;
  schema->optional = optional;
  return schema;
}

RenderedRecord RenderGeneral(model::TopicSchema schema, model::GeneralRecord general) {
  if (schema.render == nullptr) schema.render = std::make_shared<model::RenderOptions>();
  model::ChangeBatch batch;
  model::Record record;
  record.op = model::Op::kGeneral;
  record.schema = batch.SchemaIndex(std::make_shared<model::TopicSchema>(std::move(schema)));
  batch.generals.push_back(std::move(general));
  RenderedRecord out;
  MakeRenderer()->Render(batch, record, out);
  return out;
}

ConnectValue List(ConnectList values) {
  return ConnectValue{std::make_shared<ConnectList>(std::move(values))};
}

testing::GoldenRecord FirstOf(const std::string& run, const std::string& topic) {
  for (auto& record : testing::LoadGolden(run)) {
    if (record.topic == topic) return record;
  }
  ADD_FAILURE() << topic;
  return {};
}

TEST(GeneralRecord, RendersAHeartbeatAsRecorded) {
  const auto golden = FirstOf("postgres/txmeta", "__debezium-heartbeat.gp_txmeta");
  model::TopicSchema schema;
  schema.key_schema = Struct("io.debezium.connector.common.ServerNameKey",
                             {{"serverName", Plain(ConnectType::kString)}});
  schema.value_schema =
      Struct("io.debezium.connector.common.Heartbeat", {{"ts_ms", Plain(ConnectType::kInt64)}});
  auto options = std::make_shared<model::RenderOptions>();
  options->context_headers = false;
  schema.render = options;
  const auto out = RenderGeneral(
      schema, {List({Text("gp_txmeta")}), List({ConnectValue{int64_t{1795253017920}}})});
  EXPECT_EQ(out.key, golden.key);
  EXPECT_EQ(out.value, golden.value);
  EXPECT_TRUE(out.headers.empty());
}

// A schema change has them.
TEST(GeneralRecord, HasContextHeadersWhereItsTopicIsRenderedSo) {
  auto options = std::make_shared<model::RenderOptions>();
  options->logical_name = "m";
  model::TopicSchema schema;
  schema.render = options;
  schema.value_schema = Plain(ConnectType::kString);
  const auto out = RenderGeneral(schema, {ConnectValue{}, Text("x")});
  ASSERT_EQ(out.headers.size(), 4U);
  EXPECT_EQ(out.headers[0].second, "m");
}

TEST(GeneralRecord, RendersTheEndOfATransactionAsRecorded) {
  auto collection = Struct("event.collection", {{"data_collection", Plain(ConnectType::kString)},
                                                {"event_count", Plain(ConnectType::kInt64)}});
  collection->optional = true;
  auto collections = std::make_shared<ConnectSchema>();
  collections->type = ConnectType::kArray;
  collections->optional = true;
  collections->element = collection;
  model::TopicSchema schema;
  schema.key_schema = Struct("io.debezium.connector.common.TransactionMetadataKey",
                             {{"id", Plain(ConnectType::kString)}});
  schema.value_schema = Struct("io.debezium.connector.common.TransactionMetadataValue",
                               {{"status", Plain(ConnectType::kString)},
                                {"id", Plain(ConnectType::kString)},
                                {"event_count", Plain(ConnectType::kInt64, true)},
                                {"data_collections", collections},
                                {"ts_ms", Plain(ConnectType::kInt64)}});
  const ConnectValue one{int64_t{1}};
  const auto out = RenderGeneral(
      schema, {List({Text("102262:842520416")}),
               List({Text("END"), Text("102262:842520416"), one,
                     List({List({Text("g.nums"), one})}), ConnectValue{int64_t{1795253021173}}})});
  for (const auto& golden : testing::LoadGolden("postgres/txmeta")) {
    if (golden.topic != "gp_txmeta.transaction" || golden.offset != 1) continue;
    EXPECT_EQ(out.key, golden.key);
    EXPECT_EQ(out.value, golden.value);
    return;
  }
  FAIL() << "no recorded END";
}

TEST(GeneralRecord, RendersALogicalMessageAsRecorded) {
  const auto golden = FirstOf("postgres/default", "gp_default.message");
  model::TopicSchema schema;
  schema.key_schema = Struct("io.debezium.connector.postgresql.MessageKey",
                             {{"prefix", Plain(ConnectType::kString, true)}});
  schema.value_schema =
      Struct("io.debezium.connector.postgresql.MessageValue",
             {{"op", Plain(ConnectType::kString)},
              {"ts_ms", Plain(ConnectType::kInt64, true)},
              {"source", SourceConnectSchema("postgresql")},
              {"transaction", TransactionConnectSchema()},
              {"message", Struct("io.debezium.connector.postgresql.Message",
                                 {{"prefix", Plain(ConnectType::kString, true)},
                                  {"content", Plain(ConnectType::kBytes, true)}})}});
  const ConnectValue none;
  const auto number = [](int64_t v) { return ConnectValue{v}; };
  const ConnectValue source =
      List({Text("3.5.0.Final"), Text("postgresql"), Text("gp_default"), number(1795252766944),
            none, Text("golden"), Text("[\"835239808\",\"835239888\"]"), number(1795252766944972),
            number(1795252766944972000), Text(""), Text(""), number(101333), number(835239888),
            none, none, none});
  const auto out = RenderGeneral(
      schema, {List({Text("pfx")}), List({Text("m"), number(1795252767521), source, none,
                                          List({Text("pfx"), Text("transactional content")})})});
  EXPECT_EQ(out.key, golden.key);
  EXPECT_EQ(out.value, golden.value);
}

TEST(GeneralRecord, PassesBytesThroughByteArrayConverter) {
  auto options = std::make_shared<model::RenderOptions>();
  options->key_converter.kind = options->value_converter.kind = ConverterKind::kByteArray;
  model::TopicSchema schema;
  schema.render = options;
  schema.value_schema = Plain(ConnectType::kBytes);
  const auto out =
      RenderGeneral(schema, {ConnectValue{}, ConnectValue{std::string("\x00\xff", 2)}});
  EXPECT_EQ(out.key, std::nullopt);
  EXPECT_EQ(out.value, std::string("\x00\xff", 2));
}

}  // namespace
}  // namespace tidewire::format
