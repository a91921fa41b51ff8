#include "cli/catalogue.h"

#include <gtest/gtest.h>

namespace tidewire::cli {
namespace {

TEST(Catalogue, FindsConnectorsAsKafkaConnectDoes) {
  const runtime::Plugins plugins = MakeCatalogue();
  for (const char* name :
       {"io.debezium.connector.postgresql.PostgresConnector", "PostgresConnector", "Postgres"}) {
    const runtime::Plugin* plugin = plugins.FindConnector(name);
    ASSERT_NE(plugin, nullptr) << name;
    EXPECT_EQ(plugin->type, runtime::PluginType::kSource);
    EXPECT_TRUE(plugin->source);
  }
  EXPECT_EQ(plugins.FindConnector("JdbcSinkConnector")->class_name,
            "io.debezium.connector.jdbc.JdbcSinkConnector");
  EXPECT_EQ(plugins.FindConnector("io.confluent.connect.jdbc.JdbcSinkConnector")->version,
            "10.9.7");
  EXPECT_EQ(plugins.FindConnector("Nope"), nullptr);
  EXPECT_EQ(plugins.FindConnector("JsonConverter"), nullptr);
}

TEST(Catalogue, DeclaresThePropertiesOfEveryClass) {
  const runtime::Plugins plugins = MakeCatalogue();
  for (const runtime::Plugin& plugin : plugins.all()) {
    EXPECT_NE(plugin.definition, nullptr) << plugin.class_name;
    EXPECT_FALSE(plugin.version.empty()) << plugin.class_name;
  }
}

}  // namespace
}  // namespace tidewire::cli
