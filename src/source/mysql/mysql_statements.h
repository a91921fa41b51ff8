// The statements of a binlog that say where transactions begin and end, told apart by their first
// words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidewire::source {

struct ControlStatement {
  enum class Kind : uint8_t {
    kNone,  // Another statement.
    kBegin,
    kCommit,
    kRollback,
    kSavepoint,   // `name`
    kRollbackTo,  // `name`
    kXaStart,
    kOther,  // XA END, XA PREPARE, XA COMMIT, XA ROLLBACK.
  };
  Kind kind = Kind::kNone;
  std::string name;
};
ControlStatement ReadControlStatement(std::string_view sql);

// INSERT, UPDATE, DELETE, REPLACE, LOAD: what statement-based logging writes instead of rows.
bool IsRowStatement(std::string_view sql);

// CREATE TABLE … SELECT is logged as CREATE TABLE … START TRANSACTION, and rows: without the end
// that nobody wrote.
std::string_view WithoutStartTransaction(std::string_view sql);

}  // namespace tidewire::source
