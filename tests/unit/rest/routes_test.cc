#include "rest/routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/logging.h"
#include "unit/rest/fake_herder.h"

namespace tidewire::rest {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Pair;

class RoutesTest : public testing::Test {
 protected:
  RoutesTest() {
    AddAdminRoutes(router_, herder_, "4.1", "abc");
    AddPluginRoutes(router_, herder_);
    AddConnectorRoutes(router_, herder_);
    AddConnectorStateRoutes(router_, herder_);
    herder_.infos["p"] = {"p", {{"a", "1"}, {"name", "p"}}, 1, "source"};
    herder_.status = {"p",      "RUNNING", "w:1", "1.0", "", {{0, "FAILED", "w:1", "1.0", "why"}},
                      "source", ""};
  }

  HttpResponse Ask(const std::string& method, const std::string& target, std::string body = "",
                   std::string type = "application/json") {
    HttpRequest request;
    request.method = method;
    ParseTarget(target, request);
    request.body = std::move(body);
    request.content_type = std::move(type);
    request.host = "h:8083";
    return router_.Answer(request);
  }
  // "<status> <body>"
  std::string Text(const std::string& method, const std::string& target, std::string body = "",
                   std::string type = "application/json") {
    const auto response = Ask(method, target, std::move(body), std::move(type));
    return fmt::format("{} {}", response.status, response.body);
  }

  FakeHerder herder_;
  Router router_;
};

TEST_F(RoutesTest, RootNamesVersionAndCluster) {
  EXPECT_EQ(Text("GET", "/"),
            R"(200 {"version":"4.1","commit":"abc","kafka_cluster_id":"cluster"})");
}

TEST_F(RoutesTest, HealthHasTheHerdersStatus) {
  EXPECT_EQ(Text("GET", "/health"), R"(200 {"status":"healthy","message":"Ready."})");
  herder_.health_ = {503, "starting", "Wait."};
  EXPECT_EQ(Text("GET", "/health"), R"(503 {"status":"starting","message":"Wait."})");
}

TEST_F(RoutesTest, ListsConnectorsPlainAndExpanded) {
  EXPECT_EQ(Text("GET", "/connectors"), R"(200 ["p"])");
  EXPECT_EQ(Text("GET", "/connectors/"), R"(200 ["p"])");
  EXPECT_EQ(Text("GET", "/connectors?expand=bogus"), R"(200 {"p":{}})");
  EXPECT_EQ(
      Text("GET", "/connectors?expand=status&expand=info"),
      R"(200 {"p":{"status":{"name":"p","connector":{"state":"RUNNING","worker_id":"w:1","version":"1.0"},)"
      R"("tasks":[{"id":0,"state":"FAILED","worker_id":"w:1","version":"1.0","trace":"why"}],"type":"source"},)"
      R"("info":{"name":"p","config":{"a":"1","name":"p"},"tasks":[{"connector":"p","task":0}],"type":"source"}}})");
}

TEST_F(RoutesTest, LeavesOutConnectorsThatVanishWhileListing) {
  herder_.vanished = {"gone"};
  EXPECT_THAT(Text("GET", "/connectors?expand=info"), testing::Not(HasSubstr("gone")));
}

TEST_F(RoutesTest, CreatesWithLocationAndName) {
  const auto response = Ask("POST", "/connectors",
                            R"({"name":"x \u00e9","config":{"b":"2"},"initial_state":"PAUSED"})");
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(
      response.body,
      "{\"name\":\"x \xc3\xa9\",\"config\":{\"b\":\"2\",\"name\":\"x \xc3\xa9\"},\"tasks\":[],"
      "\"type\":\"source\"}");
  EXPECT_THAT(response.headers, Contains(Pair("Location", "http://h:8083/connectors/x%20%C3%A9")));
  EXPECT_EQ(herder_.last_state, runtime::TargetState::kPaused);
}

TEST_F(RoutesTest, RefusesAnExistingNameAndAMismatch) {
  EXPECT_EQ(Text("POST", "/connectors", R"({"name":"p","config":{}})"),
            R"(409 {"error_code":409,"message":"Connector p already exists"})");
  EXPECT_EQ(
      Text("PUT", "/connectors/p/config", R"({"name":"other"})"),
      R"x(400 {"error_code":400,"message":"Connector name configuration (other) doesn't match )x"
      R"x(connector name in the URL (p)"})x");
}

