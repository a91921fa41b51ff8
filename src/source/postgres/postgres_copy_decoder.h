// Rows of COPY … TO STDOUT in text format.
// Source: PostgreSQL documentation, COPY, "Text Format".
#pragma once

#include <string_view>
#include <vector>

#include "model/batch.h"
#include "source/postgres/postgres_catalog.h"

namespace tidewire::source {

// Of one table. One thread.
class PostgresCopyDecoder {
 public:
  // `table` must outlive this object.
  explicit PostgresCopyDecoder(const CapturedTable& table);

  // The row of one line (without its line feed); values lie in the batch's arena. Throws DataError
  // naming table and column.
  const model::Datum* DecodeRow(std::string_view line, model::ChangeBatch& batch) const;

 private:
  struct Plan {
    int column = -1;  // In the TableSchema; -1: not captured.
    const model::ColumnType* type = nullptr;
    bool copies = false;  // The Datum never points into the text.
  };

  void DecodeField(size_t index, std::string_view field, bool escaped, Arena& arena,
                   model::Datum* row) const;
  [[noreturn]] void FailOnCount(size_t fields) const;

  const CapturedTable& table_;
  std::vector<Plan> plans_;
};

}  // namespace tidewire::source
