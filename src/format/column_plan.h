// How one column's values are written: decided once for a schema, then one function call a value.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "format/column_form.h"
#include "model/topic_schema.h"

namespace tidewire::format {

struct ColumnPlan;
using WriteValue = void (*)(const ColumnPlan& plan, const model::Datum& value, std::string& out);

// Text inside of a structured header is escaped more lightly than JSON, and decimals are numbers
// there.
enum class Target { kPayload, kHeader };

// Immutable; holds copies of all it needs.
struct ColumnPlan {
  WriteValue write = nullptr;
  Form form = Form::kText;
  model::Kind kind = model::Kind::kString;
  int32_t scale = 0;       // Decimals.
  int32_t precision = -1;  // Fractional digits.
  model::BinaryMode binary = model::BinaryMode::kBytes;
  bool geometric = false;
  char delimiter = ',';     // Of array elements.
  std::string where;        // "schema.table.column", for errors.
  std::string null_text;    // SQL NULL: "null" or the default.
  std::string absent_text;  // A value that was not sent: as null, or the zero of a NOT NULL column.
  std::string unavailable_text;  // The placeholder, in the column's own form.
  std::unique_ptr<ColumnPlan> element;

  void Append(const model::Datum& value, std::string& out) const {
    switch (value.state) {
      [[likely]] case model::DatumState::kValue : write(*this, value, out);
      return;
      case model::DatumState::kNull:
        out += null_text;
        return;
      case model::DatumState::kAbsent:
        out += absent_text;
        return;
      case model::DatumState::kUnavailable:
        out += unavailable_text;
        return;
    }
  }
};

// `where` names the table for errors. `replace_null`: NULL becomes the column's default where it
// has one.
ColumnPlan MakeColumnPlan(const model::Column& column, const model::RenderOptions& options,
                          const model::Converter& converter, bool replace_null, Target target,
                          const std::string& where);

// The columns of a row as a JSON object, member names included.
struct RowPlan {
  std::vector<ColumnPlan> columns;
  std::vector<uint32_t> indexes;      // Into the row, one for each of `columns`.
  std::vector<std::string> prefixes;  // "{\"id\":", ",\"name\":", …

  void Add(const std::string& name, ColumnPlan column, uint32_t index);
  // The members without the closing brace; `row` is not null.
  void AppendMembers(const model::Datum* row, std::string& out) const {
    for (size_t i = 0; i < columns.size(); ++i) {
      out += prefixes[i];
      columns[i].Append(row[indexes[i]], out);
    }
  }
  // The whole object; "null" for a null row.
  void Append(const model::Datum* row, std::string& out) const {
    if (row == nullptr) {
      out += "null";
      return;
    }
    if (columns.empty()) out += '{';
    AppendMembers(row, out);
    out += '}';
  }
};

}  // namespace tidewire::format