TEST_F(RoutesTest, PutsConfigsAsCreationOrChange) {
  EXPECT_EQ(Ask("PUT", "/connectors/p/config", R"({"b":"2"})").status, 200);
  const auto created = Ask("PUT", "/connectors/q/config", R"({"b":"2"})");
  EXPECT_EQ(created.status, 201);
  EXPECT_THAT(created.headers, Contains(Pair("Location", "http://h:8083/connectors/q")));
}

TEST_F(RoutesTest, PatchesConfigs) {
  EXPECT_EQ(Ask("PATCH", "/connectors/p/config", R"({"a":null,"c":"3"})").status, 200);
  EXPECT_EQ(herder_.last_patch.size(), 2u);
  EXPECT_EQ(herder_.last_patch["a"], std::nullopt);
}

TEST_F(RoutesTest, ShowsConfigTasksAndStatus) {
  EXPECT_EQ(Text("GET", "/connectors/p/config"), R"(200 {"a":"1","name":"p"})");
  EXPECT_EQ(Text("GET", "/connectors/p/tasks"),
            R"(200 [{"id":{"connector":"p","task":0},"config":{"a":"1","name":"p"}}])");
  EXPECT_EQ(Text("GET", "/connectors/p/tasks/0/status"),
            R"(200 {"id":0,"state":"FAILED","worker_id":"w:1","version":"1.0","trace":"why"})");
  EXPECT_EQ(Text("GET", "/connectors/p/tasks/7/status"),
            R"(404 {"error_code":404,"message":"No status found for task p-7"})");
  EXPECT_EQ(Text("GET", "/connectors/nope/tasks/0/status"),
            R"(404 {"error_code":404,"message":"No status found for task nope-0"})");
}

TEST_F(RoutesTest, ShowsSnapshotProgressWhereThereIsSome) {
  herder_.status.snapshot_json = R"({"running":true})";
  EXPECT_THAT(Text("GET", "/connectors/p/status"),
              HasSubstr(R"("type":"source","snapshot":{"running":true}})"));
}

TEST_F(RoutesTest, StartsAndStops) {
  EXPECT_EQ(Text("PUT", "/connectors/p/pause"), "202 ");
  EXPECT_EQ(herder_.last_state, runtime::TargetState::kPaused);
  EXPECT_EQ(Text("PUT", "/connectors/p/resume"), "202 ");
  EXPECT_EQ(herder_.last_state, runtime::TargetState::kStarted);
  EXPECT_EQ(Text("PUT", "/connectors/p/stop"), "204 ");
  EXPECT_EQ(herder_.last_state, runtime::TargetState::kStopped);
  EXPECT_EQ(Text("DELETE", "/connectors/p"), "204 ");
  EXPECT_EQ(Ask("GET", "/connectors/p").status, 404);
}

TEST_F(RoutesTest, RestartsWithAndWithoutTasks) {
  EXPECT_EQ(Text("POST", "/connectors/p/restart"), "204 ");
  EXPECT_EQ(Ask("POST", "/connectors/p/restart?includeTasks=true&onlyFailed=TRUE").status, 202);
  EXPECT_EQ(herder_.last_restart, std::make_pair(true, true));
  EXPECT_EQ(Text("POST", "/connectors/p/tasks/0/restart"), "204 ");
  EXPECT_EQ(Text("POST", "/connectors/p/tasks/9/restart"),
            R"(404 {"error_code":404,"message":"Unknown task: p-9"})");
  EXPECT_EQ(Text("POST", "/connectors/p/tasks/x/restart"),
            R"(404 {"error_code":404,"message":"HTTP 404 Not Found"})");
}

