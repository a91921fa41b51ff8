#include "runtime/plugins.h"

namespace tidewire::runtime {
namespace {

bool IsConnector(const Plugin& plugin) {
  return plugin.type == PluginType::kSource || plugin.type == PluginType::kSink;
}

// Kafka Connect takes a class by its full name, by its simple name, and by its simple name without
// the suffix.
bool Matches(std::string_view class_name, std::string_view name) {
  if (class_name == name) return true;
  const size_t dot = class_name.rfind('.');
  const std::string_view simple =
      dot == std::string_view::npos ? class_name : class_name.substr(dot + 1);
  if (simple == name) return true;
  constexpr std::string_view kSuffix = "Connector";
  return simple.ends_with(kSuffix) && simple.substr(0, simple.size() - kSuffix.size()) == name;
}

}  // namespace

const Plugin* Plugins::FindConnector(std::string_view name) const {
  // A full name is never ambiguous; two sinks share one simple name, and there the first wins.
  for (const Plugin& plugin : all_) {
    if (IsConnector(plugin) && plugin.class_name == name) return &plugin;
  }
  for (const Plugin& plugin : all_) {
    if (IsConnector(plugin) && Matches(plugin.class_name, name)) return &plugin;
  }
  return nullptr;
}

const Plugin* Plugins::Find(std::string_view name) const {
  if (const Plugin* connector = FindConnector(name)) return connector;
  for (const Plugin& plugin : all_) {
    if (plugin.class_name == name) return &plugin;
  }
  for (const Plugin& plugin : all_) {
    if (Matches(plugin.class_name, name)) return &plugin;
  }
  return nullptr;
}

}  // namespace tidewire::runtime
