#include "sink/sql/postgres_sql.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace tidewire::sink {
namespace {

bool Available(std::string_view mask, uint32_t field) { return mask.empty() || mask[field] != '0'; }

const TargetColumn& Column(const RowPlan& plan, uint32_t field) {
  return plan.table->columns[plan.fields[field].target];
}

std::string Name(const RowPlan& plan, uint32_t field) {
  return QuoteIdentifier(Column(plan, field).name);
}

std::string Names(const RowPlan& plan, const std::vector<uint32_t>& fields,
                  std::string_view prefix = "") {
  std::string out;
  for (const uint32_t f : fields) {
    if (!out.empty()) out += ", ";
    out += prefix;
    out += Name(plan, f);
  }
  return out;
}

// Fields that an update sets: no keys (they are equal), nothing that only an insert can write.
std::vector<uint32_t> SettableFields(const RowPlan& plan, std::string_view mask, bool with_keys) {
  std::vector<uint32_t> out;
  for (uint32_t f = 0; f < plan.fields.size(); ++f) {
    if (!Available(mask, f) || Column(plan, f).identity_always) continue;
    if (plan.fields[f].key && !with_keys) continue;
    out.push_back(f);
  }
  return out;
}

// Types with an equality of their own that says the same as their text; all others are compared as
// text.
bool HasPlainEquality(uint32_t type_id) {
  static constexpr uint32_t kTypes[] = {16,   17,   18,   19,   20,   21,   23,  25,
                                        26,   700,  701,  790,  829,  869,  650, 1042,
                                        1043, 1082, 1083, 1114, 1184, 1266, 2950};
  return std::find(std::begin(kTypes), std::end(kTypes), type_id) != std::end(kTypes);
}

// Collects parameters, each once.
class Builder {
 public:
  explicit Builder(const RowPlan& plan) : plan_(plan) {}

  std::string Parameter(bool old, uint32_t field) {
    const auto [it, made] = numbers_.try_emplace({old, field}, numbers_.size() + 1);
    if (made) statement_.parameters.push_back({old, field});
    return fmt::format("${}", it->second);
  }
  std::string Values(const std::vector<uint32_t>& fields) {
    std::string out;
    for (const uint32_t f : fields) {
      if (!out.empty()) out += ", ";
      out += Parameter(false, f);
    }
    return out;
  }
  std::string Assignments(const std::vector<uint32_t>& fields) {
    std::string out;
    for (const uint32_t f : fields) {
      if (!out.empty()) out += ", ";
      out += Name(plan_, f) + " = " + Parameter(false, f);
    }
    return out;
  }
  std::string KeyCondition(bool old) {
    std::string out;
    for (const uint32_t k : plan_.key) {
      if (!out.empty()) out += " AND ";
      out += "t." + Name(plan_, k) + " = " + Parameter(old, k);
    }
    return out;
  }
  // One row that is equal to the old one in every column.
  std::string MatchCondition(std::string_view mask) {
    std::string all;
    for (uint32_t f = 0; f < plan_.fields.size(); ++f) {
      if (!Available(mask, f)) continue;
      if (!all.empty()) all += " AND ";
      const std::string name = "m." + Name(plan_, f);
      if (mask[f] == 'n') {
        all += name + " IS NULL";
      } else if (HasPlainEquality(Column(plan_, f).type_id)) {
        all += name + " = " + Parameter(true, f);
      } else {
        all += name + "::text = " + Parameter(true, f) + "::text";
      }
    }
    if (all.empty()) all = "true";
    // In a partitioned table a ctid is unique only within its partition.
    const char* place = plan_.table->partitioned ? "(t.tableoid, t.ctid)" : "t.ctid";
    const char* columns = plan_.table->partitioned ? "m.tableoid, m.ctid" : "m.ctid";
    return fmt::format("{} = (SELECT {} FROM {} m WHERE {} LIMIT 1)", place, columns,
                       QuoteTable(plan_.table->name), all);
  }
  SqlStatement Finish(std::string sql) {
    statement_.sql = std::move(sql);
    return std::move(statement_);
  }

