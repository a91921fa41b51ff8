#include "log/stored_log.h"

#include "base/bytes.h"
#include "base/error.h"
#include "log/append_commit.h"
#include "log/log_cleaner.h"
#include "log/partitioner.h"
#include "log/stored_reader.h"

namespace tidewire::log {
namespace {

// Changes of small things that only the store holds.
class ChangesCommit final : public Commit {
 public:
  StoreChanges made;
  void Build(StoreChanges& changes) override {
    for (const StoreChange& change : made.all()) {
      if (change.kind == StoreChange::kPut) {
        changes.Put(change.table, change.key, change.value);
      } else {
        changes.Delete(change.table, change.key);
      }
    }
  }
};

class CreateTopicCommit final : public Commit {
 public:
  CreateTopicCommit(LogState& state, StoredTopic topic) : state_(state), topic_(std::move(topic)) {}

  void Build(StoreChanges& changes) override {
    if (state_.FindTopic(topic_.name) != nullptr) return;
    id_ = state_.next_topic++;
    changes.Put(Table::kMeta, TopicKey(id_), TopicValue(topic_));
    changes.Put(Table::kMeta, std::string(kNextTopicKey), NumberValue(state_.next_topic));
  }
  void Publish() noexcept override {
    if (id_ == 0) return;
    auto topic = std::make_unique<TopicState>();
    topic->id = id_;
    topic->partitions.resize(static_cast<size_t>(topic_.partitions));
    topic->stored = std::move(topic_);
    state_.AddTopic(std::move(topic));
  }

 private:
  LogState& state_;
  StoredTopic topic_;
  uint32_t id_ = 0;
};

class DeleteTopicCommit final : public Commit {
 public:
  DeleteTopicCommit(LogState& state, const std::string& name) : state_(state), name_(name) {}

  void Build(StoreChanges& changes) override {
    topic_ = state_.FindTopic(name_);
    if (topic_ == nullptr) return;
    topic_->stored.deleted = true;  // No later commit of this group adds to it.
    changes.Put(Table::kMeta, TopicKey(topic_->id), TopicValue(topic_->stored));
  }
  void Publish() noexcept override {
    if (topic_ != nullptr) state_.HideTopic(*topic_);
  }
  void Abandon() noexcept override {
    if (topic_ != nullptr) topic_->stored.deleted = false;
  }

 private:
  LogState& state_;
  const std::string name_;
  TopicState* topic_ = nullptr;
};

}  // namespace

// Of one Append.
class StoredLog::RecordPartitioner final : public Partitioner {
 public:
  explicit RecordPartitioner(StoredLog& log) : log_(log), sticky_(log.sticky_++) {}
  ~RecordPartitioner() override {
    if (!render_) return;
    std::lock_guard lock(log_.render_mutex_);
    log_.render_keys_.push_back(std::move(render_));
  }

  std::pair<uint32_t, int32_t> TopicOf(const std::string& topic) override {
    for (;;) {
      if (const auto known = log_.LookUp(topic)) return *known;
      log_.CreateTopic(topic, log_.options_.default_partitions, {});
    }
  }

  int32_t PartitionOf(const model::ChangeBatch& batch, const model::Record& record,
                      int32_t partitions) override {
    if (!render_) TakeRender(batch.schemas[record.schema]->topic);
    key_.clear();
    if (render_(batch, record, key_)) return PartitionOfKey(key_, partitions);
    return static_cast<int32_t>(sticky_ % static_cast<uint32_t>(partitions));
  }

 private:
  void TakeRender(const std::string& topic) {
    if (!log_.options_.make_render_key) {
      throw ConfigError(fmt::format(
          "topic {}: more than one partition, but this log was opened without a key renderer",
          topic));
    }
    {
      std::lock_guard lock(log_.render_mutex_);
      if (!log_.render_keys_.empty()) {
        render_ = std::move(log_.render_keys_.back());
        log_.render_keys_.pop_back();
      }
    }
    if (!render_) render_ = log_.options_.make_render_key();
  }

