#include "sink/sql/jdbc_url.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace tidewire::sink {
namespace {

constexpr std::string_view kExample = "jdbc:postgresql://host:5432/database";

struct Driver {
  std::string_view subprotocol;
  uint16_t port;
  bool mysql;  // Its URLs may hold a mode, a login and address=(…).
};
constexpr std::array<Driver, 3> kDrivers{
    {{"postgresql", 5432, false}, {"mysql", 3306, true}, {"mariadb", 3306, true}}};

// Words between subprotocol and hosts. All of them list the server that takes writes first.
constexpr std::array<std::string_view, 7> kModes{{"replication", "loadbalance", "load-balance",
                                                  "sequential", "failover", "aurora",
                                                  "load-balance-read"}};

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

// What is wrong, or nothing.
using Wrong = std::optional<std::string>;

// The text itself is not shown: it may be a password that lacks its '@'.
Wrong SetPort(std::string_view text, JdbcUrl::Host& host) {
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), host.port);
  if (parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size() && host.port != 0)
    return std::nullopt;
  return "what follows a host's ':' is not a port";
}

// "host", "host:port", "[v6]:port".
Wrong AddHost(std::string_view item, uint16_t default_port, JdbcUrl& url) {
  JdbcUrl::Host host{"", default_port};
  std::string_view name = item;
  std::string_view port;
  if (!item.empty() && item.front() == '[') {
    const size_t close = item.find(']');
    if (close == std::string_view::npos) return "an IPv6 address lacks its ']'";
    name = item.substr(1, close - 1);
    const std::string_view rest = item.substr(close + 1);
    if (!rest.empty() && rest.front() != ':')
      return "an IPv6 address is followed by something else than ':port'";
    if (rest.size() > 1) port = rest.substr(1);
  } else if (const size_t colon = item.find(':'); colon != std::string_view::npos) {
    name = item.substr(0, colon);
    port = item.substr(colon + 1);
  }
  if (!port.empty()) {
    if (const Wrong wrong = SetPort(port, host)) return wrong;
  }
  host.name = name.empty() ? "localhost" : UrlDecode(name);
  url.hosts.push_back(std::move(host));
  return std::nullopt;
}

void AddParameter(JdbcUrl& url, std::string name, std::string value) {
  if (name == "user") {
    url.user = std::move(value);
  } else if (name == "password") {
    url.password = std::move(value);
  } else {
    url.parameters.emplace_back(std::move(name), std::move(value));
  }
}

// "address=(host=h)(port=3307)(type=slave)": keys that say nothing about the place are parameters.
Wrong AddAddress(std::string_view item, uint16_t default_port, JdbcUrl& url) {
  JdbcUrl::Host host{"localhost", default_port};
  while (!item.empty()) {
    const size_t close = item.find(')');
    const size_t equals = item.find('=');
    if (item.front() != '(' || close == std::string_view::npos || equals > close)
      return "address= is followed by something else than (host=…)(port=…)";
    const std::string_view name = item.substr(1, equals - 1);
    const std::string_view value = item.substr(equals + 1, close - equals - 1);
    if (name == "host") {
      host.name = UrlDecode(value);
    } else if (name == "port") {
      if (const Wrong wrong = SetPort(value, host)) return wrong;
    } else {
      AddParameter(url, std::string(name), UrlDecode(value));
    }
    item.remove_prefix(close + 1);
  }
  url.hosts.push_back(std::move(host));
  return std::nullopt;
}

// "user:password@host", "address=(…)", or as AddHost.
Wrong AddMysqlHost(std::string_view item, uint16_t default_port, JdbcUrl& url) {
  constexpr std::string_view kAddress = "address=";
  if (const size_t at = item.rfind('@'); at != std::string_view::npos) {
    const std::string_view login = item.substr(0, at);
    const size_t colon = login.find(':');
    url.user = UrlDecode(login.substr(0, colon));
    if (colon != std::string_view::npos) url.password = UrlDecode(login.substr(colon + 1));
    item.remove_prefix(at + 1);
  }
  if (item.starts_with(kAddress))
    return AddAddress(item.substr(kAddress.size()), default_port, url);
  if (item.starts_with('(')) return AddAddress(item, default_port, url);
  return AddHost(item, default_port, url);
}

void SkipMode(std::string_view& rest) {
  const size_t colon = rest.find("://");
  if (colon == std::string_view::npos || colon == 0) return;
  if (std::find(kModes.begin(), kModes.end(), rest.substr(0, colon)) != kModes.end())
    rest.remove_prefix(colon + 1);
}

const Driver* FindDriver(std::string_view subprotocol) {
  const auto* const found =
      std::find_if(kDrivers.begin(), kDrivers.end(),
                   [&](const Driver& driver) { return driver.subprotocol == subprotocol; });
  return found == kDrivers.end() ? nullptr : found;
}

void AddQuery(std::string_view query, JdbcUrl& url) {
  for (const std::string_view item : Split(query, '&')) {
    if (item.empty()) continue;
    const size_t equals = item.find('=');
    AddParameter(url, UrlDecode(item.substr(0, equals)),
                 equals == std::string_view::npos ? "" : UrlDecode(item.substr(equals + 1)));
  }
}

}  // namespace

Result<JdbcUrl> ParseJdbcUrl(std::string_view url) {
  if (!url.starts_with("jdbc:"))
    return Failure(fmt::format("a JDBC URL begins with 'jdbc:', as in {}", kExample));
  std::string_view rest = url.substr(5);
  const size_t colon = rest.find(':');
  const std::string_view subprotocol = rest.substr(0, colon);
  const Driver* const driver = FindDriver(subprotocol);
  if (driver == nullptr || colon == std::string_view::npos) {
    return Failure(
        fmt::format("'{}' is no kind of target that is supported; supported: {}, "
                    "jdbc:mysql://host:3306/database, jdbc:mariadb://host:3306/database",
                    subprotocol, kExample));
  }
  JdbcUrl out;
  out.subprotocol = subprotocol;
  rest.remove_prefix(colon + 1);
  std::string_view query;
  if (const size_t mark = rest.find('?'); mark != std::string_view::npos) {
    query = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
  }
  if (driver->mysql) SkipMode(rest);
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    const size_t slash = rest.find('/');
    for (const std::string_view item : Split(rest.substr(0, slash), ',')) {
      const Wrong wrong =
          driver->mysql ? AddMysqlHost(item, driver->port, out) : AddHost(item, driver->port, out);
      if (wrong) return Failure(*wrong);
    }
    rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
  } else if (rest.starts_with('/')) {
    rest.remove_prefix(1);
  }
  if (out.hosts.empty()) out.hosts.push_back({"localhost", driver->port});
  out.database = UrlDecode(rest);
  AddQuery(query, out);
  return out;
}

std::string DescribeTarget(const JdbcUrl& url) {
  std::string out;
  for (const JdbcUrl::Host& host : url.hosts) {
    if (!out.empty()) out += ',';
    out += fmt::format("{}:{}", host.name, host.port);
  }
  return out + '/' + url.database;
}

}  // namespace tidewire::sink
