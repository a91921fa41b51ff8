#include "sink/sql/jdbc_url.h"

#include <gtest/gtest.h>

namespace tidewire::sink {
namespace {

std::string Get(const std::string& url, const std::string& keyword) {
  const auto parsed = ParseJdbcUrl(url);
  if (!parsed) return "failure: " + parsed.error();
  const auto it = parsed->libpq.find(keyword);
  return it == parsed->libpq.end() ? "" : it->second;
}

TEST(JdbcUrl, GivesHostPortAndDatabase) {
  EXPECT_EQ(Get("jdbc:postgresql://db.example:5433/sales", "host"), "db.example");
  EXPECT_EQ(Get("jdbc:postgresql://db.example:5433/sales", "port"), "5433");
  EXPECT_EQ(Get("jdbc:postgresql://db.example:5433/sales", "dbname"), "sales");
}

TEST(JdbcUrl, HasTheDriversDefaults) {
  EXPECT_EQ(Get("jdbc:postgresql:sales", "host"), "localhost");
  EXPECT_EQ(Get("jdbc:postgresql:sales", "dbname"), "sales");
  EXPECT_EQ(Get("jdbc:postgresql://h/", "port"), "5432");
  EXPECT_EQ(Get("jdbc:postgresql://h/", "dbname"), "");
}

TEST(JdbcUrl, TakesSeveralHostsAndIpv6) {
  EXPECT_EQ(Get("jdbc:postgresql://a:1,[::1]:2,c/d", "host"), "a,::1,c");
  EXPECT_EQ(Get("jdbc:postgresql://a:1,[::1]:2,c/d", "port"), "1,2,5432");
}

TEST(JdbcUrl, TranslatesParameters) {
  const std::string url =
      "jdbc:postgresql://h/"
      "d?user=a%40b&password=x%26y&ssl=true&currentSchema=my%20s,public&targetServerType=primary";
  EXPECT_EQ(Get(url, "user"), "a@b");
  EXPECT_EQ(Get(url, "password"), "x&y");
  EXPECT_EQ(Get(url, "sslmode"), "verify-full");
  EXPECT_EQ(Get(url, "options"), "-c search_path=my\\ s,public");
  EXPECT_EQ(Get(url, "target_session_attrs"), "read-write");
  EXPECT_EQ(Get("jdbc:postgresql://h/d?sslmode=require&ssl=true", "sslmode"), "require");
}

TEST(JdbcUrl, ListsWhatMeansNothingHere) {
  const auto parsed = ParseJdbcUrl("jdbc:postgresql://h/d?reWriteBatchedInserts=true");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->ignored, std::vector<std::string>{"reWriteBatchedInserts"});
}

TEST(JdbcUrl, RefusesWhatItCannotMean) {
  EXPECT_FALSE(ParseJdbcUrl("postgresql://h/d"));
  EXPECT_FALSE(ParseJdbcUrl("jdbc:postgresql://h:port/d"));
  const auto other = ParseJdbcUrl("jdbc:oracle:thin:@h:1521/x");
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().find("'oracle'"), std::string::npos);
}

}  // namespace
}  // namespace tidewire::sink
