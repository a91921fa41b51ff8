// Random transactions against two tables with a foreign key, unique secondary indexes and unchanged
// large values: the sink's target must be equal to a model at every commit, whatever the sizes of
// the batches.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <string>

#include "batch_maker.h"
#include "sink/sql/options.h"

namespace tidewire::sink::random_transactions {

using model::Datum;
using model::KeyHeader;
using model::Kind;
using model::Op;

struct Row {
  std::string u;       // Unique.
  std::string big;     // Sometimes sent as unavailable.
  int64_t parent = 0;  // Children only.
};
using Rows = std::map<int64_t, Row>;

inline std::string Shown(const Rows& parents, const Rows& children) {
  std::string out;
  for (const auto& [id, row] : parents) out += fmt::format("p|{}|{}|{}|0\n", id, row.u, row.big);
  for (const auto& [id, row] : children)
    out += fmt::format("c|{}|{}|{}|{}\n", id, row.u, row.big, row.parent);
  return out;
}

// Makes changes that a database with these constraints would accept one after the other, and the
// events for them.
class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  void Transaction(BatchMaker& m) {
    m_ = &m;
    const int changes = Below(20) == 0 ? 60 : 1 + Below(6);
    for (int i = 0; i < changes; ++i) Change(Below(2) == 0);
  }
  std::string shown() const { return Shown(parents_, children_); }
  int Below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

 private:
  void Change(bool child) {
    Rows& rows = child ? children_ : parents_;
    switch (rows.size() < 5 ? 0 : Below(10)) {
      case 0:
      case 1:
      case 2:
        return Insert(child);
      case 3:
      case 4:
      case 5:
        return Update(child, Pick(rows));
      case 6:
        return ChangeKey(child, Pick(rows));
      case 7:
        return Swap(child, Pick(rows), Pick(rows));
      default:
        return Delete(child, Pick(rows));
    }
  }
  int64_t Pick(const Rows& rows) {
    return std::next(rows.begin(), Below(static_cast<int>(rows.size())))->first;
  }
  bool HasChildren(int64_t parent) const {
    return std::any_of(children_.begin(), children_.end(),
                       [&](const auto& c) { return c.second.parent == parent; });
  }
  std::string FreshText() { return fmt::format("t{}", next_text_++); }
  BatchMaker::Row Values(bool child, int64_t id, const Row& row, bool lacks_big) {
    BatchMaker::Row out{m_->Int(id), m_->Text(row.u),
                        lacks_big ? m_->Unavailable() : m_->Text(row.big)};
    if (child) out.push_back(m_->Int(row.parent));
    return out;
  }
  BatchMaker::Row Key(bool child, int64_t id) {
    BatchMaker::Row out{m_->Int(id), m_->Absent(), m_->Absent()};
    if (child) out.push_back(m_->Absent());
    return out;
  }
  void Insert(bool child) {
    Rows& rows = child ? children_ : parents_;
    const int64_t id = Below(60);
    if (rows.contains(id) || (child && parents_.empty())) return;
    rows[id] = {FreshText(), FreshText(), child ? Pick(parents_) : 0};
    m_->Add(Schema(child), Op::kCreate, {}, Values(child, id, rows[id], false));
  }
  void Update(bool child, int64_t id) {
    Row& row = (child ? children_ : parents_)[id];
    if (Below(2) == 0) row.u = FreshText();
    const bool same_big = Below(2) == 0;
    if (!same_big) row.big = FreshText();
    if (child) row.parent = Pick(parents_);
    m_->Add(Schema(child), Op::kUpdate, {}, Values(child, id, row, same_big));
  }
  void ChangeKey(bool child, int64_t id) {
    Rows& rows = child ? children_ : parents_;
    const int64_t to = Below(60);
    if (rows.contains(to) || (!child && HasChildren(id))) return;
    rows[to] = rows[id];
    rows.erase(id);
    m_->Add(Schema(child), Op::kDelete, Key(child, id), {}).key_header = KeyHeader::kNewKey;
    if (Below(2) == 0)
      m_->Add(Schema(child), Op::kTombstone, Key(child, id), {}).key_header = KeyHeader::kNewKey;
    m_->Add(Schema(child), Op::kCreate, {}, Values(child, to, rows[to], Below(2) == 0)).key_header =
        KeyHeader::kOldKey;
  }
  void Swap(bool child, int64_t a, int64_t b) {
    if (a == b) return;
    Rows& rows = child ? children_ : parents_;
    const std::string of_a = rows[a].u;
    rows[a].u = FreshText();
    m_->Add(Schema(child), Op::kUpdate, {}, Values(child, a, rows[a], true));
    std::swap(rows[b].u, rows[a].u);
    const std::string of_b = rows[a].u;
    rows[b].u = of_a;
    m_->Add(Schema(child), Op::kUpdate, {}, Values(child, b, rows[b], false));
    rows[a].u = of_b;
    m_->Add(Schema(child), Op::kUpdate, {}, Values(child, a, rows[a], true));
  }
  void Delete(bool child, int64_t id) {
    if (!child && HasChildren(id)) return;
    (child ? children_ : parents_).erase(id);
    m_->Add(Schema(child), Op::kDelete, Key(child, id), {});
    m_->Add(Schema(child), Op::kTombstone, Key(child, id), {});
  }
  const model::TopicSchemaPtr& Schema(bool child) const { return child ? child_ : parent_; }

