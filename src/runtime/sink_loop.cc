#include "runtime/sink_loop.h"

#include "base/failpoint.h"
#include "runtime/sink_coverage.h"

namespace tidewire::runtime {
namespace {

// Small while the sink keeps up: latency. Larger while it is behind: fewer, larger statements at
// the target.
constexpr size_t kFetchBytesMin = 256 * 1024;
constexpr size_t kFetchBytesMax = 4 * 1024 * 1024;

// The position behind the i-th record that the transforms left, where they dropped or multiplied
// some.
class KeptPositions {
 public:
  KeptPositions(std::shared_ptr<const log::PositionMaker> positions, std::vector<uint32_t> kept,
                std::string before)
      : positions_(std::move(positions)), kept_(std::move(kept)), before_(std::move(before)) {}

  std::string Behind(size_t i) const {
    const uint32_t original = kept_[i];
    const bool more_of_it = i + 1 < kept_.size() && kept_[i + 1] == original;
    if (!more_of_it) return positions_->Behind(original);
    // One record became several, and the next is one of them: a position that counts the record as
    // done would lose it.
    return original == 0 ? before_ : positions_->Behind(original - 1);
  }

 private:
  const std::shared_ptr<const log::PositionMaker> positions_;
  const std::vector<uint32_t> kept_;
  const std::string before_;
};

}  // namespace

SinkLoop::SinkLoop(SinkEnvironment& environment, sink::SinkTask& task)
    : environment_(environment), task_(task), fetch_bytes_(kFetchBytesMin) {}

void SinkLoop::Open() {
  end_ = task_.Open();
  const SinkCoverage coverage =
      CoverageOf(*environment_.log, environment_.connector, environment_.subscription, end_);
  if (coverage.position != end_) {
    task_.AlterPosition(coverage.position);
    end_ = task_.Open();
  }
  Failpoint("sink.opened");
  reader_ = environment_.log->OpenReader(environment_.subscription, end_, environment_.start);
  // Before the first commit of a new subscription, but not for a position that leads nowhere.
  NoteCoverage(*environment_.log, environment_.connector, coverage);
  end_ = reader_->position();
  committed_ = task_.committed();
  committed_changed_ = true;
}

bool SinkLoop::Step(std::chrono::steady_clock::time_point deadline, const std::stop_token& stop) {
  // With something unflushed nothing is waited for: what has come is applied as soon as nothing
  // more is there.
  if (unflushed_) deadline = environment_.clock->Steady();
  log::FetchedBatch fetched = reader_->Fetch(fetch_bytes_, deadline, stop);
  if (!fetched.batch) {
    if (!unflushed_) return false;
    Flush();
    return true;
  }
  Deliver(std::move(fetched));
  return true;
}

void SinkLoop::Deliver(log::FetchedBatch fetched) {
  const uint64_t lag = reader_->lag();
  const bool more = lag > 0;
  fetch_bytes_ = more ? std::min(fetch_bytes_ * 2, kFetchBytesMax) : kFetchBytesMin;
  sink::SinkBatch batch = Transformed(std::move(fetched));
  if (environment_.metrics != nullptr) environment_.metrics->Delivered(*batch.batch);
  if (environment_.topics != nullptr) environment_.topics->Add(*batch.batch);
  Failpoint("sink.before_put");
  unflushed_ = true;
  task_.Put(std::move(batch), more);
  if (!more) Flush();
}

sink::SinkBatch SinkLoop::Transformed(log::FetchedBatch fetched) {
  sink::SinkBatch out;
  out.end = fetched.end;
  auto positions = std::move(fetched.positions);
  if (environment_.transforms == nullptr || environment_.transforms->empty()) {
    out.behind = [positions = std::move(positions)](size_t i) { return positions->Behind(i); };
  } else {
    std::vector<uint32_t> kept;
    environment_.transforms->Apply(*fetched.batch, &kept);
    auto mapped = std::make_shared<KeptPositions>(std::move(positions), std::move(kept), end_);
    out.behind = [mapped = std::move(mapped)](size_t i) { return mapped->Behind(i); };
  }
  out.batch = std::move(fetched.batch);
  end_ = out.end;
  return out;
}

void SinkLoop::Flush() {
  if (!unflushed_) return;
  task_.Flush();
  unflushed_ = false;
  Failpoint("sink.flushed");
  if (task_.committed() != committed_) {
    committed_ = task_.committed();
    committed_changed_ = true;
  }
  if (environment_.metrics != nullptr) environment_.metrics->Applied(task_.counters(), lag());
}

bool SinkLoop::TakeCommitted(std::string& position) {
  // A sink also commits inside Put, when it has gathered enough.
  if (task_.committed() != committed_) {
    committed_ = task_.committed();
    committed_changed_ = true;
    if (environment_.metrics != nullptr) environment_.metrics->Applied(task_.counters(), lag());
  }
  if (!committed_changed_) return false;
  committed_changed_ = false;
  position = committed_;
  return true;
}

}  // namespace tidewire::runtime