  StoredLog& log_;
  const uint32_t sticky_;
  RenderKey render_;
  std::string key_;
};

StoredLog::StoredLog(std::shared_ptr<Store> store, StoredLogOptions options)
    : options_(std::move(options)),
      store_(std::move(store)),
      state_(*store_, options_.tail_bytes_max),
      queue_(*store_, state_.mutex, options_.group_bytes_max) {
  try {
    state_.Load(options_.new_id);
  } catch (const DataError& error) {
    throw FatalError(
        fmt::format("log {}: its list of topics is damaged ({}): restore the directory from a copy",
                    store_->name(), error.what()));
  }
}

StoredLog::~StoredLog() = default;

void StoredLog::CheckWritable() const {
  if (!store_->read_only()) return;
  throw ConfigError(fmt::format("log {}: opened for reading only", store_->name()));
}

std::optional<std::pair<uint32_t, int32_t>> StoredLog::LookUp(const std::string& topic) {
  std::lock_guard lock(state_.mutex);
  const TopicState* found = state_.FindTopic(topic);
  if (found == nullptr) return std::nullopt;
  return std::pair{found->id, found->stored.partitions};
}

void StoredLog::Append(std::span<const PendingAppend> batches) {
  CheckWritable();
  for (;;) {
    AppendCommit commit(state_, *options_.clock);
    {
      RecordPartitioner partitioner(*this);
      for (const PendingAppend& append : batches) commit.Add(append, partitioner);
    }
    if (commit.empty()) return;
    try {
      queue_.Run(commit);
      return;
    } catch (const StaleRouting&) {
      // The topic was deleted meanwhile; it is made anew.
    }
  }
}

std::unique_ptr<Reader> StoredLog::OpenReader(const Subscription& subscription,
                                              const Position& from, StartAt start) {
  uint64_t end;
  {
    std::lock_guard lock(state_.mutex);
    end = state_.end_sequence;
  }
  LogPosition position;
  if (from.empty()) {
    position.sequence = start == StartAt::kLatest ? end : state_.FirstSequence();
    position.log = state_.id();
  } else {
    position = LogPosition::Parse(from);
    if (position.log != state_.id() || position.sequence > end) {
      throw FatalError(
          fmt::format("position {} is none of the log {} (id {}, end {}): the log was replaced, or "
                      "is an older copy; reset the sink's offsets "
                      "(DELETE /connectors/{{name}}/offsets) after the replica was checked",
                      from, store_->name(), state_.id(), end));
    }
  }
  auto reader = std::make_unique<StoredReader>(state_, subscription, std::move(position));
  reader->Begin(!from.empty());
  return reader;
}

std::map<std::string, std::string> StoredLog::Scan(const std::string& prefix) {
  std::map<std::string, std::string> out;
  const auto cursor = store_->NewCursor(Table::kMeta);
  for (bool more = cursor->Seek(prefix); more && cursor->key().starts_with(prefix);
       more = cursor->Next()) {
    out.emplace(cursor->key().substr(prefix.size()), cursor->value());
  }
  return out;
}

std::map<std::string, std::string> StoredLog::SourceOffsets(std::string_view connector) {
  return Scan(OffsetKey(connector, {}));
}

void StoredLog::AlterSourceOffsets(std::string_view connector,
                                   const std::map<std::string, std::string>& changes) {
  CheckWritable();
  ChangesCommit commit;
  for (const auto& [partition, offset] : changes) {
    std::string key = OffsetKey(connector, partition);
    if (offset.empty()) {
      commit.made.Delete(Table::kMeta, std::move(key));
    } else {
      commit.made.Put(Table::kMeta, std::move(key), offset);
    }
  }
  queue_.Run(commit);
}

std::map<std::string, std::string> StoredLog::ReadState(std::string_view prefix) {
  std::map<std::string, std::string> out;
  for (auto& [rest, value] : Scan(std::string(1, kStatePrefix).append(prefix))) {
    out.emplace(std::string(prefix) + rest, std::move(value));
  }
  return out;
}

void StoredLog::WriteState(const std::map<std::string, std::optional<std::string>>& changes) {
  CheckWritable();
  ChangesCommit commit;
  for (const auto& [name, value] : changes) {
    std::string key = std::string(1, kStatePrefix) + name;
    if (value) {
      commit.made.Put(Table::kMeta, std::move(key), *value);
    } else {
      commit.made.Delete(Table::kMeta, std::move(key));
    }
  }
  queue_.Run(commit);
}

std::vector<TopicInfo> StoredLog::Topics() {
  std::vector<TopicInfo> out;
  std::lock_guard lock(state_.mutex);
  for (const TopicState* topic : state_.LiveTopics()) {
    TopicInfo& info = out.emplace_back();
    info.name = topic->stored.name;
    info.partitions = topic->stored.partitions;
    info.config = topic->stored.config;
    for (const PartitionState& partition : topic->partitions) {
      info.offsets.emplace_back(partition.start, partition.next);
    }
  }
  return out;
}

void StoredLog::CreateTopic(const std::string& name, int32_t partitions,
                            const std::map<std::string, std::string>& config) {
  CheckWritable();
  if (name.empty()) throw ConfigError("a topic needs a name");
  if (partitions < 1)
    throw ConfigError(fmt::format("topic {}: {} partitions; at least 1", name, partitions));
  LogPolicy::Of(name, config, options_);
  // One at a time, so that two threads cannot make the same topic in one group.
  std::lock_guard creating(creating_);
  if (LookUp(name)) return;
  CreateTopicCommit commit(
      state_, {.name = name, .partitions = partitions, .deleted = false, .config = config});
  queue_.Run(commit);
}

void StoredLog::DeleteTopic(const std::string& name) {
  CheckWritable();
  DeleteTopicCommit commit(state_, name);
  queue_.Run(commit);
}

CleanResult StoredLog::Clean(std::stop_token stop) {
  CheckWritable();
  LogCleaner cleaner(state_, queue_, options_);
  const CleanResult result = cleaner.Run(cleaned_first_, stop);
  cleaned_first_ = cleaner.first_sequence();
  return result;
}

uint64_t StoredLog::SizeBytes() { return store_->SizeBytes(); }

// A partition of a subscription's topic and where a position stands in it.
struct StoredLog::Place {
  TopicPartitionOffset at;
  uint32_t topic = 0;
  PartitionState state;
  bool wished = false;
};

std::vector<StoredLog::Place> StoredLog::PlacesOf(const Subscription& subscription,
                                                  const LogPosition& position) {
  const TopicFilter filter(subscription);
  std::vector<Place> places;
  {
    std::lock_guard lock(state_.mutex);
    for (const TopicState* topic : state_.LiveTopics()) {
      if (!filter.Matches(topic->stored.name)) continue;
      for (size_t i = 0; i < topic->partitions.size(); ++i) {
        places.push_back(
            {{topic->stored.name, static_cast<int32_t>(i), 0}, topic->id, topic->partitions[i]});
      }
    }
  }
  for (Place& place : places) {
    place.at.offset = OffsetAt(*store_, place.topic, place.at.partition, place.state,
                               position.sequence, position.index);
    const auto skip = position.skip.find({place.at.topic, place.at.partition});
    if (skip != position.skip.end()) place.at.offset = std::max(place.at.offset, skip->second);
  }
  return places;
}

LogPosition StoredLog::PositionHere(const Position& text) const {
  LogPosition position;
  if (!text.empty()) position = LogPosition::Parse(text);
  // One of another log says nothing of this one: all partitions begin anew.
  if (position.log != state_.id()) position = {};
  position.log = state_.id();
  return position;
}

std::vector<TopicPartitionOffset> StoredLog::OffsetsOf(const Subscription& subscription,
                                                       const Position& position) {
  std::vector<TopicPartitionOffset> out;
  for (Place& place : PlacesOf(subscription, PositionHere(position)))
    out.push_back(std::move(place.at));
  return out;
}

Position StoredLog::WithOffsets(const Subscription& subscription, const Position& position,
                                std::span<const TopicPartitionOffset> offsets) {
  const LogPosition from = PositionHere(position);
  std::vector<Place> places = PlacesOf(subscription, from);
  std::map<PartitionName, Place*> by_name;
  for (Place& place : places) by_name[{place.at.topic, place.at.partition}] = &place;
  for (const TopicPartitionOffset& wish : offsets) {
    const auto place = by_name.find({wish.topic, wish.partition});
    if (place == by_name.end()) {
      throw ConfigError(
          fmt::format("{}-{}: no such topic and partition among those that the connector reads",
                      wish.topic, wish.partition));
    }
    place->second->at.offset = wish.offset;
    place->second->wished = true;
  }
  // The earliest batch that any partition needs; what the others have passed there already is
  // skipped.
  LogPosition out = from;
  for (const Place& place : places) {
    IndexCursor cursor(*store_, place.topic, place.at.partition);
    const auto entry = cursor.SeekOffset(place.at.offset);
    if (!entry || entry->sequence > out.sequence) continue;
    if (entry->sequence == out.sequence &&
        place.at.offset >= OffsetAt(*store_, place.topic, place.at.partition, place.state,
                                    out.sequence, out.index)) {
      continue;
    }
    out.sequence = entry->sequence;
    out.index = 0;
  }
  for (const Place& place : places) {
    const int64_t natural =
        OffsetAt(*store_, place.topic, place.at.partition, place.state, out.sequence, out.index);
    const PartitionName name{place.at.topic, place.at.partition};
    // What retention deleted behind the new place was read or is given up, unless it is missed now.
    const bool missed = !place.wished && from.sequence > 0 && Misses(from, name, place.state);
    if (place.at.offset > natural || (place.state.expired_to > out.sequence && !missed)) {
      out.skip[name] = std::max(place.at.offset, missed ? 0 : place.state.expired_start);
    } else {
      out.skip.erase(name);
    }
  }
  return out.Text();
}

}  // namespace tidewire::log
