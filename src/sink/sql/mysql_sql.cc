#include "sink/sql/mysql_sql.h"

#include <fmt/format.h>

#include <algorithm>

#include "client/mysql_connection.h"

namespace tidewire::sink {
namespace {

using model::Datum;

// Measured on MariaDB 10.11 and MySQL 9: see docs/decisions/0009-mysql-apply.md.
constexpr size_t kDeleteList = 1000;
constexpr size_t kDeleteConditions = 200;

bool Available(std::string_view mask, uint32_t field) { return mask.empty() || mask[field] != '0'; }

std::string MaskOf(const RowPlan& plan, const Datum* row) {
  if (row == nullptr || !LacksValues(plan, row)) return {};
  std::string mask(plan.fields.size(), '1');
  for (size_t i = 0; i < mask.size(); ++i) {
    if (row[plan.fields[i].source].state > model::DatumState::kValue) mask[i] = '0';
  }
  return mask;
}

}  // namespace

std::string MysqlName(std::string_view name) { return client::MysqlQuote(name); }

std::string MysqlName(const TableName& name) {
  return name.schema.empty() ? client::MysqlQuote(name.name)
                             : client::MysqlQuote(name.schema, name.name);
}

MysqlPlan::MysqlPlan(const RowPlan& plan, const MysqlFacts& facts)
    : plan_(plan), facts_(facts), table_(MysqlName(plan.table->name)) {
  codecs_.reserve(plan.fields.size());
  for (const PlannedField& field : plan.fields) {
    codecs_.emplace_back(field, plan.table->columns[field.target], facts);
    wants_any_date_ = wants_any_date_ || codecs_.back().wants_any_date();
  }
  for (const uint32_t k : plan.key) {
    exact_key_ = exact_key_ && codecs_[k].exact();
    plain_key_ = plain_key_ && codecs_[k].plain_equality();
    if (guard_ < 0 && Column(k).not_null) guard_ = static_cast<int>(k);
  }
}

const TargetColumn& MysqlPlan::Column(uint32_t field) const {
  return plan_.table->columns[plan_.fields[field].target];
}

std::string MysqlPlan::Name(uint32_t field) const { return MysqlName(Column(field).name); }

std::vector<uint32_t> MysqlPlan::MaskedFields(std::string_view mask) const {
  std::vector<uint32_t> out;
  for (uint32_t f = 0; f < plan_.fields.size(); ++f) {
    if (Available(mask, f)) out.push_back(f);
  }
  return out;
}

std::vector<uint32_t> MysqlPlan::SettableFields(std::string_view mask, bool with_keys) const {
  std::vector<uint32_t> out;
  for (uint32_t f = 0; f < plan_.fields.size(); ++f) {
    if (Available(mask, f) && (with_keys || !plan_.fields[f].key)) out.push_back(f);
  }
  return out;
}

bool MysqlPlan::CanUpsert(std::string_view mask) const {
  if (!plan_.unique_key || guard_ < 0) return false;
  for (uint32_t f = 0; f < plan_.fields.size(); ++f) {
    if (Available(mask, f)) continue;
    // The server wants a value for it, even if the row is there.
    const TargetColumn& column = Column(f);
    if (plan_.fields[f].key || (column.not_null && !column.has_default)) return false;
  }
  return true;
}

std::string MysqlPlan::InsertHead(const std::vector<uint32_t>& fields) const {
  std::string out = "INSERT INTO " + table_ + " (";
  for (const uint32_t f : fields) {
    if (out.back() != '(') out += ", ";
    out += Name(f);
  }
  return out + ") VALUES ";
}

std::string MysqlPlan::UpsertTail(const std::vector<uint32_t>& fields) const {
  // MySQL 8.0.20 and later call VALUES() deprecated, MariaDB knows nothing else.
  const bool alias = !facts_.mariadb && facts_.version >= 80'019;
  const auto given = [&](uint32_t f) {
    return alias ? "`tw_new`." + Name(f) : "VALUES(" + Name(f) + ")";
  };
  const std::string own = MysqlName(plan_.table->name.name) + '.';
  std::string out = alias ? " AS `tw_new` ON DUPLICATE KEY UPDATE " : " ON DUPLICATE KEY UPDATE ";
  const auto guard = static_cast<uint32_t>(guard_);
  if (guarded()) {
    out += Name(guard) + " = IF(";
    for (const uint32_t k : plan_.key) {
      if (k != plan_.key.front()) out += " AND ";
      const std::string mine = own + Name(k);
      out += codecs_[k].exact()
                 ? fmt::format("{} = {}", mine, given(k))
                 : fmt::format("CAST({} AS BINARY) = CAST({} AS BINARY)", mine, given(k));
    }
    out += fmt::format(", {}{}, NULL)", own, Name(guard));
  } else if (fields.size() == plan_.key.size()) {
    out += fmt::format("{} = {}{}", Name(guard), own, Name(guard));
  }
  bool first = !guarded();
  for (const uint32_t f : fields) {
    if (plan_.fields[f].key) continue;
    if (!first) out += ", ";
    first = false;
    out += Name(f) + " = " + given(f);
  }
  return out;
}

void MysqlPlan::AppendValue(uint32_t field, const Datum* row, std::string& out) {
  field_ = field;
  codecs_[field].AppendLiteral(row[plan_.fields[field].source], out);
}

void MysqlPlan::AppendRow(const std::vector<uint32_t>& fields, const Datum* row, std::string& out) {
  char before = '(';
  for (const uint32_t f : fields) {
    out += before;
    before = ',';
    AppendValue(f, row, out);
  }
  if (fields.empty()) out += before;
  out += ')';
}

void MysqlPlan::AppendAssignments(const std::vector<uint32_t>& fields, const Datum* row,
                                  std::string& out) {
  for (const uint32_t f : fields) {
    if (f != fields.front()) out += ", ";
    out += Name(f);
    out += " = ";
    AppendValue(f, row, out);
  }
}

void MysqlPlan::AppendKeyCondition(const Datum* row, std::string& out) {
  for (const uint32_t k : plan_.key) {
    if (k != plan_.key.front()) out += " AND ";
    field_ = k;
    codecs_[k].AppendEquals(Name(k), row[plan_.fields[k].source], false, out);
  }
}

void MysqlPlan::AppendMatch(const Datum* row, std::string& out) {
  bool first = true;
  for (uint32_t f = 0; f < plan_.fields.size(); ++f) {
    const Datum& datum = row[plan_.fields[f].source];
    if (datum.state > model::DatumState::kValue) continue;
    if (!first) out += " AND ";
    first = false;
    field_ = f;
    codecs_[f].AppendEquals(Name(f), datum, true, out);
  }
  out += first ? "TRUE LIMIT 1" : " LIMIT 1";
}

// A second INSERT form, whose row comes only under a condition. The server wants all columns that
// are NOT NULL and have no default, row or none: those whose value is not known get NULL, which is
// an error once a row is made.
void MysqlPlan::AppendInsertUnless(std::string_view mask, const Datum* row,
                                   std::string_view condition, std::string& out) {
  std::vector<uint32_t> fields = MaskedFields(mask);
  const size_t known = fields.size();
  for (uint32_t f = 0; f < plan_.fields.size(); ++f) {
    const TargetColumn& column = Column(f);
    if (!Available(mask, f) && column.not_null && !column.has_default) fields.push_back(f);
  }
  std::string head = InsertHead(fields);
  head.resize(head.size() - std::string_view("VALUES ").size());
  out += head;
  out += "SELECT ";
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out += ", ";
    if (i < known) {
      AppendValue(fields[i], row, out);
    } else {
      out += "NULL";
    }
  }
  out += " FROM DUAL WHERE ";
  out += condition;
}

