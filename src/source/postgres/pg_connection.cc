#include "source/postgres/pg_connection.h"

#include "base/error.h"

namespace tidewire::source {
namespace {

// The text forms that ValueDecoder reads, and no limit of the server's on long statements: a
// snapshot's COPY runs for hours.
constexpr const char* kSessionOptions =
    "-c datestyle=ISO -c intervalstyle=iso_8601 -c timezone=UTC -c extra_float_digits=3 "
    "-c bytea_output=hex -c lc_monetary=C -c statement_timeout=0 "
    "-c idle_in_transaction_session_timeout=0";

// libpq keeps no SQLSTATE of a refused login, so its text has to do. What is not recognised counts
// as passing.
bool IsLoginRefused(std::string_view message) {
  for (const std::string_view sign :
       {"authentication failed", "no pg_hba.conf entry", "does not exist", "no password supplied",
        "is not permitted to log in", "permission denied", "must be superuser or replication role",
        "certificate", "server does not support SSL", "invalid sslmode value", "private key file",
        "root certificate file"}) {
    if (message.find(sign) != std::string_view::npos) return true;
  }
  return false;
}

std::string TrimmedMessage(const char* text) {
  std::string out = text == nullptr ? "" : text;
  while (!out.empty() && (out.back() == '\n' || out.back() == ' ')) out.pop_back();
  return out;
}

[[noreturn]] void ThrowNotConnected(PGconn* connection, const PgConnectionSettings& settings) {
  const std::string reason =
      connection == nullptr ? "out of memory" : TrimmedMessage(PQerrorMessage(connection));
  const std::string where =
      fmt::format("{}:{}/{} as {}", settings.host, settings.port, settings.database, settings.user);
  if (IsLoginRefused(reason)) {
    throw ConfigError(fmt::format(
        "PostgreSQL refused the connection to {}: {}; check database.hostname, database.port, "
        "database.dbname, database.user, database.password and the server's pg_hba.conf",
        where, reason));
  }
  throw RetriableError(fmt::format("cannot reach PostgreSQL at {}: {}", where, reason));
}

bool IsPassing(std::string_view state) {
  if (state.size() != 5) return true;
  const std::string_view group = state.substr(0, 2);
  // Lost connection, rolled back, out of resources, internal error.
  if (group == "08" || group == "40" || group == "53" || group == "XX") return true;
  return state == "57P01" || state == "57P02" || state == "57P03" || state == "57P05" ||
         state == "57014" || state == "55006" || state == "55P03";
}

}  // namespace

PgConnectionHandle PgConnect(const PgConnectionSettings& settings, PgSession session) {
  const std::string port = std::to_string(settings.port);
  const std::string timeout = std::to_string(std::max<int64_t>(
      2, std::chrono::ceil<std::chrono::seconds>(settings.connect_timeout).count()));
  std::vector<const char*> keys;
  std::vector<const char*> values;
  const auto set = [&](const char* key, const std::string& value) {
    if (value.empty()) return;
    keys.push_back(key);
    values.push_back(value.c_str());
  };
  const std::string options = kSessionOptions;
  const std::string encoding = "UTF8";
  const std::string keepalive = settings.tcp_keepalive ? "1" : "0";
  const std::string replication = session == PgSession::kReplication ? "database" : "";
  set("host", settings.host);
  set("port", port);
  set("user", settings.user);
  set("password", settings.password);
  set("dbname", settings.database);
  set("sslmode", settings.sslmode);
  set("sslcert", settings.sslcert);
  set("sslkey", settings.sslkey);
  set("sslpassword", settings.sslpassword);
  set("sslrootcert", settings.sslrootcert);
  set("application_name", settings.application_name);
  set("connect_timeout", timeout);
  set("keepalives", keepalive);
  set("client_encoding", encoding);
  set("options", options);
  set("replication", replication);
  keys.push_back(nullptr);
  values.push_back(nullptr);
  PgConnectionHandle connection(PQconnectdbParams(keys.data(), values.data(), 0));
  if (PQstatus(connection.get()) != CONNECTION_OK) ThrowNotConnected(connection.get(), settings);
  if (session == PgSession::kQuery) {
    for (const std::string& statement : settings.initial_statements) {
      PgExecute(connection.get(), statement, "run database.initial.statements");
    }
  }
  return connection;
}

PgResultHandle PgExecute(PGconn* connection, const std::string& sql, std::string_view what) {
  PgResultHandle result(PQexec(connection, sql.c_str()));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY) {
    PgThrow(connection, result.get(), what);
  }
  return result;
}

PgResultHandle PgExecute(PGconn* connection, const std::string& sql,
                         const std::vector<std::string>& parameters, std::string_view what) {
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (const std::string& parameter : parameters) values.push_back(parameter.c_str());
  PgResultHandle result(PQexecParams(connection, sql.c_str(), static_cast<int>(values.size()),
                                     nullptr, values.data(), nullptr, nullptr, 0));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
    PgThrow(connection, result.get(), what);
  }
  return result;
}

void PgCancel(PGconn* connection) noexcept {
  PGcancel* const cancel = PQgetCancel(connection);
  if (cancel == nullptr) return;
  char why_not[256];
  PQcancel(cancel, why_not, sizeof(why_not));
  PQfreeCancel(cancel);
}

std::string PgQuoteIdentifier(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string PgQuoteLiteral(std::string_view text) {
  // With a backslash only the E'' form means the same whatever standard_conforming_strings says.
  const bool escapes = text.find('\\') != std::string_view::npos;
  std::string out = escapes ? "E'" : "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += c;
    out += c;
  }
  return out + '\'';
}

std::string_view PgSqlState(const PGresult* result) {
  const char* const state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  return state == nullptr ? std::string_view{} : std::string_view{state};
}

void PgThrow(PGconn* connection, const PGresult* result, std::string_view what) {
  const std::string_view state = result == nullptr ? std::string_view{} : PgSqlState(result);
  std::string reason = result == nullptr ? "" : TrimmedMessage(PQresultErrorMessage(result));
  if (reason.empty()) reason = TrimmedMessage(PQerrorMessage(connection));
  if (reason.empty()) reason = "unexpected answer";
  if (PQstatus(connection) != CONNECTION_OK) {
    throw RetriableError(fmt::format("PostgreSQL could not {}: {}", what, reason));
  }
  PgThrowState(state, reason, what);
}

void PgThrowState(std::string_view state, std::string_view reason, std::string_view what) {
  const std::string message = fmt::format("PostgreSQL could not {}: {}{}", what, reason,
                                          state.empty() ? "" : fmt::format(" ({})", state));
  if (state == "55006") throw PgObjectInUse(message);
  if (IsPassing(state)) throw RetriableError(message);
  if (state == "42501" || state.substr(0, 2) == "28") {
    throw ConfigError(message + "; grant it to database.user, or connect as another role");
  }
  throw FatalError(message);
}

}  // namespace tidewire::source
