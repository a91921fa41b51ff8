// Types of MySQL and MariaDB: as their catalogs print them, and which one a source's column gets.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sink/sql/dialect.h"

namespace tidewire::sink {

// What differs between the servers. Plain values.
struct MysqlFacts {
  bool mariadb = false;
  unsigned version = 0;  // 101106 of MariaDB 10.11.6, 80402 of MySQL 8.4.2.
  // Comparing text by this one of utf8mb4 is comparing bytes, blanks at the end included, where the
  // server has such; else blanks at the end do not count.
  std::string exact_collation() const;
  bool has_json() const { return !mariadb; }  // As a type of its own; MariaDB's is longtext.
  bool has_uuid() const { return mariadb && version >= 100'700; }
  bool has_inet4() const { return mariadb && version >= 101'000; }
  bool has_inet6() const { return mariadb && version >= 100'500; }
  bool has_vector() const { return version >= (mariadb ? 110'700u : 90'000u); }
};

// "decimal(10,2) unsigned" → decimal, 10, 2, unsigned; "enum('a','b''c')" → enum, its labels.
struct MysqlType {
  std::string base;  // Lower case.
  int32_t length = -1;
  int32_t scale = -1;
  bool is_unsigned = false;
  std::vector<std::string> members;

  bool IsInteger() const;
  bool IsText() const;    // In a character set, but for enum and set.
  bool IsBinary() const;  // binary, varbinary, blobs.
  bool IsGeometry() const;
  bool IsLarge() const;  // Texts and bytes that lie outside of the row.
};
MysqlType ParseMysqlType(std::string_view text);

// Types for a table that is to be made of these columns: exact where there is one, else text. Keys
// of text and bytes are bounded, so that all of them together fit into an index.
std::vector<std::string> MysqlTypesFor(const std::vector<WantedColumn>& columns,
                                       const MysqlFacts& facts);

// True where every value of `from` is a value of `to` with the same text.
bool IsMysqlWidening(std::string_view from, std::string_view to);

// The operand of a DEFAULT clause for a column of this type, or empty where there is none that
// means the same.
std::string MysqlDefault(const WantedColumn& column, std::string_view type,
                         const MysqlFacts& facts);

// 'text' as the session takes it (NO_BACKSLASH_ESCAPES): only quotes are doubled.
void AppendMysqlQuoted(std::string_view text, std::string& out);

}  // namespace tidewire::sink
