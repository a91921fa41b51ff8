// The connector catalogue: which class names exist, and what stands behind them. Filled by cli/,
// which alone names concrete classes; read by everyone else. Immutable after start.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sink/sink.h"
#include "source/source.h"

namespace tidewire::runtime {

enum class PluginType { kSource, kSink, kConverter, kHeaderConverter, kTransformation, kPredicate };

struct Plugin {
  std::string class_name;  // "io.debezium.connector.postgresql.PostgresConnector"
  PluginType type = PluginType::kSource;
  std::string version;
  const config::Definition* definition = nullptr;
  // Exactly one is set for connectors; none for the others.
  std::shared_ptr<source::SourceConnector> source;
  std::shared_ptr<sink::SinkConnector> sink;
};

class Plugins {
 public:
  void Add(Plugin plugin) { all_.push_back(std::move(plugin)); }
  const std::vector<Plugin>& all() const { return all_; }
  // By class, simple name, or simple name without "Connector"; null when unknown.
  const Plugin* FindConnector(std::string_view name) const;
  const Plugin* Find(std::string_view name) const;

 private:
  std::vector<Plugin> all_;
};

}  // namespace tidewire::runtime
