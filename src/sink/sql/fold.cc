#include "sink/sql/fold.h"

#include <xxhash.h>

#include <cstring>
#include <map>

namespace tidewire::sink {
namespace {

using model::Datum;
using model::DatumState;

enum class Net : uint8_t {
  kInsert,  // The row was not there before.
  kUpdate,  // It may have been there.
  kDelete,
  kReplace,  // Deleted, then made again.
};

// One row, by its key.
struct Slot {
  uint64_t hash = 0;
  const Datum* key = nullptr;  // A row that holds the key.
  const Datum* row = nullptr;  // What is to be written; null for kDelete.
  Net net = Net::kInsert;
  bool partial = false;  // `row` lacks values.
};

uint64_t HashDatum(model::Kind kind, const Datum& datum, uint64_t seed) {
  if (!datum.has_value()) return seed * 0x9E3779B97F4A7C15ull + 1;
  if (model::HoldsView(kind)) return XXH3_64bits_withSeed(datum.data, datum.size, seed);
  uint64_t v = static_cast<uint64_t>(datum.integer) ^ seed;
  v = (v ^ (v >> 32)) * 0xD6E8FEB86659FD93ull;
  v = (v ^ (v >> 32)) * 0xD6E8FEB86659FD93ull;
  return v ^ (v >> 32);
}

bool SameDatum(model::Kind kind, const Datum& a, const Datum& b) {
  if (a.state != b.state) return false;
  if (!a.has_value()) return true;
  if (!model::HoldsView(kind)) return a.integer == b.integer;
  return a.size == b.size && std::memcmp(a.data, b.data, a.size) == 0;
}

}  // namespace

class Fold::Table {
 public:
  Table(const RowPlan& plan, Arena& arena) : plan_(plan), arena_(arena), buckets_(64, kFree) {}

  const RowPlan& plan() const { return plan_; }

  // False: this event's place among the others matters.
  bool Add(const RowEvent& event) {
    if (!plan_.has_key()) {
      if (event.op != RowOp::kInsert && event.op != RowOp::kCreate && event.op != RowOp::kUpsert)
        return false;
      if (LacksValues(plan_, event.row)) return false;
      appended_.push_back(event.row);
      insert_op_ = RowOp::kInsert;
      return true;
    }
    switch (event.op) {
      case RowOp::kInsert:
      case RowOp::kCreate:
      case RowOp::kUpsert:
      case RowOp::kUpdate:
        return AddRow(event);
      case RowOp::kDelete:
        AddDelete(event);
        return true;
      default:
        return false;
    }
  }

  NetChanges Result() const {
    NetChanges out;
    out.plan = &plan_;
    out.update_op = update_op_;
    out.insert_op = insert_op_;
    out.inserts = appended_;
    std::map<std::string, size_t> groups;
    for (const Slot& slot : slots_) {
      if (slot.net == Net::kDelete || slot.net == Net::kReplace) out.deletes.push_back(slot.key);
      if (slot.net == Net::kDelete) continue;
      if (slot.partial) {
        AddPartial(slot.row, groups, out);
      } else if (slot.net == Net::kUpdate) {
        out.updates.push_back(slot.row);
      } else {
        out.inserts.push_back(slot.row);
      }
    }
    return out;
  }

 private:
  static constexpr uint32_t kFree = UINT32_MAX;

  void AddPartial(const Datum* row, std::map<std::string, size_t>& groups, NetChanges& out) const {
    std::string available(plan_.fields.size(), '1');
    for (size_t i = 0; i < plan_.fields.size(); ++i) {
      if (row[plan_.fields[i].source].state > DatumState::kValue) available[i] = '0';
    }
    const auto [it, made] = groups.try_emplace(available, out.partial.size());
    if (made) out.partial.push_back({available, {}});
    out.partial[it->second].rows.push_back(row);
  }

  uint64_t HashKey(const Datum* row) const {
    uint64_t hash = 0x2545F4914F6CDD1Dull;
    for (const uint32_t k : plan_.key)
      hash = HashDatum(plan_.fields[k].kind, row[plan_.fields[k].source], hash);
    return hash;
  }

  bool SameKey(const Datum* a, const Datum* b) const {
    for (const uint32_t k : plan_.key) {
      const PlannedField& field = plan_.fields[k];
      if (!SameDatum(field.kind, a[field.source], b[field.source])) return false;
    }
    return true;
  }

