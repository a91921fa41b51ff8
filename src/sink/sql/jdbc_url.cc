#include "sink/sql/jdbc_url.h"

#include <fmt/format.h>

#include <array>
#include <optional>

namespace tidewire::sink {
namespace {

constexpr std::string_view kPrefix = "jdbc:postgresql:";

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string UrlDecode(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 &&
        HexValue(text[i + 2]) >= 0) {
      out += static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

// "host", "host:port", "[v6]:port": appended to libpq's comma-separated lists.
std::optional<std::string> AddHost(std::string_view item, std::string& hosts, std::string& ports) {
  std::string_view host = item;
  std::string_view port = "5432";
  if (!item.empty() && item.front() == '[') {
    const size_t close = item.find(']');
    if (close == std::string_view::npos) return "an IPv6 address lacks its ']'";
    host = item.substr(1, close - 1);
    const std::string_view rest = item.substr(close + 1);
    if (!rest.empty() && rest.front() != ':')
      return "an IPv6 address is followed by something else than ':port'";
    if (rest.size() > 1) port = rest.substr(1);
  } else if (const size_t colon = item.find(':'); colon != std::string_view::npos) {
    host = item.substr(0, colon);
    if (colon + 1 < item.size()) port = item.substr(colon + 1);
  }
  for (const char c : port) {
    if (c < '0' || c > '9') return fmt::format("'{}' is not a port", port);
  }
  if (!hosts.empty()) {
    hosts += ',';
    ports += ',';
  }
  hosts += host.empty() ? "localhost" : host;
  ports += port;
  return std::nullopt;
}

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

void AddOptions(JdbcUrl& url, const std::string& text) {
  std::string& options = url.libpq["options"];
  if (!options.empty()) options += ' ';
  options += text;
}

void AddParameter(JdbcUrl& url, const std::string& name, const std::string& value) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 17> kSame{
      {{"user", "user"},
       {"password", "password"},
       {"sslmode", "sslmode"},
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
  for (const auto& [from, to] : kSame) {
    if (name == from) {
      url.libpq[std::string(to)] = value;
      return;
    }
  }
  if (name == "ssl") {
    // The Java driver checks certificate and host name when ssl is on and sslmode does not say
    // otherwise.
    if (value != "false" && !url.libpq.contains("sslmode")) url.libpq["sslmode"] = "verify-full";
  } else if (name == "currentSchema") {
    AddOptions(url, "-c search_path=" + EscapeOption(value));
  } else if (name == "options") {
    AddOptions(url, value);
  } else if (name == "targetServerType") {
    url.libpq["target_session_attrs"] = SessionAttributes(value);
  } else {
    url.ignored.push_back(name);
  }
}

}  // namespace

Result<JdbcUrl> ParseJdbcUrl(std::string_view url) {
  if (!url.starts_with("jdbc:"))
    return Failure("a JDBC URL begins with 'jdbc:', as in jdbc:postgresql://host:5432/database");
  if (!url.starts_with(kPrefix)) {
    const std::string_view rest = url.substr(5);
    return Failure(
        fmt::format("'{}' is no kind of target that is supported; supported: "
                    "jdbc:postgresql://host:5432/database",
                    rest.substr(0, rest.find(':'))));
  }
  JdbcUrl out;
  out.subprotocol = "postgresql";
  std::string_view rest = url.substr(kPrefix.size());
  std::string_view query;
  if (const size_t mark = rest.find('?'); mark != std::string_view::npos) {
    query = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
  }
  std::string hosts;
  std::string ports;
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    const size_t slash = rest.find('/');
    for (const std::string_view item : Split(rest.substr(0, slash), ',')) {
      if (const auto wrong = AddHost(item, hosts, ports)) return Failure(*wrong);
    }
    rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
  } else if (rest.starts_with('/')) {
    rest.remove_prefix(1);
  }
  out.libpq["host"] = hosts.empty() ? "localhost" : hosts;
  out.libpq["port"] = ports.empty() ? "5432" : ports;
  if (!rest.empty()) out.libpq["dbname"] = UrlDecode(rest);
  if (query.empty()) return out;
  for (const std::string_view item : Split(query, '&')) {
    if (item.empty()) continue;
    const size_t equals = item.find('=');
    const std::string value =
        equals == std::string_view::npos ? "" : UrlDecode(item.substr(equals + 1));
    AddParameter(out, UrlDecode(item.substr(0, equals)), value);
  }
  return out;
}

}  // namespace tidewire::sink
