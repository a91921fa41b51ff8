// Many changes of one row become one: what is left of a stretch of events when only its end counts.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/arena.h"
#include "sink/sql/row_event.h"

namespace tidewire::sink {

// The net effect on one table. Rows have full values except in `partial`, where all rows of a group
// lack the same ones.
struct NetChanges {
  using Rows = std::vector<const model::Datum*>;
  struct Partial {
    std::string available;  // One char a field of the plan: '1' available, '0' not.
    Rows rows;
  };
  const RowPlan* plan = nullptr;
  Rows deletes;  // Rows that hold the key. To be applied before everything else.
  std::vector<Partial> partial;
  Rows updates;  // Rows that should be there: by update (RowOp::kUpdate) or upsert, as `update_op`
                 // says.
  Rows inserts;  // Rows that should not be there, or no more after the deletes.
  RowOp update_op = RowOp::kUpsert;
  RowOp insert_op = RowOp::kCreate;
};

// Used by one thread. The events' data must outlive the fold.
class Fold {
 public:
  Fold();
  ~Fold();
  // Takes events from the front while their order does not matter beyond what the fold keeps;
  // returns how many. The first one not taken must be applied by itself, after the fold's result.
  size_t Add(std::span<const RowEvent> events);
  // By order of first appearance of the tables. Valid as long as the fold.
  std::vector<NetChanges> Result() const;

 private:
  class Table;
  Table& TableOf(const RowPlan& plan, bool& conflict);

  Arena arena_;  // Merged rows.
  std::vector<std::unique_ptr<Table>> tables_;
  std::unordered_map<const RowPlan*, Table*> by_plan_;
  const RowPlan* last_plan_ = nullptr;
  Table* last_table_ = nullptr;
};

}  // namespace tidewire::sink
