// All tables that a source follows, at one moment of the binlog.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "source/mysql/mysql_collations.h"
#include "source/mysql/mysql_table.h"

namespace tidewire::source {

// One thread. Tables are shared and immutable: who holds one keeps that version.
class MysqlSchema {
 public:
  using Tables = std::map<MysqlTableId, MysqlTablePtr>;

  // Null: not known.
  MysqlTablePtr Find(const MysqlTableId& id) const {
    const auto at = tables_.find(id);
    return at == tables_.end() ? nullptr : at->second;
  }
  // Under its own database and name; another version of it is replaced.
  void Put(MysqlTablePtr table) {
    MysqlTableId id{table->database, table->name};
    tables_.insert_or_assign(std::move(id), std::move(table));
  }
  // False: it was not known.
  bool Erase(const MysqlTableId& id) { return tables_.erase(id) != 0; }
  void Clear() { *this = {}; }

  const Tables& tables() const { return tables_; }

  // Defaults of databases, as far as they are known, and of the server (empty: not known).
  std::map<std::string, MysqlCharset> databases;
  MysqlCharset server;

 private:
  Tables tables_;
};

}  // namespace tidewire::source