 private:
  const RowPlan& plan_;
  SqlStatement statement_;
  std::map<std::pair<bool, uint32_t>, size_t> numbers_;
};

std::string InsertHead(const RowPlan& plan, const std::vector<uint32_t>& fields) {
  // The alias, since a table may be called "excluded", which ON CONFLICT calls the new row.
  return fmt::format("INSERT INTO {} AS t ({}) OVERRIDING SYSTEM VALUE ",
                     QuoteTable(plan.table->name), Names(plan, fields));
}

std::string ConflictTail(const RowPlan& plan, std::string_view mask) {
  const std::vector<uint32_t> set = SettableFields(plan, mask, false);
  std::string out = fmt::format(" ON CONFLICT ({}) DO ", Names(plan, plan.key));
  if (set.empty()) return out + "NOTHING";
  out += "UPDATE SET ";
  for (size_t i = 0; i < set.size(); ++i) {
    if (i > 0) out += ", ";
    out += Name(plan, set[i]) + " = excluded." + Name(plan, set[i]);
  }
  return out;
}

// Whether one staged key can stand as an array of one: elements of an array key cannot.
bool MatchesByAny(const RowPlan& plan) {
  return plan.unique_key && plan.key.size() == 1 &&
         HasPlainEquality(Column(plan, plan.key[0]).type_id);
}

// Rows `t` of the table that have the key of the staged row `s`. Each staged row has to be looked
// up through the table's index, whatever the planner believes to know of the table: one that was
// vacuumed when it was empty and has been filled again counts as empty, and would be read as a
// whole in the order of its index, with all of the staging table for each of its rows. That order
// is only thought of where it could serve a merge join, which ANY never can. Keys of several
// columns, where ANY might not become a condition of the index, and of other types are compared as
// they are; the staging table then has an index, too (StageStatement), so that either order will
// do.
std::string KeyMatch(const RowPlan& plan) {
  const bool any = MatchesByAny(plan);
  std::string out;
  for (const uint32_t k : plan.key) {
    const std::string name = Name(plan, k);
    if (!out.empty()) out += " AND ";
    out += any ? fmt::format("t.{} = ANY (ARRAY[s.{}])", name, name)
               : fmt::format("t.{} = s.{}", name, name);
  }
  return out;
}

bool LacksSome(std::string_view mask) { return mask.find('0') != std::string_view::npos; }

// Updates the rows of the condition; where there are none, inserts. Needs no unique index, and
// never checks NOT NULL of columns whose value stays.
std::string UpdateElseInsert(const RowPlan& plan, Builder& b, const std::vector<uint32_t>& set,
                             const std::string& condition, std::string_view mask) {
  const std::vector<uint32_t> fields = MaskedFields(plan, mask);
  const std::string table = QuoteTable(plan.table->name);
  const std::string found = set.empty()
                                ? fmt::format("SELECT 1 FROM {} t WHERE {}", table, condition)
                                : fmt::format("UPDATE {} t SET {} WHERE {} RETURNING 1", table,
                                              b.Assignments(set), condition);
  return fmt::format("WITH found AS ({}) {}SELECT {} WHERE NOT EXISTS (SELECT 1 FROM found)", found,
                     InsertHead(plan, fields), b.Values(fields));
}

}  // namespace

