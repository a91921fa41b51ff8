// Which topics a connector has used: GET /connectors/{c}/topics.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/batch.h"

namespace tidewire::runtime {

// Thread-safe. The cost is a look-up for each schema of a batch, none for a record.
class TopicTracker {
 public:
  void Add(const model::ChangeBatch& batch) {
    std::lock_guard lock(mutex_);
    for (const model::TopicSchemaPtr& schema : batch.schemas) {
      changed_ |= topics_.insert(schema->topic).second;
    }
  }
  std::vector<std::string> Get() const {
    std::lock_guard lock(mutex_);
    return {topics_.begin(), topics_.end()};
  }
  // Not counted as a change.
  void Set(const std::vector<std::string>& topics) {
    std::lock_guard lock(mutex_);
    topics_ = {topics.begin(), topics.end()};
  }
  // True once after additions: they are to be stored.
  bool TakeChanged() {
    std::lock_guard lock(mutex_);
    return std::exchange(changed_, false);
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::string> topics_;
  bool changed_ = false;
};

}  // namespace tidewire::runtime
