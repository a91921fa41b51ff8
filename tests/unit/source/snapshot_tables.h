// A ledger over small tables, for tests of a snapshot's parts.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "source/snapshot_ledger.h"
#include "unit/source/fake_context.h"

namespace tidewire::source::testing_support {

// "s.<name>" with one integer column.
inline SnapshotLedger::Table SmallTable(const std::string& name, bool with_key = true) {
  auto table = std::make_shared<model::TableSchema>();
  table->columns.resize(1);
  table->columns[0].type.kind = model::Kind::kInt32;
  if (with_key) table->key = {0};
  auto schema = std::make_shared<model::TopicSchema>();
  schema->topic = name;
  schema->table = table;
  return {{"s", name}, schema, 10};
}

// The offset is the state, or "{}", and whether it is the last.
inline SnapshotFacts SmallFacts() {
  SnapshotFacts out;
  out.logger = "source.test";
  out.partition = "{}";
  out.transaction.id = 7;
  out.position = 100;
  out.offset = [](const std::string& state, bool last) {
    return fmt::format("{{{}{}\"last\":{}}}", state, state.empty() ? "" : ",", last);
  };
  return out;
}

inline SnapshotState Attempt(SnapshotState state = SnapshotState::Begin(100)) {
  state.BeginAttempt(100);
  return state;
}

inline const model::Datum* Row(model::ChangeBatch& batch, int64_t value) {
  model::Datum* const row = batch.arena.AllocateArray<model::Datum>(1);
  row[0] = model::Datum::Integer(value);
  return row;
}

// "<topic>:<value> <mark>" of each record.
inline std::vector<std::string> Rows(const std::vector<model::ChangeBatchPtr>& batches) {
  static const char* const kMarks[] = {"false", "true", "first", "first_of", "last_of", "last"};
  std::vector<std::string> out;
  for (const auto& batch : batches) {
    for (const model::Record& record : batch->records) {
      const std::string& topic = batch->schemas[record.schema]->topic;
      const std::string value =
          record.after == nullptr ? "-" : std::to_string(record.after[0].integer);
      out.push_back(topic + ":" + value + " " + kMarks[static_cast<size_t>(record.snapshot)]);
    }
  }
  return out;
}

}  // namespace tidewire::source::testing_support
