// Our rendering against the events that real Debezium wrote for the same rows of MariaDB, byte for
// byte. Where we differ on purpose (docs/compatibility.md), the recorded text is mended first.
#include "unit/format/golden_compare.h"
#include "unit/format/mysql_golden_script.h"

namespace tidewire::testing {
namespace {

constexpr char kMysqlConnector[] = "mysql-connector-default";

GoldenRun MysqlRun(const std::string& name) {
  const bool mysql = name == kMysqlConnector;
  GoldenRun run = MakeRun(mysql ? "mysql" : "mariadb", name);
  run.recording = "mariadb/" + name;
  run.options.logical_name = mysql ? "gy_default" : "gm_" + name;
  std::replace(run.options.logical_name.begin(), run.options.logical_name.end(), '-', '_');
  return run;
}

// The connector for MySQL does not know MariaDB's type UUID: its recording lacks the column.
void AddUuid(size_t index, std::string& value) {
  const std::string field = "\"optional\":true,\"field\":\"nc\"}";
  Replace(value, field,
          field +
              ",{\"type\":\"string\",\"optional\":true,\"name\":\"io.debezium.data.Uuid\","
              "\"version\":1,\"field\":\"u\"}");
  const char* const uuid = index == 0   ? "\"123e4567-e89b-12d3-a456-426614174000\""
                           : index == 2 ? "\"00000000-0000-0000-0000-000000000000\""
                                        : "null";
  const size_t end = value.find("},\"source\":");
  ASSERT_NE(end, std::string::npos);
  value.insert(end, std::string(",\"u\":") + uuid);
}

std::string Mended(const std::string& run, const std::string& table, size_t index,
                   std::string value) {
  if (table == "nums") {
    Replace(value, "123.45670318603516", "123.4567");
    Replace(value, "999.9998779296875", "999.9999");
  }
  if (table == "strs") {
    Replace(value, "\"e\":\"b\\\\,c\"", "\"e\":\"b,c\"");
    if (run == kMysqlConnector) AddUuid(index, value);
  }
  if (table == "times" && index == 5) Replace(value, "\"t\":\"00:00:00Z\"", "\"t\":\"24:00:00Z\"");
  if (table == "defs") Replace(value, "\"x''y\"", "\"x'y\"");
  return value;
}

class MysqlGolden : public ::testing::TestWithParam<std::string> {};

TEST_P(MysqlGolden, RendersEveryRowChangeAsRecorded) {
  const GoldenRun run = MysqlRun(GetParam());
  const auto mend = [&](const std::string& table, size_t index, std::string value) {
    return Mended(run.name, table, index, std::move(value));
  };
  EXPECT_GT(ExpectAsRecorded(run, AllMysqlScripts(), mend), 80U);
}

TEST_P(MysqlGolden, DiffersOnlyWhereTheIgnoreListSays) {
  const GoldenRun run = MysqlRun(GetParam());
  ExpectEqualButFor(
      run, AllMysqlScripts(),
      {"tests/golden/mariadb/all.ignore", "tests/golden/mariadb/" + run.name + ".ignore"});
}

INSTANTIATE_TEST_SUITE_P(Mariadb, MysqlGolden,
                         ::testing::Values("default", "noschemas", "strings", "double-hex",
                                           "isostring", "unwrap", "unwrap-rewrite", "txmeta",
                                           kMysqlConnector),
                         RunName);

}  // namespace
}  // namespace tidewire::testing
