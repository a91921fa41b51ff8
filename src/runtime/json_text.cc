#include "runtime/json_text.h"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <charconv>

#include "runtime/herder.h"

namespace tidewire::runtime {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

std::string_view View(const rapidjson::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

void WriteString(Writer& writer, std::string_view text) {
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void WriteSorted(const rapidjson::Value& value, Writer& writer) {
  if (value.IsObject()) {
    std::map<std::string_view, const rapidjson::Value*> members;
    for (const auto& member : value.GetObject()) members[View(member.name)] = &member.value;
    writer.StartObject();
    for (const auto& [name, member] : members) {
      writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
      WriteSorted(*member, writer);
    }
    writer.EndObject();
  } else if (value.IsArray()) {
    writer.StartArray();
    for (const auto& item : value.GetArray()) WriteSorted(item, writer);
    writer.EndArray();
  } else {
    value.Accept(writer);
  }
}

std::string Text(const rapidjson::StringBuffer& buffer) {
  return {buffer.GetString(), buffer.GetSize()};
}

std::string TextOf(const rapidjson::Value& value) {
  if (value.IsString()) return std::string(View(value));
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  value.Accept(writer);
  return Text(buffer);
}

// Kafka Connect takes numbers and numbers in strings.
int64_t NumberOf(const rapidjson::Value& value, const char* what) {
  const std::string text = TextOf(value);
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw RequestError(400, fmt::format("Failed to parse the following Kafka {} value in the "
                                        "provided offsets: '{}'. {} values for sink connectors "
                                        "need to be integers.",
                                        what, text, what[0] == 'p' ? "Partition" : "Offset"));
  }
  return number;
}

const rapidjson::Value& Member(const rapidjson::Value& object, const char* name, const char* of) {
  const auto found = object.FindMember(name);
  if (found == object.MemberEnd() || found->value.IsNull()) {
    throw RequestError(400, fmt::format("The {} for a sink connector offset must contain the key "
                                        "'{}' with a value",
                                        of, name));
  }
  return found->value;
}

}  // namespace

std::string CanonicalJson(const std::string& text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseNumbersAsStringsFlag>(text.data(), text.size());
  if (document.HasParseError()) return text;
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  WriteSorted(document, writer);
  return Text(buffer);
}

std::string PropertiesToJson(const config::Properties& properties) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  for (const auto& [name, value] : properties) {
    writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    WriteString(writer, value);
  }
  writer.EndObject();
  return Text(buffer);
}

Result<config::Properties> PropertiesFromJson(std::string_view text) {
  rapidjson::Document document;
  document.Parse(text.data(), text.size());
  if (document.HasParseError()) {
    return Failure(fmt::format("no valid JSON (at byte {})", document.GetErrorOffset()));
  }
  if (!document.IsObject()) return Failure("a JSON object of properties is expected");
  config::Properties out;
  for (const auto& member : document.GetObject()) {
    if (!member.value.IsNull()) out[std::string(View(member.name))] = TextOf(member.value);
  }
  return out;
}

std::string ListToJson(const std::vector<std::string>& items) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartArray();
  for (const std::string& item : items) WriteString(writer, item);
  writer.EndArray();
  return Text(buffer);
}

std::vector<std::string> ListFromJson(std::string_view text) {
  rapidjson::Document document;
  document.Parse(text.data(), text.size());
  std::vector<std::string> out;
  if (document.HasParseError() || !document.IsArray()) return out;
  for (const auto& item : document.GetArray()) out.push_back(TextOf(item));
  return out;
}

std::string StatusToJson(const std::string& state, const std::string& trace) {
  return PropertiesToJson({{"state", state}, {"trace", trace}});
}

SinkOffset ParseSinkOffset(const std::string& partition, const std::optional<std::string>& offset) {
  rapidjson::Document document;
  document.Parse(partition.data(), partition.size());
  if (document.HasParseError() || !document.IsObject()) {
    throw RequestError(400, "The partition for a sink connector offset cannot be null or missing");
  }
  SinkOffset out;
  out.topic = TextOf(Member(document, "kafka_topic", "partition"));
  out.partition =
      static_cast<int32_t>(NumberOf(Member(document, "kafka_partition", "partition"), "partition"));
  if (!offset) return out;
  rapidjson::Document value;
  value.Parse(offset->data(), offset->size());
  if (value.HasParseError() || !value.IsObject()) {
    throw RequestError(400,
                       "The offset for a sink connector should either be null or contain the "
                       "key 'kafka_offset'");
  }
  out.offset = NumberOf(Member(value, "kafka_offset", "offset"), "offset");
  return out;
}

std::string SinkPartitionJson(const std::string& topic, int32_t partition) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  writer.Key("kafka_partition");
  writer.Int(partition);
  writer.Key("kafka_topic");
  WriteString(writer, topic);
  writer.EndObject();
  return Text(buffer);
}

std::string SinkOffsetJson(int64_t offset) {
  return fmt::format("{{\"kafka_offset\":{}}}", offset);
}

}  // namespace tidewire::runtime
