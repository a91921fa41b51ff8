#include "rest/json.h"

namespace tidewire::rest {
namespace {

// The length of the well-formed UTF-8 sequence at `text`, or 0.
size_t SequenceLength(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto follows = [&](size_t i) { return i < text.size() && (byte(i) & 0xc0) == 0x80; };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first < 0xf0) {
    const bool sound = follows(1) && follows(2) && !(first == 0xe0 && byte(1) < 0xa0) &&
                       !(first == 0xed && byte(1) >= 0xa0);
    return sound ? 3 : 0;
  }
  if (first >= 0xf0 && first < 0xf5) {
    const bool sound = follows(1) && follows(2) && follows(3) &&
                       !(first == 0xf0 && byte(1) < 0x90) && !(first == 0xf4 && byte(1) >= 0x90);
    return sound ? 4 : 0;
  }
  return 0;
}

std::string Utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const size_t length = SequenceLength(text.substr(i));
    if (length == 0) {
      out.push_back('?');
      ++i;
    } else {
      out.append(text.substr(i, length));
      i += length;
    }
  }
  return out;
}

}  // namespace

JsonWriter& JsonWriter::BeginObject() {
  writer_.StartObject();
  return *this;
}

JsonWriter& JsonWriter::EndObject() {
  writer_.EndObject();
  return *this;
}

JsonWriter& JsonWriter::BeginArray() {
  writer_.StartArray();
  return *this;
}

JsonWriter& JsonWriter::EndArray() {
  writer_.EndArray();
  return *this;
}

JsonWriter& JsonWriter::Key(std::string_view name) {
  const std::string text = Utf8(name);
  writer_.Key(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  return *this;
}

JsonWriter& JsonWriter::Text(std::string_view value) {
  const std::string text = Utf8(value);
  writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  return *this;
}

JsonWriter& JsonWriter::TextOrNull(const std::optional<std::string>& value) {
  return value ? Text(*value) : Null();
}

JsonWriter& JsonWriter::Int(int64_t value) {
  writer_.Int64(value);
  return *this;
}

JsonWriter& JsonWriter::Bool(bool value) {
  writer_.Bool(value);
  return *this;
}

JsonWriter& JsonWriter::Null() {
  writer_.Null();
  return *this;
}

JsonWriter& JsonWriter::Raw(std::string_view json) {
  writer_.RawValue(json.data(), json.size(), rapidjson::kObjectType);
  return *this;
}

JsonWriter& JsonWriter::Texts(const std::vector<std::string>& values) {
  BeginArray();
  for (const std::string& value : values) Text(value);
  return EndArray();
}

std::string ErrorJson(int status, std::string_view message) {
  JsonWriter out;
  out.BeginObject().Key("error_code").Int(status).Key("message").Text(message).EndObject();
  return out.Take();
}

}  // namespace tidewire::rest
