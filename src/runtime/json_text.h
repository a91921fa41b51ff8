// Small JSON texts: offsets and the herder's state in the log.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/config.h"

namespace tidewire::runtime {

// Equal for objects that are equal, whatever their blanks and the order of members; for comparing
// only. Returns `text` where it is no JSON.
std::string CanonicalJson(const std::string& text);

std::string PropertiesToJson(const config::Properties& properties);
// Numbers and booleans are taken as their text.
Result<config::Properties> PropertiesFromJson(std::string_view text);

std::string ListToJson(const std::vector<std::string>& items);
std::vector<std::string> ListFromJson(std::string_view text);

// {"state": …, "trace": …}: a task's last status.
std::string StatusToJson(const std::string& state, const std::string& trace);

// One partition and its offset of a sink, as Kafka Connect shows them. Throws RequestError(400) in
// Kafka Connect's words.
struct SinkOffset {
  std::string topic;
  int32_t partition = 0;
  std::optional<int64_t> offset;  // Empty: to be reset.
};
SinkOffset ParseSinkOffset(const std::string& partition, const std::optional<std::string>& offset);
std::string SinkPartitionJson(const std::string& topic, int32_t partition);
std::string SinkOffsetJson(int64_t offset);

}  // namespace tidewire::runtime
