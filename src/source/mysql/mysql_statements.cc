#include "source/mysql/mysql_statements.h"

#include "source/mysql/mysql_names.h"

namespace tidewire::source {
namespace {

bool IsBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view Word(std::string_view& sql) {
  while (!sql.empty() && IsBlank(sql.front())) sql.remove_prefix(1);
  size_t end = 0;
  while (end < sql.size() && !IsBlank(sql[end]) && sql[end] != ';') ++end;
  const std::string_view word = sql.substr(0, end);
  sql.remove_prefix(end);
  return word;
}

// A name in backticks may hold blanks.
std::string Name(std::string_view sql) {
  while (!sql.empty() && IsBlank(sql.front())) sql.remove_prefix(1);
  if (sql.empty() || sql.front() != '`') return std::string(Word(sql));
  std::string out;
  for (size_t i = 1; i < sql.size(); ++i) {
    if (sql[i] == '`') {
      if (i + 1 >= sql.size() || sql[i + 1] != '`') break;
      ++i;
    }
    out += sql[i];
  }
  return out;
}

}  // namespace

ControlStatement ReadControlStatement(std::string_view sql) {
  using Kind = ControlStatement::Kind;
  // Longer ones have names, which are bounded.
  constexpr size_t kLengthMax = 1024;
  if (sql.size() > kLengthMax) return {};
  const std::string_view first = Word(sql);
  if (SameWord(first, "BEGIN")) return {Kind::kBegin, ""};
  if (SameWord(first, "COMMIT")) return {Kind::kCommit, ""};
  if (SameWord(first, "SAVEPOINT")) return {Kind::kSavepoint, Name(sql)};
  if (SameWord(first, "ROLLBACK")) {
    std::string_view rest = sql;
    if (!SameWord(Word(rest), "TO")) return {Kind::kRollback, ""};
    std::string_view behind = rest;
    if (SameWord(Word(behind), "SAVEPOINT")) rest = behind;
    return {Kind::kRollbackTo, Name(rest)};
  }
  if (SameWord(first, "XA")) {
    const std::string_view second = Word(sql);
    return {SameWord(second, "START") || SameWord(second, "BEGIN") ? Kind::kXaStart : Kind::kOther,
            ""};
  }
  return {};
}

bool IsRowStatement(std::string_view sql) {
  const std::string_view first = Word(sql);
  for (const std::string_view word : {"INSERT", "UPDATE", "DELETE", "REPLACE", "LOAD"}) {
    if (SameWord(first, word)) return true;
  }
  return false;
}

std::string_view WithoutStartTransaction(std::string_view sql) {
  constexpr std::string_view kEnd = "START TRANSACTION";
  if (!sql.ends_with(kEnd)) return sql;
  std::string_view first = sql;
  if (!SameWord(Word(first), "CREATE")) return sql;
  sql.remove_suffix(kEnd.size());
  while (!sql.empty() && IsBlank(sql.back())) sql.remove_suffix(1);
  return sql;
}

}  // namespace tidewire::source
