// A definition with the properties that all sources share, for tests of their readers.
#pragma once

#include "config/config.h"

namespace tidewire::source::testing_support {

inline const config::Definition& SharedDefinition() {
  static const config::Definition definition = [] {
    config::Definition out;
    const auto declare = [&](const char* name, std::optional<std::string> value) {
      config::Property property;
      property.name = name;
      property.default_value = std::move(value);
      out.properties.push_back(std::move(property));
    };
    declare("topic.prefix", std::nullopt);
    declare("heartbeat.topics.prefix", "__debezium-heartbeat");
    declare("heartbeat.interval.ms", "0");
    declare("tombstones.on.delete", "true");
    declare("provide.transaction.metadata", "false");
    declare("skipped.operations", "t");
    declare("max.batch.size", "2048");
    declare("extended.headers.enabled", "true");
    declare("decimal.handling.mode", "precise");
    declare("time.precision.mode", "adaptive_time_microseconds");
    declare("bigint.unsigned.handling.mode", "long");
    declare("snapshot.mode", "initial");
    declare("snapshot.max.threads", "1");
    declare("snapshot.fetch.size", std::nullopt);
    declare("snapshot.delay.ms", "0");
    declare("streaming.delay.ms", "0");
    out.patterns = {{"binary\\.handling\\.mode", config::Support::kYes}};
    return out;
  }();
  return definition;
}

inline config::Config SharedConfig(config::Properties more) {
  more.emplace("name", "c");
  more.emplace("topic.prefix", "t");
  return {SharedDefinition(), std::move(more)};
}

}  // namespace tidewire::source::testing_support
