// Builds pgoutput messages as a server sends them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "model/datum.h"
#include "source/postgres/pgoutput.h"

namespace tidewire::source::testing_support {

inline constexpr std::string_view kUnchanged = "<unchanged toast>";
using Value = std::optional<std::string>;  // Nothing: null.
using Values = std::vector<Value>;

inline void AppendTuple(std::string& out, char form, const Values& values) {
  out += form;
  AppendBigEndian<uint16_t>(out, static_cast<uint16_t>(values.size()));
  for (const Value& value : values) {
    if (!value) {
      out += 'n';
    } else if (*value == kUnchanged) {
      out += 'u';
    } else {
      out += 't';
      AppendBigEndian<uint32_t>(out, static_cast<uint32_t>(value->size()));
      out += *value;
    }
  }
}

inline std::string Begin(uint64_t final_lsn, uint32_t xid,
                         int64_t commit_ts_us = 1'700'000'000'000'000) {
  std::string out = "B";
  AppendBigEndian<uint64_t>(out, final_lsn);
  AppendBigEndian<int64_t>(out, commit_ts_us - model::kEpoch2000Micros);
  AppendBigEndian<uint32_t>(out, xid);
  return out;
}

inline std::string Commit(uint64_t commit_lsn, uint64_t end_lsn,
                          int64_t commit_ts_us = 1'700'000'000'000'000) {
  std::string out = "C";
  out += '\0';
  AppendBigEndian<uint64_t>(out, commit_lsn);
  AppendBigEndian<uint64_t>(out, end_lsn);
  AppendBigEndian<int64_t>(out, commit_ts_us - model::kEpoch2000Micros);
  return out;
}

inline std::string RelationOf(const RelationMessage& relation) {
  std::string out = "R";
  AppendBigEndian<uint32_t>(out, relation.oid);
  out += relation.schema + '\0' + relation.name + '\0' + relation.replica_identity;
  AppendBigEndian<uint16_t>(out, static_cast<uint16_t>(relation.columns.size()));
  for (const auto& column : relation.columns) {
    out += static_cast<char>(column.key ? 1 : 0);
    out += column.name + '\0';
    AppendBigEndian<uint32_t>(out, column.type_oid);
    AppendBigEndian<int32_t>(out, column.type_modifier);
  }
  return out;
}

inline std::string Insert(uint32_t oid, const Values& row) {
  std::string out = "I";
  AppendBigEndian<uint32_t>(out, oid);
  AppendTuple(out, 'N', row);
  return out;
}

// `old_form`: 'K', 'O', or 0 for none.
inline std::string Update(uint32_t oid, const Values& row, char old_form = 0,
                          const Values& old_row = {}) {
  std::string out = "U";
  AppendBigEndian<uint32_t>(out, oid);
  if (old_form != 0) AppendTuple(out, old_form, old_row);
  AppendTuple(out, 'N', row);
  return out;
}

inline std::string Delete(uint32_t oid, char old_form, const Values& old_row) {
  std::string out = "D";
  AppendBigEndian<uint32_t>(out, oid);
  AppendTuple(out, old_form, old_row);
  return out;
}

inline std::string Truncate(const std::vector<uint32_t>& oids) {
  std::string out = "T";
  AppendBigEndian<uint32_t>(out, static_cast<uint32_t>(oids.size()));
  out += '\0';
  for (const uint32_t oid : oids) AppendBigEndian<uint32_t>(out, oid);
  return out;
}

inline std::string Message(bool transactional, uint64_t lsn, const std::string& prefix,
                           const std::string& content) {
  std::string out = "M";
  out += static_cast<char>(transactional ? 1 : 0);
  AppendBigEndian<uint64_t>(out, lsn);
  out += prefix + '\0';
  AppendBigEndian<uint32_t>(out, static_cast<uint32_t>(content.size()));
  return out + content;
}

// int4 id, text v, text w; id is the key.
inline RelationMessage SmallTable(uint32_t oid = 16400, std::string name = "t") {
  RelationMessage relation;
  relation.oid = oid;
  relation.schema = "g";
  relation.name = std::move(name);
  relation.columns = {{true, "id", 23, -1}, {false, "v", 25, -1}, {false, "w", 25, -1}};
  return relation;
}

}  // namespace tidewire::source::testing_support
