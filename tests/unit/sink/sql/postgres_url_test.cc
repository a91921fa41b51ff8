#include "sink/sql/postgres_url.h"

#include <gtest/gtest.h>

namespace tidewire::sink {
namespace {

std::string Get(const std::string& url, const std::string& keyword) {
  const LibpqKeywords keywords = ToLibpq(*ParseJdbcUrl(url));
  const auto it = keywords.values.find(keyword);
  return it == keywords.values.end() ? "" : it->second;
}

TEST(PostgresUrl, ListsHostsAndPortsForLibpq) {
  EXPECT_EQ(Get("jdbc:postgresql://a:1,[::1]:2,c/d", "host"), "a,::1,c");
  EXPECT_EQ(Get("jdbc:postgresql://a:1,[::1]:2,c/d", "port"), "1,2,5432");
}

TEST(PostgresUrl, NamesTheDatabaseLikeTheUserWhereTheUrlNamesNone) {
  EXPECT_EQ(Get("jdbc:postgresql://h/d?user=u", "dbname"), "d");
  EXPECT_EQ(Get("jdbc:postgresql://h/?user=u", "dbname"), "u");
}

TEST(PostgresUrl, TranslatesParameters) {
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

TEST(PostgresUrl, ListsWhatMeansNothingHere) {
  const LibpqKeywords keywords =
      ToLibpq(*ParseJdbcUrl("jdbc:postgresql://h/d?reWriteBatchedInserts=true"));
  EXPECT_EQ(keywords.ignored, std::vector<std::string>{"reWriteBatchedInserts"});
}

}  // namespace
}  // namespace tidewire::sink
