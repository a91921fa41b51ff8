// Applies events inside the open transaction of the target: few of them one by one, many in bulk,
// and one by one again where the bulk's order does not please the target's constraints. See
// docs/decisions/0005-apply-strategy.md.
#pragma once

#include <span>
#include <vector>

#include "sink/sql/dialect.h"
#include "sink/sql/fold.h"
#include "sink/sql/options.h"

namespace tidewire::sink {

struct ApplyCounts {
  uint64_t written = 0;
  uint64_t deleted = 0;
};

// Used by one thread. Throws what TargetSession throws; StatementError only when row by row fails
// as well.
class RowApplier {
 public:
  RowApplier(const SqlSinkOptions& options, TargetSession& session)
      : options_(options), session_(session) {}

  // Errors of events that go one by one may come out only at the session's next Sync or Commit.
  void Apply(std::span<const RowEvent> events);
  const ApplyCounts& counts() const { return counts_; }

 private:
  enum class Level : uint8_t { kDirect, kStaged };
  void OneByOne(std::span<const RowEvent> events);
  void InBulk(std::span<const RowEvent> events);
  void BulkStep(const std::vector<NetChanges>& changes, Level level);
  void Write(const NetChanges& table, RowOp op, const NetChanges::Rows& rows,
             std::string_view available);
  void TruncateRun(std::span<const RowEvent> events);

  const SqlSinkOptions& options_;
  TargetSession& session_;
  ApplyCounts counts_;
  int staged_only_ =
      0;  // So many bulks more without direct inserts: the last ones met rows that were there.
};

// Indexes of `changes`, tables before those whose foreign keys refer to them.
std::vector<size_t> ParentsFirst(const std::vector<NetChanges>& changes);

}  // namespace tidewire::sink
