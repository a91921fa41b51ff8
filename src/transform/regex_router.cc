// org.apache.kafka.connect.transforms.RegexRouter: topics whose whole name matches get another
// name.
#include "base/error.h"
#include "base/regex.h"
#include "transform/step.h"

namespace tidewire::transform {
namespace {

using model::TopicSchema;
using model::TopicSchemaPtr;

class RegexRouter : public Step {
 public:
  RegexRouter(Regex regex, std::string replacement, std::string prefix)
      : regex_(std::move(regex)),
        replacement_(std::move(replacement)),
        prefix_(std::move(prefix)) {}

  TopicSchemaPtr Map(const TopicSchemaPtr& schema) override {
    return routed_.Get(schema, [&](const TopicSchemaPtr& from) { return Routed(from); });
  }

 private:
  TopicSchemaPtr Routed(const TopicSchemaPtr& schema) const {
    const auto topic = Replace(schema->topic);
    if (!topic || *topic == schema->topic) return schema;
    auto routed = std::make_shared<TopicSchema>(*schema);
    routed->topic = *topic;
    return routed;
  }

  std::optional<std::string> Replace(const std::string& topic) const {
    try {
      return regex_.ReplaceFullMatch(topic, replacement_);
    } catch (const ConfigError& error) {
      throw ConfigError(fmt::format("{}replacement: {}", prefix_, error.what()));
    }
  }

  const Regex regex_;
  const std::string replacement_;
  const std::string prefix_;
  SchemaCache routed_;
};

}  // namespace

std::unique_ptr<Step> MakeRegexRouter(const config::Config& config, const std::string& prefix) {
  auto regex = Regex::Compile(config.Get(prefix + "regex"));
  if (!regex) throw ConfigError(fmt::format("{}regex: {}", prefix, regex.error()));
  return std::make_unique<RegexRouter>(std::move(*regex), config.Get(prefix + "replacement"),
                                       prefix);
}

}  // namespace tidewire::transform
