// Finds, makes and keeps the plan for each schema that comes along: which table, which columns,
// which key.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/topic_schema.h"
#include "sink/sql/dialect.h"
#include "sink/sql/options.h"
#include "sink/sql/target_table.h"

namespace tidewire::sink {

// Used by one thread. Plans live until Clear, also when a later change of the table replaced them.
class RowPlanner {
 public:
  // `before_change` is called before a table is made or altered: what was planned for its former
  // shape must be applied then, where the target alters tables inside of transactions.
  RowPlanner(const SqlSinkOptions& options, TargetSession& session,
             std::function<void()> before_change);

  // Makes or alters the table where the options allow it. Throws DataError, with the remedy, where
  // they do not.
  const RowPlan& PlanFor(const model::TopicSchemaPtr& schema);
  // Null where PlanFor has work to do.
  const RowPlan* Find(const model::TopicSchemaPtr& schema) const;
  void Clear();

 private:
  struct Known {
    model::TopicSchemaPtr schema;  // Keeps the address from being used again.
    RowPlanPtr plan;
  };
  RowPlanPtr Make(const model::TopicSchema& schema);
  std::vector<WantedColumn> Wanted(const model::TopicSchema& schema) const;
  bool IsKey(const model::TopicSchema& schema, uint32_t column) const;
  TargetTablePtr PrepareTable(const model::TopicSchema& schema, const TableName& name,
                              const std::vector<WantedColumn>& wanted);
  void Check(const model::TopicSchema& schema, const TargetTable& table,
             const std::vector<WantedColumn>& wanted) const;
  void Forget(const TargetTable& table);

  const SqlSinkOptions& options_;
  TargetSession& session_;
  std::function<void()> before_change_;
  std::unordered_map<const model::TopicSchema*, Known> known_;
  std::map<std::pair<std::string, std::string>, TargetTablePtr> tables_;
  std::vector<RowPlanPtr> plans_;
};

}  // namespace tidewire::sink
