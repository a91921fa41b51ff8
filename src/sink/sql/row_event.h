// One change of a target's row, out of a record: what is left when topics, envelopes, tombstones
// and modes are resolved.
#pragma once

#include <cstdint>
#include <string>

#include "model/batch.h"
#include "sink/sql/target_table.h"

namespace tidewire::sink {

enum class RowOp : uint8_t {
  kInsert,       // A row that must not be there.
  kUpsert,       // Insert, or update where the key is there.
  kCreate,       // An upsert of a row that is new at the source, so most likely new at the target.
  kUpdate,       // Only where the key is there.
  kDelete,       // By key; nothing happens where it is not there.
  kMove,         // The row of key `old` gets the values of `row`, its key included.
  kMatchUpdate,  // Without key: one row that is equal to `old` gets the values of `row`; inserted
                 // where none is.
  kMatchDelete,  // Without key: one row that is equal to `old`.
  kTruncate,     // The whole table.
};

// Points into the batch, or into the arena of what made it. `row` and `old` have a Datum for each
// of the plan's source columns and extras; unavailable and absent ones are not written.
struct RowEvent {
  RowOp op = RowOp::kUpsert;
  const RowPlan* plan = nullptr;
  const model::Datum* row = nullptr;  // Null for deletes.
  const model::Datum* old = nullptr;  // kDelete, kMatch…: the row before; kMove: holds the old key.
  const model::ChangeBatch* batch = nullptr;
  const model::Record* record = nullptr;
};

// True where the row lacks the value of a field that the plan writes.
bool LacksValues(const RowPlan& plan, const model::Datum* row);
// "table \"public\".\"t\", key (id=5), topic a.b.t, partition 0, offset 17, position 0/16B3748":
// for messages.
std::string DescribeEvent(const RowEvent& event);

}  // namespace tidewire::sink
