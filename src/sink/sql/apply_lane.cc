#include "sink/sql/apply_lane.h"

#include "base/failpoint.h"

namespace tidewire::sink {

ApplyLane::ApplyLane(const SqlSinkOptions& options, const Dialect& dialect)
    : session_(dialect.MakeSession(options)),
      planner_(options, *session_,
               [this] {
                 ++table_changes_;
                 if (session_->transactional_ddl()) ApplyGathered();
               }),
      events_maker_(options, planner_),
      applier_(options, *session_) {}

std::string ApplyLane::Connect() {
  Clear();
  planner_.Clear();
  changed_ = false;
  return session_->Connect();
}

void ApplyLane::Gather(const model::ChangeBatch& batch, size_t from, size_t to) {
  events_maker_.Make(batch, from, to, arena_, events_);
}

void ApplyLane::ApplyGathered() {
  if (events_.empty()) return;
  applier_.Apply(events_);
  Failpoint("sink.mid_apply");
  events_.clear();
  changed_ = true;
}

void ApplyLane::Clear() {
  events_.clear();
  arena_.Clear();
}

void ApplyLane::Commit(const std::string& from, const std::string& to) {
  Failpoint("sink.before_commit");
  session_->Commit(from, to);
  Failpoint("sink.after_commit");
  changed_ = false;
}

ApplyCounts ApplyLane::TakeCounts() {
  const ApplyCounts& all = applier_.counts();
  const ApplyCounts out{all.written - taken_.written, all.deleted - taken_.deleted};
  taken_ = all;
  return out;
}

void ApplyLane::Rollback() noexcept {
  session_->Rollback();
  taken_ = applier_.counts();
  changed_ = false;
}

void ApplyLane::Release() {
  session_->Close();
  planner_.Clear();
  events_.clear();
  events_.shrink_to_fit();
  arena_ = Arena();
}

}  // namespace tidewire::sink
