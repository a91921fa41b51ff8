#include "source/snapshot_state.h"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "base/error.h"

namespace tidewire::source {
namespace {

constexpr const char* kMember = "tidewire_snapshot";

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void Text(Writer& out, std::string_view text) {
  out.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void Name(Writer& out, const TableName& name) {
  out.StartArray();
  Text(out, name.first);
  Text(out, name.second);
  out.EndArray();
}

const rapidjson::Value& Member(const rapidjson::Value& object, const char* name) {
  const auto it = object.FindMember(name);
  if (it == object.MemberEnd()) {
    throw DataError(fmt::format("the stored offset's {} has no '{}'; reset the connector's offsets",
                                kMember, name));
  }
  return it->value;
}

uint64_t ReadPosition(const rapidjson::Value& value) {
  if (!value.IsUint64()) {
    throw DataError(fmt::format(
        "a position in the stored offset's {} is no number; reset the connector's offsets",
        kMember));
  }
  return value.GetUint64();
}

TableName ReadName(const rapidjson::Value& value) {
  if (!value.IsArray() || value.Size() != 2 || !value[0].IsString() || !value[1].IsString()) {
    throw DataError(fmt::format(
        "a table in the stored offset's {} is no pair of names; reset the connector's offsets",
        kMember));
  }
  return {{value[0].GetString(), value[0].GetStringLength()},
          {value[1].GetString(), value[1].GetStringLength()}};
}

std::string ReadTag(const rapidjson::Value& attempt) {
  const auto it = attempt.FindMember("tag");
  if (it == attempt.MemberEnd()) return "";
  if (!it->value.IsString()) {
    throw DataError(fmt::format(
        "a tag in the stored offset's {} is no text; reset the connector's offsets", kMember));
  }
  return {it->value.GetString(), it->value.GetStringLength()};
}

const rapidjson::Value& ReadArray(const rapidjson::Value& object, const char* name) {
  const rapidjson::Value& array = Member(object, name);
  if (!array.IsArray()) {
    throw DataError(fmt::format(
        "'{}' in the stored offset's {} is no list; reset the connector's offsets", name, kMember));
  }
  return array;
}

std::vector<std::pair<TableName, uint64_t>> ReadViews(const rapidjson::Value& object,
                                                      const char* name) {
  std::vector<std::pair<TableName, uint64_t>> out;
  for (const auto& entry : ReadArray(object, name).GetArray()) {
    if (!entry.IsObject()) throw DataError(fmt::format("the stored {} is malformed", kMember));
    out.emplace_back(ReadName(Member(entry, "table")), ReadPosition(Member(entry, "view")));
  }
  return out;
}

void Views(Writer& out, const char* name,
           const std::vector<std::pair<TableName, uint64_t>>& views) {
  out.Key(name);
  out.StartArray();
  for (const auto& [table, view] : views) {
    out.StartObject();
    out.Key("table");
    Name(out, table);
    out.Key("view");
    out.Uint64(view);
    out.EndObject();
  }
  out.EndArray();
}

}  // namespace

std::optional<SnapshotState> SnapshotState::FromOffset(const std::string& offset_json) {
  rapidjson::Document document;
  document.Parse(offset_json.data(), offset_json.size());
  if (document.HasParseError() || !document.IsObject()) {
    throw DataError("the stored offset is no JSON object; reset the connector's offsets");
  }
  const auto it = document.FindMember(kMember);
  if (it == document.MemberEnd()) return std::nullopt;
  const rapidjson::Value& state = it->value;
  if (!state.IsObject()) throw DataError(fmt::format("the stored {} is no object", kMember));
  SnapshotState out;
  out.start_ = ReadPosition(Member(state, "start"));
  const rapidjson::Value& completed = Member(state, "completed");
  out.completed_ = completed.IsBool() && completed.GetBool();
  if (const auto again = state.FindMember("again"); again != state.MemberEnd()) {
    out.again_ = again->value.IsBool() && again->value.GetBool();
  }
  for (const auto& attempt : ReadArray(state, "attempts").GetArray()) {
    if (!attempt.IsObject()) throw DataError(fmt::format("the stored {} is malformed", kMember));
    out.attempts_.push_back({ReadPosition(Member(attempt, "view")),
                             ReadName(Member(attempt, "through")), ReadTag(attempt)});
  }
  for (const auto& name : ReadArray(state, "partial").GetArray()) {
    out.partial_.push_back(ReadName(name));
  }
  out.restarted_ = ReadViews(state, "restarted");
  if (state.HasMember("ahead")) out.ahead_ = ReadViews(state, "ahead");
  return out;
}

SnapshotState SnapshotState::Begin(uint64_t start) {
  SnapshotState out;
  out.start_ = start;
  return out;
}

SnapshotState SnapshotState::BeginAgain(uint64_t start) {
  SnapshotState out = Begin(start);
  out.again_ = true;
  return out;
}

void SnapshotState::BeginAttempt(uint64_t view, std::string tag) {
  TableName through;
  if (!attempts_.empty()) through = attempts_.back().through;
  attempts_.push_back({view, std::move(through), std::move(tag)});
}

void SnapshotState::BeginTable(const TableName& table, bool ahead) {
  Attempt& attempt = attempts_.back();
  if (!IsPartial(table)) partial_.push_back(table);
  if (ahead) {
    if (!ViewOf(table)) ahead_.emplace_back(table, attempt.view);
    return;
  }
  if (attempt.through < table) attempt.through = table;
  // What the order has come to needs no entry, unless another attempt read it.
  std::erase_if(ahead_, [&](const auto& entry) {
    return entry.first <= attempt.through && entry.second == attempt.view;
  });
}

void SnapshotState::FinishTable(const TableName& table) {
  partial_.erase(std::remove(partial_.begin(), partial_.end(), table), partial_.end());
}

void SnapshotState::RestartTable(const TableName& table) {
  const uint64_t view = attempts_.back().view;
  for (auto& [name, since] : restarted_) {
    if (name == table) {
      since = view;
      return;
    }
  }
  restarted_.emplace_back(table, view);
}

bool SnapshotState::IsPartial(const TableName& table) const {
  return std::find(partial_.begin(), partial_.end(), table) != partial_.end();
}

std::optional<uint64_t> SnapshotState::ViewOf(const TableName& table) const {
  for (const auto& [name, view] : ahead_) {
    if (name == table) return view;
  }
  for (const Attempt& attempt : attempts_) {
    if (table <= attempt.through) return attempt.view;
  }
  return std::nullopt;
}

bool SnapshotState::IsDone(const TableName& table) const {
  return ViewOf(table).has_value() && !IsPartial(table);
}

uint64_t SnapshotState::StreamFrom(const TableName& table) const {
  for (const auto& [name, view] : restarted_) {
    if (name == table) return view;
  }
  if (again_) return 0;
  // A table behind all attempts was made after the last one began, or is not in the snapshot: all
  // of its changes in the stream are news.
  const std::optional<uint64_t> view = ViewOf(table);
  return !view || *view == start_ ? 0 : *view;
}

std::string_view SnapshotState::TagOf(uint64_t view) const {
  for (const Attempt& attempt : attempts_) {
    if (attempt.view == view) return attempt.tag;
  }
  return "";
}

bool SnapshotState::IsPassed(uint64_t commit) const {
  if (!completed_) return false;
  if (again_ && restarted_.empty()) return true;
  return std::all_of(attempts_.begin(), attempts_.end(), [&](const Attempt& attempt) {
    return attempt.view == start_ || attempt.view <= commit;
  });
}

std::string SnapshotState::JsonMember() const {
  if (completed_ && IsPassed(start_)) return "";
  rapidjson::StringBuffer buffer;
  Writer out(buffer);
  out.StartObject();
  out.Key("start");
  out.Uint64(start_);
  out.Key("completed");
  out.Bool(completed_);
  if (again_) {
    out.Key("again");
    out.Bool(true);
  }
  out.Key("attempts");
  out.StartArray();
  for (const Attempt& attempt : attempts_) {
    out.StartObject();
    out.Key("view");
    out.Uint64(attempt.view);
    out.Key("through");
    Name(out, attempt.through);
    if (!attempt.tag.empty()) {
      out.Key("tag");
      Text(out, attempt.tag);
    }
    out.EndObject();
  }
  out.EndArray();
  out.Key("partial");
  out.StartArray();
  for (const TableName& table : partial_) Name(out, table);
  out.EndArray();
  Views(out, "restarted", restarted_);
  if (!ahead_.empty()) Views(out, "ahead", ahead_);
  out.EndObject();
  return fmt::format("\"{}\":{}", kMember, std::string_view(buffer.GetString(), buffer.GetSize()));
}

}  // namespace tidewire::source
