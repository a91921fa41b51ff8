#include "client/mysql_connection.h"

#include <fmt/format.h>
#include <mysql.h>
#include <sys/socket.h>

#include <mutex>

namespace tidewire::client {
namespace {

using std::chrono::seconds;

// Error numbers of the servers and of the client library (both keep them for ever).
constexpr unsigned kAccessDenied = 1045;
constexpr unsigned kDatabaseAccessDenied = 1044;
constexpr unsigned kUnknownDatabase = 1049;
constexpr unsigned kTableAccessDenied = 1142;
constexpr unsigned kColumnAccessDenied = 1143;
constexpr unsigned kSpecificAccessDenied = 1227;
constexpr unsigned kHostNotPrivileged = 1130;
constexpr unsigned kAccessDeniedNoPassword = 1698;
constexpr unsigned kAccountLocked = 3118;
constexpr unsigned kMustChangePassword = 1820;
constexpr unsigned kTlsError = 2026;
constexpr unsigned kAuthPluginCannotLoad = 2059;
constexpr unsigned kSecureTransportRequired = 3159;

bool IsAccess(unsigned code) {
  return code == kAccessDenied || code == kDatabaseAccessDenied || code == kTableAccessDenied ||
         code == kColumnAccessDenied || code == kSpecificAccessDenied ||
         code == kHostNotPrivileged || code == kAccessDeniedNoPassword || code == kAccountLocked ||
         code == kMustChangePassword;
}

// What may pass by itself: lost connections, shutdowns, deadlocks, waits, full tables of sessions.
bool IsPassing(unsigned code) {
  if (code >= 2000 && code < 3000) return true;  // The client library's own.
  switch (code) {
    case 0:
    case 1020:  // Another transaction was faster.
    case 1021:  // Disk full.
    case 1040:  // Too many connections.
    case 1041:  // Out of memory.
    case 1047:  // A node of a cluster that is not ready.
    case 1053:  // Shutdown in progress.
    case 1077:
    case 1078:
    case 1079:
    case 1114:  // Table full: so is its disk.
    case 1129:  // Host blocked.
    case 1152:  // Aborted connection.
    case 1158:  // … 1161: network errors.
    case 1159:
    case 1160:
    case 1161:
    case 1184:
    case 1203:  // max_user_connections.
    case 1205:  // Lock wait timeout.
    case 1206:  // Lock table full.
    case 1213:  // Deadlock.
    case 1226:  // A resource of the user is used up.
    case 1290:  // Read-only, for now.
    case 1317:  // Query interrupted.
    case 1412:  // The table's definition has just changed.
    case 1613:  // XA: rolled back by timeout or deadlock.
    case 1614:
    case 1615:  // To be prepared again.
    case 1836:  // Read-only mode.
    case 1927:  // Connection killed.
    case 1969:  // max_statement_time.
    case 3024:  // max_execution_time.
    case 3101:  // A group's other member was faster.
    case 3169:  // Session killed.
    case 4031:  // Idle session ended.
      return true;
    default:
      return false;
  }
}

void InitLibrary() {
  static std::once_flag once;
  std::call_once(once, [] { mysql_library_init(0, nullptr, nullptr); });
}

void SetTls(MYSQL* session, const MysqlConnectionSettings& settings) {
  const my_bool yes = 1;
  const my_bool no = 0;
  if (settings.tls == MysqlTls::kDisabled) return;
  const auto set = [&](mysql_option option, const std::string& value) {
    if (!value.empty()) mysql_optionsv(session, option, value.c_str());
  };
  set(MYSQL_OPT_SSL_CA, settings.tls_ca);
  set(MYSQL_OPT_SSL_CERT, settings.tls_certificate);
  set(MYSQL_OPT_SSL_KEY, settings.tls_key);
  set(MARIADB_OPT_TLS_PASSPHRASE, settings.tls_key_password);
  set(MARIADB_OPT_TLS_VERSION, settings.tls_versions);
  mysql_optionsv(session, MYSQL_OPT_SSL_ENFORCE, &yes);
  // The library's one check is of the certificate and of the host's name; the chain alone is
  // checked as soon as there is a CA.
  mysql_optionsv(session, MYSQL_OPT_SSL_VERIFY_SERVER_CERT,
                 settings.tls == MysqlTls::kVerifyIdentity ? &yes : &no);
}

unsigned Seconds(std::chrono::milliseconds time) {
  return static_cast<unsigned>(std::max<int64_t>(1, std::chrono::ceil<seconds>(time).count()));
}

std::string Where(const MysqlConnectionSettings& settings) {
  const std::string at = settings.socket.empty()
                             ? fmt::format("{}:{}", settings.host, settings.port)
                             : settings.socket;
  return fmt::format("{}{}{} as {}", at, settings.database.empty() ? "" : "/", settings.database,
                     settings.user);
}

[[noreturn]] void ThrowNotConnected(unsigned code, const std::string& reason,
                                    const MysqlConnectionSettings& settings) {
  const std::string where = Where(settings);
  if (IsAccess(code) || code == kUnknownDatabase || code == kTlsError ||
      code == kAuthPluginCannotLoad || code == kSecureTransportRequired) {
    throw ConfigError(fmt::format("the server refused the connection to {}: {} ({}); {}", where,
                                  reason, code, settings.remedy));
  }
  throw RetriableError(fmt::format("cannot reach the server at {}: {} ({})", where, reason, code));
}

}  // namespace

MysqlConnection::MysqlConnection(const MysqlConnectionSettings& settings) {
  InitLibrary();
  const auto open = [&](MysqlTls tls) -> unsigned {
    session_ = mysql_init(nullptr);
    if (session_ == nullptr) throw RetriableError("out of memory");
    const unsigned timeout = Seconds(settings.connect_timeout);
    mysql_optionsv(session_, MYSQL_OPT_CONNECT_TIMEOUT, &timeout);
    if (settings.read_timeout.count() > 0) {
      const unsigned read = Seconds(settings.read_timeout);
      mysql_optionsv(session_, MYSQL_OPT_READ_TIMEOUT, &read);
    }
    // Without it the library takes "localhost" for the local socket, whatever the port.
    const unsigned protocol = settings.socket.empty() ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET;
    mysql_optionsv(session_, MYSQL_OPT_PROTOCOL, &protocol);
    mysql_optionsv(session_, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    const unsigned infile = settings.local_infile ? 1 : 0;
    mysql_optionsv(session_, MYSQL_OPT_LOCAL_INFILE, &infile);
    mysql_optionsv(session_, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "tidewire");
    MysqlConnectionSettings used = settings;
    used.tls = tls;
    SetTls(session_, used);
    const bool done = mysql_real_connect(
        session_, settings.socket.empty() ? settings.host.c_str() : nullptr, settings.user.c_str(),
        settings.password.c_str(), settings.database.empty() ? nullptr : settings.database.c_str(),
        settings.port, settings.socket.empty() ? nullptr : settings.socket.c_str(),
        CLIENT_MULTI_STATEMENTS | (settings.found_rows ? CLIENT_FOUND_ROWS : 0));
    return done ? 0 : mysql_errno(session_);
  };
  unsigned code = open(settings.tls);
  if (code == kTlsError && settings.tls == MysqlTls::kPreferred) {
    mysql_close(session_);
    code = open(MysqlTls::kDisabled);
  }
  if (code != 0) {
    const std::string reason = mysql_error(session_);
    mysql_close(session_);
    ThrowNotConnected(code, reason, settings);
  }
  mariadb_ = mariadb_connection(session_) != 0;
  version_ = static_cast<unsigned>(mysql_get_server_version(session_));
  try {
    for (const std::string& statement : settings.initial_statements) {
      Execute(statement, "run database.initial.statements");
    }
  } catch (...) {
    mysql_close(session_);
    throw;
  }
}

MysqlConnection::~MysqlConnection() { mysql_close(session_); }

void MysqlConnection::Rows::Free::operator()(MYSQL_RES* result) const { mysql_free_result(result); }

MysqlRow MysqlConnection::Rows::Next() {
  if (result_ == nullptr) return {};
  char** const row = mysql_fetch_row(result_.get());
  if (row == nullptr) {
    if (mysql_errno(connection_->session_) != 0) connection_->Throw(what_);
    return {};
  }
  return {row, mysql_fetch_lengths(result_.get()), mysql_num_fields(result_.get())};
}

std::vector<std::string> MysqlConnection::Rows::columns() const {
  std::vector<std::string> out;
  if (result_ == nullptr) return out;
  const unsigned count = mysql_num_fields(result_.get());
  const MYSQL_FIELD* const fields = mysql_fetch_fields(result_.get());
  out.reserve(count);
  for (unsigned i = 0; i < count; ++i) out.emplace_back(fields[i].name, fields[i].name_length);
  return out;
}

void MysqlConnection::Execute(std::string_view sql, std::string_view what) {
  if (mysql_real_query(session_, sql.data(), sql.size()) != 0) Throw(what);
  // Statements of several parts have several results; all are to be taken.
  for (;;) {
    if (MYSQL_RES* const result = mysql_store_result(session_)) {
      mysql_free_result(result);
    } else if (mysql_field_count(session_) != 0) {
      Throw(what);
    }
    const int next = mysql_next_result(session_);
    if (next > 0) Throw(what);
    if (next < 0) return;
  }
}

MysqlConnection::Rows MysqlConnection::Query(std::string_view sql, std::string_view what) {
  if (mysql_real_query(session_, sql.data(), sql.size()) != 0) Throw(what);
  Rows out;
  out.connection_ = this;
  out.what_ = what;
  out.result_.reset(mysql_store_result(session_));
  if (out.result_ == nullptr && mysql_errno(session_) != 0) Throw(what);
  return out;
}

MysqlConnection::Rows MysqlConnection::Stream(std::string_view sql, std::string_view what) {
  if (mysql_real_query(session_, sql.data(), sql.size()) != 0) Throw(what);
  Rows out;
  out.connection_ = this;
  out.what_ = what;
  out.result_.reset(mysql_use_result(session_));
  if (out.result_ == nullptr && mysql_errno(session_) != 0) Throw(what);
  return out;
}

std::optional<std::string> MysqlConnection::Value(std::string_view sql, std::string_view what) {
  Rows rows = Query(sql, what);
  const MysqlRow row = rows.Next();
  if (!row || row.is_null(0)) return std::nullopt;
  return row.text(0);
}

uint64_t MysqlConnection::affected_rows() const { return mysql_affected_rows(session_); }

std::string MysqlConnection::server_text() const {
  return fmt::format("{} {}", kind(), mysql_get_server_info(session_));
}

uint64_t MysqlConnection::thread_id() const { return mysql_thread_id(session_); }

bool MysqlConnection::uses_tls() const { return mysql_get_ssl_cipher(session_) != nullptr; }

int MysqlConnection::socket() const { return static_cast<int>(mysql_get_socket(session_)); }

std::string MysqlConnection::Literal(std::string_view text) const {
  std::string out(text.size() * 2 + 3, '\'');
  const unsigned long size = mysql_real_escape_string(session_, out.data() + 1, text.data(),
                                                      static_cast<unsigned long>(text.size()));
  out.resize(size + 1);
  out += '\'';
  return out;
}

void MysqlConnection::Interrupt() noexcept { ::shutdown(socket(), SHUT_RDWR); }

void MysqlConnection::Throw(std::string_view what) {
  const unsigned code = mysql_errno(session_);
  const std::string message =
      fmt::format("{} could not {}: {} ({})", kind(), what, mysql_error(session_), code);
  if (IsPassing(code)) throw RetriableError(message);
  if (IsAccess(code)) throw ConfigError(message);
  throw MysqlStatementError(message, code, mysql_sqlstate(session_));
}

std::string MysqlQuote(std::string_view name) {
  std::string out = "`";
  for (const char c : name) {
    if (c == '`') out += '`';
    out += c;
  }
  return out + '`';
}

std::string MysqlQuote(std::string_view database, std::string_view table) {
  return MysqlQuote(database) + '.' + MysqlQuote(table);
}

}  // namespace tidewire::client
