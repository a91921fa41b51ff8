#include "model/flat_row.h"

#include <charconv>

namespace tidewire::model {
namespace {

struct KnownField {
  std::string_view name;
  AddedFrom from;
  Kind kind;
};

constexpr KnownField kEnvelopeFields[] = {
    {"op", AddedFrom::kOp, Kind::kString},
    {"ts_ms", AddedFrom::kTsMs, Kind::kInt64},
    {"ts_us", AddedFrom::kTsUs, Kind::kInt64},
    {"ts_ns", AddedFrom::kTsNs, Kind::kInt64},
};
constexpr KnownField kTransactionFields[] = {
    {"id", AddedFrom::kTransactionId, Kind::kString},
    {"total_order", AddedFrom::kTotalOrder, Kind::kInt64},
    {"data_collection_order", AddedFrom::kCollectionOrder, Kind::kInt64},
};
const KnownField* FindIn(std::span<const KnownField> fields, std::string_view name) {
  for (const KnownField& field : fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

std::optional<KnownField> SourceFieldOf(std::string_view connector_kind, std::string_view name) {
  for (const SourceField& field : SourceFields(connector_kind)) {
    if (field.name == name) return KnownField{field.name, field.from, field.kind};
  }
  return std::nullopt;
}

// A path without a struct names a field of the transaction, of the envelope or of the source block,
// in this order.
std::optional<KnownField> FindField(std::string_view connector_kind, std::string_view path) {
  const size_t dot = path.find('.');
  if (dot == std::string_view::npos) {
    if (const KnownField* field = FindIn(kTransactionFields, path)) return *field;
    if (const KnownField* field = FindIn(kEnvelopeFields, path)) return *field;
    return SourceFieldOf(connector_kind, path);
  }
  const std::string_view parent = path.substr(0, dot);
  const std::string_view name = path.substr(dot + 1);
  if (parent == "source") return SourceFieldOf(connector_kind, name);
  const KnownField* field = parent == "transaction" ? FindIn(kTransactionFields, name) : nullptr;
  return field == nullptr ? std::nullopt : std::optional(*field);
}

ColumnType TypeOf(const KnownField& field) {
  ColumnType type;
  type.kind = field.kind;
  type.type_name = field.kind == Kind::kInt64   ? "int8"
                   : field.kind == Kind::kInt32 ? "int4"
                                                : "text";
  type.native = field.kind == Kind::kInt64 ? "bigint" : field.kind == Kind::kInt32 ? "int" : "text";
  if (field.from == AddedFrom::kSnapshot) {
    type.enum_values = {
        "true",  "first",      "first_in_data_collection", "last_in_data_collection", "last",
        "false", "incremental"};
  }
  return type;
}

// before.x and after.x.
std::optional<AddedColumn> RowField(const TableSchema& table, std::string_view path) {
  const bool before = path.starts_with("before.");
  if (!before && !path.starts_with("after.")) return std::nullopt;
  const auto index = table.Find(path.substr(path.find('.') + 1));
  if (!index) return std::nullopt;
  AddedColumn added;
  added.column.type = table.columns[*index].type;
  added.from = before ? AddedFrom::kBefore : AddedFrom::kAfter;
  added.index = *index;
  return added;
}

std::vector<AddedColumn> Resolve(const TopicSchema& schema,
                                 const std::vector<Unwrap::AddedField>& fields) {
  std::vector<AddedColumn> out;
  for (const Unwrap::AddedField& wanted : fields) {
    AddedColumn added;
    if (const auto field = FindField(schema.render->connector_kind, wanted.source)) {
      added.column.type = TypeOf(*field);
      added.from = field->from;
    } else if (auto row_field = RowField(*schema.table, wanted.source)) {
      added = std::move(*row_field);
    } else {
      continue;
    }
    added.column.name = wanted.name;
    out.push_back(std::move(added));
  }
  return out;
}

template <class Integer>
void AppendNumber(std::string& out, Integer value) {
  char buffer[24];
  const auto r = std::to_chars(buffer, buffer + sizeof buffer, value);
  out.append(buffer, static_cast<size_t>(r.ptr - buffer));
}

Datum RowDatum(const Datum* row, uint32_t index) {
  return row == nullptr ? Datum::Null() : row[index];
}

const Transaction* TransactionOf(const ChangeBatch& batch, const Record& record) {
  return record.transaction == kNoTransaction ? nullptr : &batch.transactions[record.transaction];
}

int64_t SourceMicros(const Transaction* transaction, const Record& record) {
  return transaction == nullptr ? record.ts_ns / 1000 : transaction->commit_ts_us;
}

Datum OrderDatum(uint64_t order) {
  return order == 0 ? Datum::Null() : Datum::Integer(static_cast<int64_t>(order));
}

Datum TransactionIdDatum(const Transaction* transaction, const Record& record, Arena& arena) {
  if (record.total_order == 0 || transaction == nullptr) return Datum::Null();
  std::string text;
  AppendTransactionId(text, *transaction, record.position);
  return Datum::View(arena.Copy(text));
}

Datum SequenceDatum(const Transaction* transaction, const Record& record, Arena& arena) {
  std::string text;
  AppendSequence(text, transaction == nullptr ? 0 : transaction->last_commit_position,
                 record.position);
  return Datum::View(arena.Copy(text));
}

Datum TextOrNull(std::string_view text) { return text.empty() ? Datum::Null() : Datum::View(text); }

// Of the fields that only the source block of a binlog has.
Datum BinlogDatum(AddedFrom from, const ChangeBatch& batch, const Record& record) {
  static const Transaction kNone;
  const Transaction* const known = TransactionOf(batch, record);
  const Transaction& transaction = known == nullptr ? kNone : *known;
  switch (from) {
    case AddedFrom::kServerId:
      return Datum::Integer(HasNoOrigin(record.snapshot) ? 0 : transaction.server_id);
    case AddedFrom::kGtid:
      return HasNoOrigin(record.snapshot) ? Datum::Null() : TextOrNull(transaction.name);
    case AddedFrom::kFile:
      return Datum::View(transaction.file);
    case AddedFrom::kPos:
      return Datum::Integer(static_cast<int64_t>(record.position));
    case AddedFrom::kRow:
      return Datum::Integer(record.row);
    case AddedFrom::kThread:
      return transaction.thread < 0 ? Datum::Null() : Datum::Integer(transaction.thread);
    case AddedFrom::kQuery:
      return record.statement == 0 ? Datum::Null()
                                   : Datum::View(batch.statements[record.statement - 1]);
    default:
      return Datum::Null();
  }
}

}  // namespace

std::vector<AddedColumn> AddedColumns(const TopicSchema& schema) {
  if (!schema.unwrap || !schema.is_table()) return {};
  std::vector<AddedColumn> out;
  const Unwrap::Deletes deletes = schema.unwrap->deletes;
  if (deletes == Unwrap::Deletes::kRewrite || deletes == Unwrap::Deletes::kRewriteWithTombstone) {
    AddedColumn deleted;
    deleted.column.name = "__deleted";
    deleted.column.type.type_name = deleted.column.type.native = "text";
    deleted.from = AddedFrom::kDeleted;
    out.push_back(std::move(deleted));
  }
  for (AddedColumn& added : Resolve(schema, schema.unwrap->add_fields))
    out.push_back(std::move(added));
  return out;
}

std::vector<AddedColumn> AddedHeaders(const TopicSchema& schema) {
  if (!schema.unwrap || !schema.is_table()) return {};
  return Resolve(schema, schema.unwrap->add_headers);
}

Datum AddedDatum(const AddedColumn& added, const ChangeBatch& batch, const Record& record,
                 Arena& arena) {
  const TopicSchema& schema = *batch.schemas[record.schema];
  const Transaction* transaction = TransactionOf(batch, record);
  switch (added.from) {
    case AddedFrom::kDeleted:
      return Datum::View(record.op == Op::kDelete ? "true" : "false");
    case AddedFrom::kOp:
      return Datum::View(record.op == Op::kTombstone ? "d" : OpLetter(record.op));
    case AddedFrom::kTsMs:
      return Datum::Integer(record.ts_ns / 1'000'000);
    case AddedFrom::kTsUs:
      return Datum::Integer(record.ts_ns / 1000);
    case AddedFrom::kTsNs:
      return Datum::Integer(record.ts_ns);
    case AddedFrom::kTransactionId:
      return TransactionIdDatum(transaction, record, arena);
    case AddedFrom::kTotalOrder:
      return OrderDatum(record.total_order);
    case AddedFrom::kCollectionOrder:
      return OrderDatum(record.collection_order);
    case AddedFrom::kVersion:
      return Datum::View(schema.render->version);
    case AddedFrom::kConnector:
      return Datum::View(schema.render->connector_kind);
    case AddedFrom::kName:
      return Datum::View(schema.render->logical_name);
    case AddedFrom::kSourceTsMs:
      return Datum::Integer(SourceMicros(transaction, record) / 1000);
    case AddedFrom::kSourceTsUs:
      return Datum::Integer(SourceMicros(transaction, record));
    case AddedFrom::kSourceTsNs:
      return Datum::Integer(SourceMicros(transaction, record) * 1000);
    case AddedFrom::kSnapshot:
      return Datum::View(SnapshotText(record.snapshot));
    case AddedFrom::kDb:
      return Datum::View(schema.table->catalog);
    case AddedFrom::kSequence:
      return SequenceDatum(transaction, record, arena);
    case AddedFrom::kSchema:
      return Datum::View(schema.table->schema);
    case AddedFrom::kTable:
      return Datum::View(schema.table->name);
    case AddedFrom::kTxId:
      return transaction == nullptr || transaction->id == 0 ? Datum::Null()
                                                            : Datum::Integer(transaction->id);
    case AddedFrom::kLsn:
      return OrderDatum(record.position);
    case AddedFrom::kBefore:
      return RowDatum(record.before, added.index);
    case AddedFrom::kAfter:
      return RowDatum(record.after, added.index);
    case AddedFrom::kServerId:
    case AddedFrom::kGtid:
    case AddedFrom::kFile:
    case AddedFrom::kPos:
    case AddedFrom::kRow:
    case AddedFrom::kThread:
    case AddedFrom::kQuery:
      return BinlogDatum(added.from, batch, record);
    case AddedFrom::kNone:
      break;
  }
  return Datum::Null();
}

bool IsFlatDelete(const TopicSchema& schema, const Record& record) {
  if (record.op == Op::kTombstone) return true;
  if (record.op != Op::kDelete || !schema.unwrap) return false;
  return schema.unwrap->deletes != Unwrap::Deletes::kRewrite &&
         schema.unwrap->deletes != Unwrap::Deletes::kRewriteWithTombstone;
}

std::string_view OpLetter(Op op) {
  switch (op) {
    case Op::kRead:
      return "r";
    case Op::kCreate:
      return "c";
    case Op::kUpdate:
      return "u";
    case Op::kDelete:
      return "d";
    case Op::kTruncate:
      return "t";
    case Op::kTombstone:
    case Op::kGeneral:
      break;
  }
  return "";
}

std::string_view SnapshotText(SnapshotMark mark) {
  switch (mark) {
    case SnapshotMark::kFalse:
      return "false";
    case SnapshotMark::kTrue:
      return "true";
    case SnapshotMark::kFirst:
      return "first";
    case SnapshotMark::kFirstInDataCollection:
      return "first_in_data_collection";
    case SnapshotMark::kLastInDataCollection:
      return "last_in_data_collection";
    case SnapshotMark::kLast:
      return "last";
    case SnapshotMark::kIncremental:
      return "incremental";
  }
  return "false";
}

void AppendSequence(std::string& out, uint64_t last_commit_position, uint64_t position) {
  out += '[';
  if (last_commit_position == 0) {
    out += "null";
  } else {
    out += '"';
    AppendNumber(out, last_commit_position);
    out += '"';
  }
  out += ",\"";
  AppendNumber(out, position);
  out += "\"]";
}

void AppendTransactionId(std::string& out, const Transaction& transaction, uint64_t position) {
  if (!transaction.name.empty()) {
    out += transaction.name;
    return;
  }
  if (!transaction.file.empty()) {
    out += "file=";
    out += transaction.file;
    out += ",pos=";
    AppendNumber(out, transaction.begin_position);
    return;
  }
  AppendNumber(out, transaction.id);
  out += ':';
  AppendNumber(out, position);
}

}  // namespace tidewire::model
