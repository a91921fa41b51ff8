// What tests of the DDL parser share: a schema that statements run against.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "source/mysql/ddl_parser.h"

namespace tidewire::source {

// A session in database "d" (utf8mb4) of a server whose default is latin1.
class DdlPlay {
 public:
  explicit DdlPlay(DdlParser::Options options = {}) : parser(std::move(options)) {
    context.database = "d";
    context.server = {"latin1", "latin1_swedish_ci"};
    schema.databases["d"] = {"utf8mb4", "utf8mb4_general_ci"};
  }

  std::vector<SchemaChange> Apply(std::string_view sql) {
    return parser.Apply(schema, context, sql);
  }

  // Runs statements that must be understood.
  DdlPlay& Run(std::string_view sql) {
    for (const SchemaChange& change : Apply(sql)) EXPECT_EQ(change.warning, "") << sql;
    return *this;
  }

  // Table d.<name>, or an empty one, which fails the test.
  MysqlTable Table(const std::string& name) const {
    const MysqlTablePtr table = schema.Find({"d", name});
    EXPECT_NE(table, nullptr) << name;
    return table ? *table : MysqlTable{};
  }

  // "a b c"
  std::string Columns(const std::string& table) const {
    std::string out;
    for (const MysqlColumn& column : Table(table).columns) {
      out += (out.empty() ? "" : " ") + column.name;
    }
    return out;
  }

  MysqlColumn Column(const std::string& table, const std::string& column) const {
    const MysqlTable found = Table(table);
    const auto at = found.Find(column);
    EXPECT_TRUE(at) << table << "." << column;
    return at ? found.columns[*at] : MysqlColumn{};
  }

  // The only column of CREATE TABLE one (c <definition>).
  MysqlColumn Define(const std::string& definition, const std::string& options = "") {
    Run("CREATE OR REPLACE TABLE one (c " + definition + ", other_column INT) " + options);
    EXPECT_EQ(Columns("one"), "c other_column") << definition;
    return Column("one", "c");
  }

  DdlParser parser;
  DdlContext context;
  MysqlSchema schema;
};

// The kinds of the changes: "create drop".
inline std::string Kinds(const std::vector<SchemaChange>& changes) {
  static constexpr std::string_view kNames[] = {"create",   "alter",    "rename", "drop",
                                                "truncate", "database", "other",  "reread"};
  std::string out;
  for (const SchemaChange& change : changes) {
    if (!out.empty()) out += ' ';
    out += kNames[static_cast<size_t>(change.kind)];
  }
  return out;
}

}  // namespace tidewire::source
