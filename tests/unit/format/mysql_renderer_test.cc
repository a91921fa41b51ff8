// Events of MySQL's connectors that the recorded ones do not show.
#include <gtest/gtest.h>

#include "base/error.h"
#include "format/column_schema.h"
#include "format/connect_json.h"
#include "format/render.h"
#include "unit/format/mysql_golden_tables.h"

namespace tidewire::format {
namespace {

using testing::kAbsent;
using testing::kUnavailable;
using testing::MakeRow;
using testing::Row;

// One record of a table, rendered without schemas and context headers.
class MysqlRenderer {
 public:
  explicit MysqlRenderer(std::initializer_list<testing::ColumnSpec> columns)
      : table_(testing::MakeMysqlTable("t", columns)) {
    options.connector_kind = "mysql";
    options.version = "1";
    options.logical_name = "srv";
    options.time = model::TimeMode::kAdaptiveMicroseconds;
    options.context_headers = false;
    options.key_converter.schemas_enable = options.value_converter.schemas_enable = false;
    record.transaction = 0;
    batch.transactions.emplace_back();
  }

  RenderedRecord Render(const Row& row) {
    auto schema = std::make_shared<model::TopicSchema>();
    schema->topic = schema->base_topic = "p.g.t";
    schema->render = std::make_shared<model::RenderOptions>(options);
    schema->table = table_;
    schema->unwrap = unwrap;
    batch.schemas = {schema};
    record.after = MakeRow(batch.arena, *table_, row);
    RenderedRecord out;
    MakeRenderer()->Render(batch, record, out);
    return out;
  }
  // The row alone.
  std::string Value(const Row& row) {
    unwrap.emplace();
    return *Render(row).value;
  }

  model::RenderOptions options;
  std::optional<model::Unwrap> unwrap;
  model::ChangeBatch batch;
  model::Record record;

 private:
  model::TableSchemaPtr table_;
};

TEST(MysqlRenderer, TellsServerThreadAndStatement) {
  MysqlRenderer t({{"id", "int(11)"}});
  model::Transaction& transaction = t.batch.transactions[0];
  transaction.commit_ts_us = 1'700'000'000'000'000;
  transaction.file = "bin\"1";
  transaction.server_id = 4'000'000'000;
  transaction.thread = 0;
  transaction.begin_position = 4;
  t.record.position = 120;
  t.record.row = 2;
  t.record.ts_ns = 1'700'000'000'000'000'001;
  t.record.statement = t.batch.AddStatement("INSERT INTO `t` VALUES ('\"')");
  EXPECT_EQ(
      t.Render({"1"}).value,
      R"json({"before":null,"after":{"id":1},"source":{"version":"1","connector":"mysql","name":"srv","ts_ms":1700000000000,"snapshot":"false","db":"g","sequence":null,"ts_us":1700000000000000,"ts_ns":1700000000000000000,"table":"t","server_id":4000000000,"gtid":null,"file":"bin\"1","pos":120,"row":2,"thread":0,"query":"INSERT INTO `t` VALUES ('\"')"},"transaction":null,"op":"c","ts_ms":1700000000000,"ts_us":1700000000000000,"ts_ns":1700000000000000001})json");
  t.record.total_order = 3;
  t.record.collection_order = 1;
  const std::string unnamed = *t.Render({"1"}).value;
  EXPECT_NE(
      unnamed.find(
          R"("transaction":{"id":"file=bin\"1,pos=4","total_order":3,"data_collection_order":1})"),
      std::string::npos)
      << unnamed;
  transaction.name = "3e11fa47-71ca-11e1-9e33-c80aa9429562:23";
  const std::string named = *t.Render({"1"}).value;
  EXPECT_NE(named.find(R"("gtid":"3e11fa47-71ca-11e1-9e33-c80aa9429562:23","file":)"),
            std::string::npos)
      << named;
  EXPECT_NE(named.find(R"("transaction":{"id":"3e11fa47-71ca-11e1-9e33-c80aa9429562:23",)"),
            std::string::npos)
      << named;
}

