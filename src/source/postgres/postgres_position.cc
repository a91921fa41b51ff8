#include "source/postgres/postgres_position.h"

#include <rapidjson/document.h>

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
    const std::string text = member->value.GetString();
    if (const auto lsn = Lsn::Parse(text)) return lsn->value;
    if (!text.empty() && text.find_first_not_of("0123456789") == std::string::npos &&
        text.size() < 20) {
      return std::stoull(text);
    }
  }
  throw ConfigError(fmt::format("the stored offset's {} is no position{}", key, kRemedy));
}

bool IsTrue(const rapidjson::Document& json, const char* key) {
  const auto member = json.FindMember(key);
  if (member == json.MemberEnd()) return false;
  return member->value.IsTrue() ||
         (member->value.IsString() && std::string_view(member->value.GetString()) == "true");
}

bool Holds(const rapidjson::Document& json, const char* key) {
  const auto member = json.FindMember(key);
  return member != json.MemberEnd() && !member->value.IsNull();
}

// Debezium asks from the last commit when it has seen one: transactions that committed since then
// may hold older changes.
Lsn StartOf(const PostgresPosition& position) {
  if (position.message_type == "COMMIT") return std::max(position.event, position.last_commit);
  return position.last_commit.is_set() ? position.last_commit : position.event;
}

}  // namespace

PostgresPosition PostgresPosition::FromJson(std::string_view text) {
  rapidjson::Document json;
  json.Parse(text.data(), text.size());
  if (json.HasParseError() || !json.IsObject()) {
    throw ConfigError(fmt::format("the stored offset is no JSON object{}", kRemedy));
  }
  PostgresPosition out;
  const uint64_t processed = Number(json, "lsn_proc");
  out.event = Lsn{processed != 0 ? processed : Number(json, "lsn")};
  out.last_commit = Lsn{Number(json, "lsn_commit")};
  out.transaction_id = static_cast<int64_t>(Number(json, "txId"));
  out.commit_ts_us = static_cast<int64_t>(Number(json, "ts_usec"));
  if (Holds(json, "messageType") && json["messageType"].IsString()) {
    out.message_type = json["messageType"].GetString();
  }
  out.foreign = !Holds(json, "tidewire_end");
  if (out.foreign) {
    out.end = StartOf(out);
    out.foreign_snapshot_running = Holds(json, "snapshot") && !json["snapshot"].IsFalse() &&
                                   !IsTrue(json, "snapshot_completed") &&
                                   !IsTrue(json, "last_snapshot_record");
  } else {
    out.end = Lsn{Number(json, "tidewire_end")};
    out.open_commit = Lsn{Number(json, "tidewire_commit")};
    out.open_messages = Number(json, "tidewire_skip");
  }
  if (!out.end.is_set() && !out.foreign_snapshot_running && !Holds(json, "tidewire_snapshot")) {
    throw ConfigError(fmt::format("the stored offset has no lsn{}", kRemedy));
  }
  return out;
}

std::string PostgresPosition::ToJson(std::string_view more) const {
  std::string out;
  auto at = std::back_inserter(out);
  const uint64_t lsn = event.is_set() ? event.value : end.value;
  fmt::format_to(at, "{{\"lsn_proc\":{},", lsn);
  if (!message_type.empty()) fmt::format_to(at, "\"messageType\":\"{}\",", message_type);
  if (last_commit.is_set()) fmt::format_to(at, "\"lsn_commit\":{},", last_commit.value);
  fmt::format_to(at, "\"lsn\":{}", lsn);
  if (transaction_id != 0) fmt::format_to(at, ",\"txId\":{}", transaction_id);
  if (commit_ts_us != 0) fmt::format_to(at, ",\"ts_usec\":{}", commit_ts_us);
  fmt::format_to(at, ",\"tidewire_end\":{}", end.value);
  if (open_commit.is_set()) {
    fmt::format_to(at, ",\"tidewire_commit\":{},\"tidewire_skip\":{}", open_commit.value,
                   open_messages);
  }
  if (!more.empty()) fmt::format_to(at, ",{}", more);
  out += '}';
  return out;
}

}  // namespace tidewire::source
