#include "source/mysql/mysql_position.h"

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <charconv>

#include "base/error.h"

namespace tidewire::source {
namespace {

constexpr const char* kRemedy =
    "; correct it with PATCH /connectors/<name>/offsets, or reset it with DELETE to begin with a "
    "snapshot";

// A number that may have been written as text.
uint64_t Number(const rapidjson::Document& json, const char* key) {
  const auto member = json.FindMember(key);
  if (member == json.MemberEnd() || member->value.IsNull()) return 0;
  if (member->value.IsUint64()) return member->value.GetUint64();
  if (member->value.IsString()) {
    const std::string_view text(member->value.GetString(), member->value.GetStringLength());
    uint64_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error == std::errc() && end == text.data() + text.size() && !text.empty()) return out;
  }
  throw ConfigError(fmt::format("the stored offset's {} is no number{}", key, kRemedy));
}

std::optional<std::string> Text(const rapidjson::Document& json, const char* key) {
  const auto member = json.FindMember(key);
  if (member == json.MemberEnd() || !member->value.IsString()) return std::nullopt;
  return std::string(member->value.GetString(), member->value.GetStringLength());
}

bool IsTrue(const rapidjson::Document& json, const char* key) {
  const auto member = json.FindMember(key);
  if (member == json.MemberEnd()) return false;
  return member->value.IsTrue() ||
         (member->value.IsString() && std::string_view(member->value.GetString()) == "true");
}

bool Holds(const rapidjson::Document& json, const char* key) {
  const auto member = json.FindMember(key);
  return member != json.MemberEnd() && !member->value.IsNull() && !member->value.IsFalse();
}

}  // namespace

MysqlPosition MysqlPosition::FromJson(std::string_view text) {
  rapidjson::Document json;
  json.Parse(text.data(), text.size());
  if (json.HasParseError() || !json.IsObject()) {
    throw ConfigError(fmt::format("the stored offset is no JSON object{}", kRemedy));
  }
  MysqlPosition out;
  out.file = Text(json, "file").value_or("");
  out.pos = Number(json, "pos");
  out.gtids = Text(json, "gtids");
  out.events = Number(json, "event");
  out.rows = Number(json, "row");
  out.changes = Number(json, "tidewire_skip");
  out.open_gtid = Text(json, "tidewire_gtid").value_or("");
  out.server_id = static_cast<uint32_t>(Number(json, "server_id"));
  out.ts_sec = static_cast<int64_t>(Number(json, "ts_sec"));
  out.snapshot_running = Holds(json, "snapshot") && !IsTrue(json, "snapshot_completed");
  if (out.file.empty() && !out.gtids) {
    throw ConfigError(fmt::format("the stored offset has neither file nor gtids{}", kRemedy));
  }
  return out;
}

std::string MysqlPosition::ToJson(std::string_view more) const {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> out(buffer);
  const auto text = [&](const char* key, const std::string& value) {
    out.Key(key);
    out.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  };
  const auto number = [&](const char* key, uint64_t value) {
    if (value == 0) return;
    out.Key(key);
    out.Uint64(value);
  };
  out.StartObject();
  number("ts_sec", static_cast<uint64_t>(ts_sec));
  text("file", file);
  out.Key("pos");
  out.Uint64(pos);
  if (gtids) text("gtids", *gtids);
  number("row", rows);
  number("server_id", server_id);
  number("event", events);
  number("tidewire_skip", changes);
  if (!open_gtid.empty()) text("tidewire_gtid", open_gtid);
  out.EndObject();
  std::string json(buffer.GetString(), buffer.GetSize());
  if (!more.empty()) json.replace(json.size() - 1, 1, fmt::format(",{}}}", more));
  return json;
}

HistoryPosition MysqlPosition::ForHistory() const {
  HistoryPosition out;
  out.ts_sec = ts_sec;
  out.file = file;
  out.pos = static_cast<int64_t>(pos);
  out.gtids = gtids;
  out.row = static_cast<int64_t>(rows);
  out.server_id = server_id;
  out.event = static_cast<int64_t>(events);
  return out;
}

std::string MysqlPosition::ToString() const {
  std::string out = fmt::format("{}:{}", file, pos);
  if (gtids && !gtids->empty()) out += fmt::format(" (GTIDs {})", *gtids);
  return out;
}

uint64_t BinlogPlace(std::string_view file, uint64_t pos) {
  // Larger than any file that a server writes.
  constexpr int kOffsetBits = 34;
  const size_t dot = file.rfind('.');
  const std::string_view digits = dot == std::string_view::npos ? "" : file.substr(dot + 1);
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || digits.empty()) {
    throw DataError(fmt::format("'{}' is no name of a binlog file", file));
  }
  return number << kOffsetBits | (pos & ((uint64_t{1} << kOffsetBits) - 1));
}

}  // namespace tidewire::source
