#include "source/mysql/mysql_server.h"

#include <fmt/format.h>

#include <charconv>

#include "base/error.h"

namespace tidewire::source {
namespace {

using client::MysqlConnection;
using client::MysqlRow;

constexpr unsigned kNoSuchTable = 1146;
constexpr unsigned kUnknownDatabase = 1049;
constexpr unsigned kNoBinlog = 1381;

uint64_t Number(std::string_view text) {
  uint64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

// The statement has another name from MySQL 8.2 on, and the old one is gone in 8.4.
MysqlConnection::Rows ShowStatus(MysqlConnection& connection, const MysqlServer& server) {
  constexpr uint32_t kNewName = 80200;
  const bool renamed = !server.mariadb && server.version >= kNewName;
  return connection.Query(renamed ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS",
                          "tell where its binlog ends");
}

}  // namespace

MysqlCharset MysqlServer::CharsetOf(uint64_t collation) const {
  const auto found = collations.find(collation);
  if (found == collations.end()) return {};
  return {CharsetOfCollation(found->second), found->second};
}

std::optional<std::string> MysqlVariable(MysqlConnection& connection, const std::string& name) {
  auto rows =
      connection.Query(fmt::format("SHOW GLOBAL VARIABLES LIKE '{}'", name), "tell its variables");
  const MysqlRow row = rows.Next();
  if (!row || row.size() < 2) return std::nullopt;
  return row.text(1);
}

MysqlServer LookAtMysqlServer(MysqlConnection& connection) {
  MysqlServer out;
  out.mariadb = connection.is_mariadb();
  out.version = connection.version();
  const auto variable = [&](const char* name) {
    return MysqlVariable(connection, name).value_or("");
  };
  out.checksums = variable("binlog_checksum") == "CRC32";
  out.gtids = out.mariadb || variable("gtid_mode") == "ON";
  const std::string folding = variable("lower_case_table_names");
  out.fold_names = folding == "1" || folding == "2";
  const std::string timestamps = variable("explicit_defaults_for_timestamp");
  out.explicit_timestamp_defaults = timestamps != "OFF" && timestamps != "0";
  out.defaults = {variable("character_set_server"), variable("collation_server")};
  // MariaDB names collations of all character sets alike; the full name is what tells.
  const bool full_names = out.mariadb && out.version >= 101001;
  auto rows = connection.Query(
      full_names ? "SELECT ID, FULL_COLLATION_NAME FROM"
                   " information_schema.COLLATION_CHARACTER_SET_APPLICABILITY WHERE ID IS NOT NULL"
                 : "SELECT ID, COLLATION_NAME FROM information_schema.COLLATIONS"
                   " WHERE ID IS NOT NULL",
      "list its collations");
  while (const MysqlRow row = rows.Next()) out.collations.emplace(Number(row[0]), row.text(1));
  return out;
}

BinlogEnd ReadBinlogEnd(MysqlConnection& connection, const MysqlServer& server) {
  constexpr unsigned kGtidColumn = 4;
  auto rows = ShowStatus(connection, server);
  const MysqlRow row = rows.Next();
  if (!row || row.size() < 2) {
    throw ConfigError(fmt::format(
        "{} keeps no binlog; set log_bin and binlog_format=ROW in its configuration and restart it",
        connection.kind()));
  }
  BinlogEnd out;
  out.file = row.text(0);
  out.pos = Number(row[1]);
  if (!server.gtids) return out;
  if (!server.mariadb) {
    out.gtids = row.size() > kGtidColumn
                    ? GtidSet::Parse(row[kGtidColumn], GtidSet::Kind::kMysql).ToString()
                    : "";
    return out;
  }
  out.gtids = connection
                  .Value(fmt::format("SELECT BINLOG_GTID_POS({}, {})", connection.Literal(out.file),
                                     out.pos),
                         "tell the GTIDs of its binlog")
                  .value_or("");
  return out;
}

std::vector<std::string> ReadBinlogFiles(MysqlConnection& connection) {
  std::vector<std::string> out;
  try {
    auto rows = connection.Query("SHOW BINARY LOGS", "list its binlog files");
    while (const MysqlRow row = rows.Next()) out.push_back(row.text(0));
  } catch (const client::MysqlStatementError& error) {
    if (error.code() != kNoBinlog) throw;
  }
  return out;
}

Charset::Table LoadCharset(MysqlConnection& connection, const std::string& name) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += fmt::format("{:02X}", i);
  const auto text =
      connection.Value(fmt::format("SELECT HEX(CONVERT(CONVERT(UNHEX('{}') USING {}) USING utf32))",
                                   bytes, client::MysqlQuote(name)),
                       fmt::format("tell the characters of {}", name));
  Charset::Table out{};
  constexpr size_t kHexOfOne = 8;
  if (!text || text->size() != out.size() * kHexOfOne) {
    throw DataError(fmt::format(
        "the server does not tell the characters of {}; ALTER TABLE … CONVERT TO CHARACTER SET "
        "utf8mb4",
        name));
  }
  for (size_t i = 0; i < out.size(); ++i) {
    uint32_t code = 0;
    const char* const at = text->data() + i * kHexOfOne;
    std::from_chars(at, at + kHexOfOne, code, 16);
    out[i] = static_cast<char32_t>(code);
  }
  return out;
}

std::optional<std::string> ShowCreateTable(MysqlConnection& connection, const MysqlTableId& id) {
  try {
    auto rows = connection.Query("SHOW CREATE TABLE " + client::MysqlQuote(id.first, id.second),
                                 fmt::format("show table {}.{}", id.first, id.second));
    const MysqlRow row = rows.Next();
    if (!row || row.size() < 2) return std::nullopt;
    return row.text(1);
  } catch (const client::MysqlStatementError& error) {
    if (error.code() == kNoSuchTable || error.code() == kUnknownDatabase) return std::nullopt;
    throw;
  }
}

}  // namespace tidewire::source
