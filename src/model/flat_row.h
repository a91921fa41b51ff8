// Unwrapped topics (TopicSchema::unwrap): the fields that ExtractNewRecordState adds to a row or to
// its headers, as columns and Datums, for whoever writes flat rows: the renderer and the sinks.
#pragma once

#include <string_view>
#include <vector>

#include "model/batch.h"
#include "model/source_fields.h"

namespace tidewire::model {

struct AddedColumn {
  Column column;  // Nullable, without default.
  AddedFrom from = AddedFrom::kNone;
  uint32_t index = 0;  // kBefore, kAfter: the table's column.
};

// Of an unwrapped topic, in the order in which they follow the table's columns: "__deleted" where
// deletes are rewritten, then add.fields. Fields that the envelope does not have are left out, as
// Debezium does. Empty for topics that are not unwrapped.
std::vector<AddedColumn> AddedColumns(const TopicSchema& schema);
// Of add.headers, likewise.
std::vector<AddedColumn> AddedHeaders(const TopicSchema& schema);

// The added field's value for `record` of `batch`. Views point into the schema, the batch or
// `arena`.
Datum AddedDatum(const AddedColumn& added, const ChangeBatch& batch, const Record& record,
                 Arena& arena);

// The row whose columns the flat value has: `before` for deletes, else `after`.
inline const Datum* FlatRow(const Record& record) {
  return record.op == Op::kDelete || record.op == Op::kTombstone ? record.before : record.after;
}

// Whether the flat record's value is null: tombstones, and deletes unless they are rewritten. Sinks
// take it as a delete.
bool IsFlatDelete(const TopicSchema& schema, const Record& record);

// "c", "u", "d", "r", "t"; empty for general records and tombstones.
std::string_view OpLetter(Op op);
// source.snapshot: "false", "first_in_data_collection", …
std::string_view SnapshotText(SnapshotMark mark);
// "[\"24023928\",\"24023936\"]": the last commit's and this record's position; null while there was
// no commit.
void AppendSequence(std::string& out, uint64_t last_commit_position, uint64_t position);
// transaction.id: the transaction's name, else "file=<file>,pos=<position of its begin>" in a
// binlog and "<id>:<position>" elsewhere.
void AppendTransactionId(std::string& out, const Transaction& transaction, uint64_t position);

}  // namespace tidewire::model
