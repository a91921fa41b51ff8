#include "cli/catalogue.h"

#include "config/converters.h"
#include "sink/sql/jdbc_connectors.h"
#include "source/mysql/mysql_source.h"
#include "source/postgres/postgres_source.h"
#include "transform/transform.h"

namespace tidewire::cli {
namespace {

using runtime::Plugin;
using runtime::PluginType;

// A class answers with the version of the product whose configuration and events it takes over:
// tools choose by it.
const char* VersionOf(std::string_view class_name) {
  if (class_name.starts_with("io.debezium.")) return "3.5.0.Final";
  if (class_name.starts_with("io.confluent.")) return "10.9.7";
  return "4.1.1";
}

void AddSource(runtime::Plugins& out, std::shared_ptr<source::SourceConnector> connector) {
  Plugin plugin;
  plugin.class_name = connector->definition().plugin;
  plugin.type = PluginType::kSource;
  plugin.version = VersionOf(plugin.class_name);
  plugin.definition = &connector->definition();
  plugin.source = std::move(connector);
  out.Add(std::move(plugin));
}

void AddSink(runtime::Plugins& out, std::shared_ptr<sink::SinkConnector> connector) {
  Plugin plugin;
  plugin.class_name = connector->definition().plugin;
  plugin.type = PluginType::kSink;
  plugin.version = VersionOf(plugin.class_name);
  plugin.definition = &connector->definition();
  plugin.sink = std::move(connector);
  out.Add(std::move(plugin));
}

void AddOther(runtime::Plugins& out, PluginType type, const std::string& class_name,
              const config::Definition* definition) {
  Plugin plugin;
  plugin.class_name = class_name;
  plugin.type = type;
  plugin.version = VersionOf(plugin.class_name);
  plugin.definition = definition;
  out.Add(std::move(plugin));
}

}  // namespace

runtime::Plugins MakeCatalogue() {
  runtime::Plugins out;
  // Two sinks share the simple name JdbcSinkConnector; Debezium's, which comes first, is what it
  // finds.
  AddSink(out, sink::MakeDebeziumJdbcSink());
  AddSink(out, sink::MakeConfluentJdbcSink());
  AddSource(out, std::make_shared<source::PostgresSource>());
  AddSource(out, std::make_shared<source::MysqlSource>(source::MysqlFlavour::kMysql));
  AddSource(out, std::make_shared<source::MysqlSource>(source::MysqlFlavour::kMariadb));
  for (const config::Converter& converter : config::Converters()) {
    const config::Definition& definition = converter.definition;
    if (converter.for_data) AddOther(out, PluginType::kConverter, definition.plugin, &definition);
    if (converter.for_headers)
      AddOther(out, PluginType::kHeaderConverter, definition.plugin, &definition);
  }
  for (const char* name : {"io.debezium.transforms.ExtractNewRecordState",
                           "org.apache.kafka.connect.transforms.RegexRouter"}) {
    AddOther(out, PluginType::kTransformation, name, transform::FindTransformDefinition(name));
  }
  for (const char* name : {"org.apache.kafka.connect.transforms.predicates.HasHeaderKey",
                           "org.apache.kafka.connect.transforms.predicates.RecordIsTombstone",
                           "org.apache.kafka.connect.transforms.predicates.TopicNameMatches"}) {
    AddOther(out, PluginType::kPredicate, name, transform::FindPredicateDefinition(name));
  }
  return out;
}

}  // namespace tidewire::cli
