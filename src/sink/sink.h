// What a sink is to the runtime. A sink knows one kind of target and the model; it never sees the
// log: positions are opaque text that it keeps in the target, in the transaction of the rows.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/finding.h"
#include "model/batch.h"

namespace tidewire::sink {

// A batch for the sink, after the connector's transforms.
struct SinkBatch {
  model::ChangeBatchPtr batch;
  std::string end;                            // Position behind the last record.
  std::function<std::string(size_t)> behind;  // Position behind records[0..i].
};

struct SinkCounters {  // Since the task's start.
  uint64_t records = 0;
  uint64_t rows_written = 0;
  uint64_t rows_deleted = 0;
  uint64_t transactions = 0;  // Commits at the target.
  uint64_t retries = 0;
  int64_t last_commit_lag_us = -1;  // Source commit → target commit of the newest applied record.
};

// One task, used by one thread. The constructor does no I/O.
class SinkTask {
 public:
  virtual ~SinkTask() = default;
  // Connects and returns the position stored in the target; empty: none yet. Called again after
  // each RetriableError: everything not committed is then delivered again from that position.
  virtual std::string Open() = 0;
  // Takes a batch; may apply and commit now, or keep it until Flush. `more` tells that records wait
  // behind it: the sink may then gather larger batches.
  virtual void Put(SinkBatch batch, bool more) = 0;
  // Applies and commits all that was put, up to the last transaction end where transactions are
  // kept whole.
  virtual void Flush() = 0;
  // Called when nothing came for a while: release what an idle sink need not hold (connections,
  // memory).
  virtual void Idle() {}
  // The last position committed at the target.
  virtual const std::string& committed() const = 0;
  virtual SinkCounters counters() const = 0;
  // Sets the stored position, while nothing was put since Open (offsets altered by hand, a changed
  // subscription); empty removes it.
  virtual void AlterPosition(const std::string& position) = 0;
  // Makes a call that is under way in the task's thread, and all later ones, throw RetriableError
  // soon instead of waiting for the target. For a task that is to end and does not. Thread-safe.
  virtual void RequestStop() noexcept {}
};

class SinkConnector {
 public:
  virtual ~SinkConnector() = default;
  virtual const config::Definition& definition() const = 0;
  virtual std::unique_ptr<SinkTask> CreateTask(const config::Config& config) = 0;
  // Connects and looks; changes nothing.
  virtual std::vector<config::Finding> Preflight(const config::Config& config,
                                                 config::Depth depth) = 0;
};

}  // namespace tidewire::sink
