#include "config/worker.h"

#include <charconv>

#include "base/error.h"
#include "config/converters.h"

namespace tidewire::config {
namespace {

struct Row {
  const char* name;
  Type type;
  const char* default_value;  // Null: none.
  Support support;
  const char* documentation;
};

constexpr auto kYes = Support::kYes;
constexpr auto kNoEffect = Support::kNoEffect;
constexpr auto kNotYet = Support::kNotYet;

const Row kRows[] = {
    {"tidewire.data.dir", Type::kString, "tidewire-data", kYes,
     "The directory of the embedded log and of all the worker's state; made when it is missing."},
    {"listeners", Type::kList, "http://127.0.0.1:8083", kYes,
     "Where the REST API listens. Without a host: on loopback only."},
    {"tidewire.rest.request.bytes.max", Type::kLong, "10485760", kYes,
     "The largest request body; larger ones are refused with status 413."},
    {"tidewire.log.format", Type::kString, "auto", kYes,
     "How the worker logs: text, json (one object a line), or auto (text on a terminal)."},
    {"tidewire.log.level", Type::kString, "INFO", kYes,
     "The level of all loggers at the start; changed at run time through /admin/loggers."},
    {"tidewire.log.retention.ms", Type::kLong, "604800000", kYes,
     "How long the embedded log keeps events; -1: for ever."},
    {"tidewire.log.retention.bytes", Type::kLong, "-1", kYes,
     "How large the embedded log may grow before its oldest events go; -1: without limit."},
    {"tidewire.log.retention.check.interval.ms", Type::kLong, "300000", kYes,
     "How often events that may go are looked for, and topics compacted; 0: never."},
    {"tidewire.log.partitions", Type::kInt, "1", kYes,
     "Partitions of a topic that is made by its first event."},
    {"tidewire.queue.bytes", Type::kLong, "16777216", kYes,
     "Memory for the queue between the two threads of a task."},
    {"tidewire.shutdown.timeout.ms", Type::kLong, "2000", kYes,
     "How long a stop waits for tasks to drain."},
    {"key.converter", Type::kClass, "org.apache.kafka.connect.json.JsonConverter", kYes,
     "How connectors that do not say otherwise write keys."},
    {"value.converter", Type::kClass, "org.apache.kafka.connect.json.JsonConverter", kYes,
     "How connectors that do not say otherwise write values."},
    {"header.converter", Type::kClass, "org.apache.kafka.connect.storage.SimpleHeaderConverter",
     kYes, "How connectors that do not say otherwise write headers."},
    {"config.providers", Type::kList, "", kYes,
     "Names of config providers beside file, env and dir, which are always there."},
    {"bootstrap.servers", Type::kList, "", kNotYet,
     "Kafka's brokers; empty: the embedded log is used."},
    {"group.id", Type::kString, "tidewire", kNoEffect, "The cluster that this worker belongs to."},
    {"config.storage.topic", Type::kString, "", kNoEffect, "Kafka's topic of configurations."},
    {"offset.storage.topic", Type::kString, "", kNoEffect, "Kafka's topic of source offsets."},
    {"status.storage.topic", Type::kString, "", kNoEffect, "Kafka's topic of states."},
    {"offset.storage.file.filename", Type::kString, "", kNoEffect,
     "Offsets are part of the embedded log."},
    {"offset.flush.interval.ms", Type::kLong, "60000", kNoEffect,
     "Offsets are committed together with the events they belong to."},
    {"offset.flush.timeout.ms", Type::kLong, "5000", kNoEffect, "As offset.flush.interval.ms."},
    {"plugin.path", Type::kList, "", kNoEffect, "Connectors are part of the program."},
    {"plugin.discovery", Type::kString, "hybrid_warn", kNoEffect, "As plugin.path."},
    {"connector.client.config.override.policy", Type::kString, "All", kNoEffect,
     "Which Kafka client settings a connector may change."},
    {"exactly.once.source.support", Type::kString, "enabled", kNoEffect,
     "Events and source offsets are always committed as one."},
    {"scheduled.rebalance.max.delay.ms", Type::kInt, "300000", kNoEffect,
     "For clusters of several workers."},
    {"topic.creation.enable", Type::kBoolean, "true", kNoEffect,
     "Topics are always made on demand."},
    {"topic.tracking.enable", Type::kBoolean, "true", kNoEffect,
     "Whether GET /connectors/{name}/topics answers."},
    {"topic.tracking.allow.reset", Type::kBoolean, "true", kNoEffect,
     "Whether PUT /connectors/{name}/topics/reset works."},
    {"task.shutdown.graceful.timeout.ms", Type::kLong, "5000", kNoEffect,
     "See tidewire.shutdown.timeout.ms."},
    {"rest.advertised.host.name", Type::kString, "", kYes,
     "The name in worker_id and Location headers, where it differs from the listener's."},
    {"rest.advertised.port", Type::kInt, nullptr, kYes,
     "The port in worker_id and Location headers, where it differs from the listener's."},
    {"rest.advertised.listener", Type::kString, "", kNoEffect, "http is the only one."},
    {"rest.extension.classes", Type::kList, "", kNotYet, "Java classes that extend the REST API."},
    {"admin.listeners", Type::kList, nullptr, kNotYet, "Listeners of their own for /admin."},
    {"access.control.allow.origin", Type::kString, "", kNotYet,
     "Which web pages of other origins may call the API."},
    {"access.control.allow.methods", Type::kString, "", kNotYet, "As access.control.allow.origin."},
    {"response.http.headers.config", Type::kString, "", kNotYet, "Headers added to every answer."},
};

Property MakeProperty(const Row& row) {
  Property out;
  out.name = row.name;
  out.type = row.type;
  if (row.default_value != nullptr) out.default_value = row.default_value;
  out.support = row.support;
  out.documentation = row.documentation;
  out.display_name = row.name;
  out.group = std::string_view(row.name).starts_with("tidewire.") ? "Tidewire" : "Kafka Connect";
  return out;
}

std::string CheckListeners(const std::string& text) {
  try {
    ParseListeners(text);
    return "";
  } catch (const ConfigError& error) {
    return error.what();
  }
}

std::string CheckPositive(const std::string& value) {
  return value.starts_with('-') || value == "0" ? "Value must be at least 1" : "";
}

void AddCheck(Property& property) {
  const std::string& name = property.name;
  if (name == "listeners") {
    property.check = CheckListeners;
  } else if (name == "tidewire.log.format") {
    property.allowed = {"auto", "text", "json"};
  } else if (name == "tidewire.log.level") {
    property.allowed = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF"};
  } else if (name == "key.converter" || name == "value.converter" || name == "header.converter") {
    const bool header = name == "header.converter";
    property.check = [header](const std::string& value) {
      return FindConverter(value, header) != nullptr
                 ? std::string()
                 : fmt::format("Class {} could not be found.", value);
    };
  } else if (name == "tidewire.log.partitions" || name == "tidewire.queue.bytes" ||
             name == "tidewire.rest.request.bytes.max") {
    property.check = CheckPositive;
  }
}

Listener ParseListener(const std::string& text) {
  const auto fail = [&](const char* why) {
    throw ConfigError(
        fmt::format("the listener '{}' {}; write it as http://127.0.0.1:8083", text, why));
  };
  std::string scheme = text.substr(0, std::min(text.find("://"), text.size()));
  std::transform(scheme.begin(), scheme.end(), scheme.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (scheme == "https") fail("needs TLS, which is not supported yet");
  if (scheme != "http" || scheme.size() + 3 > text.size()) fail("is no http:// address");
  const std::string address = text.substr(scheme.size() + 3);
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) fail("has no port");
  Listener out;
  out.host = address.substr(0, colon);
  if (out.host.starts_with('[') && out.host.ends_with(']')) {
    out.host = out.host.substr(1, out.host.size() - 2);
  }
  if (out.host.empty()) out.host = "127.0.0.1";
  const char* end = address.data() + address.size();
  const auto [at, error] = std::from_chars(address.data() + colon + 1, end, out.port);
  if (error != std::errc() || at != end || out.port < 0 || out.port > 65535) fail("has no port");
  return out;
}

}  // namespace

const Definition& WorkerDefinition() {
  static const auto* definition = [] {
    auto* out = new Definition;
    out->plugin = "worker";
    for (const Row& row : kRows) {
      out->properties.push_back(MakeProperty(row));
      AddCheck(out->properties.back());
    }
    for (const char* pattern :
         {"(key|value|header)\\.converter\\..+", "config\\.providers\\..+",
          "(config|offset|status)\\.storage\\..+", "(producer|consumer|admin)\\..+"}) {
      out->patterns.emplace_back(pattern, kYes);
    }
    return out;
  }();
  return *definition;
}

std::vector<Listener> ParseListeners(const std::string& text) {
  std::vector<Listener> out;
  for (const std::string& each : SplitList(text)) out.push_back(ParseListener(each));
  if (out.empty()) throw ConfigError("'listeners' is empty; write it as http://127.0.0.1:8083");
  return out;
}

}  // namespace tidewire::config
