#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rest/routes.h"
#include "unit/rest/fake_herder.h"

namespace tidewire::rest {
namespace {

using config::Property;
using runtime::PluginType;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kClass = "io.debezium.connector.postgresql.PostgresConnector";

class PluginRoutesTest : public testing::Test {
 protected:
  PluginRoutesTest() {
    definition_.plugin = kClass;
    Property host;
    host.name = "database.hostname";
    host.required = true;
    host.importance = config::Importance::kHigh;
    host.group = "Postgres";
    host.display_name = "Hostname";
    host.documentation = "Where.";
    Property secret = host;
    secret.name = "database.password";
    secret.type = config::Type::kPassword;
    secret.required = false;
    Property mode = secret;
    mode.name = "snapshot.mode";
    mode.type = config::Type::kString;
    mode.group = "Connector";
    mode.default_value = "initial";
    mode.allowed = {"initial", "no_data"};
    definition_.properties = {host, secret, mode};
    herder_.catalogue.Add({"b.Source", PluginType::kSource, "2", nullptr, nullptr, nullptr});
    herder_.catalogue.Add({kClass, PluginType::kSource, "1", &definition_, nullptr, nullptr});
    herder_.catalogue.Add({"z.Sink", PluginType::kSink, "", nullptr, nullptr, nullptr});
    herder_.catalogue.Add({"a.Smt", PluginType::kTransformation, "3", nullptr, nullptr, nullptr});
    herder_.on_validate = [this](const config::Properties& given) { return Validated(given); };
    AddPluginRoutes(router_, herder_);
  }

  runtime::ValidatedConfig Validated(const config::Properties& given) {
    runtime::ValidatedConfig out;
    out.name = kClass;
    out.plugin = herder_.catalogue.Find(kClass);
    out.groups = {"Postgres", "Connector"};
    config::Properties resolved = given;
    for (auto& [name, value] : resolved) {
      if (value == "${file:/x:y}") value = "resolved";
    }
    out.properties = config::Validate(definition_, resolved).properties;
    return out;
  }

  HttpResponse Ask(const std::string& method, const std::string& target, std::string body = "") {
    HttpRequest request;
    request.method = method;
    ParseTarget(target, request);
    request.body = std::move(body);
    return router_.Answer(request);
  }
  std::string Validate(std::string body) {
    return Ask("PUT", "/connector-plugins/PostgresConnector/config/validate", std::move(body)).body;
  }

  config::Definition definition_;
  FakeHerder herder_;
  Router router_;
};

TEST_F(PluginRoutesTest, ListsSinksThenSources) {
  EXPECT_EQ(
      Ask("GET", "/connector-plugins").body,
      R"([{"class":"z.Sink","type":"sink"},{"class":"b.Source","type":"source","version":"2"},)"
      R"({"class":"io.debezium.connector.postgresql.PostgresConnector","type":"source","version":"1"}])");
  EXPECT_THAT(Ask("GET", "/connector-plugins?connectorsOnly=false").body,
              HasSubstr(R"({"class":"a.Smt","type":"transformation","version":"3"})"));
}

TEST_F(PluginRoutesTest, ShowsAPluginsDefinition) {
  const std::string body = Ask("GET", "/connector-plugins/Postgres/config").body;
  EXPECT_THAT(
      body,
      testing::StartsWith(
          R"([{"name":"database.hostname","type":"STRING","required":false,"default_value":null,)"
          R"("importance":"HIGH","documentation":"Where.","group":"Postgres","width":"MEDIUM",)"
          R"("display_name":"Hostname","dependents":[],"order":1},)"));
  EXPECT_EQ(Ask("GET", "/connector-plugins/no.such.Class/config").body,
            R"({"error_code":404,"message":"Unknown plugin no.such.Class."})");
}

TEST_F(PluginRoutesTest, CountsPlacesInsideEachGroup) {
  const std::string body = Ask("GET", "/connector-plugins/Postgres/config").body;
  EXPECT_THAT(body, HasSubstr(R"("name":"database.password")"));
  EXPECT_THAT(body, HasSubstr(R"("dependents":[],"order":2},{"name":"snapshot.mode")"));
  EXPECT_THAT(body, testing::EndsWith(R"("order":1}])"));
}

TEST_F(PluginRoutesTest, ValidatesWithTheRealMemberOrder) {
  EXPECT_THAT(
      Validate(R"({"connector.class":"PostgresConnector","snapshot.mode":"bogus"})"),
      testing::AllOf(
          testing::StartsWith(
              R"({"name":"io.debezium.connector.postgresql.PostgresConnector","error_count":2,)"
              R"("groups":["Postgres","Connector"],"configs":[{"definition":{"name":"database.hostname")"),
          HasSubstr(
              R"("value":{"name":"snapshot.mode","value":null,"recommended_values":["initial","no_data"],)"
              R"("errors":["The 'snapshot.mode' value is invalid: Value must be one of initial, no_data"],)"
              R"("visible":true})")));
}

TEST_F(PluginRoutesTest, HidesPasswordsAndWhatProvidersGive) {
  const std::string body =
      Validate(R"({"database.password":"s3cret","database.hostname":"${file:/x:y}"})");
  EXPECT_THAT(body, HasSubstr(R"("value":"[hidden]")"));
  EXPECT_THAT(body, HasSubstr(R"("value":"${file:/x:y}")"));
  EXPECT_THAT(body, Not(HasSubstr("s3cret")));
  EXPECT_THAT(body, Not(HasSubstr("resolved")));
}

TEST_F(PluginRoutesTest, SaysNothingOfAResolvedValueInComplaints) {
  const std::string body = Validate(R"({"snapshot.mode":"${file:/x:y}"})");
  EXPECT_THAT(body, HasSubstr("The value that '${file:/x:y}' stands for is not valid"));
  EXPECT_THAT(body, Not(HasSubstr("resolved")));
}

TEST_F(PluginRoutesTest, RefusesAnotherClassThanThePaths) {
  EXPECT_EQ(Validate(R"({"connector.class":"MySqlConnector"})"),
            R"({"error_code":400,"message":"Included connector type MySqlConnector does not match )"
            R"(request type PostgresConnector"})");
  EXPECT_THAT(Validate(R"({"connector.class":"Postgres"})"), HasSubstr("error_count"));
}

}  // namespace
}  // namespace tidewire::rest
