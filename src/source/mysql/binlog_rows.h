// Rows events: which rows of which table, and their values.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "model/datum.h"
#include "source/mysql/binlog_event.h"
#include "source/mysql/binlog_reader.h"
#include "source/mysql/binlog_table_map.h"
#include "source/mysql/charset.h"
#include "source/mysql/mysql_types.h"

namespace tidewire::source {

enum class RowsKind : uint8_t { kWrite, kUpdate, kDelete };

// A rows event without its rows. Views point into the event, or into `storage`.
struct BinlogRows {
  RowsKind kind = RowsKind::kWrite;
  bool partial_json = false;  // PARTIAL_UPDATE_ROWS
  uint64_t table_id = 0;
  size_t columns = 0;
  std::string_view before_present;  // One bit a column; kWrite: empty.
  std::string_view after_present;   // kDelete: empty.
  std::string_view rows;
};
// `storage` holds what a compressed event unpacks to. Throws DataError.
BinlogRows ReadBinlogRows(const BinlogEvent& event, std::string& storage);

// Where a row's values go and how they are read: made once for a version of a table.
struct BinlogColumnPlan {
  BinlogColumn wire;
  int target = -1;  // Column of the row; -1: not captured.
  const MysqlColumn* column = nullptr;
  model::Kind kind = model::Kind::kString;
  bool nullable = true;
  InvalidDates dates = InvalidDates::kAsDebezium;
  const Charset* charset = nullptr;  // Of text.
  model::Datum missing;              // For an INSERT that does not say: the default's constant.
};

// Reads row images of one version of a table. Used by one thread; what the plans point to must
// outlive it.
class BinlogRowDecoder {
 public:
  // `width`: columns of the row that is made.
  BinlogRowDecoder(std::vector<BinlogColumnPlan> plans, size_t width);

  // Which image of a change a row is: it decides what stands for columns that are not in it.
  enum class Image : uint8_t {
    kBefore,  // kAbsent.
    kAfter,   // As before the update: the value in `before`, else kUnavailable.
    kInsert,  // The column's default.
  };
  // One row image from the front of `in`; `present` has a bit for each column of the table. Views
  // of the result point into the bytes of `in` and into `arena`. `partial_json`: the image may hold
  // differences to the JSON of the last kBefore image. Throws DataError; column() then tells where.
  const model::Datum* Read(BinlogReader& in, std::string_view present, Image image,
                           const model::Datum* before, bool partial_json, Arena& arena);

  size_t columns() const { return plans_.size(); }
  // The column that was being read, for messages; empty: none.
  std::string_view column() const;

 private:
  model::Datum ReadValue(BinlogReader& in, const BinlogColumnPlan& plan, Arena& arena);
  model::Datum ReadInteger(BinlogReader& in, size_t bytes, const BinlogColumnPlan& plan);
  model::Datum ReadText(std::string_view bytes, const BinlogColumnPlan& plan, Arena& arena);
  model::Datum ReadFixed(BinlogReader& in, const BinlogColumnPlan& plan, Arena& arena);
  model::Datum ReadBlob(BinlogReader& in, const BinlogColumnPlan& plan, Arena& arena);
  model::Datum ReadMembers(BinlogReader& in, const BinlogColumnPlan& plan, Arena& arena);
  model::Datum ReadTemporal(BinlogReader& in, const BinlogColumnPlan& plan, Arena& arena);
  model::Datum ReadJson(std::string_view binary, Arena& arena);
  model::Datum ReadPartialJson(BinlogReader& in, size_t index, Arena& arena);

  std::vector<BinlogColumnPlan> plans_;
  const size_t width_;
  size_t json_columns_ = 0;
  std::vector<std::string_view> before_json_;  // Binary, by column; data() null: not there.
  std::string scratch_;
  int reading_ = -1;
};

}  // namespace tidewire::source
