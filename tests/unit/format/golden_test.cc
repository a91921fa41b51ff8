// Our rendering against the events that real Debezium wrote for the same rows, byte for byte. Where
// we differ on purpose (docs/compatibility.md), the recorded text is mended first.
#include <fstream>

#include "format/json_text.h"
#include "unit/format/golden_run.h"

namespace tidewire::testing {
namespace {

void Replace(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// Values that the recorded events lost or overflowed: infinite dates, 24:00 and the last timestamp.
void MendTimes(size_t index, std::string& value) {
  if (index == 3) {
    Replace(value, "\"d\":-2147472692", "\"d\":2147483647");
    Replace(value, "\"d\":\"-5877611-06-21Z\"", "\"d\":\"infinity\"");
    Replace(value, "\"t\":\"00:00:00Z\"", "\"t\":\"24:00:00Z\"");
    Replace(value, "\"tz\":\"00:00:00Z\"", "\"tz\":\"24:00:00Z\"");
  }
  if (index == 4) {
    Replace(value, "\"d\":-2147472691", "\"d\":-2147483648");
    Replace(value, "\"d\":\"-5877611-06-22Z\"", "\"d\":\"-infinity\"");
  }
  Replace(value, "\"ts\":-9223372036853775810", "\"ts\":9223372036854775807");
}

// Columns of types without a documented form, which the recorded events leave out.
void MendMisc(size_t index, std::string& value) {
  static const char* const kNames[] = {"comp", "lsn", "l", "bx", "ci2", "pg", "i4m"};
  static const std::vector<std::vector<std::string>> kValues = {
      {"(1,y)", "16/B374D848", "{1,-1,0}", "(1,1),(0,0)", "<(0,0),2>", "((0,0),(1,1),(1,0))",
       "{[1,3),[5,7)}"},
      {},
      {"(,)", "0/0", "{0,1,0}", "(1,1),(0,0)", "<(1.5,1.5),0>", "((0,0))", "{}"},
      {}};
  std::string fields;
  std::string members;
  for (size_t i = 0; i < std::size(kNames); ++i) {
    fields +=
        std::string(",{\"type\":\"string\",\"optional\":true,\"field\":\"") + kNames[i] + "\"}";
    members += std::string(",\"") + kNames[i] + "\":";
    if (kValues[index].empty()) {
      members += "null";
    } else {
      format::AppendJsonString(members, kValues[index][i]);
    }
  }
  const std::string last = "\"name\":\"io.debezium.data.Tsvector\",\"version\":1,\"field\":\"tv\"}";
  Replace(value, last, last + fields);
  const size_t row = value.find("\"tv\":", value.find("\"id\":"));
  const size_t end =
      value.compare(row, 9, "\"tv\":null") == 0 ? row + 9 : value.find('"', row + 6) + 1;
  value.insert(end, members);
}

std::string Mended(const GoldenRun& run, const std::string& table, size_t index,
                   std::string value) {
  if (table == "times") MendTimes(index, value);
  if (table == "misc" && run.name != "isostring") MendMisc(index, value);
  if (table == "arrs") Replace(value, "\"ai_2d\":[null,null]", "\"ai_2d\":[[1,2],[3,4]]");
  if (table == "strs" && index >= 2) {
    Replace(value, "\"nm\":null", index == 2 ? "\"nm\":\"\"" : "\"nm\":\"n\"");
  }
  if (table == "defs") {
    Replace(value, "\"default\":\"x\"", "\"default\":\"x'y\"");
    Replace(value, "\"b\":\"x\"", "\"b\":\"x'y\"");
  }
  return value;
}

std::map<std::string, std::vector<GoldenRecord>> ByTable(const GoldenRun& run) {
  const std::string prefix = run.options.logical_name + ".g.";
  std::map<std::string, std::vector<GoldenRecord>> tables;
  for (GoldenRecord& record : LoadGolden("postgres/" + run.name)) {
    if (record.topic.starts_with(prefix))
      tables[record.topic.substr(prefix.size())].push_back(std::move(record));
  }
  return tables;
}

class Golden : public ::testing::TestWithParam<std::string> {};

TEST_P(Golden, RendersEveryRowChangeAsRecorded) {
  const GoldenRun run = MakeRun(GetParam());
  const auto tables = ByTable(run);
  size_t compared = 0;
  for (const auto& [table, script] : AllScripts()) {
    // The keys of this table are those of a later DDL in the recorded events; see the ignore list.
    if (table == "ddl" || !tables.contains(table)) continue;
    const auto& golden = tables.at(table);
    const auto scripted = Expand(run, script);
    ASSERT_EQ(scripted.size(), golden.size()) << table;
    for (size_t i = 0; i < scripted.size(); ++i) {
      SCOPED_TRACE(golden[i].topic + " " + std::to_string(i));
      const auto rendered = RenderScripted(run, scripted[i], golden[i]);
      EXPECT_EQ(rendered.key, golden[i].key);
      std::optional<std::string> expected = golden[i].value;
      if (expected) expected = Mended(run, table, i, *expected);
      EXPECT_EQ(rendered.value, expected);
      EXPECT_EQ(rendered.headers, golden[i].headers);
      ++compared;
    }
  }
  EXPECT_GT(compared, 85U);  // That nothing was skipped by mistake.
}

void AppendText(std::string& out, const std::optional<std::string>& text) {
  if (text) {
    format::AppendJsonString(out, *text);
  } else {
    out += "null";
  }
}

std::string JsonLine(const GoldenRecord& golden, const format::RenderedRecord& rendered) {
  std::string line = "{\"topic\":\"" + golden.topic +
                     "\",\"partition\":0,\"offset\":" + std::to_string(golden.offset) +
                     ",\"headers\":[";
  for (const auto& [name, value] : rendered.headers) {
    if (line.back() != '[') line += ',';
    line += "[\"" + name + "\",";
    format::AppendJsonString(line, value);
    line += ']';
  }
  line += "],\"key\":";
  AppendText(line, rendered.key);
  line += ",\"value\":";
  AppendText(line, rendered.value);
  return line + "}\n";
}

// The ignore lists name every deliberate difference, so that whole runs of the connector can be
// compared.
TEST_P(Golden, DiffersOnlyWhereTheIgnoreListSays) {
  const GoldenRun run = MakeRun(GetParam());
  const std::string actual = ::testing::TempDir() + "golden-" + run.name + ".jsonl";
  const std::string general = ::testing::TempDir() + "golden-general-topics.ignore";
  std::ofstream(general) << "topic *.message\ntopic *.transaction\ntopic __debezium-heartbeat.*\n";
  std::ofstream out(actual);
  const auto tables = ByTable(run);
  for (const auto& [table, script] : AllScripts()) {
    if (!tables.contains(table)) continue;
    const auto scripted = Expand(run, script);
    for (size_t i = 0; i < scripted.size(); ++i) {
      out << JsonLine(tables.at(table)[i], RenderScripted(run, scripted[i], tables.at(table)[i]));
    }
  }
  out.close();
  const std::string command =
      "python3 tests/golden/compare_golden.py --quiet tests/golden/ref/postgres/" + run.name +
      ".jsonl " + actual + " --ignore tests/golden/all.ignore --ignore tests/golden/" + run.name +
      ".ignore --ignore " + general;
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
}

INSTANTIATE_TEST_SUITE_P(Postgres, Golden,
                         ::testing::Values("default", "noschemas", "strings", "double-hex",
                                           "isostring", "unwrap", "unwrap-rewrite", "txmeta"),
                         [](const auto& run) {
                           std::string name = run.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace tidewire::testing
