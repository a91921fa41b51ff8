#include "source/event_settings.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "source/settings_reading.h"

namespace tidewire::source {
namespace {

SkippedOperations ReadSkipped(const config::Config& config) {
  SkippedOperations out;
  for (const std::string& item : config.GetList("skipped.operations")) {
    if (item == "c") out.creates = true;
    if (item == "u") out.updates = true;
    if (item == "d") out.deletes = true;
    if (item == "t") out.truncates = true;
  }
  return out;
}

}  // namespace

EventSettings EventSettings::FromConfig(const config::Config& config) {
  const config::Properties& given = config.given();
  EventSettings out;
  out.connector_name = GivenOr(given, "name", "");
  out.topic_prefix = config.Get("topic.prefix");
  out.topic_delimiter = GivenOr(given, "topic.delimiter", ".");
  out.heartbeat_topics_prefix =
      GivenOr(given, "topic.heartbeat.prefix", config.Get("heartbeat.topics.prefix"));
  out.transaction_topic_name = GivenOr(given, "topic.transaction", "transaction");
  out.tombstones_on_delete = config.GetBool("tombstones.on.delete");
  out.provide_transaction_metadata = config.GetBool("provide.transaction.metadata");
  out.skipped = ReadSkipped(config);
  out.unavailable_placeholder =
      ValueOr(config, "unavailable.value.placeholder", "__debezium_unavailable_value");
  out.batch_records_max = static_cast<size_t>(config.GetInt("max.batch.size"));
  out.heartbeat_interval = Millis(config, "heartbeat.interval.ms");
  return out;
}

std::string EventSettings::TopicOf(std::string_view name_space, std::string_view table) const {
  return SanitizeTopicName(
      fmt::format("{0}{1}{2}{1}{3}", topic_prefix, topic_delimiter, name_space, table));
}

std::string EventSettings::HeartbeatTopic() const {
  return SanitizeTopicName(
      fmt::format("{}{}{}", heartbeat_topics_prefix, topic_delimiter, topic_prefix));
}

std::string EventSettings::TransactionTopic() const {
  return SanitizeTopicName(
      fmt::format("{}{}{}", topic_prefix, topic_delimiter, transaction_topic_name));
}

std::string EventSettings::Partition() const {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.StartObject();
  writer.Key("server");
  writer.String(topic_prefix.data(), static_cast<rapidjson::SizeType>(topic_prefix.size()));
  writer.EndObject();
  return buffer.GetString();
}

std::string SanitizeTopicName(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) == 0x80) continue;  // Continues a character that has its '_' already.
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
        c == '_' || c == '-') {
      out += c;
    } else {
      out += '_';
      if (byte >= 0xf0) out += '_';  // Two UTF-16 units.
    }
  }
  return out;
}

}  // namespace tidewire::source
