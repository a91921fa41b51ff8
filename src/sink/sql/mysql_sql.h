// The SQL that goes to MySQL and MariaDB: text only, no connection.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sink/sql/mysql_encode.h"
#include "sink/sql/mysql_types.h"
#include "sink/sql/row_event.h"

namespace tidewire::sink {

std::string MysqlName(std::string_view name);
std::string MysqlName(const TableName& name);

// How rows of one plan are written. Methods that append values throw ValueError; field() tells then
// which one it was. Used by one thread; the plan outlives it.
class MysqlPlan {
 public:
  MysqlPlan(const RowPlan& plan, const MysqlFacts& facts);

  const RowPlan& plan() const { return plan_; }
  const MysqlCodec& codec(uint32_t field) const { return codecs_[field]; }
  uint32_t field() const { return field_; }
  bool wants_any_date() const { return wants_any_date_; }

  // Fields with '1' in the mask; empty: all.
  std::vector<uint32_t> MaskedFields(std::string_view mask) const;
  // Such an upsert may fail on its guard.
  bool guarded() const { return !exact_key_ || plan_.table->unique_indexes > 1; }
  // One INSERT … ON DUPLICATE KEY UPDATE can do an upsert of rows with these fields: it names a row
  // by a unique index, or fails.
  bool CanUpsert(std::string_view mask) const;
  // "INSERT INTO t (a, b) VALUES "
  std::string InsertHead(const std::vector<uint32_t>& fields) const;
  // What stands behind the rows. Where another index, or a collation to which different keys are
  // equal, could take it to another row than the key's, it fails on that with kGuardError.
  std::string UpsertTail(const std::vector<uint32_t>& fields) const;
  // As MysqlCodec::Encode.
  std::string_view Encode(uint32_t field, const model::Datum& datum) {
    field_ = field;
    return codecs_[field].Encode(datum);
  }
  void AppendRow(const std::vector<uint32_t>& fields, const model::Datum* row, std::string& out);

  // The statements for one change, parted by `;`, and how many they are; none: nothing to do.
  size_t AppendEvent(const RowEvent& event, std::string& out);
  // One DELETE for all of the rows' keys.
  void AppendDelete(std::span<const model::Datum* const> rows, std::string& out);
  // So many rows cost least in one of them.
  size_t delete_rows_max() const;

  // ER_BAD_NULL_ERROR: the key's column is set to NULL where the row is not the key's.
  static constexpr unsigned kGuardError = 1048;

 private:
  const TargetColumn& Column(uint32_t field) const;
  std::string Name(uint32_t field) const;
  std::vector<uint32_t> SettableFields(std::string_view mask, bool with_keys) const;
  void AppendValue(uint32_t field, const model::Datum* row, std::string& out);
  void AppendAssignments(const std::vector<uint32_t>& fields, const model::Datum* row,
                         std::string& out);
  void AppendKeyCondition(const model::Datum* row, std::string& out);
  void AppendMatch(const model::Datum* row, std::string& out);
  void AppendInsertUnless(std::string_view mask, const model::Datum* row,
                          std::string_view condition, std::string& out);
  size_t AppendUpdateElseInsert(const RowEvent& event, std::string_view mask, std::string& out);

  const RowPlan& plan_;
  const MysqlFacts facts_;
  std::string table_;
  std::vector<MysqlCodec> codecs_;  // One a field.
  int guard_ = -1;  // The field that the guard is set on; -1: no key column is NOT NULL.
  bool exact_key_ = true;
  bool plain_key_ = true;
  bool wants_any_date_ = false;
  uint32_t field_ = 0;
};

}  // namespace tidewire::sink
