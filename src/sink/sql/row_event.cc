#include "sink/sql/row_event.h"

#include <fmt/format.h>

namespace tidewire::sink {
namespace {

using model::Datum;
using model::DatumState;

// Long values would drown the message.
constexpr size_t kShownValueMax = 60;

std::string ShowValue(model::Kind kind, const Datum& datum) {
  switch (datum.state) {
    case DatumState::kNull:
      return "NULL";
    case DatumState::kUnavailable:
      return "(unchanged)";
    case DatumState::kAbsent:
      return "(not sent)";
    case DatumState::kValue:
      break;
  }
  if (kind == model::Kind::kUInt64) return std::to_string(static_cast<uint64_t>(datum.integer));
  if (model::HoldsInteger(kind)) return std::to_string(datum.integer);
  if (model::HoldsReal(kind)) return fmt::format("{}", datum.real);
  if (kind == model::Kind::kBytes || kind == model::Kind::kGeometry || kind == model::Kind::kVector)
    return fmt::format("({} bytes)", datum.size);
  const std::string_view text = datum.view();
  if (text.size() <= kShownValueMax) return std::string(text);
  return fmt::format("{}… ({} bytes)", text.substr(0, kShownValueMax), text.size());
}

std::string ShowKey(const RowEvent& event) {
  const bool by_old = event.op == RowOp::kDelete || event.op == RowOp::kMatchDelete;
  const Datum* row = by_old || event.row == nullptr ? event.old : event.row;
  if (row == nullptr || !event.plan->has_key()) return "no key";
  std::string out = "key (";
  for (const uint32_t k : event.plan->key) {
    const PlannedField& field = event.plan->fields[k];
    if (out.size() > 5) out += ", ";
    out += fmt::format("{}={}", event.plan->table->columns[field.target].name,
                       ShowValue(field.kind, row[field.source]));
  }
  return out + ")";
}

}  // namespace

bool LacksValues(const RowPlan& plan, const Datum* row) {
  for (const PlannedField& field : plan.fields) {
    if (row[field.source].state > DatumState::kValue) return true;
  }
  return false;
}

std::string DescribeEvent(const RowEvent& event) {
  const TableName& name = event.plan->table->name;
  std::string out = fmt::format("table \"{}\".\"{}\", {}", name.schema, name.name, ShowKey(event));
  if (event.record == nullptr || event.batch == nullptr) return out;
  const model::TopicSchema& schema = *event.batch->schemas[event.record->schema];
  out += fmt::format(", topic {}, partition {}, offset {}", schema.topic, event.record->partition,
                     event.record->offset);
  if (event.record->position != 0) {
    out += fmt::format(", position {:X}/{:X}", event.record->position >> 32,
                       event.record->position & 0xFFFFFFFF);
  }
  return out;
}

}  // namespace tidewire::sink
