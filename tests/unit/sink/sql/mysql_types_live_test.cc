// Values of every kind go to a real server one by one and in bulk, and read back as the text that
// they should have there; values that the server cannot hold are refused by name.
#include <fmt/format.h>

#include <cmath>

#include "live_mysql.h"

namespace tidewire::sink {
namespace {

using model::Datum;
using model::Kind;
using model::Op;

using C = BatchMaker::C;

struct Case {
  C column;  // But for its name.
  Datum datum;
  std::string type;        // As the catalog prints it; empty: it differs between the servers.
  std::string text;        // What `read` gives of it.
  std::string read = "v";  // An expression.
};

Datum Text(std::string_view text) { return Datum::View(text); }
Datum Int(int64_t v) { return Datum::Integer(v); }

C Of(Kind kind, const char* native, int32_t length = -1, int32_t precision = -1,
     int32_t scale = -1) {
  return {"v", kind, native, false, true, length, precision, scale};
}
C ArrayOf(Kind element, const char* native) {
  C out = Of(Kind::kArray, native);
  out.element = element;
  return out;
}

constexpr int64_t kMicros2000To9999 = 252'455'615'999'999'999;

std::vector<Case> NumberCases() {
  const std::string digits(35, '9');
  const std::string fraction(30, '9');
  static const std::string kBits64 = "1" + std::string(62, '0') + "1";
  static const std::string kLargest = "-" + digits + "." + fraction;
  return {
      {Of(Kind::kBool, "boolean"), Int(1), "tinyint(1)", "1"},
      {Of(Kind::kInt16, "smallint"), Int(-32768), "", "-32768"},
      {Of(Kind::kInt32, "integer"), Int(-2147483648), "", "-2147483648"},
      {Of(Kind::kInt64, "bigint"), Int(INT64_MIN), "", "-9223372036854775808"},
      {Of(Kind::kUInt64, "bigint unsigned"), Int(-1), "", "18446744073709551615"},
      {Of(Kind::kFloat32, "real"), Datum::Real(3.4028235e38f), "float", "3.4028234663852886e38",
       "CAST(v AS DOUBLE)"},
      {Of(Kind::kFloat32, "real"), Datum::Real(0.1f), "float", "0.10000000149011612",
       "CAST(v AS DOUBLE)"},
      {Of(Kind::kFloat64, "double precision"), Datum::Real(1.7976931348623157e308), "double",
       "1.7976931348623157e308"},
      {Of(Kind::kFloat64, "double precision"), Datum::Real(5e-324), "double", "5e-324"},
      {Of(Kind::kFloat64, "double precision"), Datum::Real(0.1), "double", "0.1"},
      // MariaDB keeps no sign of a zero.
      {Of(Kind::kFloat64, "double precision"), Datum::Real(-0.0), "double", "1", "v = 0"},
      {Of(Kind::kDecimal, "numeric", -1, 10, 2), Text("-12.50"), "decimal(10,2)", "-12.50"},
      {Of(Kind::kDecimal, "numeric"), Text(kLargest), "decimal(65,30)", kLargest},
      {Of(Kind::kDecimal, "numeric(2,-3)", -1, 2, -3), Text("99000"), "decimal(5,0)", "99000"},
      {Of(Kind::kDecimal, "numeric(3,5)", -1, 3, 5), Text("0.00123"), "decimal(5,5)", "0.00123"},
      {Of(Kind::kMoney, "money"), Text("-92233720368547758.08"), "decimal(19,2)",
       "-92233720368547758.08"},
      {Of(Kind::kBits, "bit(8)", 8), Text("10000001"), "bit(8)", "10000001", "BIN(v)"},
      {Of(Kind::kBits, "bit(64)", 64), Text(kBits64), "bit(64)", kBits64, "BIN(v)"},
      {Of(Kind::kBits, "varbit(12)", 12), Text("0011"), "varchar(12)", "0011"},
  };
}

std::vector<Case> TextCases() {
  static constexpr char kWildCharacters[] =
      "\xC3\xBCn\xE2\x9C\x93 \xF0\x9F\x98\x80 \t\n\r\\ \"'`%_\x1a \0;--";
  static const std::string kWild(kWildCharacters, sizeof(kWildCharacters) - 1);
  static const std::string kBytes = [] {
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    return all;
  }();
  return {
      {Of(Kind::kString, "text"), Text(kWild), "longtext", kWild},
      {Of(Kind::kString, "text"), Text(""), "longtext", ""},
      {Of(Kind::kString, "varchar(10)", 10), Text("\xF0\x9F\x98\x80\xF0\x9F\x98\x80 "),
       "varchar(10)", "\xF0\x9F\x98\x80\xF0\x9F\x98\x80 "},
      {Of(Kind::kString, "varchar(20000)", 20000), Text("x"), "longtext", "x"},
      {Of(Kind::kChar, "character(5)", 5), Text("ab   "), "char(5)", "ab"},
      {Of(Kind::kChar, "character(300)", 300), Text("ab "), "varchar(300)", "ab "},
      {Of(Kind::kBytes, "bytea"), Datum::View(kBytes), "longblob", kBytes},
      {Of(Kind::kUuid, "uuid"), Text("123e4567-e89b-12d3-a456-426614174000"), "",
       "123e4567-e89b-12d3-a456-426614174000"},
      {Of(Kind::kJson, "jsonb"), Text("{\"a\": [1, 2.5, \"\\u00e9\\\\\"], \"b\": null}"), "", "1",
       "JSON_EXTRACT(v, '$.a[0]') = 1 AND JSON_VALID(v)"},
      {Of(Kind::kXml, "xml"), Text("<a>\xC3\xA9</a>"), "longtext", "<a>\xC3\xA9</a>"},
      {Of(Kind::kEnum, "mood"), Text("it's"), "varchar(255)", "it's"},
      {Of(Kind::kInterval, "interval"), Text("P-1Y-2M3DT-4H-5M-6.789S"), "varchar(100)",
       "P-1Y-2M3DT-4H-5M-6.789S"},
      {Of(Kind::kPoint, "point"), Text("(1.5,-2.25)"), "point", "POINT(1.5 -2.25)", "ST_AsText(v)"},
      {Of(Kind::kOther, "inet"), Text("192.168.1.5/24"), "longtext", "192.168.1.5/24"},
      {Of(Kind::kTsvector, "tsvector"), Text("'cat':3"), "longtext", "'cat':3"},
      {ArrayOf(Kind::kInt32, "integer[]"), Text("{{1,2},{3,NULL}}"), "", "[[1,2],[3,null]]",
       "REPLACE(v, ' ', '')"},
      {ArrayOf(Kind::kString, "text[]"), Text("{a,\"b \\\"c\",NULL,\"NULL\",\"\"}"), "",
       "[\"a\",\"b\\\"c\",null,\"NULL\",\"\"]", "REPLACE(v, ' ', '')"},
      {ArrayOf(Kind::kBool, "boolean[]"), Text("{t,f}"), "", "[true,false]", "REPLACE(v, ' ', '')"},
      {ArrayOf(Kind::kFloat64, "double precision[]"), Text("{1.5,NaN}"), "", "[1.5,\"NaN\"]",
       "REPLACE(v, ' ', '')"},
      {ArrayOf(Kind::kInt32, "integer[]"), Text("[0:1]={7,8}"), "", "\"[0:1]={7,8}\""},
      {Of(Kind::kHstore, "hstore"), Text("\"a\"=>\"1\", \"b\"=>NULL"), "",
       "{\"a\":\"1\",\"b\":null}", "REPLACE(v, ' ', '')"},
  };
}

std::vector<Case> TimeCases() {
  return {
      {Of(Kind::kDate, "date"), Int(-719'162), "date", "0001-01-01"},
      {Of(Kind::kDate, "date"), Int(2'932'896), "date", "9999-12-31"},
      {Of(Kind::kTime, "time"), Int(86'400'000'000), "time(6)", "24:00:00.000000"},
      {Of(Kind::kTime, "time(0)", -1, 0), Int(3'600'000'000), "time", "01:00:00"},
      {Of(Kind::kTime, "time(3)", -1, 3), Int(-3'020'399'000'000), "time(3)", "-838:59:59.000"},
      {Of(Kind::kTimeTz, "timetz"), Text("23:59:59.999999-15:59"), "varchar(32)",
       "23:59:59.999999-15:59"},
      {Of(Kind::kTimestamp, "timestamp"), Int(kMicros2000To9999), "datetime(6)",
       "9999-12-31 23:59:59.999999"},
      {Of(Kind::kTimestamp, "timestamp"), Int(-1), "datetime(6)", "1999-12-31 23:59:59.999999"},
      {Of(Kind::kTimestampTz, "timestamptz(3)", -1, 3), Int(789'000), "datetime(3)",
       "2000-01-01 00:00:00.789"},
  };
}

std::vector<Case> AllCases() {
  std::vector<Case> out;
  for (auto* const make : {NumberCases, TextCases, TimeCases}) {
    for (Case& c : make()) out.push_back(std::move(c));
  }
  return out;
}

class MysqlTypesLive : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    server_ = ConnectLiveMysql();
    ResetLiveMysql(*server_);
  }
  std::unique_ptr<client::MysqlConnection> server_;
};

// Parameter: how many rows go in one batch, so that each way of writing is taken.
TEST_P(MysqlTypesLive, ArriveAsTheyAre) {
  auto task = LiveMysqlTask(LiveMysqlOptions("types"));
  task->Open();
  uint64_t at = 0;
  int number = 0;
  for (const Case& c : AllCases()) {
    SCOPED_TRACE(fmt::format("{} {}", c.column.native, c.text));
    const std::string table = fmt::format("t{}", number++);
    const auto schema =
        BatchMaker::Schema(table, {{"id", Kind::kInt32, "integer", true}, c.column});
    for (const Op op : {Op::kCreate, Op::kUpdate}) {
      BatchMaker m;
      for (int i = 0; i < GetParam(); ++i)
        m.Add(schema, op, {}, {m.Int(i), i % 2 == 0 ? c.datum : Datum::Null()});
      const auto count = m.size();
      task->Put(m.Take(at), false);
      at += count;
      const std::string text = MysqlRows(
          *server_,
          fmt::format("SELECT {}, COUNT(*) FROM {} WHERE id % 2 = 0 GROUP BY 1", c.read, table));
      EXPECT_EQ(text, fmt::format("{}|{}\n", c.text, (GetParam() + 1) / 2));
      EXPECT_EQ(MysqlRows(*server_, fmt::format("SELECT COUNT(*) FROM {} WHERE v IS NULL", table)),
                fmt::format("{}\n", GetParam() / 2));
    }
    if (!c.type.empty()) {
      EXPECT_EQ(
          MysqlRows(*server_, fmt::format("SELECT COLUMN_TYPE FROM information_schema.COLUMNS "
                                          "WHERE TABLE_SCHEMA = 'tw' AND TABLE_NAME = '{}' "
                                          "AND COLUMN_NAME = 'v'",
                                          table)),
          c.type + "\n");
    }
  }
}

// Rows without key are found by all their values, whatever their types.
TEST_P(MysqlTypesLive, FindTheirRowWithoutAKey) {
  auto task = LiveMysqlTask(LiveMysqlOptions("types"));
  task->Open();
  uint64_t at = 0;
  int number = 0;
  for (const Case& c : AllCases()) {
    SCOPED_TRACE(fmt::format("{} {}", c.column.native, c.text));
    const std::string table = fmt::format("k{}", number++);
    const auto schema = BatchMaker::Schema(table, {{"n", Kind::kInt32, "integer"}, c.column});
    BatchMaker m;
    m.Add(schema, Op::kCreate, {}, {m.Int(1), c.datum});
    m.Add(schema, Op::kCreate, {}, {m.Int(1), Datum::Null()});
    m.Add(schema, Op::kUpdate, {m.Int(1), c.datum}, {m.Int(2), c.datum});
    m.Add(schema, Op::kDelete, {m.Int(1), Datum::Null()}, {});
    const auto count = m.size();
    task->Put(m.Take(at), false);
    at += count;
    EXPECT_EQ(MysqlRows(*server_, "SELECT n, v IS NULL FROM " + table), "2|0\n");
  }
}

struct Refused {
  std::string type;  // Of the target's column.
  Kind kind;
  Datum datum;
  std::vector<std::string> parts;  // Of the message.
};

std::vector<Refused> RefusedCases() {
  return {
      {"DOUBLE", Kind::kFloat64, Datum::Real(NAN), {"NaN", "varchar"}},
      {"FLOAT", Kind::kFloat64, Datum::Real(0.1), {"0.1", "double"}},
      {"DOUBLE", Kind::kInt64, Int((int64_t{1} << 53) + 1), {"9007199254740993"}},
      {"DOUBLE", Kind::kDecimal, Text("0.12345678901234567890"), {"0.12345678901234567890"}},
      {"DECIMAL(5,2)", Kind::kDecimal, Text("1.234"), {"1.234", "digits"}},
      {"DECIMAL(5,2)", Kind::kDecimal, Text("1234.5"), {"1234.5", "digits"}},
      {"DECIMAL(65,30)", Kind::kDecimal, Text("NaN"), {"NaN", "varchar"}},
      {"INT", Kind::kDecimal, Text("1.5"), {"1.5", "whole number"}},
      {"INT", Kind::kInt64, Int(5'000'000'000), {"ut of range"}},
      {"INT UNSIGNED", Kind::kInt32, Int(-1), {"ut of range"}},
      {"BIT(4)", Kind::kBits, Text("101"), {"101", "3 bits"}},
      {"BIT(4)", Kind::kInt32, Int(16), {"16", "4 bits"}},
      {"YEAR", Kind::kInt32, Int(24), {"24", "year"}},
      {"DATE", Kind::kDate, Int(model::kPositiveInfinity), {"infinity", "9999"}},
      {"DATE", Kind::kDate, Int(-719'163), {"0001-12-31 BC"}},
      {"DATE", Kind::kTimestamp, Int(1'000'000), {"2000-01-01 00:00:01", "datetime"}},
      {"DATETIME", Kind::kTimestamp, Int(500'000), {"fraction", "datetime(6)"}},
      {"TIMESTAMP", Kind::kTimestampTz, Int(kMicros2000To9999 - 999'999), {"9999-12-31"}},
      {"TIME", Kind::kTime, Int(1), {"fraction", "time(6)"}},
      {"TIME", Kind::kTime, Int(3'020'400'000'000), {"839:00:00", "838:59:59"}},
      {"VARCHAR(3)", Kind::kString, Text("ab  "), {"ab  ", "longer"}},
      {"VARCHAR(3)", Kind::kString, Text("abcd"), {"abcd", "longer"}},
      {"CHAR(3)", Kind::kString, Text("a "), {"blank"}},
      {"TEXT", Kind::kString, Text("x"), {}},
      {"VARCHAR(9) CHARACTER SET latin1", Kind::kString, Text("\xE6\xBC\xA2"), {"ncorrect string"}},
      {"ENUM('a','B')", Kind::kString, Text("b"), {"labels"}},
      {"ENUM('a','B')", Kind::kString, Text("1"), {"labels"}},
      {"SET('a','b')", Kind::kString, Text("a,c"), {"labels"}},
      {"BINARY(4)", Kind::kBytes, Text("abc"), {"3 bytes", "varbinary"}},
      {"VARBINARY(2)", Kind::kBytes, Text("abc"), {"too long"}},
      {"POINT", Kind::kPoint, Text("(NaN,0)"), {"NaN"}},
      {"JSON", Kind::kString, Text("{no"), {}},
  };
}

TEST_P(MysqlTypesLive, AreRefusedByNameWhereTheColumnCannotHoldThem) {
  int number = 0;
  for (const Refused& c : RefusedCases()) {
    const std::string table = fmt::format("r{}", number++);
    SCOPED_TRACE(c.type);
    server_->Execute(fmt::format("CREATE TABLE {} (id INT PRIMARY KEY, v {} NULL)", table, c.type),
                     "make a table");
    SqlSinkOptions options = LiveMysqlOptions(table);
    options.evolve_tables = false;
    auto task = LiveMysqlTask(options);
    task->Open();
    const auto schema =
        BatchMaker::Schema(table, {{"id", Kind::kInt32, "integer", true}, {"v", c.kind, "x"}});
    BatchMaker m;
    m.Begin(1);
    const int last = GetParam() - 1;
    for (int i = 0; i <= last; ++i)
      m.Add(schema, Op::kCreate, {}, {m.Int(i), i == last ? c.datum : Datum::Null()});
    try {
      task->Put(m.Take(0), false);
      EXPECT_EQ(c.type, "TEXT");
    } catch (const DataError& error) {
      const std::string text = error.what();
      EXPECT_NE(c.type, "TEXT") << text;
      EXPECT_NE(text.find(fmt::format("\"{}\", key (id={})", table, last)), std::string::npos)
          << text;
      for (const std::string& part : c.parts) EXPECT_NE(text.find(part), std::string::npos) << text;
      EXPECT_EQ(MysqlRows(*server_, "SELECT COUNT(*) FROM " + table), "0\n");
    }
  }
}

// The types of MySQL's own sources are taken over.
TEST_P(MysqlTypesLive, TakeOverTheTypesOfTheSameKindOfServer) {
  auto task = LiveMysqlTask(LiveMysqlOptions("native"));
  task->Open();
  const auto schema = BatchMaker::Schema("native",
                                         {{"id", Kind::kInt64, "int(10) unsigned", true},
                                          {"code", Kind::kString, "varchar(20)", true, true, 20},
                                          {"e", Kind::kEnum, "enum('a','b''c')"},
                                          {"s", Kind::kEnumSet, "set('x','y')"},
                                          {"y", Kind::kYear, "year(4)"},
                                          {"ts", Kind::kTimestampTz, "timestamp(3)", false, false},
                                          {"tx", Kind::kString, "tinytext"},
                                          {"f", Kind::kFloat64, "float(7,4)"},
                                          {"b", Kind::kBits, "bit(5)", false, true, 5},
                                          {"g", Kind::kGeometry, "geometry"},
                                          {"t", Kind::kTime, "time(6)"},
                                          {"d", Kind::kString, "date"}},
                                         "mysql");
  BatchMaker m;
  const auto row = [&](int64_t id) {
    const std::string_view point("\0\0\0\0\1\1\0\0\0\0\0\0\0\0\0\xF0\x3F\0\0\0\0\0\0\0\x40", 25);
    return BatchMaker::Row{m.Int(id),
                           m.Text("k"),
                           m.Text("b'c"),
                           m.Text("x,y"),
                           m.Int(2024),
                           m.Int(0),
                           m.Text("tiny"),
                           Datum::Real(123.4567),
                           m.Text("10101"),
                           Datum::View(point),
                           m.Int(-3'020'399'000'000),
                           m.Text("2024-02-31")};
  };
  for (int64_t i = 0; i < GetParam(); ++i) m.Add(schema, Op::kCreate, {}, row(4'294'967'295 - i));
  task->Put(m.Take(0), false);
  EXPECT_EQ(MysqlRows(*server_,
                      "SELECT id, code, e, s, y, ts, tx, f, BIN(b), ST_AsText(g), t, d FROM native "
                      "ORDER BY id DESC LIMIT 1"),
            "4294967295|k|b'c|x,y|2024|2000-01-01 "
            "00:00:00.000|tiny|123.4567|10101|POINT(1 2)|-838:59:59.000000|2024-02-31\n");
  EXPECT_EQ(
      MysqlRows(*server_,
                "SELECT COLUMN_TYPE, IS_NULLABLE, EXTRA FROM information_schema.COLUMNS WHERE "
                "TABLE_SCHEMA = 'tw' AND TABLE_NAME = 'native' AND COLUMN_NAME IN "
                "('e', 'ts', 'tx', 'b') ORDER BY COLUMN_NAME"),
      MysqlRows(*server_, "SELECT 'bit(5)', 'YES', ''") + "enum('a','b''c')|YES|\n" +
          (server_->is_mariadb() ? "timestamp(3)|NO|\n" : "timestamp(3)|NO|DEFAULT_GENERATED\n") +
          "text|YES|\n");
}

INSTANTIATE_TEST_SUITE_P(Sizes, MysqlTypesLive, ::testing::Values(2, 120));

}  // namespace
}  // namespace tidewire::sink
