#include "log/position.h"

#include <rapidjson/document.h>

#include <charconv>

#include "base/error.h"

namespace tidewire::log {
namespace {

[[noreturn]] void Fail(std::string_view text, std::string_view why) {
  throw ConfigError(fmt::format(
      "not a position of the embedded log: {} ({}); expected e.g. {{\"sequence\":12,\"index\":3}}",
      text, why));
}

void AppendJsonString(std::string& out, std::string_view text) {
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

// "orders-2" → ("orders", 2): topic names may hold dashes, so the last one counts.
PartitionName ParseName(std::string_view text, std::string_view name) {
  const size_t dash = name.rfind('-');
  int32_t partition = -1;
  if (dash != std::string_view::npos) {
    const char* end = name.data() + name.size();
    const auto [at, error] = std::from_chars(name.data() + dash + 1, end, partition);
    if (error != std::errc() || at != end) partition = -1;
  }
  if (partition < 0) Fail(text, "a key of skip is not <topic>-<partition>");
  return {std::string(name.substr(0, dash)), partition};
}

}  // namespace

std::string LogPosition::Tail() const {
  std::string out;
  if (!skip.empty()) {
    out = ",\"skip\":{";
    for (const auto& [name, offset] : skip) {
      if (out.back() != '{') out.push_back(',');
      AppendJsonString(out, fmt::format("{}-{}", name.first, name.second));
      out += fmt::format(":{}", offset);
    }
    out.push_back('}');
  }
  if (!log.empty()) {
    out += ",\"log\":";
    AppendJsonString(out, log);
  }
  return out;
}

std::string PositionText(uint64_t sequence, uint32_t index, std::string_view tail) {
  return fmt::format("{{\"sequence\":{},\"index\":{}{}}}", sequence, index, tail);
}

std::string LogPosition::Text() const { return PositionText(sequence, index, Tail()); }

LogPosition LogPosition::Parse(std::string_view text) {
  rapidjson::Document json;
  json.Parse(text.data(), text.size());
  if (json.HasParseError() || !json.IsObject()) Fail(text, "not a JSON object");
  LogPosition position;
  for (const auto& member : json.GetObject()) {
    const std::string_view name(member.name.GetString(), member.name.GetStringLength());
    if (name == "sequence" && member.value.IsUint64()) {
      position.sequence = member.value.GetUint64();
    } else if (name == "index" && member.value.IsUint()) {
      position.index = member.value.GetUint();
    } else if (name == "log" && member.value.IsString()) {
      position.log.assign(member.value.GetString(), member.value.GetStringLength());
    } else if (name == "skip" && member.value.IsObject()) {
      for (const auto& entry : member.value.GetObject()) {
        if (!entry.value.IsInt64()) Fail(text, "an offset of skip is not a number");
        const std::string_view key(entry.name.GetString(), entry.name.GetStringLength());
        position.skip[ParseName(text, key)] = entry.value.GetInt64();
      }
    } else {
      Fail(text, fmt::format("unexpected {}", name));
    }
  }
  if (!json.HasMember("sequence")) Fail(text, "no sequence");
  return position;
}

}  // namespace tidewire::log
