#include "sink/sql/postgres_url.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace tidewire::sink {
namespace {

std::string SessionAttributes(std::string_view server_type) {
  if (server_type == "primary" || server_type == "master") return "read-write";
  if (server_type == "secondary" || server_type == "slave") return "read-only";
  if (server_type == "preferSecondary" || server_type == "preferSlave") return "prefer-standby";
  return "any";
}

// PostgreSQL's backslash rule for values inside `options`.
std::string EscapeOption(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == ' ' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

void AddOptions(LibpqKeywords& out, const std::string& text) {
  std::string& options = out.values["options"];
  if (!options.empty()) options += ' ';
  options += text;
}

void AddParameter(LibpqKeywords& out, const std::string& name, const std::string& value) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 15> kSame{
      {{"sslmode", "sslmode"},
       {"sslrootcert", "sslrootcert"},
       {"sslcert", "sslcert"},
       {"sslkey", "sslkey"},
       {"sslpassword", "sslpassword"},
       {"ApplicationName", "application_name"},
       {"connectTimeout", "connect_timeout"},
       {"loginTimeout", "connect_timeout"},
       {"gssEncMode", "gssencmode"},
       {"channelBinding", "channel_binding"},
       {"kerberosServerName", "krbsrvname"},
       {"PGHOST", "host"},
       {"PGPORT", "port"},
       {"PGDBNAME", "dbname"},
       {"requireAuth", "require_auth"}}};
  const auto* const same = std::find_if(kSame.begin(), kSame.end(),
                                        [&](const auto& entry) { return entry.first == name; });
  if (same != kSame.end()) {
    out.values[std::string(same->second)] = value;
  } else if (name == "ssl") {
    // The Java driver checks certificate and host name when ssl is on and sslmode does not say
    // otherwise.
    if (value != "false" && !out.values.contains("sslmode")) out.values["sslmode"] = "verify-full";
  } else if (name == "currentSchema") {
    AddOptions(out, "-c search_path=" + EscapeOption(value));
  } else if (name == "options") {
    AddOptions(out, value);
  } else if (name == "targetServerType") {
    out.values["target_session_attrs"] = SessionAttributes(value);
  } else {
    out.ignored.push_back(name);
  }
}

}  // namespace

LibpqKeywords ToLibpq(const JdbcUrl& url) {
  LibpqKeywords out;
  std::string hosts;
  std::string ports;
  for (const JdbcUrl::Host& host : url.hosts) {
    if (!hosts.empty()) {
      hosts += ',';
      ports += ',';
    }
    hosts += host.name;
    ports += std::to_string(host.port);
  }
  out.values["host"] = hosts;
  out.values["port"] = ports;
  if (!url.user.empty()) out.values["user"] = url.user;
  if (!url.password.empty()) out.values["password"] = url.password;
  if (!url.database.empty()) out.values["dbname"] = url.database;
  for (const auto& [name, value] : url.parameters) AddParameter(out, name, value);
  // As the Java driver has it: the database is named like the user where the URL names none.
  if (!out.values.contains("dbname") && !url.user.empty()) out.values["dbname"] = url.user;
  return out;
}

}  // namespace tidewire::sink
