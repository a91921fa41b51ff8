// What is known of character sets by their names alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidewire::source {

// A default of a server, a database or a table. Empty: not known, or the character set's own
// collation.
struct MysqlCharset {
  std::string charset;
  std::string collation;
  bool operator==(const MysqlCharset&) const = default;
};

// "utf8mb4_bin" is utf8mb4's. Empty for collations that belong to no single character set
// (MariaDB's uca1400_ai_ci).
std::string CharsetOfCollation(std::string_view collation);

// Bytes of the longest character; 1 for character sets that are not known.
uint32_t BytesPerCharacter(std::string_view charset);

// What "CHARACTER SET c COLLATE k" means where `inherited` holds without them; both may be empty,
// and "DEFAULT" is the inherited one. Names come out in lower case.
MysqlCharset ResolveCharset(std::string_view charset, std::string_view collation,
                            const MysqlCharset& inherited);

}  // namespace tidewire::source
