// Connecting to PostgreSQL and running statements, with this project's errors.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "source/postgres/pg_handle.h"

namespace tidewire::source {

// SQLSTATE 55006: a slot that another session uses.
class PgObjectInUse : public RetriableError {
 public:
  using RetriableError::RetriableError;
};

// How to reach one database; values as libpq's parameters of the same names take them. Empty: not
// given.
struct PgConnectionSettings {
  std::string host;
  uint16_t port = 5432;
  std::string user;
  std::string password;
  std::string database;
  std::string sslmode = "prefer";  // disable, allow, prefer, require, verify-ca, verify-full
  std::string sslcert;
  std::string sslkey;
  std::string sslpassword;
  std::string sslrootcert;
  std::string application_name = "Tidewire";
  bool tcp_keepalive = true;
  std::chrono::milliseconds connect_timeout{30'000};
  // Run on each new session that is no replication session (database.initial.statements).
  std::vector<std::string> initial_statements;
};

enum class PgSession {
  kQuery,        // Ordinary SQL.
  kReplication,  // replication=database: walsender commands, and simple SQL.
};

// An open session whose settings fix the text forms that ValueDecoder reads: DateStyle=ISO,
// IntervalStyle=iso_8601, TimeZone=UTC, extra_float_digits=3, bytea_output=hex,
// client_encoding=UTF8, lc_monetary=C; no statement timeout. Throws RetriableError when the server
// cannot be reached or is starting up, ConfigError when it refuses the login.
PgConnectionHandle PgConnect(const PgConnectionSettings& settings, PgSession session);

// Runs one statement and expects rows or a plain success. Throws what PgThrow says. `what` tells
// what was tried, for the message: "create the slot tidewire".
PgResultHandle PgExecute(PGconn* connection, const std::string& sql, std::string_view what);
PgResultHandle PgExecute(PGconn* connection, const std::string& sql,
                         const std::vector<std::string>& parameters, std::string_view what);

// Asks the server to end what `connection` is executing; to be called from another thread. Never
// throws.
void PgCancel(PGconn* connection) noexcept;

// The text of one cell; empty for NULL.
inline std::string_view PgText(const PGresult* result, int row, int column) {
  return {PQgetvalue(result, row, column), static_cast<size_t>(PQgetlength(result, row, column))};
}
inline bool PgIsNull(const PGresult* result, int row, int column) {
  return PQgetisnull(result, row, column) == 1;
}

// Quoted for use in SQL and in walsender commands.
std::string PgQuoteIdentifier(std::string_view name);
std::string PgQuoteLiteral(std::string_view text);

// Throws the error that a failed statement or a lost connection stands for: RetriableError for a
// lost connection, a shutdown or start-up, an object in use, exhausted resources, serialization
// failures; ConfigError for missing grants and wrong logins; FatalError for the rest. `result` may
// be null (the connection itself failed).
[[noreturn]] void PgThrow(PGconn* connection, const PGresult* result, std::string_view what);

// The same for an error that is known by its SQLSTATE and text alone.
[[noreturn]] void PgThrowState(std::string_view state, std::string_view reason,
                               std::string_view what);

// SQLSTATE of a failed result; empty when it has none.
std::string_view PgSqlState(const PGresult* result);

}  // namespace tidewire::source
