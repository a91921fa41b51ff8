#include <rapidjson/document.h>

#include "base/error.h"
#include "format/json_text.h"

namespace tidewire::format {
namespace {

using Value = rapidjson::Value;

std::string_view View(const Value& v) { return {v.GetString(), v.GetStringLength()}; }

void Append(std::string& out, const Value& v) {
  if (v.IsObject()) {
    out += "Struct{";
    bool first = true;
    for (const auto& member : v.GetObject()) {
      if (member.value.IsNull()) continue;
      if (!first) out += ',';
      first = false;
      out += View(member.name);
      out += '=';
      Append(out, member.value);
    }
    out += '}';
  } else if (v.IsArray()) {
    out += '[';
    bool first = true;
    for (const auto& item : v.GetArray()) {
      if (!first) out += ", ";
      first = false;
      Append(out, item);
    }
    out += ']';
  } else if (v.IsString()) {
    out += View(v);  // Numbers are kept as their texts, too.
  } else if (v.IsBool()) {
    out += v.GetBool() ? "true" : "false";
  } else {
    out += "null";
  }
}

}  // namespace

void AppendJavaText(std::string& out, std::string_view json) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseNumbersAsStringsFlag>(json.data(), json.size());
  TW_CHECK(!document.HasParseError(), "the renderer wrote invalid JSON");
  Append(out, document);
}

}  // namespace tidewire::format
