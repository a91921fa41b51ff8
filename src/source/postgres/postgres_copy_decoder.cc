#include "source/postgres/postgres_copy_decoder.h"

#include "base/error.h"
#include "source/postgres/value_decoder.h"

namespace tidewire::source {
namespace {

// COPY escapes backslash, tab and the control characters that have a letter; all else stands for
// itself.
std::string_view Unescape(std::string_view field, Arena& arena) {
  char* const out = arena.Allocate(field.size());
  size_t size = 0;
  for (size_t i = 0; i < field.size(); ++i) {
    char c = field[i];
    if (c == '\\' && i + 1 < field.size()) {
      c = field[++i];
      switch (c) {
        case 'b':
          c = '\b';
          break;
        case 'f':
          c = '\f';
          break;
        case 'n':
          c = '\n';
          break;
        case 'r':
          c = '\r';
          break;
        case 't':
          c = '\t';
          break;
        case 'v':
          c = '\v';
          break;
        default:
          break;
      }
    }
    out[size++] = c;
  }
  return {out, size};
}

}  // namespace

PostgresCopyDecoder::PostgresCopyDecoder(const CapturedTable& table) : table_(table) {
  for (const int column : table.wire_to_column) {
    Plan plan;
    plan.column = column;
    if (column >= 0) {
      plan.type = &table.schema().columns[static_cast<size_t>(column)].type;
      plan.copies = CopiesText(*plan.type);
    }
    plans_.push_back(plan);
  }
}

const model::Datum* PostgresCopyDecoder::DecodeRow(std::string_view line,
                                                   model::ChangeBatch& batch) const {
  model::Datum* const row = batch.NewRow(table_.schema());
  if (plans_.empty()) return row;
  const bool escapes = std::memchr(line.data(), '\\', line.size()) != nullptr;
  const char* at = line.data();
  const char* const end = at + line.size();
  size_t index = 0;
  for (;; ++index) {
    const void* tab = std::memchr(at, '\t', static_cast<size_t>(end - at));
    const char* const stop = tab == nullptr ? end : static_cast<const char*>(tab);
    if (index == plans_.size()) FailOnCount(index + 1);
    DecodeField(index, {at, static_cast<size_t>(stop - at)}, escapes, batch.arena, row);
    if (tab == nullptr) break;
    at = stop + 1;
  }
  if (index + 1 != plans_.size()) FailOnCount(index + 1);
  return row;
}

void PostgresCopyDecoder::DecodeField(size_t index, std::string_view field, bool escaped,
                                      Arena& arena, model::Datum* row) const {
  const Plan& plan = plans_[index];
  if (plan.column < 0 || (escaped && field == "\\N")) return;  // A fresh row is all NULL.
  bool in_arena = false;
  if (escaped && std::memchr(field.data(), '\\', field.size()) != nullptr) {
    field = Unescape(field, arena);
    in_arena = true;
  }
  if (!plan.copies && !in_arena) field = arena.Copy(field);
  try {
    row[plan.column] = DecodeText(*plan.type, field, arena);
  } catch (const DataError& error) {
    const model::TableSchema& schema = table_.schema();
    throw DataError(fmt::format("{}.{}.{} in the snapshot: {}", schema.schema, schema.name,
                                schema.columns[static_cast<size_t>(plan.column)].name,
                                error.what()));
  }
}

void PostgresCopyDecoder::FailOnCount(size_t fields) const {
  throw DataError(fmt::format("{}.{} in the snapshot: a row has {} columns or more instead of {}",
                              table_.schema().schema, table_.schema().name, fields, plans_.size()));
}

}  // namespace tidewire::source
