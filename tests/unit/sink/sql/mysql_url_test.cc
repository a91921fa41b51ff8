#include "sink/sql/mysql_url.h"

#include <gtest/gtest.h>

namespace tidewire::sink {
namespace {

using client::MysqlTls;
using std::chrono::milliseconds;

Result<MysqlTarget> Parse(const std::string& url) { return ToMysql(*ParseJdbcUrl(url)); }
MysqlTls Tls(const std::string& url) { return Parse(url)->settings.tls; }

TEST(MysqlUrl, TakesLoginDatabaseAndLimits) {
  const auto target =
      Parse("jdbc:mysql://h/d?user=u&password=p&connectTimeout=1500&socketTimeout=60000");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->settings.user, "u");
  EXPECT_EQ(target->settings.password, "p");
  EXPECT_EQ(target->settings.database, "d");
  EXPECT_EQ(target->settings.connect_timeout, milliseconds(1500));
  EXPECT_EQ(target->settings.read_timeout, milliseconds(60000));
  EXPECT_EQ(Parse("jdbc:mysql://h/d?connectTimeout=0")->settings.connect_timeout,
            milliseconds(10'000));
}

TEST(MysqlUrl, WantsADatabase) {
  const auto target = Parse("jdbc:mysql://h:3306/");
  ASSERT_FALSE(target);
  EXPECT_NE(target.error().find("names no database"), std::string::npos);
}

TEST(MysqlUrl, KnowsBothDriversWordsForTls) {
  EXPECT_EQ(Tls("jdbc:mysql://h/d"), MysqlTls::kPreferred);
  EXPECT_EQ(Tls("jdbc:mariadb://h/d"), MysqlTls::kDisabled);
  EXPECT_EQ(Tls("jdbc:mysql://h/d?sslMode=VERIFY_IDENTITY"), MysqlTls::kVerifyIdentity);
  EXPECT_EQ(Tls("jdbc:mysql://h/d?sslmode=REQUIRED&useSSL=false"), MysqlTls::kRequired);
  EXPECT_EQ(Tls("jdbc:mariadb://h/d?sslMode=trust"), MysqlTls::kRequired);
  EXPECT_EQ(Tls("jdbc:mariadb://h/d?sslMode=verify-ca"), MysqlTls::kVerifyCa);
  EXPECT_EQ(Tls("jdbc:mysql://h/d?useSSL=false"), MysqlTls::kDisabled);
  EXPECT_EQ(Tls("jdbc:mysql://h/d?useSSL=true"), MysqlTls::kPreferred);
  EXPECT_EQ(Tls("jdbc:mysql://h/d?useSSL=true&requireSSL=true"), MysqlTls::kRequired);
  EXPECT_EQ(Tls("jdbc:mysql://h/d?useSSL=true&verifyServerCertificate=true"), MysqlTls::kVerifyCa);
  EXPECT_EQ(Tls("jdbc:mariadb://h/d?useSsl=true"), MysqlTls::kVerifyIdentity);
  EXPECT_EQ(Tls("jdbc:mariadb://h/d?useSsl=true&trustServerCertificate=true"), MysqlTls::kRequired);
  const auto wrong = Parse("jdbc:mysql://h/d?sslMode=sometimes");
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().find("sslMode=sometimes"), std::string::npos);
}

TEST(MysqlUrl, TakesCertificatesAsPemOnly) {
  EXPECT_EQ(Parse("jdbc:mariadb://h/d?serverSslCert=/etc/ca.pem")->settings.tls_ca, "/etc/ca.pem");
  EXPECT_EQ(
      Parse("jdbc:mysql://h/d?trustCertificateKeyStoreUrl=file:///etc/ca.pem")->settings.tls_ca,
      "/etc/ca.pem");
  const auto store = Parse("jdbc:mysql://h/d?trustCertificateKeyStoreUrl=file:/etc/ca.jks");
  ASSERT_FALSE(store);
  EXPECT_NE(store.error().find("Java key store"), std::string::npos);
}

TEST(MysqlUrl, MakesAStatementOfSessionVariables) {
  EXPECT_EQ(Parse("jdbc:mysql://h/d?sessionVariables=a=1;b='x;y'")->session_variables,
            "SET a=1,b='x;y'");
}

TEST(MysqlUrl, ListsWhatMeansNothingHere) {
  const auto target = Parse(
      "jdbc:mysql://h/d?rewriteBatchedStatements=true&serverTimezone=UTC&useUnicode=true&"
      "characterEncoding=UTF-8&allowMultiQueries=true");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->ignored,
            (std::vector<std::string>{"rewriteBatchedStatements", "serverTimezone", "useUnicode",
                                      "characterEncoding", "allowMultiQueries"}));
}

}  // namespace
}  // namespace tidewire::sink
