// Our rendering against the events that real Debezium wrote for the same rows of MariaDB and MySQL,
// byte for byte. Where we differ on purpose (docs/compatibility.md), the recorded text is mended
// first.
#include "unit/format/golden_compare.h"
#include "unit/format/mysql_golden_script.h"

namespace tidewire::testing {
namespace {

// A run of the MySQL connector against MariaDB.
constexpr char kMysqlConnector[] = "mariadb/mysql-connector-default";

// `recording`: "mariadb/default".
GoldenRun MysqlRun(const std::string& recording) {
  const size_t slash = recording.find('/');
  const std::string server = recording.substr(0, slash);
  const std::string name = recording.substr(slash + 1);
  const bool mariadb = server == "mariadb" && recording != kMysqlConnector;
  GoldenRun run = MakeRun(mariadb ? "mariadb" : "mysql", name);
  run.recording = recording;
  run.options.logical_name = recording == kMysqlConnector ? "gy_default"
                             : mariadb                    ? "gm_" + name
                                                          : "my_" + name;
  std::replace(run.options.logical_name.begin(), run.options.logical_name.end(), '-', '_');
  if (recording == "mysql/txmeta") {
    run.options.key_converter.schemas_enable = run.options.value_converter.schemas_enable = false;
  }
  return run;
}

TopicScripts ScriptsOf(const GoldenRun& run) {
  return run.recording.starts_with("mysql/") ? AllMysql9Scripts() : AllMysqlScripts();
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

std::string Mended(const std::string& recording, const std::string& table, size_t index,
                   std::string value) {
  if (table == "nums") {
    Replace(value, "123.45670318603516", "123.4567");
    Replace(value, "999.9998779296875", "999.9999");
  }
  if (table == "strs") {
    Replace(value, "\"e\":\"b\\\\,c\"", "\"e\":\"b,c\"");
    Replace(value, "3.0000001E10", "3.0E10");
    if (recording == kMysqlConnector) AddUuid(index, value);
  }
  if (table == "times" && index == 4) {
    Replace(value, "\"y\":1900,\"y4\":1900", "\"y\":0,\"y4\":0");
  }
  if (table == "zdates") Replace(value, "\"y\":1900", "\"y\":0");
  if (table == "times" && index == 5) Replace(value, "\"t\":\"00:00:00Z\"", "\"t\":\"24:00:00Z\"");
  if (table == "defs") Replace(value, "\"x''y\"", "\"x'y\"");
  return value;
}

class MysqlGolden : public ::testing::TestWithParam<std::string> {};

TEST_P(MysqlGolden, RendersEveryRowChangeAsRecorded) {
  const GoldenRun run = MysqlRun(GetParam());
  const auto mend = [&](const std::string& table, size_t index, std::string value) {
    return Mended(run.recording, table, index, std::move(value));
  };
  EXPECT_GT(ExpectAsRecorded(run, ScriptsOf(run), mend), 80U);
}

TEST_P(MysqlGolden, DiffersOnlyWhereTheIgnoreListSays) {
  const GoldenRun run = MysqlRun(GetParam());
  const std::string lists = "tests/golden/" + run.recording;
  ExpectEqualButFor(run, ScriptsOf(run),
                    {lists.substr(0, lists.rfind('/')) + "/all.ignore", lists + ".ignore"});
}

INSTANTIATE_TEST_SUITE_P(Recordings, MysqlGolden,
                         ::testing::Values("mariadb/default", "mariadb/noschemas",
                                           "mariadb/strings", "mariadb/double-hex",
                                           "mariadb/isostring", "mariadb/unwrap",
                                           "mariadb/unwrap-rewrite", "mariadb/txmeta",
                                           kMysqlConnector, "mysql/default", "mysql/txmeta"),
                         RunName);

}  // namespace
}  // namespace tidewire::testing
