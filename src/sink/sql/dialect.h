// What one kind of database does in its own way: SQL text, types, bulk paths, the table of
// positions. Everything else of a SQL sink (batches, folding, transactions, names) knows only this.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "config/finding.h"
#include "model/table_schema.h"
#include "sink/sql/row_event.h"
#include "sink/sql/target_table.h"

namespace tidewire::sink {

// A statement failed for a reason that lies in the data or the tables. Inside of a savepoint the
// transaction can go on after RollbackToSavepoint; else it has to be rolled back.
class StatementError : public Error {
 public:
  enum class Reason : uint8_t { kDuplicateKey, kOther };
  StatementError(const std::string& what, std::string code, Reason reason,
                 std::optional<RowEvent> event)
      : Error(what), code_(std::move(code)), reason_(reason), event_(event) {}
  const std::string& code() const { return code_; }  // SQLSTATE.
  Reason reason() const { return reason_; }
  // The change that failed, where it was sent by itself.
  const std::optional<RowEvent>& event() const { return event_; }

 private:
  std::string code_;
  Reason reason_;
  std::optional<RowEvent> event_;
};

// A column as a source has it, for making one like it.
struct WantedColumn {
  std::string name;
  model::ColumnType type;
  std::string
      source_kind;  // The source's connector kind: its native type names may be the target's own.
  bool nullable = true;
  bool key = false;
  std::optional<std::string> default_text;
  std::string generation;  // Expression of a column that the source generates, in the source's own
                           // SQL; empty: none known.
};

// One connection to a target. Used by one thread, but for Interrupt. All methods may throw
// RetriableError (connection lost, deadlock, interrupted): the transaction is gone then, and
// Connect must be called; others as said. Changes begin a transaction where none is open.
class TargetSession {
 public:
  virtual ~TargetSession() = default;

  // Connects anew, makes the table of positions if it is missing, and returns the connector's
  // position (empty: none).
  virtual std::string Connect() = 0;
  virtual bool connected() const = 0;
  virtual void Close() noexcept = 0;
  // Makes waiting calls of the session's thread throw RetriableError. Thread-safe.
  virtual void Interrupt() noexcept = 0;

  // Whether a table can be made or altered inside of the transaction that changes rows. Where it
  // cannot, CreateTable and Alter take effect at once, outside of it; see there.
  virtual bool transactional_ddl() const { return true; }
  // Null: there is no such table. The answer is not kept here.
  virtual TargetTablePtr Describe(const TableName& name) = 0;
  // Throws StatementError.
  virtual void CreateTable(const TableName& name, const std::vector<WantedColumn>& columns) = 0;
  // The statements that add what is missing, widen what is too narrow without loss, and let go of
  // NOT NULL that the source has not; empty: nothing to do.
  virtual std::vector<std::string> EvolutionOf(const TargetTable& table,
                                               const std::vector<WantedColumn>& columns) = 0;
  // Throws StatementError. Without transactional_ddl: rows that were planned before can still be
  // written; where they could not, and where the open transaction has to give way, it throws
  // RetriableError when it is done.
  virtual void Alter(const std::vector<std::string>& statements) = 0;

  // One change by itself, in order. The data of `event` must live until Sync; errors come out there
  // at the latest.
  virtual void Send(const RowEvent& event) = 0;
  // Waits for all that was sent. Throws StatementError for the first that failed.
  virtual void Sync() = 0;
  // Throw StatementError. `rows` have distinct keys; `available` has a char for each field ('1' or
  // '0'), empty: all.
  virtual void DeleteRows(const RowPlan& plan, std::span<const model::Datum* const> rows) = 0;
  virtual void WriteRows(const RowPlan& plan, RowOp op, std::span<const model::Datum* const> rows,
                         std::string_view available) = 0;
  virtual void Truncate(std::span<const TargetTablePtr> tables) = 0;

  virtual void Savepoint() = 0;
  virtual void ReleaseSavepoint() = 0;
  virtual void RollbackToSavepoint() = 0;
  // Moves the position and commits, in one round trip. Fails with RetriableError when the stored
  // position is not `from`: somebody else has written. Throws StatementError (deferred
  // constraints).
  virtual void Commit(const std::string& from, const std::string& to) = 0;
  virtual void Rollback() noexcept = 0;
  // The stored position as it is at present, outside of any transaction.
  virtual std::string StoredPosition() = 0;
  virtual void StorePosition(const std::string& position) = 0;
};

class Dialect {
 public:
  virtual ~Dialect() = default;
  virtual std::unique_ptr<TargetSession> MakeSession(const SqlSinkOptions& options) const = 0;
  virtual std::vector<config::Finding> Preflight(const SqlSinkOptions& options,
                                                 config::Depth depth) const = 0;
  // What is wrong with the URL for this kind of target; empty: nothing.
  virtual std::string CheckUrl(const JdbcUrl&) const { return {}; }
  // Whether the target folds the case of names that stand without quotes.
  virtual bool folds_names() const = 0;
};

// The dialect for a JDBC subprotocol ("postgresql", "mysql", "mariadb"), or null.
const Dialect* FindDialect(std::string_view subprotocol);

}  // namespace tidewire::sink
