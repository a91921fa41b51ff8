// A connection to a PostgreSQL target: the bulk and the single-row paths, positions, transactions.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "sink/sql/dialect.h"
#include "sink/sql/postgres_catalog.h"
#include "sink/sql/postgres_connection.h"
#include "sink/sql/postgres_encode.h"
#include "sink/sql/postgres_sql.h"

namespace tidewire::sink {

class PostgresSession final : public TargetSession {
 public:
  explicit PostgresSession(const SqlSinkOptions& options);

  std::string Connect() override;
  bool connected() const override { return connection_ != nullptr && connection_->usable(); }
  void Close() noexcept override;
  void Interrupt() noexcept override { interrupter_.Signal(); }
  TargetTablePtr Describe(const TableName& name) override;
  void CreateTable(const TableName& name, const std::vector<WantedColumn>& columns) override;
  std::vector<std::string> EvolutionOf(const TargetTable& table,
                                       const std::vector<WantedColumn>& columns) override;
  void Alter(const std::vector<std::string>& statements) override;
  void Send(const RowEvent& event) override;
  void Sync() override;
  void DeleteRows(const RowPlan& plan, std::span<const model::Datum* const> rows) override;
  void WriteRows(const RowPlan& plan, RowOp op, std::span<const model::Datum* const> rows,
                 std::string_view available) override;
  void Truncate(std::span<const TargetTablePtr> tables) override;
  void Savepoint() override;
  void ReleaseSavepoint() override;
  void RollbackToSavepoint() override;
  void Commit(const std::string& from, const std::string& to) override;
  void Rollback() noexcept override;
  std::string StoredPosition() override;
  void StorePosition(const std::string& position) override;

 private:
  struct Prepared {
    std::string name;  // Empty: the operation does nothing.
    std::vector<SqlParameter> parameters;
    uint64_t pipeline = 0;  // In which it was prepared.
  };
  struct PlanState {
    std::vector<PostgresCodec> codecs;  // One a field.
    std::map<std::string, Prepared> statements;
    std::string row_stage;  // Names of staging tables; empty: not made.
    std::string key_stage;
    bool row_stage_used = false;  // In this transaction.
    bool key_stage_used = false;
  };

  PostgresConnection& connection();
  PlanState& StateOf(const RowPlan& plan);
  const Prepared& Prepare(const RowPlan& plan, PlanState& state, RowOp op, std::string_view row,
                          std::string_view old);
  void ForgetStatements(uint64_t pipeline);
  void Begin();
  void ForgetStages(size_t keep);
  // Runs a statement inside the transaction.
  void Run(const std::string& sql);
  std::string Stage(const RowPlan& plan, PlanState& state, bool keys);
  void Copy(const std::string& table, const RowPlan& plan, const PlanState& state,
            const std::vector<uint32_t>& fields, std::span<const model::Datum* const> rows);
  void Merge(const RowPlan& plan, const std::string& statements);
  void PreparePositionTable();
  bool HasSchema(const std::string& name);

  const SqlSinkOptions& options_;
  std::string target_;  // "host:port/database"
  Interrupter interrupter_;
  std::unique_ptr<PostgresConnection> connection_;
  std::unique_ptr<PostgresTypes> types_;
  std::string position_table_;  // Quoted and qualified.
  enum class State : uint8_t { kNone, kOpen };
  State state_ = State::kNone;
  std::unordered_map<uint64_t, PlanState> plans_;  // By RowPlan::id.
  std::vector<std::pair<uint64_t, bool>>
      stages_in_transaction_;  // Made in it: plan, whether of keys.
  size_t stages_at_savepoint_ = 0;
  size_t stages_ = 0;
  uint64_t next_name_ = 0;
  bool deferrable_ = false;  // Some table known here has deferrable constraints.
  ParameterList parameters_;
  std::string chunk_;
};

}  // namespace tidewire::sink
