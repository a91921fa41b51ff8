// What is computed once for a topic's schema, so that a record costs appends only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "format/column_plan.h"
#include "format/source_block.h"
#include "model/flat_row.h"

namespace tidewire::format {

// The text around a payload: '{"schema":…,"payload":' and '}', or nothing where schemas are off.
struct Wrapping {
  std::string open;
  std::string close;
};

struct AddedPlan {
  model::AddedColumn added;
  ColumnPlan column;
  std::string prefix;  // ",\"__op\":"
};

// Of a table's topic. Immutable once built.
class TablePlan {
 public:
  explicit TablePlan(const model::TopicSchema& schema);

  const Wrapping& key_wrapping() const { return key_wrapping_; }
  const RowPlan& key() const { return key_; }
  const RowPlan& header_key() const { return header_key_; }

  // The value's text with its schema, if any. Only of records that have a value.
  void AppendValue(const model::ChangeBatch& batch, const model::Record& record, Arena& arena,
                   std::string& out) const;
  const std::vector<AddedPlan>& headers() const { return headers_; }

 private:
  void AppendEnvelope(const model::ChangeBatch& batch, const model::Record& record,
                      std::string& out) const;
  void AppendFlat(const model::ChangeBatch& batch, const model::Record& record, Arena& arena,
                  std::string& out) const;

  bool unwrapped_;
  Wrapping key_wrapping_;
  Wrapping value_wrapping_;
  Wrapping null_wrapping_;  // Unwrapped deletes: the same schema, but optional.
  RowPlan key_;
  RowPlan header_key_;
  RowPlan row_;
  std::vector<AddedPlan> added_;
  std::vector<AddedPlan> headers_;
  std::unique_ptr<const SourceBlock> source_;  // Null for unwrapped topics.
};

// `schema` is null: no schema was given. Empty wrapping where the converter has schemas off.
Wrapping WrappingOf(const model::ConnectSchema* schema, const model::Converter& converter);

}  // namespace tidewire::format