  std::mt19937 random_;
  Rows parents_;
  Rows children_;
  int next_text_ = 0;
  BatchMaker* m_ = nullptr;
  model::TopicSchemaPtr parent_ =
      BatchMaker::Schema("parent", {{"id", Kind::kInt64, "bigint", true},
                                    {"u", Kind::kString, "text"},
                                    {"big", Kind::kString, "text"}});
  model::TopicSchemaPtr child_ = BatchMaker::Schema("child", {{"id", Kind::kInt64, "bigint", true},
                                                              {"u", Kind::kString, "text"},
                                                              {"big", Kind::kString, "text"},
                                                              {"parent", Kind::kInt64, "bigint"}});
};

// Batches of all sizes, applied in bulk and one by one, as the seed says.
inline void SetSizes(unsigned seed, SqlSinkOptions& options) {
  options.small_batch_max = seed % 3 == 0 ? 0 : seed % 3 == 1 ? 10 : 50;
  options.batch_records_max = seed % 2 == 0 ? 400 : 20;
}

// `shown` reads both tables of the target in the form of Shown.
inline void Run(unsigned seed, SinkTask& task, const std::function<std::string()>& shown) {
  task.Open();
  Generator generator(seed);
  BatchMaker m;
  std::map<std::string, std::string> states{{"", ""}};  // Position → what the target must hold.
  uint64_t first = 0;
  const auto check = [&] {
    const auto state = states.find(task.committed());
    ASSERT_NE(state, states.end())
        << "a commit in the middle of a transaction, at " << task.committed();
    ASSERT_EQ(shown(), state->second);
  };
  const auto put = [&](bool open, bool more) {
    const uint64_t count = m.size();
    if (count == 0) return;
    task.Put(m.Take(first, open), more);
    first += count;
  };
  for (int64_t t = 1; t <= 150; ++t) {
    m.Begin(t);
    generator.Transaction(m);
    // The batch may end inside of the transaction: the rest comes in another.
    if (generator.Below(4) == 0) {
      put(true, generator.Below(2) == 0);
      ASSERT_NO_FATAL_FAILURE(check());
      m.Begin(t);
      generator.Transaction(m);
    }
    states[std::to_string(first + m.size())] = generator.shown();
    if (generator.Below(3) > 0) {
      put(false, generator.Below(2) == 0);
      ASSERT_NO_FATAL_FAILURE(check());
    }
  }
  put(false, false);
  task.Flush();
  ASSERT_NO_FATAL_FAILURE(check());
  EXPECT_EQ(task.committed(), std::to_string(first));
}

}  // namespace tidewire::sink::random_transactions
