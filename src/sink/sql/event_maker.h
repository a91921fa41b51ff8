// From records to row events: what each record means for its table, by the configured modes.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/arena.h"
#include "model/batch.h"
#include "sink/sql/options.h"
#include "sink/sql/row_event.h"
#include "sink/sql/row_planner.h"

namespace tidewire::sink {

// Used by one thread.
class EventMaker {
 public:
  EventMaker(const SqlSinkOptions& options, RowPlanner& planner)
      : options_(options), planner_(planner) {}

  // Appends the events of records[from, to) to `out`; extra values go into `arena`. The planner may
  // meanwhile apply and clear `out`. Throws DataError.
  void Make(const model::ChangeBatch& batch, size_t from, size_t to, Arena& arena,
            std::vector<RowEvent>& out);

 private:
  void MakeRow(const RowPlan& plan, const model::ChangeBatch& batch, const model::Record& record,
               Arena& arena, std::vector<RowEvent>& out);
  void MakeDelete(const RowPlan& plan, const model::ChangeBatch& batch, const model::Record& record,
                  std::vector<RowEvent>& out);
  const model::Datum* Extended(const RowPlan& plan, const model::ChangeBatch& batch,
                               const model::Record& record, const model::Datum* row,
                               Arena& arena) const;
  void RequireWholeBefore(const model::ChangeBatch& batch, const model::Record& record) const;
  void WarnOnce(const std::string& topic, const std::string& text);

  const SqlSinkOptions& options_;
  RowPlanner& planner_;
  std::set<std::string> warned_;
};

}  // namespace tidewire::sink
