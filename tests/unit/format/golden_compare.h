// Compares what we render for a script with a recorded run: byte for byte, and as the comparing
// tool of tests/golden does with the lists of deliberate differences.
#pragma once

#include <fstream>

#include "format/json_text.h"
#include "unit/format/golden_run.h"

namespace tidewire::testing {

inline std::map<std::string, std::vector<GoldenRecord>> ByTable(const GoldenRun& run) {
  const std::string prefix = run.options.logical_name + ".g.";
  std::map<std::string, std::vector<GoldenRecord>> tables;
  for (GoldenRecord& record : LoadGolden(run.recording)) {
    if (record.topic.starts_with(prefix))
      tables[record.topic.substr(prefix.size())].push_back(std::move(record));
  }
  return tables;
}

inline void Replace(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// The recorded value of a table's record, with what we do otherwise on purpose.
using Mend = std::function<std::string(const std::string& table, size_t index, std::string value)>;

// Renders every record of the scripts that the run has, but for those of `left_out`; returns how
// many they were.
inline size_t ExpectAsRecorded(const GoldenRun& run, const TopicScripts& scripts, const Mend& mend,
                               const std::string& left_out = {}) {
  const auto tables = ByTable(run);
  size_t compared = 0;
  for (const auto& [table, script] : scripts) {
    if (table == left_out || !tables.contains(table)) continue;
    const auto& golden = tables.at(table);
    const auto scripted = Expand(run, script);
    EXPECT_EQ(scripted.size(), golden.size()) << table;
    for (size_t i = 0; i < std::min(scripted.size(), golden.size()); ++i) {
      SCOPED_TRACE(golden[i].topic + " " + std::to_string(i));
      const auto rendered = RenderScripted(run, scripted[i], golden[i]);
      EXPECT_EQ(rendered.key, golden[i].key);
      std::optional<std::string> expected = golden[i].value;
      if (expected) expected = mend(table, i, *expected);
      EXPECT_EQ(rendered.value, expected);
      EXPECT_EQ(rendered.headers, golden[i].headers);
      ++compared;
    }
  }
  return compared;
}

inline void AppendText(std::string& out, const std::optional<std::string>& text) {
  if (text) {
    format::AppendJsonString(out, *text);
  } else {
    out += "null";
  }
}

inline std::string JsonLine(const GoldenRecord& golden, const format::RenderedRecord& rendered) {
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

// `lists`: the files of deliberate differences.
inline void ExpectEqualButFor(const GoldenRun& run, const TopicScripts& scripts,
                              const std::vector<std::string>& lists) {
  const std::string actual = ::testing::TempDir() + "golden-" + run.options.logical_name + ".jsonl";
  const std::string general =
      ::testing::TempDir() + "golden-general-topics-" + run.options.logical_name + ".ignore";
  std::ofstream(general) << "topic *.message\ntopic *.transaction\ntopic __debezium-heartbeat.*\n"
                         << "topic hist_*\ntopic " << run.options.logical_name << "\n";
  std::ofstream out(actual);
  const auto tables = ByTable(run);
  for (const auto& [table, script] : scripts) {
    if (!tables.contains(table)) continue;
    const auto& golden = tables.at(table);
    const auto scripted = Expand(run, script);
    for (size_t i = 0; i < std::min(scripted.size(), golden.size()); ++i) {
      out << JsonLine(golden[i], RenderScripted(run, scripted[i], golden[i]));
    }
  }
  out.close();
  std::string command = "python3 tests/golden/compare_golden.py --quiet tests/golden/ref/" +
                        run.recording + ".jsonl " + actual + " --ignore " + general;
  for (const std::string& list : lists) command += " --ignore " + list;
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
}

inline std::string RunName(const ::testing::TestParamInfo<std::string>& run) {
  std::string name = run.param;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '-' || c == '/'; }, '_');
  return name;
}

}  // namespace tidewire::testing
