// A log whose appends and fetches fail where the simulation says.
#pragma once

#include <memory>

#include "log/log.h"
#include "sim/fakes.h"

namespace tidewire::sim {

class FaultyReader final : public log::Reader {
 public:
  FaultyReader(std::unique_ptr<log::Reader> inner, Faults& faults)
      : inner_(std::move(inner)), faults_(faults) {}
  log::FetchedBatch Fetch(size_t bytes_max, std::chrono::steady_clock::time_point deadline,
                          std::stop_token stop) override {
    faults_.MayFail("fetch");
    return inner_->Fetch(bytes_max, deadline, stop);
  }
  log::Position position() const override { return inner_->position(); }
  uint64_t lag() const override { return inner_->lag(); }

 private:
  std::unique_ptr<log::Reader> inner_;
  Faults& faults_;
};

class FaultyLog final : public log::Log {
 public:
  // With `crashes`, the process may also die between an append and its acknowledgement.
  FaultyLog(log::Log& inner, Faults& faults, Faults::Crashes crashes)
      : inner_(inner), faults_(faults), crashes_(crashes) {}

  void Append(std::span<const log::PendingAppend> batches) override {
    faults_.MayFail("append", crashes_);
    inner_.Append(batches);
    for (const log::PendingAppend& batch : batches) appended += batch.batch->records.size();
    if (crashes_ == Faults::Crashes::kNo) return;
    try {
      faults_.MayFail("acknowledgement of an append");
    } catch (const RetriableError&) {
      // An append that was written never says that it was not: only death can come between.
      throw Crash{};
    }
  }
  std::unique_ptr<log::Reader> OpenReader(const log::Subscription& subscription,
                                          const log::Position& from, log::StartAt start) override {
    return std::make_unique<FaultyReader>(inner_.OpenReader(subscription, from, start), faults_);
  }
  std::vector<log::TopicPartitionOffset> OffsetsOf(const log::Subscription& s,
                                                   const log::Position& p) override {
    return inner_.OffsetsOf(s, p);
  }
  log::Position WithOffsets(const log::Subscription& s, const log::Position& p,
                            std::span<const log::TopicPartitionOffset> o) override {
    return inner_.WithOffsets(s, p, o);
  }
  std::map<std::string, std::string> SourceOffsets(std::string_view c) override {
    return inner_.SourceOffsets(c);
  }
  void AlterSourceOffsets(std::string_view c,
                          const std::map<std::string, std::string>& changes) override {
    inner_.AlterSourceOffsets(c, changes);
  }
  std::map<std::string, std::string> ReadState(std::string_view prefix) override {
    return inner_.ReadState(prefix);
  }
  void WriteState(const std::map<std::string, std::optional<std::string>>& changes) override {
    inner_.WriteState(changes);
  }
  std::vector<log::TopicInfo> Topics() override { return inner_.Topics(); }
  void CreateTopic(const std::string& name, int32_t partitions,
                   const std::map<std::string, std::string>& config) override {
    inner_.CreateTopic(name, partitions, config);
  }
  void DeleteTopic(const std::string& name) override { inner_.DeleteTopic(name); }
  uint64_t SizeBytes() override { return inner_.SizeBytes(); }

  std::atomic<uint64_t> appended{0};  // Records that are durable, since this object was made.

 private:
  log::Log& inner_;
  Faults& faults_;
  const Faults::Crashes crashes_;
};

}  // namespace tidewire::sim