TEST_F(RoutesTest, ShowsTopicsAlsoOfTheUnknown) {
  EXPECT_EQ(Text("GET", "/connectors/p/topics"), R"(200 {"p":{"topics":["a.b.c"]}})");
  EXPECT_EQ(Text("GET", "/connectors/nope/topics"), R"(200 {"nope":{"topics":[]}})");
  EXPECT_EQ(Text("PUT", "/connectors/p/topics/reset"), "202 ");
}

TEST_F(RoutesTest, ShowsAndChangesOffsets) {
  EXPECT_EQ(Text("PATCH", "/connectors/p/offsets",
                 R"({"offsets":[{"partition":{"server":"r"},"offset":{"lsn":1}}]})"),
            R"(200 {"message":"altered"})");
  EXPECT_EQ(Text("GET", "/connectors/p/offsets"),
            R"(200 {"offsets":[{"partition":{"server":"r"},"offset":{"lsn":1}}]})");
  EXPECT_EQ(Text("DELETE", "/connectors/p/offsets"), R"(200 {"message":"reset"})");
  EXPECT_EQ(Ask("PATCH", "/connectors/nope/offsets", R"({"offsets":[]})").status, 400);
}

TEST_F(RoutesTest, AnswersUnknownPathsMethodsAndTypes) {
  EXPECT_EQ(Text("GET", "/nope"), R"(404 {"error_code":404,"message":"HTTP 404 Not Found"})");
  EXPECT_EQ(Ask("GET", "/connectors/p/tasks-config").status, 404);
  EXPECT_EQ(Ask("GET", "/connectors//status").status, 404);
  EXPECT_EQ(Text("POST", "/connectors/p"),
            R"(405 {"error_code":405,"message":"HTTP 405 Method Not Allowed"})");
  EXPECT_EQ(Text("POST", "/connectors", "name=x", "text/plain"),
            R"(415 {"error_code":415,"message":"HTTP 415 Unsupported Media Type"})");
  EXPECT_THAT(Ask("OPTIONS", "/connectors").headers,
              Contains(Pair("Allow", "GET,POST,HEAD,OPTIONS")));
  EXPECT_EQ(Ask("HEAD", "/connectors").status, 200);
}

TEST_F(RoutesTest, SetsLevelsOfLoggers) {
  Logger("routes.test");
  EXPECT_EQ(Text("PUT", "/admin/loggers/routes", R"({"level":"DEBUG"})"),
            R"(200 ["routes","routes.test"])");
  EXPECT_THAT(Text("GET", "/admin/loggers/routes.test"),
              HasSubstr(R"("level":"DEBUG","last_modified":)"));
  EXPECT_THAT(Text("GET", "/admin/loggers"), HasSubstr(R"("routes.test":{"level":"DEBUG")"));
  EXPECT_EQ(Text("PUT", "/admin/loggers/routes?scope=cluster", R"({"level":"INFO"})"), "204 ");
  EXPECT_EQ(Text("PUT", "/admin/loggers/routes", R"({"level":"BOGUS"})"),
            R"(404 {"error_code":404,"message":"invalid log level 'BOGUS'."})");
  EXPECT_EQ(Ask("PUT", "/admin/loggers/routes", "{}").status, 400);
  EXPECT_EQ(Text("GET", "/admin/loggers/never.seen"),
            R"(404 {"error_code":404,"message":"Logger never.seen not found."})");
}

TEST_F(RoutesTest, ServesMetricsAsText) {
  const auto response = Ask("GET", "/metrics");
  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(response.body, HasSubstr("process_cpu_seconds_total"));
}

TEST_F(RoutesTest, TurnsExceptionsIntoErrorBodies) {
  router_.Add("GET", "/config-error",
              [](const HttpRequest&) -> HttpResponse { throw ConfigError("set 'x'"); });
  router_.Add("GET", "/other-error",
              [](const HttpRequest&) -> HttpResponse { throw std::runtime_error("disk \xff"); });
  EXPECT_EQ(Text("GET", "/config-error"), R"(400 {"error_code":400,"message":"set 'x'"})");
  EXPECT_EQ(Text("GET", "/other-error"), R"(500 {"error_code":500,"message":"disk ?"})");
}

}  // namespace
}  // namespace tidewire::rest
