#include "sink/sql/jdbc_url.h"

#include <gtest/gtest.h>

namespace tidewire::sink {
namespace {

using Hosts = std::vector<JdbcUrl::Host>;

JdbcUrl Parse(const std::string& url) {
  auto parsed = ParseJdbcUrl(url);
  if (!parsed) {
    ADD_FAILURE() << url << ": " << parsed.error();
    return {};
  }
  return *parsed;
}

TEST(JdbcUrl, GivesSubprotocolHostPortAndDatabase) {
  const JdbcUrl url = Parse("jdbc:postgresql://db.example:5433/sales");
  EXPECT_EQ(url.subprotocol, "postgresql");
  EXPECT_EQ(url.hosts, (Hosts{{"db.example", 5433}}));
  EXPECT_EQ(url.database, "sales");
  EXPECT_EQ(DescribeTarget(url), "db.example:5433/sales");
}

TEST(JdbcUrl, HasTheDriversDefaults) {
  EXPECT_EQ(Parse("jdbc:postgresql:sales").hosts, (Hosts{{"localhost", 5432}}));
  EXPECT_EQ(Parse("jdbc:postgresql:sales").database, "sales");
  EXPECT_EQ(Parse("jdbc:postgresql://h/").hosts, (Hosts{{"h", 5432}}));
  EXPECT_EQ(Parse("jdbc:postgresql://h/").database, "");
  EXPECT_EQ(Parse("jdbc:mysql://h/d").hosts, (Hosts{{"h", 3306}}));
  EXPECT_EQ(Parse("jdbc:mariadb:///d").hosts, (Hosts{{"localhost", 3306}}));
}

TEST(JdbcUrl, TakesSeveralHostsAndIpv6) {
  const Hosts hosts{{"a", 1}, {"::1", 2}, {"c", 5432}};
  EXPECT_EQ(Parse("jdbc:postgresql://a:1,[::1]:2,c/d").hosts, hosts);
  EXPECT_EQ(Parse("jdbc:mysql://a:1,[::1]:2/d").hosts, (Hosts{{"a", 1}, {"::1", 2}}));
}

TEST(JdbcUrl, DecodesParametersAndTakesTheLoginOutOfThem) {
  const JdbcUrl url = Parse("jdbc:postgresql://h/d%20b?user=a%40b&password=x%26y&ssl=true&a=b+c");
  EXPECT_EQ(url.user, "a@b");
  EXPECT_EQ(url.password, "x&y");
  EXPECT_EQ(url.database, "d b");
  const std::vector<std::pair<std::string, std::string>> rest{{"ssl", "true"}, {"a", "b c"}};
  EXPECT_EQ(url.parameters, rest);
}

TEST(JdbcUrl, TakesTheFormsOfTheMysqlDrivers) {
  const JdbcUrl login = Parse("jdbc:mysql://root:p%3Aw@h1:3307,h2/d");
  EXPECT_EQ(login.user, "root");
  EXPECT_EQ(login.password, "p:w");
  EXPECT_EQ(login.hosts, (Hosts{{"h1", 3307}, {"h2", 3306}}));
  EXPECT_EQ(Parse("jdbc:mysql://address=(host=x)(port=3310)(type=source)/d").hosts,
            (Hosts{{"x", 3310}}));
  EXPECT_EQ(Parse("jdbc:mariadb:replication://w,r/d").hosts, (Hosts{{"w", 3306}, {"r", 3306}}));
  EXPECT_EQ(Parse("jdbc:mariadb:sequential://w/d").database, "d");
}

TEST(JdbcUrl, RefusesWhatItCannotMeanAndShowsNoPassword) {
  EXPECT_FALSE(ParseJdbcUrl("postgresql://h/d"));
  EXPECT_FALSE(ParseJdbcUrl("jdbc:postgresql://h:port/d"));
  EXPECT_FALSE(ParseJdbcUrl("jdbc:postgresql://h:70000/d"));
  EXPECT_FALSE(ParseJdbcUrl("jdbc:mysql://address=host/d"));
  const auto secret = ParseJdbcUrl("jdbc:mysql://root:secret/d");
  ASSERT_FALSE(secret);
  EXPECT_EQ(secret.error().find("secret"), std::string::npos);
  const auto other = ParseJdbcUrl("jdbc:oracle:thin:@h:1521/x");
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().find("'oracle'"), std::string::npos);
}

}  // namespace
}  // namespace tidewire::sink
