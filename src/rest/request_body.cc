#include "rest/request_body.h"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace tidewire::rest {
namespace {

using rapidjson::Value;
using runtime::RequestError;

constexpr unsigned kFlags = rapidjson::kParseValidateEncodingFlag;
// Where texts are expected a number is its own text, "2.50" and not 2.5.
constexpr unsigned kTexts = kFlags | rapidjson::kParseNumbersAsStringsFlag;

// Parsers and writers of nested values recurse: a body must not exhaust the stack.
constexpr int kDepthMax = 200;

bool IsTooDeep(std::string_view json) {
  int depth = 0;
  bool in_text = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_text) {
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kDepthMax) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

template <unsigned flags = kTexts>
rapidjson::Document ParseObject(const std::string& body, const char* expected) {
  if (body.find_first_not_of(" \t\r\n") == std::string::npos) {
    throw RequestError(400, fmt::format("The request has no body; expected {}", expected));
  }
  if (IsTooDeep(body)) {
    throw RequestError(
        400, fmt::format("The request body is nested more than {} levels deep", kDepthMax));
  }
  rapidjson::Document out;
  out.Parse<flags>(body.data(), body.size());
  if (out.HasParseError()) {
    throw RequestError(400, fmt::format("The request body is not valid JSON: {} At character {}",
                                        rapidjson::GetParseError_En(out.GetParseError()),
                                        out.GetErrorOffset() + 1));
  }
  if (!out.IsObject()) {
    throw RequestError(400, fmt::format("The request body must be {}", expected));
  }
  return out;
}

std::string Text(const Value& value) { return {value.GetString(), value.GetStringLength()}; }

std::string Compact(const Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

// As Jackson reads a Map<String, String>.
std::optional<std::string> ConfigValue(const std::string& name, const Value& value) {
  if (value.IsNull()) return std::nullopt;
  if (value.IsString()) return Text(value);
  if (value.IsObject() || value.IsArray()) {
    throw RequestError(400, fmt::format("The value of '{}' must be a text, a number or a boolean, "
                                        "not an object or an array",
                                        name));
  }
  return Compact(value);
}

std::map<std::string, std::optional<std::string>> ConfigMap(const Value& object) {
  std::map<std::string, std::optional<std::string>> out;
  for (const auto& member : object.GetObject()) {
    const std::string name = Text(member.name);
    out[name] = ConfigValue(name, member.value);
  }
  return out;
}

config::Properties WithoutNulls(std::map<std::string, std::optional<std::string>>&& in) {
  config::Properties out;
  for (auto& [name, value] : in) {
    if (value) out.emplace(name, std::move(*value));
  }
  return out;
}

runtime::TargetState ParseState(const Value& value) {
  std::string text = value.IsString() ? Text(value) : Compact(value);
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (text == "RUNNING") return runtime::TargetState::kStarted;
  if (text == "PAUSED") return runtime::TargetState::kPaused;
  if (text == "STOPPED") return runtime::TargetState::kStopped;
  throw RequestError(
      400, fmt::format("initial_state must be RUNNING, PAUSED or STOPPED, not {}", Compact(value)));
}

runtime::OffsetEntry ParseOffset(const Value& entry) {
  if (!entry.IsObject() || !entry.HasMember("partition") || !entry["partition"].IsObject()) {
    throw RequestError(400,
                       "Each member of 'offsets' must be an object with a 'partition' object and "
                       "an 'offset' object (or null)");
  }
  runtime::OffsetEntry out;
  out.partition = Compact(entry["partition"]);
  if (!entry.HasMember("offset") || entry["offset"].IsNull()) return out;
  if (!entry["offset"].IsObject()) {
    throw RequestError(
        400, fmt::format("The offset of partition {} must be an object or null", out.partition));
  }
  out.offset = Compact(entry["offset"]);
  return out;
}

}  // namespace

CreateRequest ParseCreateRequest(const std::string& body) {
  const auto document =
      ParseObject(body, "an object with 'name', 'config' and, at will, 'initial_state'");
  CreateRequest out;
  const Value* config = nullptr;
  for (const auto& member : document.GetObject()) {
    const std::string name = Text(member.name);
    if (name == "name") {
      if (!member.value.IsString()) throw RequestError(400, "'name' must be a text");
      out.name = config::Trimmed(Text(member.value));
    } else if (name == "config") {
      config = &member.value;
    } else if (name == "initial_state") {
      if (!member.value.IsNull()) out.initial_state = ParseState(member.value);
    } else {
      throw RequestError(400, fmt::format("Unrecognized field \"{}\"; known are name, config and "
                                          "initial_state",
                                          name));
    }
  }
  if (config == nullptr || !config->IsObject()) {
    throw RequestError(400, "'config' is missing: expected an object of texts");
  }
  out.config = WithoutNulls(ConfigMap(*config));
  return out;
}

config::Properties ParseConfig(const std::string& body) {
  return WithoutNulls(
      ConfigMap(ParseObject(body, "a connector configuration: an object of texts")));
}

std::map<std::string, std::optional<std::string>> ParseConfigPatch(const std::string& body) {
  return ConfigMap(ParseObject(body, "an object of texts, or of nulls for what is to be removed"));
}

std::vector<runtime::OffsetEntry> ParseOffsets(const std::string& body) {
  const auto document = ParseObject<kFlags>(body, "an object with the list 'offsets'");
  for (const auto& member : document.GetObject()) {
    if (Text(member.name) != "offsets") {
      throw RequestError(
          400, fmt::format("Unrecognized field \"{}\"; known is offsets", Text(member.name)));
    }
  }
  const auto offsets = document.FindMember("offsets");
  const bool given = offsets != document.MemberEnd() && !offsets->value.IsNull();
  if (given && !offsets->value.IsArray()) throw RequestError(400, "'offsets' must be a list");
  if (!given || offsets->value.Empty()) {
    throw RequestError(400,
                       "Partitions / offsets need to be provided for an alter offsets request");
  }
  std::vector<runtime::OffsetEntry> out;
  for (const auto& entry : offsets->value.GetArray()) out.push_back(ParseOffset(entry));
  return out;
}

std::string ParseLevel(const std::string& body) {
  const auto document = ParseObject(body, "an object with 'level'");
  const auto level = document.FindMember("level");
  if (level == document.MemberEnd() || !level->value.IsString()) {
    throw RequestError(400, "Desired 'level' parameter was not specified in request.");
  }
  return Text(level->value);
}

}  // namespace tidewire::rest
