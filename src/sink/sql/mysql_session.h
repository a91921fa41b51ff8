// A connection to a MySQL or MariaDB target: the bulk and the single-row paths, positions,
// transactions. See docs/decisions/0009-mysql-apply.md.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "client/mysql_connection.h"
#include "sink/sql/dialect.h"
#include "sink/sql/mysql_catalog.h"
#include "sink/sql/mysql_pipeline.h"
#include "sink/sql/mysql_sql.h"

namespace tidewire::sink {

class MysqlSession final : public TargetSession {
 public:
  explicit MysqlSession(const SqlSinkOptions& options);

  std::string Connect() override;
  bool connected() const override { return pipeline_ != nullptr && !pipeline_->lost(); }
  void Close() noexcept override;
  void Interrupt() noexcept override;
  bool transactional_ddl() const override { return false; }
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
  MysqlPipeline& pipeline();
  void Login();
  void PreparePositionTable();
  MysqlPlan& PlanOf(const RowPlan& plan);
  void Begin();
  // Runs DDL, which would commit: an open transaction is rolled back before, and has to begin
  // again.
  void RunDdl(const std::vector<std::string>& statements, bool plans_survive);
  std::string PositionUpdate(const std::string& to, const std::string* from) const;

  const SqlSinkOptions& options_;
  const std::string target_;  // "host:port/database"
  std::atomic<bool> interrupted_{false};
  std::mutex mutex_;  // Of `connection_` as a pointer: Interrupt is another thread's.
  std::unique_ptr<client::MysqlConnection> connection_;
  std::unique_ptr<MysqlPipeline> pipeline_;
  std::unique_ptr<MysqlCatalog> catalog_;
  MysqlFacts facts_;
  bool arrays_ = false;
  bool open_ = false;      // A transaction.
  bool careful_ = false;   // As the pipeline; kept over connections.
  bool any_date_ = false;  // The session takes dates that no calendar has.
  std::unordered_map<uint64_t, std::unique_ptr<MysqlPlan>> plans_;  // By RowPlan::id.
};

// Connects to the first of the URL's hosts that can be reached and takes writes; to one that only
// reads, when no other is there. Throws what the last one says.
std::unique_ptr<client::MysqlConnection> ConnectMysql(const JdbcUrl& url,
                                                      std::chrono::milliseconds patience);
MysqlFacts FactsOf(const client::MysqlConnection& connection);

}  // namespace tidewire::sink
