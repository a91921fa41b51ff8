#include "log/stored_reader.h"

#include "base/error.h"

namespace tidewire::log {
namespace {

// A reader of few partitions looks into the index after so many batches without a wanted record.
constexpr size_t kUnwantedBeforeJump = 8;
constexpr size_t kJumpPartitionsMax = 64;

// The positions of one fetched batch: runs of consecutive indexes in the stored batches it came
// from.
class RunPositions final : public PositionMaker {
 public:
  Position Behind(size_t index) const override {
    auto run = std::upper_bound(runs.begin(), runs.end(), index,
                                [](size_t i, const IndexRun& r) { return i < r.record; });
    TW_CHECK(run != runs.begin(), "a position of a record that was not fetched");
    --run;
    return PositionText(run->sequence, run->index + static_cast<uint32_t>(index - run->record) + 1,
                        tail);
  }

  std::vector<IndexRun> runs;
  std::string tail;
};

}  // namespace

void BatchDamaged(const Store& store, uint64_t sequence, const char* why) {
  throw FatalError(
      fmt::format("log {}: batch {} is damaged ({}): restore the directory from a copy, or move it "
                  "away and snapshot again",
                  store.name(), sequence, why));
}

StoredBatchPtr ParseStoredBatch(const Store& store, uint64_t sequence, std::string value) {
  try {
    return StoredBatch::Parse(std::move(value));
  } catch (const DataError& error) {
    BatchDamaged(store, sequence, error.what());
  }
}

int64_t OffsetAt(Store& store, uint32_t topic, int32_t partition, const PartitionState& state,
                 uint64_t sequence, uint32_t index) {
  if (sequence > state.last_sequence) return state.next;
  IndexCursor cursor(store, topic, partition);
  const auto entry = cursor.SeekSequence(sequence, state.start, state.next);
  if (!entry) return state.next;
  if (entry->sequence != sequence || index == 0) return entry->base_offset;
  // In the middle of the batch: count the records in front of the index.
  auto value = store.Get(Table::kBatches, BatchKey(sequence));
  if (!value) return entry->base_offset;
  const StoredBatchPtr stored = ParseStoredBatch(store, sequence, std::move(*value));
  const auto& slots = stored->header().slots;
  for (size_t i = 0; i < slots.size(); ++i) {
    if (slots[i].topic != topic || slots[i].partition != partition) continue;
    return slots[i].base_offset + CountBefore(*stored, static_cast<uint32_t>(i), index);
  }
  return entry->base_offset;
}

bool Misses(const LogPosition& position, const PartitionName& name, const PartitionState& state) {
  if (state.expired_to <= position.sequence) return false;
  const auto skip = position.skip.find(name);
  return skip == position.skip.end() || skip->second < state.expired_start;
}

StoredReader::StoredReader(LogState& state, const Subscription& subscription, LogPosition from)
    : log_(state),
      may_miss_(subscription.may_miss),
      state_(subscription),
      next_(std::move(from)),
      known_version_(state.version) {
  std::lock_guard lock(log_.mutex);
  log_.AddReader(state_);
}

template <class Use>
void StoredReader::ForEachGap(Use use) const {
  for (const uint32_t id : state_.topics) {
    const TopicState& topic = *log_.FindTopic(id);
    for (size_t i = 0; i < topic.partitions.size(); ++i) {
      if (topic.partitions[i].expired_to <= next_.sequence)
        continue;  // Without a look at the name.
      const PartitionName name{topic.stored.name, static_cast<int32_t>(i)};
      if (Misses(next_, name, topic.partitions[i])) use(name, topic.partitions[i]);
    }
  }
}

void StoredReader::Begin(bool resumes) {
  std::lock_guard lock(log_.mutex);
  if (resumes) {
    CheckNothingMissed();
    return;
  }
  std::map<PartitionName, int64_t> gone;
  ForEachGap([&](const PartitionName& name, const PartitionState& state) {
    gone[name] = state.expired_start;
  });
  next_.skip = std::move(gone);
}

void StoredReader::CheckNothingMissed() const {
  if (may_miss_) return;
  ForEachGap([&](const PartitionName& name, const PartitionState& state) {
    throw FatalError(fmt::format(
        "log {}: retention deleted records of {} (partition {}, below offset {}) before they were "
        "read, so changes are missing. Stop this connector, DELETE its offsets and resume it to go "
        "on with what is left; a new snapshot at the source (likewise) brings back what is gone. "
        "tidewire.log.retention.ms and tidewire.log.retention.bytes say how much is kept",
        log_.store.name(), name.first, name.second, state.expired_start));
  });
}

StoredReader::~StoredReader() {
  std::lock_guard lock(log_.mutex);
  log_.RemoveReader(state_);
}

Position StoredReader::position() const { return next_.Text(); }

void StoredReader::SetOpenSource(uint64_t source) {
  if (source == state_.open_source) return;
  std::lock_guard lock(log_.mutex);
  log_.SetOpenSource(state_, source);
}

FetchedBatch StoredReader::Fetch(size_t bytes_max, std::chrono::steady_clock::time_point deadline,
                                 std::stop_token stop) {
  auto batch = std::make_unique<model::ChangeBatch>();
  auto positions = std::make_shared<RunPositions>();
  auto backing = std::make_shared<std::vector<StoredBatchPtr>>();
  positions->tail = next_.Tail();
  std::unique_ptr<StoreCursor> cursor;
  FetchedBatch out;
  bool closed = false;  // An open transaction ended in a batch without wanted records.
  size_t filled = 0;
  while (filled < std::max<size_t>(bytes_max, 1) && !batch->open_transaction && !closed) {
    if (!decoder_) {
      stored_ = NextStored(cursor, batch->records.empty(), deadline, stop);
      if (!stored_) break;
      if (!OpenDecoder(stored_)) {
        const BatchHeader& header = stored_->header();
        closed = state_.open_source != 0 && header.source == state_.open_source &&
                 !header.open_transaction;
        if (closed) SetOpenSource(0);
        PassUnwanted();
        // The deadline is for waiting: what is there already is looked for to the end.
        if (stop.stop_requested()) break;
        continue;
      }
    }
    if (out.appended_ms == 0) out.appended_ms = stored_->header().appended_ms;
    unwanted_ = 0;
    const uint64_t sequence = next_.sequence;
    try {
      filled += decoder_->Decode(bytes_max - filled, *batch, positions->runs);
      batch->open_transaction = decoder_->transaction_open();
    } catch (const DataError& error) {
      BatchDamaged(log_.store, sequence, error.what());
    }
    backing->push_back(stored_);
    next_.index = decoder_->next_index();
    if (!decoder_->done()) break;
    SetOpenSource(batch->open_transaction ? stored_->header().source : 0);
    PassBatch();
  }
  out.end = position();
  if (batch->records.empty() && !closed) return out;
  batch->backing = std::move(backing);
  out.batch = std::move(batch);
  out.positions = std::move(positions);
  return out;
}

StoredBatchPtr StoredReader::NextStored(std::unique_ptr<StoreCursor>& cursor, bool wait,
                                        std::chrono::steady_clock::time_point deadline,
                                        std::stop_token stop) {
  for (;;) {
    uint64_t end;
    {
      std::unique_lock lock(log_.mutex);
      if (!WaitForMore(lock, wait, deadline, stop)) return nullptr;
      end = log_.end_sequence;
      if (StoredBatchPtr stored = log_.FromTail(next_.sequence)) return stored;
    }
    if (StoredBatchPtr stored = ReadStored(cursor, end)) return stored;
  }
}

// Moves next_ over batches that concern others; false when nothing is there to be read.
bool StoredReader::WaitForMore(std::unique_lock<std::mutex>& lock, bool wait,
                               std::chrono::steady_clock::time_point deadline,
                               std::stop_token stop) {
  const auto move = [&](uint64_t sequence) {
    if (sequence <= next_.sequence) return;
    next_.sequence = sequence;
    next_.index = 0;
  };
  if (state_.caught_up) move(state_.first_new != 0 ? state_.first_new : log_.end_sequence);
  state_.caught_up = next_.sequence >= log_.end_sequence;
  if (!state_.caught_up) return true;
  state_.first_new = 0;
  if (!wait) return false;
  state_.wake.wait_until(lock, stop, deadline, [&] { return state_.first_new != 0; });
  move(state_.first_new != 0 ? state_.first_new : log_.end_sequence);
  state_.caught_up = state_.first_new == 0;
  return !state_.caught_up;
}

// The first stored batch at or behind next_, which is below `end`; null when there is none any
// more.
StoredBatchPtr StoredReader::ReadStored(std::unique_ptr<StoreCursor>& cursor, uint64_t end) {
  const std::string key = BatchKey(next_.sequence);
  bool found = false;
  if (cursor) found = cursor->Next() && cursor->key() >= key;
  if (!found) {
    cursor = log_.store.NewCursor(Table::kBatches);
    found = cursor->Seek(key);
  }
  const uint64_t sequence = found ? std::min(SequenceOfKey(cursor->key()), end) : end;
  if (sequence != next_.sequence) {
    std::lock_guard lock(log_.mutex);
    CheckNothingMissed();
    next_.sequence = sequence;
    next_.index = 0;
  }
  if (sequence == end) return nullptr;
  return ParseStoredBatch(log_.store, sequence, std::string(cursor->value()));
}

void StoredReader::LoadWanted(const BatchHeader& header) {
  const auto known = [&](const Slot& slot) { return wanted_.contains(slot.topic); };
  if (known_version_ == log_.version &&
      std::all_of(header.slots.begin(), header.slots.end(), known)) {
    return;
  }
  std::lock_guard lock(log_.mutex);
  if (known_version_ != log_.version) {
    // A partition may begin later than before: in front of this batch, or inside of it.
    CheckNothingMissed();
    known_version_ = log_.version;
    wanted_.clear();
  }
  for (const Slot& slot : header.slots) {
    if (!known(slot)) wanted_.emplace(slot.topic, WantedOf(slot.topic));
  }
}

// With the mutex held.
std::vector<StoredReader::Wanted> StoredReader::WantedOf(uint32_t id) const {
  std::vector<Wanted> out;
  const TopicState* topic = log_.FindTopic(id);
  if (topic == nullptr || topic->stored.deleted || !state_.filter.Matches(topic->stored.name)) {
    return out;
  }
  for (size_t i = 0; i < topic->partitions.size(); ++i) {
    Wanted wanted{.from = topic->partitions[i].start, .next = -1};
    const auto skip = next_.skip.find({topic->stored.name, static_cast<int32_t>(i)});
    if (skip != next_.skip.end()) wanted.from = std::max(wanted.from, skip->second);
    out.push_back(wanted);
  }
  return out;
}

bool StoredReader::OpenDecoder(const StoredBatchPtr& stored) {
  const BatchHeader& header = stored->header();
  LoadWanted(header);
  std::vector<int64_t> from;
  from.reserve(header.slots.size());
  bool any = false;
  for (const Slot& slot : header.slots) {
    const auto& wanted = wanted_.at(slot.topic);
    const auto partition = static_cast<size_t>(slot.partition);
    const int64_t first =
        partition < wanted.size() ? wanted[partition].from : BatchDecoder::kNothing;
    from.push_back(first);
    any |= first < slot.base_offset + slot.count;
  }
  if (!any) return false;
  auto schemas = log_.SchemasOf(next_.sequence, header);
  try {
    decoder_ = std::make_unique<BatchDecoder>(next_.sequence, stored, std::move(schemas),
                                              std::move(from), next_.index);
  } catch (const DataError& error) {
    BatchDamaged(log_.store, next_.sequence, error.what());
  }
  if (decoder_->done()) decoder_.reset();
  return decoder_ != nullptr;
}

void StoredReader::PassSlots(const BatchHeader& header) {
  for (const Slot& slot : header.slots) {
    auto& wanted = wanted_.at(slot.topic);
    const auto partition = static_cast<size_t>(slot.partition);
    if (partition >= wanted.size()) continue;
    wanted[partition].next = slot.base_offset + slot.count;
  }
}

// stored_ is done with.
void StoredReader::PassBatch() {
  PassSlots(stored_->header());
  ++next_.sequence;
  next_.index = 0;
  if (!next_.skip.empty()) DropSkips(stored_->header());
  decoder_.reset();
  stored_.reset();
}

void StoredReader::DropSkips(const BatchHeader& header) {
  std::lock_guard lock(log_.mutex);
  const auto passed = [&](const TopicState& topic, int32_t partition, int64_t offset) {
    const PartitionState& state = topic.partitions[static_cast<size_t>(partition)];
    // What it leaves out is no longer there.
    if (state.expired_to <= next_.sequence && state.expired_start >= offset) return true;
    return std::any_of(header.slots.begin(), header.slots.end(), [&](const Slot& slot) {
      return slot.topic == topic.id && slot.partition == partition &&
             slot.base_offset + slot.count >= offset;
    });
  };
  std::erase_if(next_.skip, [&](const auto& skip) {
    const auto& [topic, partition] = skip.first;
    const TopicState* state = log_.FindTopic(topic);
    return state != nullptr && static_cast<size_t>(partition) < state->partitions.size() &&
           passed(*state, partition, skip.second);
  });
}

std::vector<StoredReader::Subscribed> StoredReader::SubscribedPartitions() const {
  std::vector<Subscribed> out;
  std::lock_guard lock(log_.mutex);
  for (const uint32_t id : state_.topics) {
    const TopicState& topic = *log_.FindTopic(id);
    const auto known = wanted_.find(id);
    for (size_t i = 0; i < topic.partitions.size(); ++i) {
      Subscribed& one = out.emplace_back();
      one.topic = id;
      one.partition = static_cast<int32_t>(i);
      one.state = topic.partitions[i];
      if (known != wanted_.end() && i < known->second.size()) one.next = known->second[i].next;
      const auto skip = next_.skip.find({topic.stored.name, one.partition});
      if (skip != next_.skip.end()) one.skip = skip->second;
    }
  }
  return out;
}

uint64_t StoredReader::lag() const {
  {
    std::lock_guard lock(log_.mutex);
    if (state_.caught_up && state_.first_new == 0) return 0;
  }
  uint64_t lag = 0;
  for (const Subscribed& one : SubscribedPartitions()) {
    int64_t at = one.next;
    if (at < 0)
      at = OffsetAt(log_.store, one.topic, one.partition, one.state, next_.sequence, next_.index);
    at = std::max({at, one.skip, one.state.start});
    lag += static_cast<uint64_t>(std::max<int64_t>(one.state.next - at, 0));
  }
  return lag;
}

// Finds the next batch with records of the subscription through the index instead of by reading all
// in between.
void StoredReader::JumpToWanted() {
  uint64_t target;
  {
    std::lock_guard lock(log_.mutex);
    target = log_.end_sequence;
    size_t partitions = 0;
    for (const uint32_t id : state_.topics) partitions += log_.FindTopic(id)->partitions.size();
    if (partitions > kJumpPartitionsMax) return;
  }
  for (const Subscribed& one : SubscribedPartitions()) {
    if (one.state.last_sequence < next_.sequence) continue;
    IndexCursor cursor(log_.store, one.topic, one.partition);
    const auto entry = cursor.SeekSequence(next_.sequence, one.state.start, one.state.next);
    if (entry) target = std::min(target, entry->sequence);
  }
  if (target <= next_.sequence) return;
  std::lock_guard lock(log_.mutex);
  CheckNothingMissed();
  next_.sequence = target;
}

void StoredReader::PassUnwanted() {
  PassBatch();
  if (++unwanted_ < kUnwantedBeforeJump || state_.open_source != 0) return;
  unwanted_ = 0;
  JumpToWanted();
}

}  // namespace tidewire::log
