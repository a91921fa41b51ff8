// A session with a MySQL or MariaDB server, for whoever needs one: the source reads tables and the
// binlog through it, the SQL sink writes. It wraps MariaDB Connector/C, and turns its errors into
// the project's.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

typedef struct st_mysql MYSQL;
typedef struct st_mysql_res MYSQL_RES;

namespace tidewire::client {

// kPreferred: TLS where the server offers it, without looking at its certificate. kVerifyIdentity
// also wants the host's name in it.
enum class MysqlTls : uint8_t { kDisabled, kPreferred, kRequired, kVerifyCa, kVerifyIdentity };

// Plain values; files are PEM.
struct MysqlConnectionSettings {
  std::string host = "localhost";
  uint16_t port = 3306;
  std::string socket;  // A local socket's path; empty: host and port.
  std::string user;
  std::string password;
  std::string database;  // Empty: none.
  MysqlTls tls = MysqlTls::kPreferred;
  std::string tls_ca;
  std::string tls_certificate;
  std::string tls_key;
  std::string tls_key_password;
  std::string tls_versions;  // "TLSv1.2,TLSv1.3"; empty: the library's choice.
  std::chrono::milliseconds connect_timeout{30'000};
  std::chrono::milliseconds read_timeout{0};  // 0: waits as long as it takes.
  bool local_infile = false;                  // LOAD DATA LOCAL, from memory only.
  bool found_rows = false;  // Updates count the rows that they find, changed or not.
  std::vector<std::string> initial_statements;
  // What a refused login should make the reader look at, for the error's text.
  std::string remedy =
      "check database.hostname, database.port, database.user and database.password";
};

// The server refused a statement. Others (lost connection, deadlock, lock wait) are
// RetriableError, missing rights are ConfigError.
class MysqlStatementError : public FatalError {
 public:
  MysqlStatementError(const std::string& what, unsigned code, std::string state)
      : FatalError(what), code_(code), state_(std::move(state)) {}
  unsigned code() const { return code_; }              // ER_…
  const std::string& state() const { return state_; }  // SQLSTATE

 private:
  unsigned code_;
  std::string state_;
};

// One row of a result; views are valid until the next row, or as long as the stored result.
class MysqlRow {
 public:
  MysqlRow() = default;
  MysqlRow(char** values, const unsigned long* lengths, unsigned fields)
      : values_(values), lengths_(lengths), fields_(fields) {}
  explicit operator bool() const { return values_ != nullptr; }
  unsigned size() const { return fields_; }
  bool is_null(unsigned i) const { return values_[i] == nullptr; }
  std::string_view operator[](unsigned i) const {
    return values_[i] == nullptr ? std::string_view{} : std::string_view(values_[i], lengths_[i]);
  }
  std::string text(unsigned i) const { return std::string((*this)[i]); }

 private:
  char** values_ = nullptr;
  const unsigned long* lengths_ = nullptr;
  unsigned fields_ = 0;
};

// Used by one thread, but for Interrupt.
class MysqlConnection {
 public:
  // Connects; throws ConfigError when the server refuses the login or the TLS files cannot be used,
  // RetriableError when it cannot be reached.
  explicit MysqlConnection(const MysqlConnectionSettings& settings);
  ~MysqlConnection();
  MysqlConnection(const MysqlConnection&) = delete;
  MysqlConnection& operator=(const MysqlConnection&) = delete;

  // A result that is read row by row, wholly kept here or as the server sends it.
  class Rows {
   public:
    // Nothing (false) behind the last row. Throws as Execute.
    MysqlRow Next();
    std::vector<std::string> columns() const;

   private:
    friend class MysqlConnection;
    struct Free {
      void operator()(MYSQL_RES* result) const;
    };
    MysqlConnection* connection_ = nullptr;
    std::unique_ptr<MYSQL_RES, Free> result_;
    std::string what_;
  };

  // Runs a statement; `what` completes "MySQL could not …" in errors. Throws RetriableError,
  // ConfigError, MysqlStatementError.
  void Execute(std::string_view sql, std::string_view what);
  // All rows are fetched before it returns.
  Rows Query(std::string_view sql, std::string_view what);
  // Rows are fetched as they are read; nothing else may run until Next has returned nothing.
  Rows Stream(std::string_view sql, std::string_view what);
  // The first column of the first row; nothing where there is no row or it is NULL.
  std::optional<std::string> Value(std::string_view sql, std::string_view what);
  // Of the last statement.
  uint64_t affected_rows() const;

  // "MariaDB 10.11.6" is mariadb, 101106; "8.4.2" is not, 80402.
  bool is_mariadb() const { return mariadb_; }
  unsigned version() const { return version_; }
  std::string server_text() const;
  // What messages call the server: "MariaDB" or "MySQL".
  std::string_view kind() const { return mariadb_ ? "MariaDB" : "MySQL"; }
  uint64_t thread_id() const;
  bool uses_tls() const;
  int socket() const;
  // 'text' with quotes, as a literal of this session.
  std::string Literal(std::string_view text) const;

  // Ends the connection under whatever waits for it, which then throws RetriableError.
  // Thread-safe.
  void Interrupt() noexcept;

  // Throws what the session's last error means.
  [[noreturn]] void Throw(std::string_view what);
  MYSQL* raw() { return session_; }

 private:
  MYSQL* session_;
  bool mariadb_ = false;
  unsigned version_ = 0;
};

// `name` in backticks.
std::string MysqlQuote(std::string_view name);
// `database`.`table`
std::string MysqlQuote(std::string_view database, std::string_view table);

}  // namespace tidewire::client
