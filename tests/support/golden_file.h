// Reads the recorded events of real Debezium, tests/golden/ref/<database>/<run>.jsonl: the bytes of
// each record as Kafka held them. The form of the files is told in tests/golden/ref/README.md.
#pragma once

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidewire::testing {

struct GoldenRecord {
  std::string topic;
  int64_t offset = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<std::string> key;
  std::optional<std::string> value;
};

namespace golden_internal {

inline std::string Text(const rapidjson::Value& v) { return {v.GetString(), v.GetStringLength()}; }

// Where schemas are on, a value is the number of its schema and the text of its payload.
inline std::optional<std::string> Bytes(const rapidjson::Value& v,
                                        const std::vector<std::string>& schemas) {
  if (v.IsNull()) return std::nullopt;
  if (v.IsString()) return Text(v);
  return "{\"schema\":" + schemas[v["$schema"].GetUint()] + ",\"payload\":" + Text(v["payload"]) +
         "}";
}

}  // namespace golden_internal

// All records of a run ("postgres/default"), as they stand in the file: by topic, then offset.
inline std::vector<GoldenRecord> LoadGolden(const std::string& run) {
  using golden_internal::Bytes;
  using golden_internal::Text;
  const std::string path = "tests/golden/ref/" + run + ".jsonl";
  std::ifstream in(path);
  EXPECT_TRUE(in.good()) << path << " (tests run in the project's root)";
  std::vector<GoldenRecord> records;
  std::vector<std::string> schemas;
  for (std::string line; std::getline(in, line);) {
    rapidjson::Document document;
    document.Parse(line.data(), line.size());
    EXPECT_FALSE(document.HasParseError()) << path;
    if (document.HasMember("$schemas")) {
      for (const auto& schema : document["$schemas"].GetArray()) schemas.push_back(Text(schema));
      continue;
    }
    GoldenRecord record;
    record.topic = Text(document["topic"]);
    record.offset = document["offset"].GetInt64();
    for (const auto& header : document["headers"].GetArray()) {
      record.headers.emplace_back(Text(header[0]), Text(header[1]));
    }
    record.key = Bytes(document["key"], schemas);
    record.value = Bytes(document["value"], schemas);
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace tidewire::testing