TEST(MysqlRenderer, NamesNoServerForRowsOfASnapshot) {
  MysqlRenderer t({{"id", "int(11)"}});
  t.batch.transactions[0].name = "0-1-7";
  t.batch.transactions[0].server_id = 5;
  t.record.op = model::Op::kRead;
  const auto origin = [&](model::SnapshotMark mark) {
    t.record.snapshot = mark;
    const std::string value = *t.Render({"1"}).value;
    const size_t begin = value.find("\"server_id\"");
    return value.substr(begin, value.find(",\"file\"") - begin);
  };
  EXPECT_EQ(origin(model::SnapshotMark::kLast), R"("server_id":0,"gtid":null)");
  EXPECT_EQ(origin(model::SnapshotMark::kIncremental), R"("server_id":5,"gtid":"0-1-7")");
  t.record.transaction = model::kNoTransaction;
  EXPECT_EQ(origin(model::SnapshotMark::kFalse), R"("server_id":0,"gtid":null)");
}

TEST(MysqlRenderer, AddsFieldsOfTheSourceBlockToFlatRows) {
  MysqlRenderer t({{"id", "int(11)"}});
  t.batch.transactions[0].file = "bin.1";
  t.unwrap.emplace();
  t.unwrap->add_fields = {
      {"source.file", "f"}, {"source.row", "r"}, {"source.gtid", "g"}, {"source.schema", "s"}};
  t.unwrap->add_headers = {{"source.pos", "p"}, {"query", "q"}};
  t.record.position = 9;
  const auto out = t.Render({"1"});
  EXPECT_EQ(out.value, R"({"id":1,"f":"bin.1","r":0,"g":null})");
  EXPECT_EQ(out.headers, (std::vector<std::pair<std::string, std::string>>{{"p", "9"}}));
}

TEST(MysqlRenderer, WritesVectorsAsListsOfFloats) {
  MysqlRenderer t({{"v", "vector(2)"}});
  EXPECT_EQ(t.Value({"\\x0000803fcdcccc3d"}), R"({"v":[1.0,0.1]})");
  EXPECT_EQ(t.Value({"\\x"}), R"({"v":[]})");
  EXPECT_THROW(t.Value({"\\x0000803f00"}), DataError);
  const auto table = testing::MakeMysqlTable("t", {{"v", "vector(2)"}});
  EXPECT_EQ(
      ConnectSchemaJson(*ColumnConnectSchema(table->columns[0], t.options), {}),
      R"({"type":"array","items":{"type":"float","optional":false},"optional":true,"name":"io.debezium.data.FloatVector","version":1})");
}

TEST(MysqlRenderer, ReadsPointsInEitherByteOrderAndRefusesOthers) {
  MysqlRenderer t({{"p", "point"}, {"g", "geometry"}});
  const char* const big_endian =
      "\\xe6100000000000000"
      "13ff00000000000004000000000000000";
  EXPECT_EQ(t.Value({big_endian, nullptr}),
            R"({"p":{"x":1.0,"y":2.0,"wkb":"AAAAAAE/8AAAAAAAAEAAAAAAAAAA","srid":4326},"g":null})");
  EXPECT_THROW(t.Value({"\\x00000000010700000000000000", nullptr}), DataError);
  EXPECT_THROW(t.Value({"\\x00000000010200000000000000000000000000000000000000", nullptr}),
               DataError);
  EXPECT_THROW(t.Value({nullptr, "\\x000000"}), DataError);
}

