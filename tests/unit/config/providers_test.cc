#include "config/providers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "support/temp_directory.h"

namespace tidewire::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

class ConfigProvidersTest : public testing::Test {
 protected:
  ConfigProvidersTest() {
    std::ofstream(directory_ / "db.properties") << "user=app\npassword=s3cret\n";
    std::ofstream(directory_ / "pw") << "whole\n";
    setenv("TIDEWIRE_TEST_VALUE", "from env", 1);
  }

  std::string Value(const std::string& text, const Properties& worker = {}) {
    return ConfigProviders(worker).Resolve({{"p", text}}).properties.at("p");
  }
  std::string File(const char* name) { return (directory_ / name).string(); }

  const test::TempDirectory made_;
  const std::filesystem::path& directory_ = made_.path();
};

TEST_F(ConfigProvidersTest, ReadsFilesVariablesAndFolders) {
  EXPECT_EQ(Value("${file:" + File("db.properties") + ":password}"), "s3cret");
  EXPECT_EQ(Value("${file:" + File("pw") + "}"), "whole");
  EXPECT_EQ(Value("${dir:" + directory_.string() + ":pw}"), "whole");
  EXPECT_EQ(Value("${env:TIDEWIRE_TEST_VALUE}"), "from env");
  EXPECT_EQ(Value("${env::TIDEWIRE_TEST_VALUE}"), "from env");
}

TEST_F(ConfigProvidersTest, ReplacesPartsOfAValue) {
  EXPECT_EQ(Value("a${env:TIDEWIRE_TEST_VALUE}b${env:TIDEWIRE_TEST_VALUE}c"),
            "afrom envbfrom envc");
}

TEST_F(ConfigProvidersTest, LeavesOtherPeoplesSyntaxAlone) {
  for (const char* text : {"${topic}", "${source.table}", "$1", "${vault:a:b}", "${env:X", "$"}) {
    EXPECT_EQ(Value(text), text);
  }
}

TEST_F(ConfigProvidersTest, TellsWhichPropertiesAreSecrets) {
  const auto resolved = ConfigProviders({}).Resolve(
      {{"a", "${env:TIDEWIRE_TEST_VALUE}"}, {"b", "plain"}, {"c", "${x}"}});
  EXPECT_THAT(resolved.secret_names, ElementsAre("a"));
}

TEST_F(ConfigProvidersTest, NamesWhatIsMissing) {
  EXPECT_THAT([&] { Value("${env:TIDEWIRE_NOT_SET}"); },
              ThrowsMessage<ConfigError>(HasSubstr("the property 'p': the environment variable "
                                                   "'TIDEWIRE_NOT_SET' is not set")));
  EXPECT_THAT([&] { Value("${file:" + File("db.properties") + ":nope}"); },
              ThrowsMessage<ConfigError>(HasSubstr("has no key 'nope'")));
  EXPECT_THAT([&] { Value("${file:/no/such:nope}"); },
              ThrowsMessage<ConfigError>(HasSubstr("cannot read '/no/such'")));
}

TEST_F(ConfigProvidersTest, KeepsToAllowedPathsAndNames) {
  const std::string package = "org.apache.kafka.common.config.provider.";
  const Properties worker = {{"config.providers", "f,e"},
                             {"config.providers.f.class", package + "FileConfigProvider"},
                             {"config.providers.f.param.allowed.paths", directory_.string()},
                             {"config.providers.e.class", package + "EnvVarConfigProvider"},
                             {"config.providers.e.param.allowlist.pattern", "TIDEWIRE_.*"}};
  EXPECT_EQ(Value("${f:" + File("db.properties") + ":user}", worker), "app");
  EXPECT_THROW(Value("${f:/etc/hostname}", worker), ConfigError);
  EXPECT_THROW(Value("${f:" + File("../../etc/hostname") + "}", worker), ConfigError);
  EXPECT_EQ(Value("${e:TIDEWIRE_TEST_VALUE}", worker), "from env");
  EXPECT_THROW(Value("${e:PATH}", worker), ConfigError);
}

TEST_F(ConfigProvidersTest, RefusesAnUnknownClass) {
  EXPECT_THAT(
      [] {
        ConfigProviders({{"config.providers", "v"}, {"config.providers.v.class", "some.Vault"}});
      },
      ThrowsMessage<ConfigError>(HasSubstr("'some.Vault'")));
}

TEST(Masked, HidesPasswordsResolvedValuesAndWhatLooksSecret) {
  Definition definition;
  definition.properties.resize(2);
  definition.properties[0].name = "database.password";
  definition.properties[0].type = Type::kPassword;
  definition.properties[1].name = "database.user";
  const Properties shown = Masked(definition,
                                  {{"database.password", "x"},
                                   {"database.user", "u"},
                                   {"topic.prefix", "resolved"},
                                   {"driver.ssl.password", "y"},
                                   {"tasks.max", "1"}},
                                  {"topic.prefix"});
  EXPECT_EQ(shown.at("database.password"), "[hidden]");
  EXPECT_EQ(shown.at("driver.ssl.password"), "[hidden]");
  EXPECT_EQ(shown.at("topic.prefix"), "[hidden]");
  EXPECT_EQ(shown.at("database.user"), "u");
  EXPECT_EQ(shown.at("tasks.max"), "1");
}

}  // namespace
}  // namespace tidewire::config
