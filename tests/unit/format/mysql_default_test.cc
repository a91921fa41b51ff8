// Defaults in the schemas of MySQL's columns that the recorded events do not show.
#include <gtest/gtest.h>

#include "format/column_schema.h"
#include "format/connect_json.h"
#include "unit/format/mysql_golden_tables.h"

namespace tidewire::format {
namespace {

// The default as JSON; "none" where the schema has none. `flags` and `text` as in ColumnSpec.
std::string Default(const char* type, const char* flags, const char* text,
                    model::RenderOptions options = {}) {
  options.connector_kind = "mysql";
  const auto table = testing::MakeMysqlTable("t", {{"c", type, flags, text}});
  const auto schema = ColumnConnectSchema(table->columns[0], options);
  if (!schema->default_value) return "none";
  std::string out;
  AppendConnectJson(out, schema.get(), *schema->default_value, {});
  return out;
}
// Of a nullable column with a constant.
std::string Default(const char* type, const char* text, model::RenderOptions options = {}) {
  return Default(type, "d", text, std::move(options));
}

TEST(MysqlDefault, ReadsNumbersAsTheServerDoes) {
  EXPECT_EQ(Default("int(11)", " +7 "), "7");
  EXPECT_EQ(Default("int(11)", "1.5"), "2");
  EXPECT_EQ(Default("int(11)", "-1.5"), "-2");
  EXPECT_EQ(Default("tinyint(1)", "TRUE"), "1");
  EXPECT_EQ(Default("tinyint(1)", "False"), "0");
  EXPECT_EQ(Default("bigint(20)", "9007199254740993"), "9007199254740993");
  EXPECT_EQ(Default("bigint(20) unsigned", "18446744073709551615"), "-1");
  EXPECT_EQ(Default("float", "0.1"), "0.1");
  EXPECT_EQ(Default("double", "true"), "1.0");
  EXPECT_EQ(Default("year(4)", "70"), "1970");
  EXPECT_EQ(Default("year(4)", "69"), "2069");
  EXPECT_EQ(Default("year(4)", "0000"), "0");
  for (const char* text : {"", "x", "1e400", "nan", "inf", "1x"}) {
    EXPECT_EQ(Default("int(11)", text), "none") << text;
    EXPECT_EQ(Default("double", text), "none") << text;
  }
}

TEST(MysqlDefault, RoundsDecimalsToTheColumnsScale) {
  model::RenderOptions text;
  text.decimal = model::DecimalMode::kString;
  EXPECT_EQ(Default("decimal(10,2)", "1", text), "\"1.00\"");
  EXPECT_EQ(Default("decimal(10,2)", "-1.555", text), "\"-1.56\"");
  EXPECT_EQ(Default("decimal(10,0)", "TRUE", text), "\"1\"");
  EXPECT_EQ(Default("decimal(10,2)", "1e1", text), "none");
  model::RenderOptions precise;
  precise.unsigned_bigint = model::UnsignedBigintMode::kPrecise;
  EXPECT_EQ(Default("bigint(20) unsigned", "18446744073709551615", precise), "\"AP//////////\"");
}

TEST(MysqlDefault, FillsBitsAndFixedBytes) {
  EXPECT_EQ(Default("bit(1)", "0"), "false");
  EXPECT_EQ(Default("bit(1)", "01"), "true");
  EXPECT_EQ(Default("bit(17)", "101"), "\"BQAA\"");
  EXPECT_EQ(Default("bit(8)", "5"), "none");
  EXPECT_EQ(Default("binary(3)", "a"), "\"YQAA\"");
  EXPECT_EQ(Default("varbinary(3)", "a"), "\"YQ==\"");
  model::RenderOptions hex;
  hex.binary = model::BinaryMode::kHex;
  EXPECT_EQ(Default("varbinary(3)", "a ", hex), "\"6120\"");
}

TEST(MysqlDefault, KeepsTextsAsTheyAre) {
  EXPECT_EQ(Default("varchar(10)", " x'y "), "\" x'y \"");
  EXPECT_EQ(Default("enum('a,b','c')", "a,b"), "\"a,b\"");
  EXPECT_EQ(Default("set('x','y')", "x,y"), "\"x,y\"");
}

TEST(MysqlDefault, TakesZeroDatesForNothingOrTheEpoch) {
  for (const char* zero : {"0000-00-00", "2020-00-01", "2020-01-00", "0", "0000-01-01", "junk"}) {
    EXPECT_EQ(Default("date", zero), "none") << zero;
    EXPECT_EQ(Default("date", "nd", zero), "0") << zero;
    EXPECT_EQ(Default("datetime(6)", "nd", zero), "0") << zero;
    EXPECT_EQ(Default("timestamp(6)", "nd", zero), "\"1970-01-01T00:00:00Z\"") << zero;
  }
  EXPECT_EQ(Default("datetime", "0000-00-00 00:00:00"), "none");
  EXPECT_EQ(Default("timestamp", "0000-00-00 00:00:00"), "none");
  EXPECT_EQ(Default("timestamp", "1970-01-01 00:00:00"), "none");
  EXPECT_EQ(Default("datetime", "1970-01-01 00:00:00"), "0");
}

TEST(MysqlDefault, ReadsDatesAndTimes) {
  EXPECT_EQ(Default("date", "2020-01-02 03:04:05"), "18263");
  EXPECT_EQ(Default("datetime", "2020-01-02"), "1577923200000");
  EXPECT_EQ(Default("timestamp(3)", "2020-01-02 03:04:05"), "\"2020-01-02T03:04:05.000Z\"");
  model::RenderOptions micros;
  micros.time = model::TimeMode::kAdaptiveMicroseconds;
  EXPECT_EQ(Default("time", "-838:59:59", micros), "-3020399000000");
  EXPECT_EQ(Default("time", "2020-01-02 00:00:01", micros), "1000000");
  EXPECT_EQ(Default("time", "839:00:00", micros), "none");
  model::RenderOptions iso;
  iso.time = model::TimeMode::kIsoString;
  EXPECT_EQ(Default("time", "01:02:03.5", iso), "\"01:02:03.5Z\"");
  EXPECT_EQ(Default("time", "-01:02:03", iso), "none") << "no time of a day";
}

TEST(MysqlDefault, ShowsCurrentTimestampAsTheEpochAndNoOtherExpression) {
  EXPECT_EQ(Default("timestamp(6)", "nd", nullptr), "\"1970-01-01T00:00:00Z\"");
  EXPECT_EQ(Default("timestamp(6)", "d", nullptr), "none");
  EXPECT_EQ(Default("datetime", "d", nullptr), "0");
  for (const char* type : {"int(11)", "varchar(5)", "uuid", "date", "json", "binary(16)"}) {
    EXPECT_EQ(Default(type, "nd", nullptr), "none") << type;
  }
}

TEST(MysqlDefault, LeavesOutWhatTheServerFillsInItself) {
  EXPECT_EQ(Default("int(11)", "nid", nullptr), "none") << "AUTO_INCREMENT";
  EXPECT_EQ(Default("datetime", "g", nullptr), "none") << "a generated column";
  EXPECT_EQ(Default("point", "d", "x"), "none");
  EXPECT_EQ(Default("vector(2)", "d", "x"), "none");
  EXPECT_EQ(Default("int(11)", "", nullptr), "none");
}

}  // namespace
}  // namespace tidewire::format
