// What a source is to the runtime. A source knows one database and the model; it never sees the
// log.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/finding.h"
#include "model/batch.h"

namespace tidewire::source {

// Progress of a snapshot, for status, log and metrics. rows_total is the planner's estimate.
struct SnapshotProgress {
  bool running = false;
  bool completed = false;
  uint64_t tables_total = 0;
  uint64_t tables_done = 0;
  uint64_t rows_done = 0;
  uint64_t rows_total = 0;
  double seconds = 0;
};

// What a thread that hands a batch over does next.
enum class Then {
  kGoesOn,  // It has more to hand over.
  kWaits,   // It would wait for its database: it may make the batch durable itself, which spares
            // the way to another thread.
};

// Given by the runtime; lives as long as the task. All methods are thread-safe.
class SourceContext {
 public:
  virtual ~SourceContext() = default;

  // Hands a batch over; blocks while the queue is full. Order among one thread's batches is kept.
  // Returns false when the task is to stop: the batch was not taken. Throws what made an append
  // fail, of this batch or of an earlier one.
  virtual bool Emit(model::ChangeBatchPtr batch, Then then = Then::kGoesOn) = 0;
  // The largest `confirm` of which this batch and all emitted before it are durable in the log.
  virtual uint64_t DurableConfirm() const = 0;
  // Waits until all that was emitted is durable; false when the task is to stop first.
  virtual bool WaitDurable() = 0;

  // The stored offset of that partition (JSON objects, compact), as of the task's start.
  virtual std::optional<std::string> LoadOffset(const std::string& partition) = 0;

  // The records of a topic that have no rows, as of the task's start, the oldest first. Throws
  // RetriableError, FatalError.
  virtual void ReadTopic(const std::string& topic,
                         const std::function<void(const model::GeneralRecord&)>& each) = 0;

  // What status shows beside the state, and metrics.
  virtual void ReportSnapshot(const SnapshotProgress& progress) = 0;
  // How far the reader is behind its server: bytes not yet received, bytes the server keeps for the
  // slot, and the commit time (epoch µs) of the last transaction seen.
  virtual void ReportLag(uint64_t bytes_behind, uint64_t retained_bytes,
                         int64_t last_commit_us) = 0;
};

// One task. The constructor does no I/O.
class SourceTask {
 public:
  virtual ~SourceTask() = default;
  // Reads until `stop`, or until it has nothing more to do (snapshot.mode=initial_only). Called on
  // a thread of its own; called again, on the same object, after a RetriableError and a pause: it
  // then begins at the context's durable state (LoadOffset is fresh). Throws Error.
  virtual void Run(SourceContext& context, std::stop_token stop) = 0;
  // After the connector was deleted (not stopped): removes what it made at the server, as its
  // properties say.
  virtual void CleanUp() {}
};

// A kind of source, as the connector catalogue holds it.
class SourceConnector {
 public:
  virtual ~SourceConnector() = default;
  virtual const config::Definition& definition() const = 0;
  // `config` is validated. Throws ConfigError.
  virtual std::unique_ptr<SourceTask> CreateTask(const config::Config& config) = 0;
  // Connects and looks; changes nothing.
  virtual std::vector<config::Finding> Preflight(const config::Config& config,
                                                 config::Depth depth) = 0;
};

}  // namespace tidewire::source
