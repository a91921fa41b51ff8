// A runtime that keeps what a source hands over.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "source/source.h"

namespace tidewire::source::testing_support {

// The members are for the test's thread, before and after the task runs; Emit may be called by
// many.
class FakeContext final : public SourceContext {
 public:
  bool Emit(model::ChangeBatchPtr batch, Then) override {
    const std::lock_guard lock(mutex_);
    if (batches.size() >= taken_max) return false;
    if (durable_at_once) durable = std::max(durable, batch->confirm);
    batches.push_back(std::move(batch));
    return true;
  }
  uint64_t DurableConfirm() const override { return durable; }
  bool WaitDurable() override { return true; }
  std::optional<std::string> LoadOffset(const std::string&) override { return std::nullopt; }
  void ReadTopic(const std::string& topic,
                 const std::function<void(const model::GeneralRecord&)>& each) override {
    for (const model::ChangeBatchPtr& batch : batches) {
      for (const model::Record& record : batch->records) {
        if (record.op != model::Op::kGeneral) continue;
        if (batch->schemas[record.schema]->topic == topic) each(batch->generals[record.general]);
      }
    }
  }
  void ReportSnapshot(const SnapshotProgress& progress) override { reports.push_back(progress); }
  void ReportLag(uint64_t, uint64_t, int64_t) override {}

  std::vector<model::ChangeBatchPtr> batches;
  size_t taken_max = SIZE_MAX;  // Further batches are not taken: the task is to stop.
  uint64_t durable = 0;
  bool durable_at_once = true;
  std::vector<SnapshotProgress> reports;

 private:
  std::mutex mutex_;
};

}  // namespace tidewire::source::testing_support
