// From pg_type to the model's column types.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/type.h"
#include "source/postgres/pg_connection.h"

namespace tidewire::source {

// A row of pg_type, as far as types of columns need it.
struct PgType {
  uint32_t oid = 0;
  std::string schema;
  std::string name;
  char kind = 'b';        // typtype: b base, c composite, d domain, e enum, r range, m multirange
  uint32_t base_oid = 0;  // Domains.
  int32_t base_modifier = -1;
  uint32_t element_oid = 0;         // True arrays only (not int2vector and its like).
  std::string formatted;            // format_type(oid, -1) with an empty search_path.
  std::vector<std::string> labels;  // Enums, in sort order.
};

// The types of one database. One thread at a time.
class PostgresTypes {
 public:
  void Add(PgType type);
  // Null when unknown.
  const PgType* Find(uint32_t oid) const;
  // format_type(oid, modifier) of types whose modifiers only the server can print.
  void AddFormatted(uint32_t oid, int32_t modifier, std::string formatted);

  // Reads all types but the row types of tables; `connection` has an empty search_path.
  void LoadAll(PGconn* connection);
  // Makes TypeOf know these, reading what is missing (with what it refers to). A type that is
  // gone stays unknown.
  void Load(PGconn* connection, const std::vector<std::pair<uint32_t, int32_t>>& types);

  // The column type; a type that is not known (dropped since) is text of Kind::kOther.
  model::ColumnType TypeOf(uint32_t oid, int32_t modifier) const;
  // format_type's text.
  std::string Format(uint32_t oid, int32_t modifier) const;

 private:
  void Read(PGconn* connection, const std::string& condition);
  void ReadLabels(PGconn* connection, const std::string& condition);
  void MapBase(const PgType& type, int32_t modifier, model::ColumnType& out) const;

  std::unordered_map<uint32_t, PgType> types_;
  std::map<std::pair<uint32_t, int32_t>, std::string> formatted_;
};

}  // namespace tidewire::source