TEST(MysqlRenderer, WritesUnsignedKeysAsNumbersInHeadersAndWithNumericDecimals) {
  MysqlRenderer t({{"id", "bigint(20) unsigned", "k"}});
  t.options.unsigned_bigint = model::UnsignedBigintMode::kPrecise;
  const Row key = {"18446744073709551615"};
  const auto table = testing::MakeMysqlTable("t", {{"id", "bigint(20) unsigned", "k"}});
  t.record.key_header = model::KeyHeader::kOldKey;
  t.record.other_key = MakeRow(t.batch.arena, *table, key);
  const auto out = t.Render(key);
  EXPECT_EQ(out.key, R"({"id":"AP//////////"})");
  EXPECT_EQ(out.headers.at(0).second, R"({"id":18446744073709551615})");
  t.options.value_converter.decimal_numeric = true;
  EXPECT_EQ(t.Value(key), R"({"id":18446744073709551615})");
}

TEST(MysqlRenderer, ShowsTheZeroOfRequiredColumnsThatWereNotSent) {
  MysqlRenderer t({{"i", "tinyint(4)", "n"},
                   {"u", "bigint(20) unsigned", "n"},
                   {"y", "year(4)", "n"},
                   {"t", "time(3)", "n"},
                   {"ts", "timestamp(3)", "n"},
                   {"b1", "bit(1)", "n"},
                   {"b9", "bit(9)", "n"},
                   {"e", "enum('a')", "n"},
                   {"s", "set('a')", "n"},
                   {"j", "json", "n"},
                   {"g", "geometry", "n"},
                   {"p", "point", "n"},
                   {"v", "vector(1)", "n"},
                   {"d", "date", "nd", "2020-01-02"},
                   {"o", "int(11)"}});
  const std::string zeros =
      R"({"i":0,"u":0,"y":0,"t":0,"ts":"1970-01-01T00:00:00Z","b1":false,"b9":"","e":"","s":"","j":"{}","g":{"wkb":"AQcAAAAAAAAA","srid":null},"p":{"x":0.0,"y":0.0,"wkb":"AQEAAAAAAAAAAAAAAAAAAAAAAAAA","srid":null},"v":[],"d":18263,"o":null})";
  EXPECT_EQ(t.Value(Row(15, kAbsent)), zeros);
  // NULL in such a column is a date that is none; there is a value whatever the converter wants.
  EXPECT_EQ(t.Value(Row(15, nullptr)), zeros);
  t.unwrap->replace_null_with_default = false;
  t.options.value_converter.replace_null_with_default = false;
  EXPECT_EQ(*t.Render(Row(15, nullptr)).value, zeros);
}

TEST(MysqlRenderer, ShowsThePlaceholderInTextsAndBytesOnly) {
  MysqlRenderer t({{"t", "longtext"},
                   {"b", "longblob"},
                   {"j", "json"},
                   {"g", "geometry"},
                   {"v", "vector(1)"},
                   {"i", "int(11)"}});
  t.options.unavailable_placeholder = "~u";
  EXPECT_EQ(t.Value(Row(6, kUnavailable)),
            R"({"t":"~u","b":"fnU=","j":"~u","g":null,"v":null,"i":null})");
}

TEST(MysqlRenderer, ShowsTheDefaultForATimeThatIsNoneOfADay) {
  MysqlRenderer t({{"t", "time", "d", "01:00:00"}, {"u", "time"}});
  t.options.time = model::TimeMode::kConnect;
  EXPECT_EQ(t.Value({"-00:00:01", "24:00:00.000001"}), R"({"t":3600000,"u":null})");
  EXPECT_EQ(t.Value({"00:00:00", "24:00:00"}), R"({"t":0,"u":86400000})");
  t.options.time = model::TimeMode::kNanoseconds;
  EXPECT_EQ(t.Value({"-838:59:59.999999", "00:00:00"}), R"({"t":-3020399999999000,"u":0})");
}

TEST(MysqlRenderer, NamesDatabaseAndColumnInErrors) {
  MysqlRenderer t({{"p", "point"}});
  try {
    t.Value({"\\x00"});
    FAIL();
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("g.t.p"), std::string::npos) << error.what();
  }
}

TEST(MysqlSchema, EscapesCommasOfLabelsAndKeepsGeometriesOptional) {
  model::RenderOptions options;
  options.connector_kind = "mariadb";
  const auto table =
      testing::MakeMysqlTable("t", {{"e", "enum('a,b','c\\d')", "n"}, {"g", "polygon", "n"}});
  EXPECT_EQ(
      ConnectSchemaJson(*ColumnConnectSchema(table->columns[0], options), {}),
      R"({"type":"string","optional":false,"name":"io.debezium.data.Enum","version":1,"parameters":{"allowed":"a\\,b,c\\d"}})");
  EXPECT_TRUE(ColumnConnectSchema(table->columns[1], options)->optional);
  options.connector_kind = "postgresql";
  EXPECT_EQ(ColumnConnectSchema(table->columns[0], options)->parameters[0].second, "a,b,c\\d");
}

}  // namespace
}  // namespace tidewire::format
