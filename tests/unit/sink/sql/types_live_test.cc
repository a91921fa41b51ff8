// Values of every type go through binary COPY, text COPY and parameters, and read back as the text
// that PostgreSQL gives for the same literal.
#include <fmt/format.h>

#include <cmath>

#include "live_postgres.h"

namespace tidewire::sink {
namespace {

using model::Datum;
using model::Kind;
using model::Op;

struct Case {
  Kind kind;
  const char* native;
  Datum datum;
  const char* literal;
};

std::vector<Case> Cases() {
  const auto text = [](const char* s) { return Datum::View(s); };
  const auto integer = [](int64_t v) { return Datum::Integer(v); };
  return {
      {Kind::kBool, "boolean", integer(1), "true"},
      {Kind::kInt16, "smallint", integer(-32768), "-32768"},
      {Kind::kInt64, "bigint", integer(INT64_MIN), "-9223372036854775808"},
      {Kind::kInt64, "oid", integer(4294967295), "4294967295"},
      {Kind::kFloat32, "real", Datum::Real(3.4028235e38f), "3.4028235e38"},
      {Kind::kFloat32, "real", Datum::Real(1e-45f), "1e-45"},
      {Kind::kFloat64, "double precision", Datum::Real(NAN), "NaN"},
      {Kind::kFloat64, "double precision", Datum::Real(-0.0), "-0"},
      {Kind::kDecimal, "numeric", text("NaN"), "NaN"},
      {Kind::kDecimal, "numeric", text("-Infinity"), "-Infinity"},
      {Kind::kDecimal, "numeric", text("0.000"), "0.000"},
      {Kind::kDecimal, "numeric", text("100000000000000000000"), "1e20"},
      {Kind::kDecimal, "numeric", text("0.00000000000000000001"), "1e-20"},
      {Kind::kDecimal, "numeric",
       text("123456789012345678901234567890123456789012345678901234567890."
            "123456789012345678901234567890"),
       "123456789012345678901234567890123456789012345678901234567890."
       "123456789012345678901234567890"},
      {Kind::kDecimal, "numeric(38,10)", text("-0.0000000001"), "-0.0000000001"},
      {Kind::kMoney, "money", text("-92233720368547758.08"), "-92233720368547758.08"},
      {Kind::kString, "text", text("\xC3\xBCn\xE2\x9C\x93 \t\n\\ \"'"),
       "\xC3\xBCn\xE2\x9C\x93 \t\n\\ \"'"},
      {Kind::kChar, "character(5)", text("ab   "), "ab"},
      {Kind::kString, "\"char\"", text("q"), "q"},
      {Kind::kString, "name", text("nm"), "nm"},
      {Kind::kBytes, "bytea", Datum::View(std::string_view("\0\xff\x10", 3)), "\\x00ff10"},
      {Kind::kUuid, "uuid", text("123e4567-e89b-12d3-a456-426614174000"),
       "123e4567-e89b-12d3-a456-426614174000"},
      {Kind::kJson, "json", text("{\"b\": 1, \"b\":2}"), "{\"b\": 1, \"b\":2}"},
      {Kind::kJson, "jsonb", text("{\"b\": 1, \"a\":[1.0]}"), "{\"b\": 1, \"a\":[1.0]}"},
      {Kind::kXml, "xml", text("<?xml version=\"1.0\"?><a>\xC3\xA9</a>"),
       "<?xml version=\"1.0\"?><a>\xC3\xA9</a>"},
      {Kind::kDate, "date", integer(model::kPositiveInfinity), "infinity"},
      {Kind::kDate, "date", integer(-2'440'588 + 38), "4713-01-01 BC"},
      {Kind::kTime, "time without time zone", integer(86'400'000'000), "24:00:00"},
      {Kind::kTime, "time(0) without time zone", integer(3'600'000'000), "01:00:00"},
      {Kind::kTimeTz, "time with time zone", text("23:59:59.999999-15:59"),
       "23:59:59.999999-15:59"},
      {Kind::kTimestamp, "timestamp without time zone", integer(model::kNegativeInfinity),
       "-infinity"},
      {Kind::kTimestamp, "timestamp without time zone", integer(9'223'371'331'199'999'999),
       "294276-12-31 23:59:59.999999"},
      {Kind::kTimestampTz, "timestamp with time zone", integer(-211'813'488'000'000'000),
       "4714-11-24 00:00:00+00 BC"},
      {Kind::kTimestampTz, "timestamp(3) with time zone", integer(789'000),
       "2000-01-01 00:00:00.789+00"},
      {Kind::kInterval, "interval", text("P-1Y-2M3DT-4H-5M-6.789S"),
       "-1 year -2 mons +3 days -04:05:06.789"},
      {Kind::kInterval, "interval", text("P178000000Y"), "178000000 years"},
      {Kind::kBits, "bit varying(12)", text("000011110000"), "000011110000"},
      {Kind::kBits, "bit(8)", text("10101010"), "10101010"},
      {Kind::kPoint, "point", text("(NaN,Infinity)"), "(NaN,Infinity)"},
      {Kind::kOther, "inet", text("192.168.1.5/24"), "192.168.1.5/24"},
      {Kind::kOther, "int4multirange", text("{[1,3),[5,7)}"), "{[1,3),[5,7)}"},
      {Kind::kOther, "polygon", text("((0,0),(1,1),(1,0))"), "((0,0),(1,1),(1,0))"},
      {Kind::kOther, "pg_lsn", text("16/B374D848"), "16/B374D848"},
      {Kind::kTsvector, "tsvector", text("'cat':3 'fat':2"), "'cat':3 'fat':2"},
      {Kind::kArray, "integer[]", text("[0:2]={7,8,9}"), "[0:2]={7,8,9}"},
      {Kind::kArray, "text[]", text("{\"a b\",NULL,\"\",\"null\",\"\\\\\"}"),
       "{\"a b\",NULL,\"\",\"null\",\"\\\\\"}"},
  };
}

class TypesLive : public ::testing::TestWithParam<int> {};

// Parameter: how many rows go in one batch, so that each way of writing is taken.
TEST_P(TypesLive, ArriveWithTheTextOfTheirLiteral) {
  auto server = ConnectLive();
  server->Execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  auto task = LiveTask(LiveOptions("types"));
  task->Open();
  uint64_t at = 0;
  int number = 0;
  for (const Case& c : Cases()) {
    SCOPED_TRACE(fmt::format("{} {}", c.native, c.literal));
    const std::string table = fmt::format("t{}", number++);
    const auto schema =
        BatchMaker::Schema(table, {{"id", Kind::kInt32, "integer", true}, {"v", c.kind, c.native}});
    for (const Op op : {Op::kCreate, Op::kUpdate}) {
      BatchMaker m;
      for (int i = 0; i < GetParam(); ++i)
        m.Add(schema, op, {}, {m.Int(i), i % 2 == 0 ? c.datum : Datum::Null()});
      const auto count = m.size();
      task->Put(m.Take(at), false);
      at += count;
      EXPECT_EQ(
          Table(*server,
                fmt::format(
                    "SELECT v::text IS NOT DISTINCT FROM CASE WHEN id % 2 = 0 THEN "
                    "$x${}$x$::{}::text "
                    "END,"
                    " count(*), format_type(a.atttypid, a.atttypmod) FROM {}, pg_attribute a WHERE"
                    " a.attrelid = '{}'::regclass AND attname = 'v' GROUP BY 1, 3",
                    c.literal, c.native, table, table)),
          fmt::format("t|{}|{}\n", GetParam(), c.native));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, TypesLive, ::testing::Values(2, 120));

}  // namespace
}  // namespace tidewire::sink
