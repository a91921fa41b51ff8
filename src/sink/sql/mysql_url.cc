#include "sink/sql/mysql_url.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <string_view>

namespace tidewire::sink {
namespace {

using client::MysqlTls;

constexpr std::chrono::milliseconds kConnectTimeout{10'000};

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// The drivers' older switches; `mode` of the newer parameter wins over them.
struct TlsWords {
  std::optional<MysqlTls> mode;
  bool use = false;
  bool never = false;
  bool require = false;
  bool verify = false;
  bool trust = false;
  bool any_host = false;
};

// What is wrong, or nothing.
using Wrong = std::optional<std::string>;

Wrong SetMode(std::string_view value, TlsWords& tls) {
  static constexpr std::array<std::pair<std::string_view, MysqlTls>, 10> kModes{
      {{"disabled", MysqlTls::kDisabled},
       {"disable", MysqlTls::kDisabled},
       {"preferred", MysqlTls::kPreferred},
       {"required", MysqlTls::kRequired},
       {"trust", MysqlTls::kRequired},
       {"verify_ca", MysqlTls::kVerifyCa},
       {"verify-ca", MysqlTls::kVerifyCa},
       {"verify_identity", MysqlTls::kVerifyIdentity},
       {"verify-full", MysqlTls::kVerifyIdentity},
       {"verify_full", MysqlTls::kVerifyIdentity}}};
  const std::string word = Lower(value);
  for (const auto& [name, mode] : kModes) {
    if (name == word) {
      tls.mode = mode;
      return std::nullopt;
    }
  }
  return fmt::format(
      "sslMode={} is not known; use DISABLED, PREFERRED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY "
      "(MariaDB: disable, trust, verify-ca, verify-full)",
      value);
}

MysqlTls Resolve(const TlsWords& tls, bool mariadb) {
  if (tls.mode) return *tls.mode;
  if (tls.never) return MysqlTls::kDisabled;
  if (tls.verify) return tls.any_host ? MysqlTls::kVerifyCa : MysqlTls::kVerifyIdentity;
  if (mariadb && tls.use) {
    return tls.trust      ? MysqlTls::kRequired
           : tls.any_host ? MysqlTls::kVerifyCa
                          : MysqlTls::kVerifyIdentity;
  }
  if (tls.require) return MysqlTls::kRequired;
  return mariadb ? MysqlTls::kDisabled : MysqlTls::kPreferred;
}

Wrong SetMilliseconds(const std::string& name, const std::string& value,
                      std::chrono::milliseconds& out) {
  int64_t number = 0;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
  if (parsed.ec != std::errc{} || parsed.ptr != value.data() + value.size() || number < 0)
    return fmt::format("{}={} is not a number of milliseconds", name, value);
  // 0 stands for no limit; a connection attempt needs one all the same.
  if (number > 0) out = std::chrono::milliseconds(number);
  return std::nullopt;
}

// The drivers take files and URLs of files; of key stores only those in PEM can be read here.
Wrong SetPem(const std::string& name, std::string value, std::string& file) {
  if (value.starts_with("-----BEGIN")) {
    return fmt::format("{} holds a certificate itself; put it into a file and name that", name);
  }
  if (value.starts_with("file://")) value.erase(0, 7);
  if (value.starts_with("file:")) value.erase(0, 5);
  const std::string lower = Lower(value);
  for (const std::string_view ending : {".jks", ".p12", ".pfx", ".pkcs12", ".keystore"}) {
    if (lower.ends_with(ending)) {
      return fmt::format(
          "{}={} is a Java key store, which cannot be read here; export its certificates as PEM "
          "(keytool -exportcert -rfc) and name that file",
          name, value);
    }
  }
  file = std::move(value);
  return std::nullopt;
}

// "a=b,c='d,e'" → "SET a=b,c='d,e'": the drivers' list is what SET takes, but for semicolons.
std::string SetStatement(std::string_view variables) {
  std::string out = "SET ";
  char quote = 0;
  for (const char c : variables) {
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    }
    out += quote == 0 && c == ';' ? ',' : c;
  }
  return out;
}

class Reader {
 public:
  explicit Reader(bool mariadb) : mariadb_(mariadb) {}

  Wrong Read(const std::string& name, const std::string& value) {
    const std::string key = Lower(name);
    if (key == "sslmode" || key == "ssl-mode") return SetMode(value, tls_);
    if (ReadSwitch(key, Lower(value) != "false")) return std::nullopt;
    client::MysqlConnectionSettings& to = out_.settings;
    if (key == "connecttimeout") return SetMilliseconds(name, value, to.connect_timeout);
    if (key == "sockettimeout") return SetMilliseconds(name, value, to.read_timeout);
    if (key == "serversslcert" || key == "truststore" || key == "trustcertificatekeystoreurl")
      return SetPem(name, value, to.tls_ca);
    if (key == "keystore" || key == "clientcertificatekeystoreurl") {
      const Wrong wrong = SetPem(name, value, to.tls_certificate);
      to.tls_key = to.tls_certificate;
      return wrong;
    }
    if (key == "keystorepassword" || key == "clientcertificatekeystorepassword" ||
        key == "keypassword") {
      to.tls_key_password = value;
    } else if (key == "tlsversions" || key == "enabledtlsprotocols" ||
               key == "enabledsslprotocolsuites") {
      to.tls_versions = value;
    } else if (key == "sessionvariables") {
      if (!value.empty()) out_.session_variables = SetStatement(value);
    } else if (key == "localsocket") {
      to.socket = value;
    } else {
      out_.ignored.push_back(name);
    }
    return std::nullopt;
  }

  MysqlTarget Finish() {
    out_.settings.tls = Resolve(tls_, mariadb_);
    return std::move(out_);
  }
  MysqlTarget& out() { return out_; }

 private:
  bool ReadSwitch(const std::string& key, bool on) {
    if (key == "usessl" || key == "ssl") {
      tls_.use = on;
      tls_.never = !on;
    } else if (key == "requiressl") {
      tls_.require = on;
    } else if (key == "verifyservercertificate") {
      // MySQL's driver looks at the chain only, and only this newer mode looks at the host, too.
      tls_.verify = on;
      tls_.any_host = tls_.any_host || on;
    } else if (key == "trustservercertificate") {
      tls_.trust = on;
    } else if (key == "disablesslhostnameverification") {
      tls_.any_host = on;
    } else {
      return false;
    }
    return true;
  }

  const bool mariadb_;
  TlsWords tls_;
  MysqlTarget out_;
};

}  // namespace

Result<MysqlTarget> ToMysql(const JdbcUrl& url) {
  if (url.database.empty()) {
    return Failure(fmt::format(
        "the URL names no database, where the table of positions is to lie; use jdbc:{}://{}:{}/…",
        url.subprotocol, url.hosts.front().name, url.hosts.front().port));
  }
  Reader reader(url.subprotocol == "mariadb");
  client::MysqlConnectionSettings& settings = reader.out().settings;
  settings.user = url.user;
  settings.password = url.password;
  settings.database = url.database;
  settings.connect_timeout = kConnectTimeout;
  settings.remedy = "check connection.url, the user and the password";
  for (const auto& [name, value] : url.parameters) {
    if (const Wrong wrong = reader.Read(name, value)) return Failure(*wrong);
  }
  return reader.Finish();
}

}  // namespace tidewire::sink