size_t MysqlPlan::AppendUpdateElseInsert(const RowEvent& event, std::string_view mask,
                                         std::string& out) {
  const bool upsert = event.op == RowOp::kUpsert || event.op == RowOp::kCreate;
  const std::vector<uint32_t> set = SettableFields(mask, !upsert);
  std::string condition;
  if (event.op == RowOp::kMatchUpdate) {
    AppendMatch(event.old, condition);
  } else {
    AppendKeyCondition(upsert ? event.row : event.old, condition);
  }
  if (set.empty()) {
    AppendInsertUnless(mask, event.row,
                       fmt::format("NOT EXISTS (SELECT 1 FROM {} WHERE {})", table_, condition),
                       out);
    return 1;
  }
  out += "UPDATE " + table_ + " SET ";
  AppendAssignments(set, event.row, out);
  out += " WHERE " + condition + ';';
  // Rows found, whether they changed or not: the session says so at its login.
  AppendInsertUnless(mask, event.row, "ROW_COUNT() = 0", out);
  return 2;
}

size_t MysqlPlan::AppendEvent(const RowEvent& event, std::string& out) {
  const std::string mask = MaskOf(plan_, event.row);
  switch (event.op) {
    case RowOp::kInsert: {
      const std::vector<uint32_t> fields = MaskedFields(mask);
      out += InsertHead(fields);
      AppendRow(fields, event.row, out);
      return 1;
    }
    case RowOp::kUpsert:
    case RowOp::kCreate: {
      if (!mask.empty() || !CanUpsert(mask)) return AppendUpdateElseInsert(event, mask, out);
      const std::vector<uint32_t> fields = MaskedFields(mask);
      out += InsertHead(fields);
      AppendRow(fields, event.row, out);
      out += UpsertTail(fields);
      return 1;
    }
    case RowOp::kUpdate: {
      const std::vector<uint32_t> set = SettableFields(mask, false);
      if (set.empty()) return 0;
      out += "UPDATE " + table_ + " SET ";
      AppendAssignments(set, event.row, out);
      out += " WHERE ";
      AppendKeyCondition(event.row, out);
      return 1;
    }
    case RowOp::kDelete:
      out += "DELETE FROM " + table_ + " WHERE ";
      AppendKeyCondition(event.old, out);
      return 1;
    case RowOp::kMove:
    case RowOp::kMatchUpdate:
      return AppendUpdateElseInsert(event, mask, out);
    case RowOp::kMatchDelete:
      out += "DELETE FROM " + table_ + " WHERE ";
      AppendMatch(event.old, out);
      return 1;
    case RowOp::kTruncate:
      // TRUNCATE would commit what is under way.
      out += "DELETE FROM " + table_;
      return 1;
  }
  return 0;
}

size_t MysqlPlan::delete_rows_max() const {
  return plan_.key.size() == 1 && plain_key_ ? kDeleteList : kDeleteConditions;
}

void MysqlPlan::AppendDelete(std::span<const Datum* const> rows, std::string& out) {
  out += "DELETE FROM " + table_ + " WHERE ";
  if (plan_.key.size() == 1 && plain_key_) {
    const uint32_t key = plan_.key.front();
    out += Name(key) + " IN (";
    for (const Datum* row : rows) {
      if (row != rows.front()) out += ',';
      AppendValue(key, row, out);
    }
    out += ')';
    return;
  }
  for (const Datum* row : rows) {
    out += row == rows.front() ? "(" : " OR (";
    AppendKeyCondition(row, out);
    out += ')';
  }
}

}  // namespace tidewire::sink