  // The slot of the row's key; `made` tells that it is new.
  Slot& Find(const Datum* row, bool& made) {
    if ((slots_.size() + 1) * 2 > buckets_.size()) Grow();
    const uint64_t hash = HashKey(row);
    const size_t mask = buckets_.size() - 1;
    size_t at = static_cast<size_t>(hash) & mask;
    for (; buckets_[at] != kFree; at = (at + 1) & mask) {
      Slot& slot = slots_[buckets_[at]];
      if (slot.hash == hash && SameKey(slot.key, row)) {
        made = false;
        return slot;
      }
    }
    made = true;
    buckets_[at] = static_cast<uint32_t>(slots_.size());
    slots_.push_back({hash, row, nullptr, Net::kInsert, false});
    return slots_.back();
  }

  void Grow() {
    buckets_.assign(buckets_.size() * 2, kFree);
    const size_t mask = buckets_.size() - 1;
    for (size_t i = 0; i < slots_.size(); ++i) {
      size_t at = static_cast<size_t>(slots_[i].hash) & mask;
      while (buckets_[at] != kFree) at = (at + 1) & mask;
      buckets_[at] = static_cast<uint32_t>(i);
    }
  }

  // `newer` with what it lacks taken from `older`.
  const Datum* Merge(const Datum* older, const Datum* newer) {
    const size_t width = plan_.width();
    Datum* row = arena_.AllocateArray<Datum>(width);
    for (size_t i = 0; i < width; ++i)
      row[i] = newer[i].state > DatumState::kValue ? older[i] : newer[i];
    return row;
  }

  bool AddRow(const RowEvent& event) {
    bool made = false;
    const bool lacks = LacksValues(plan_, event.row);
    Slot& slot = Find(event.row, made);
    if (made) {
      slot.row = event.row;
      slot.partial = lacks;
      slot.net =
          event.op == RowOp::kInsert || event.op == RowOp::kCreate ? Net::kInsert : Net::kUpdate;
      // A row that is new but lacks values cannot be inserted as a whole.
      if (lacks && slot.net == Net::kInsert) slot.net = Net::kUpdate;
      NoteOp(event.op);
      return true;
    }
    if (event.op == RowOp::kInsert && slot.net != Net::kDelete)
      return false;  // A duplicate key: row by row it fails.
    if (slot.net == Net::kDelete) {
      if (event.op == RowOp::kUpdate) return true;  // Nothing is there to be updated.
      if (lacks) return false;
      slot.net = Net::kReplace;
      slot.row = event.row;
      slot.partial = false;
      NoteOp(event.op);
      return true;
    }
    NoteOp(event.op);
    slot.row = lacks ? Merge(slot.row, event.row) : event.row;
    slot.partial = lacks && slot.partial && LacksValues(plan_, slot.row);
    return true;
  }

  void AddDelete(const RowEvent& event) {
    bool made = false;
    Slot& slot = Find(event.old, made);
    // Also after an insert: where the row was there all the same, it goes.
    slot.net = Net::kDelete;
    slot.row = nullptr;
    slot.partial = false;
  }

  void NoteOp(RowOp op) {
    if (op == RowOp::kUpdate) update_op_ = RowOp::kUpdate;
    if (op == RowOp::kInsert) insert_op_ = RowOp::kInsert;
  }

  const RowPlan& plan_;
  Arena& arena_;
  std::vector<uint32_t> buckets_;
  std::vector<Slot> slots_;
  NetChanges::Rows appended_;
  RowOp update_op_ = RowOp::kUpsert;
  RowOp insert_op_ = RowOp::kCreate;
};

Fold::Fold() = default;
Fold::~Fold() = default;

Fold::Table& Fold::TableOf(const RowPlan& plan, bool& conflict) {
  conflict = false;
  const auto it = by_plan_.find(&plan);
  if (it != by_plan_.end()) return *it->second;
  for (const auto& table : tables_) {
    // Two shapes of one table: their rows may share keys.
    if (table->plan().table->id == plan.table->id) {
      conflict = true;
      return *table;
    }
  }
  tables_.push_back(std::make_unique<Table>(plan, arena_));
  by_plan_[&plan] = tables_.back().get();
  return *tables_.back();
}

size_t Fold::Add(std::span<const RowEvent> events) {
  for (size_t i = 0; i < events.size(); ++i) {
    const RowEvent& event = events[i];
    if (event.op == RowOp::kTruncate) return i;
    if (event.plan != last_plan_) {
      bool conflict = false;
      Table& table = TableOf(*event.plan, conflict);
      if (conflict) return i;
      last_plan_ = event.plan;
      last_table_ = &table;
    }
    if (!last_table_->Add(event)) return i;
  }
  return events.size();
}

std::vector<NetChanges> Fold::Result() const {
  std::vector<NetChanges> out;
  out.reserve(tables_.size());
  for (const auto& table : tables_) out.push_back(table->Result());
  return out;
}

}  // namespace tidewire::sink