std::string QuoteIdentifier(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string QuoteLiteral(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + '\'';
}

std::string QuoteTable(const TableName& name) {
  return name.schema.empty() ? QuoteIdentifier(name.name)
                             : QuoteIdentifier(name.schema) + '.' + QuoteIdentifier(name.name);
}

std::string RowMask(const RowPlan& plan, const model::Datum* row, bool with_nulls) {
  std::string mask(plan.fields.size(), '1');
  for (size_t i = 0; i < plan.fields.size(); ++i) {
    const model::DatumState state = row[plan.fields[i].source].state;
    if (state > model::DatumState::kValue) mask[i] = '0';
    if (with_nulls && state == model::DatumState::kNull) mask[i] = 'n';
  }
  return mask;
}

SqlStatement RowStatement(RowOp op, const RowPlan& plan, std::string_view row,
                          std::string_view old) {
  Builder b(plan);
  const std::string table = QuoteTable(plan.table->name);
  const std::vector<uint32_t> fields = MaskedFields(plan, row);
  switch (op) {
    case RowOp::kInsert:
      return b.Finish(fields.empty()
                          ? fmt::format("INSERT INTO {} DEFAULT VALUES", table)
                          : InsertHead(plan, fields) + "VALUES (" + b.Values(fields) + ")");
    case RowOp::kUpsert:
    case RowOp::kCreate:
      if (plan.unique_key && !LacksSome(row)) {
        return b.Finish(InsertHead(plan, fields) + "VALUES (" + b.Values(fields) + ")" +
                        ConflictTail(plan, row));
      }
      return b.Finish(
          UpdateElseInsert(plan, b, SettableFields(plan, row, false), b.KeyCondition(false), row));
    case RowOp::kUpdate: {
      const std::vector<uint32_t> set = SettableFields(plan, row, false);
      if (set.empty()) return {};
      const std::string assignments = b.Assignments(set);
      return b.Finish(
          fmt::format("UPDATE {} t SET {} WHERE {}", table, assignments, b.KeyCondition(false)));
    }
    case RowOp::kDelete:
      return b.Finish(fmt::format("DELETE FROM {} t WHERE {}", table, b.KeyCondition(true)));
    case RowOp::kMove:
      return b.Finish(
          UpdateElseInsert(plan, b, SettableFields(plan, row, true), b.KeyCondition(true), row));
    case RowOp::kMatchUpdate:
      return b.Finish(
          UpdateElseInsert(plan, b, SettableFields(plan, row, true), b.MatchCondition(old), row));
    case RowOp::kMatchDelete:
      return b.Finish(fmt::format("DELETE FROM {} t WHERE {}", table, b.MatchCondition(old)));
    case RowOp::kTruncate:
      return b.Finish("TRUNCATE " + table);
  }
  return {};
}

std::vector<uint32_t> MaskedFields(const RowPlan& plan, std::string_view mask) {
  std::vector<uint32_t> out;
  for (uint32_t f = 0; f < plan.fields.size(); ++f) {
    if (Available(mask, f)) out.push_back(f);
  }
  return out;
}

std::string CopyStatement(std::string_view table, const RowPlan& plan,
                          const std::vector<uint32_t>& fields, bool binary) {
  return fmt::format("COPY {} ({}) FROM STDIN{}", table, Names(plan, fields),
                     binary ? " (FORMAT binary)" : "");
}

std::string StageStatement(std::string_view stage, const RowPlan& plan,
                           const std::vector<uint32_t>& fields) {
  std::string out = fmt::format(
      "CREATE TEMPORARY TABLE {} ON COMMIT DELETE ROWS AS SELECT {} FROM {} WITH NO DATA", stage,
      Names(plan, fields), QuoteTable(plan.table->name));
  if (plan.unique_key && !MatchesByAny(plan))
    out += fmt::format("; CREATE INDEX ON pg_temp.{} ({})", stage, Names(plan, plan.key));
  return out;
}

std::string MergeStatements(RowOp op, std::string_view stage, const RowPlan& plan,
                            std::string_view mask) {
  const std::vector<uint32_t> fields = MaskedFields(plan, mask);
  const std::string table = QuoteTable(plan.table->name);
  if (op != RowOp::kUpdate && plan.unique_key && !LacksSome(mask)) {
    return fmt::format("{}SELECT {} FROM {}{}", InsertHead(plan, fields), Names(plan, fields),
                       stage, ConflictTail(plan, mask));
  }
  const std::string keys = KeyMatch(plan);
  std::string out;
  const std::vector<uint32_t> set = SettableFields(plan, mask, false);
  for (const uint32_t f : set) {
    out += (out.empty() ? fmt::format("UPDATE {} t SET ", table) : ", ") + Name(plan, f) + " = s." +
           Name(plan, f);
  }
  if (!set.empty()) out += fmt::format(" FROM {} s WHERE {}", stage, keys);
  if (op == RowOp::kUpdate) return out;
  if (!out.empty()) out += "; ";
  // OFFSET keeps it a look-up for each row; as a join it could go wrong like KeyMatch.
  return out + fmt::format("{}SELECT {} FROM {} s WHERE NOT EXISTS (SELECT 1 FROM {} t WHERE {}{})",
                           InsertHead(plan, fields), Names(plan, fields, "s."), stage, table, keys,
                           plan.unique_key ? " OFFSET 0" : "");
}

std::string DeleteStatement(std::string_view stage, const RowPlan& plan) {
  return fmt::format("DELETE FROM {} t USING {} s WHERE {}", QuoteTable(plan.table->name), stage,
                     KeyMatch(plan));
}

}  // namespace tidewire::sink
