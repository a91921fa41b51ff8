#include "source/mysql/ddl_apply.h"
#include "source/mysql/mysql_names.h"

namespace tidewire::source {
namespace {

bool IsTaken(const MysqlTable& table, std::string_view name) {
  for (const auto* indexes : {&table.indexes, &table.plain_indexes}) {
    for (const MysqlIndex& index : *indexes) {
      if (SameName(index.name, name)) return true;
    }
  }
  return false;
}

// An index without a name is called like its first column, then like it with _2, _3, …
std::string FreeName(const MysqlTable& table, const DdlKeySpec& key) {
  const bool column_first = !key.expression_first && !key.index.columns.empty();
  const std::string base = column_first ? key.index.columns.front() : "functional_index";
  if (!SameName(base, "PRIMARY") && !IsTaken(table, base)) return base;
  for (int i = 2;; ++i) {
    std::string name = fmt::format("{}_{}", base, i);
    if (!IsTaken(table, name)) return name;
  }
}

bool EraseNamed(std::vector<MysqlIndex>& indexes, std::string_view name) {
  return std::erase_if(indexes,
                       [name](const MysqlIndex& index) { return SameName(index.name, name); }) != 0;
}

}  // namespace

bool BeginsWith(const std::vector<std::string>& columns, const std::vector<std::string>& prefix) {
  if (columns.size() < prefix.size()) return false;
  return std::equal(prefix.begin(), prefix.end(), columns.begin(), SameName);
}

bool IsServed(const MysqlTable& table, const std::vector<std::string>& columns) {
  if (BeginsWith(table.primary_key, columns)) return true;
  for (const auto* indexes : {&table.indexes, &table.plain_indexes}) {
    for (const MysqlIndex& index : *indexes) {
      if (BeginsWith(index.columns, columns)) return true;
    }
  }
  return false;
}

void AddKeyTo(MysqlTable& table, DdlKeySpec key) {
  if (key.kind == DdlKeySpec::Kind::kPrimary) {
    if (!key.tolerant || table.primary_key.empty())
      table.primary_key = std::move(key.index.columns);
    return;
  }
  if (key.index.name.empty()) {
    key.index.name = FreeName(table, key);
  } else if (key.tolerant && IsTaken(table, key.index.name)) {
    return;
  }
  key.index.generated = key.kind == DdlKeySpec::Kind::kForeign;
  if (!key.index.generated) {
    std::erase_if(table.plain_indexes, [&](const MysqlIndex& index) {
      return index.generated && BeginsWith(key.index.columns, index.columns);
    });
  }
  auto& indexes = key.index.unique ? table.indexes : table.plain_indexes;
  indexes.push_back(std::move(key.index));
}

bool DropKeyFrom(MysqlTable& table, std::string_view name) {
  if (SameName(name, "PRIMARY")) {
    const bool was_there = !table.primary_key.empty();
    table.primary_key.clear();
    return was_there;
  }
  return EraseNamed(table.indexes, name) || EraseNamed(table.plain_indexes, name);
}

}  // namespace tidewire::source
